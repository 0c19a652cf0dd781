#!/usr/bin/env bash
# Shell scripts parse (and please shellcheck, where it is installed); compose.yaml is valid.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts=(.ci/run scripts/*.sh pgbench/*.sh pgbench/*/run.sh)
for script in "${scripts[@]}"; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then shellcheck --severity=warning "${scripts[@]}"; fi

if command -v docker-compose >/dev/null; then
  compose=(docker-compose)
elif docker compose version >/dev/null 2>&1; then
  compose=(docker compose)
else
  echo 'check: compose.yaml was not checked, docker-compose is not installed'
  exit 0
fi
POSTGRES_PASSWORD=check TIDEGATE_JWT_SECRET=check \
  "${compose[@]}" --file compose.yaml --profile observe config --quiet
echo "check: ${#scripts[@]} scripts and compose.yaml are well-formed"
