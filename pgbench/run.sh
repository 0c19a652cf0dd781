#!/usr/bin/env bash
# Answers every question, or those named: pgbench/run.sh [QUESTION…]
#
#   FULL=1 pgbench/run.sh                            the long form
#   SECONDS_PER_RUN=1 PAIRS=1 pgbench/run.sh triggers_alone     a short look
#
# All of them: the table and the raw samples are kept in pgbench/results/, the pictures and the table of
# docs/performance.md are made anew. Those named: both are kept in target/bench/, with the pictures they suffice for.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

questions=(triggers_alone with_service frozen_service one_branch_against_spread against_usual_ways one_big_statement
  batch_append latency cascade_of_one_change advance_folding reading_branch_summaries bulk_summaries backlog
  growth_of_tables growth_of_log growth_of_topics growth_of_connections bytes_of_agents load_mix
  monitor_room gateway saturation)
is_whole=yes
if [ $# -gt 0 ]; then questions=("$@") is_whole=no; fi
RESULTS_DIR="${RESULTS_DIR:-$([ "$is_whole" = yes ] && echo "$BENCH_ROOT/results" || echo "$REPOSITORY/target/bench")}"
result="$RESULTS_DIR/$(date +%F)"
BENCH_RESULTS="$SAMPLES/table"
BENCH_RAW="$SAMPLES/raw"
export BENCH_RESULTS BENCH_RAW

setting() { sql postgres -c "show $1"; }
memory() { awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo 2>/dev/null || true; }
processor() { awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo 2>/dev/null || true; }
version() { git -C "$REPOSITORY" describe --always --dirty 2>/dev/null || echo unknown; }
load() { cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown; }
minutes() { printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)); }

describe() {
  cat <<TEXT
# What it costs, $(date +%F)

- Version $(version), $(sized 'short form' 'long form'), loaded by $([ -x "$TIDEGATE" ] && "$TIDEGATE" --version || echo psql).
- $(getconf _NPROCESSORS_ONLN) cores ($(processor)), $(memory), $(uname -sr); load before the first run: $(load).
- PostgreSQL $(setting server_version), fsync $(setting fsync), synchronous_commit $(setting synchronous_commit), shared_buffers $(setting shared_buffers), wal_sync_method $(setting wal_sync_method).
- $PAIRS interleaved rounds of $SECONDS_PER_RUN s where nothing else is said, $CLIENTS clients, load generator on the same cores; median [least–most], ratios are those of each round.

| question | must | aim | measured | verdict |
|---|---|---|---|---|
TEXT
}

start_cluster
describe >"$SAMPLES/head"
: >"$BENCH_RESULTS"
printf 'question\tside\tround\tmeasure\tvalue\tunit\n' >"$BENCH_RAW"
failed=()
for number in "${!questions[@]}"; do
  question="${questions[$number]}"
  say "$((number + 1)) of ${#questions[@]}: $question ($(minutes) so far)"
  "$BENCH_ROOT/$question/run.sh" || failed+=("$question")
done

mkdir -p "$RESULTS_DIR"
cat "$SAMPLES/head" "$BENCH_RESULTS" >"$result.md"
cp "$BENCH_RAW" "$result.tsv"
if [ "${#failed[@]}" -gt 0 ]; then
  printf '\nFailed, so not in the table: %s\n' "${failed[*]}" >>"$result.md"
fi
say "$(minutes) minutes; the table is $result.md, its raw samples $result.tsv"
pictures="$RESULTS_DIR"
if [ "$is_whole" = yes ] && [ "$RESULTS_DIR" = "$BENCH_ROOT/results" ]; then
  pictures="$REPOSITORY/docs/performance"
  python3 "$BENCH_ROOT/pictures/page.py" "$result.md" "$REPOSITORY/docs/performance.md" || failed+=(page)
fi
python3 "$BENCH_ROOT/pictures/draw.py" "$result.tsv" "$pictures" || failed+=(pictures)
sed -n '/^|/p' "$result.md"
if [ "${#failed[@]}" -gt 0 ]; then
  fail "failed: ${failed[*]}" 'run it alone: pgbench/run.sh <question>'
fi
