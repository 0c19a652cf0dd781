#!/usr/bin/env bash
# Every test, on one private Postgres that lives exactly as long as the run.
# Arguments go to the test runner: scripts/test.sh work::move_task; PG=18 chooses the version of Postgres.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -n "${PG:-}" ]; then
  TIDEGATE_PG_BIN=$(scripts/postgres_version.sh "$PG")
  export TIDEGATE_PG_BIN
fi

# Of the newest that is there; it dumps older servers, not newer ones.
pg_dump_major() {
  local found
  found=$({ "${TIDEGATE_PG_BIN:-}/pg_dump" --version || pg_dump --version; } 2>/dev/null | sed -E 's/[^0-9]*([0-9]+).*/\1/')
  echo "${found:-0}"
}

runner=(cargo test --locked --all-targets)
if cargo nextest --version >/dev/null 2>&1; then
  runner=(cargo nextest run --locked --all-targets)
  if [ -n "${PG:-}" ] && [ "$(pg_dump_major)" -lt "$PG" ]; then
    echo "pg_dump of Postgres $PG is not here: the tests that dump are left out (.config/nextest.toml)"
    runner+=(--profile without-dump)
  fi
fi

cargo run --quiet --locked -- dev postgres -- "${runner[@]}" "$@"
