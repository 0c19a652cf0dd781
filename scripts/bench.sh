#!/usr/bin/env bash
# The price of the write path, by pgbench. Quote ratios, not absolute figures: see docs/operations.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -x pgbench/run.sh ]; then
  exec pgbench/run.sh "$@"
fi
echo 'bench: pgbench/run.sh is not in this version yet'
echo 'bench: what a row costs by hand: start `make demo`, then pgbench against the DATABASE_URL it prints'
exit 2
