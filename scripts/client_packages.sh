#!/usr/bin/env bash
# Installs the client's packages, exactly as its lockfile says, unless they are there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../client"

stamp=node_modules/.installed
if ! cmp -s package-lock.json "$stamp"; then
  npm ci --silent
  cp package-lock.json "$stamp"
fi
