#!/usr/bin/env bash
# The fault suite: kills, hangs, cut connections, full queues.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -d tests/faults ]; then
  exec scripts/test.sh --test faults "$@"
fi
echo 'faults: tests/faults is not in this version yet'
echo 'faults: what exists (a killed Postgres, a killed `tidegate dev`) is tested by `make test`'
exit 2
