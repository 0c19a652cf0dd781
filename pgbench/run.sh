#!/usr/bin/env bash
# Answers every question, or those named, and keeps the table: pgbench/run.sh [QUESTION…]
#
#   SECONDS_PER_RUN=3 PAIRS=1 RESULTS_DIR=/tmp pgbench/run.sh triggers_alone     a short look
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

questions=(triggers_alone with_service one_branch_against_spread against_counters_in_place
  against_refresh_in_trigger one_big_statement latency cascade_of_one_change advance_folding
  reading_branch_summaries bulk_summaries backlog growth_of_tables growth_of_log bytes_of_agents load_mix gateway)
if [ $# -gt 0 ]; then questions=("$@"); fi
RESULTS_DIR="${RESULTS_DIR:-$BENCH_ROOT/results}"
result="$RESULTS_DIR/$(date +%F).md"
BENCH_RESULTS="$SAMPLES/table"
export BENCH_RESULTS

setting() { sql postgres -c "show $1"; }
memory() { awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || true; }
processor() { awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo 2>/dev/null || true; }
version() { git -C "$REPOSITORY" describe --always --dirty 2>/dev/null || echo unknown; }

describe() {
  cat <<TEXT
# What it costs, $(date +%F)

- Version $(version), loaded by $([ -x "$TIDEGATE" ] && echo 'tidegate migrate' || echo psql).
- $(getconf _NPROCESSORS_ONLN) cores ($(processor)), $(memory), $(uname -sr); load before the first run: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null).
- PostgreSQL $(setting server_version), fsync $(setting fsync), synchronous_commit $(setting synchronous_commit), shared_buffers $(setting shared_buffers), wal_sync_method $(setting wal_sync_method).
- $PAIRS interleaved rounds of $SECONDS_PER_RUN s, $CLIENTS clients, load generator on the same cores; medians, ratios are the median of the rounds' own.

| question | must | aim | measured | verdict |
|---|---|---|---|---|
TEXT
}

start_cluster
describe >"$SAMPLES/head"
: >"$BENCH_RESULTS"
failed=()
for question in "${questions[@]}"; do
  say "$question"
  "$BENCH_ROOT/$question/run.sh" || failed+=("$question")
done

mkdir -p "$RESULTS_DIR"
cat "$SAMPLES/head" "$BENCH_RESULTS" >"$result"
say "kept in $result"
if [ "${#failed[@]}" -gt 0 ]; then
  printf '\nFailed, so not in the table: %s\n' "${failed[*]}" >>"$result"
  fail "failed: ${failed[*]}" 'run it alone: pgbench/<question>/run.sh'
fi
