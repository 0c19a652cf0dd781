#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
BACKLOG_EVENTS="${BACKLOG_EVENTS:-$(sized 100000 1000000)}"
MAX_EVENTS="$(grep -oP "'max_events_per_tick', '\K\d+" "$REPOSITORY/migrations/V0001__tide.sql")"

fill() {
  pgbench -n -j 2 -M prepared -c "$CLIENTS" -t $((BACKLOG_EVENTS / 100 / CLIENTS)) -f "$here/write_many.sql" bench >/dev/null 2>&1
}

# Writers with the longest single write: "tps p99 max", in milliseconds.
writers() {
  local prefix="$SAMPLES/writers.$RANDOM" tps
  tps="$(run_pgbench "$SECONDS_PER_RUN" bench "$BENCH_ROOT/update_one_task.sql" -c "$CLIENTS" -l --log-prefix="$prefix" | awk '/^tps/ { print $3 }')"
  echo "$tps $(percentiles "$prefix".*)"
  rm -f "$prefix".*
}

drift() { sql bench -f "$here/drift.sql"; }
pending() { sql bench -c 'select tide.pending_count()'; }

# Ticks one after the other; every one is bounded, the writers write meanwhile.
fold() {
  local began now
  began="$(date +%s.%N)"
  while now="$(sql bench -c 'select count(*) from tide.advance()')" && [ "$now" != 0 ]; do :; done
  awk -v b="$began" -v e="$(date +%s.%N)" 'BEGIN { print e - b }' >"$SAMPLES/fold_seconds"
}

fresh bench tide
before="$(sql bench -c 'select max(number) from tide.ticks')"
fill
waiting="$(pending)"
read_p50="$(SECONDS_PER_RUN=3 milliseconds bench "$here/read_one_project.sql" | awk '{ print $1 }')"
read -r idle_tps _ _ idle_p99 idle_max <<<"$(writers)"
drifted="$(drift)"

fold & folder=$!
BACKGROUND+=("$folder")
read -r fold_tps _ _ fold_p99 fold_max <<<"$(writers)"
drifted="$((drifted + $(drift)))"
wait "$folder"
BACKGROUND=()
drifted="$((drifted + $(drift)))"

ticks="$(sql bench -c "select count(*) || ' ticks' from tide.ticks where number > $before")"
# A transaction is never split, so a tick may pass the limit by one of ours, which has 100 events.
largest="$(sql bench -c "select coalesce(max(last_sequence - first_sequence + 1), 0) from tide.ticks where number > $before")"
report "a backlog of $waiting events: drifted summaries before, during and after the folding" '0' '' \
  "$drifted (one project read in $(round "$read_p50") ms before)" "$(verdict "$drifted" ≤ 0)"
report '– folded in bounded batches' "≤ $MAX_EVENTS events a tick, or one transaction more" '' \
  "$ticks of at most $largest events, $(round "$(cat "$SAMPLES/fold_seconds")" 1) s" \
  "$(verdict "$largest" ≤ $((MAX_EVENTS + 100)))"
report '– writers while it is folded' 'not blocked (slowest < 1 s)' '' \
  "$(round "$fold_tps" 0) against $(round "$idle_tps" 0) commits/s, p99 $fold_p99 against $idle_p99 ms, slowest $fold_max against $idle_max ms" \
  "$(verdict "$fold_max" ≤ 1000)"
