#!/usr/bin/env bash
# Installs the packages of `client` or `board`, exactly as the lockfile there says, unless they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../$1"

stamp=node_modules/.installed
if ! cmp -s package-lock.json "$stamp"; then
  npm ci --silent
  cp package-lock.json "$stamp"
fi
