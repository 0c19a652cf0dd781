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
left_out=
if cargo nextest --version >/dev/null 2>&1; then
  runner=(cargo nextest run --locked --all-targets)
  if [ -n "${PG:-}" ] && [ "$(pg_dump_major)" -lt "$PG" ]; then
    left_out="whatever dumps (.config/nextest.toml): pg_dump of Postgres $PG is not here"
    runner+=(--profile without-dump)
  fi
fi

# What could not be tested here says so at the end, where somebody sees it; a caller may gather it from several runs.
if [ -z "${TIDEGATE_SKIPPED:-}" ]; then
  TIDEGATE_SKIPPED=$(mktemp)
  export TIDEGATE_SKIPPED
  trap 'tell_skipped; rm -f "$TIDEGATE_SKIPPED"' EXIT
fi
tell_skipped() {
  [ -s "$TIDEGATE_SKIPPED" ] || return 0
  printf '\nnot tested here:\n'
  sort -u "$TIDEGATE_SKIPPED" | sed 's/^/  /'
}
[ -z "$left_out" ] || echo "$left_out" >>"$TIDEGATE_SKIPPED"

# Not by `cargo run`: what it puts into the environment makes the cargo below compile some dependencies again.
cargo build --quiet --locked --bin tidegate
"${CARGO_TARGET_DIR:-target}/debug/tidegate" dev postgres -- "${runner[@]}" "$@"
