#!/usr/bin/env bash
# The client's types, format and lints, and that it is as small as it promises.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PWD/.tidegate/node/bin:$PATH"

scripts/node_packages.sh client
cd client && npm run --silent check
