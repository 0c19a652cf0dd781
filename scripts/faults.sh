#!/usr/bin/env bash
# The fault suite alone: kills, hangs, cut connections. It is part of `make test`, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

exec scripts/test.sh service::faults
