#!/usr/bin/env bash
# Every test, on one private Postgres that lives exactly as long as the run.
# Arguments go to the test runner: scripts/test.sh work::move_task
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

runner=(cargo test --locked --all-targets)
if cargo nextest --version >/dev/null 2>&1; then
  runner=(cargo nextest run --locked --all-targets)
fi

cargo run --quiet --locked -- dev postgres -- "${runner[@]}" "$@"
