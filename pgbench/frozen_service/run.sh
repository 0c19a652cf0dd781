#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
FROZEN_SECONDS="${FROZEN_SECONDS:-$(sized $((SECONDS_PER_RUN * 2)) 60)}"
what="one-row update with the service frozen for $FROZEN_SECONDS s, against it running"

if [ ! -x "$TIDEGATE" ]; then
  report "$what" '≥ 0.90' '' 'no program' 'not measured'
  exit
fi

# The rates of each second of a freeze that begins in the middle of a second.
freeze_under_load() {
  run_pgbench_told $((FROZEN_SECONDS + 2)) &
  local writers=$!
  sleep 1.5
  kill -STOP "${BACKGROUND[0]}"
  wait "$writers"
  awk '/^progress/ && ++n > 2 { print $4 }' "$SAMPLES/progress" >"$SAMPLES/seconds"
}

run_pgbench_told() {
  pgbench -n -j 2 -M prepared -c "$CLIENTS" -P 1 -T "$1" -f "$BENCH_ROOT/update_one_task.sql" bench \
    >"$SAMPLES/progress.out" 2>"$SAMPLES/progress"
}

# Seconds until nothing waits.
thaw() {
  local began
  began="$(date +%s.%N)"
  kill -CONT "${BACKGROUND[0]}"
  while [ "$(sql bench -c 'select tide.pending_count()')" != 0 ]; do sleep 0.1; done
  awk -v b="$began" -v e="$(date +%s.%N)" 'BEGIN { print e - b }'
}

# The last third of the freeze as a share of its first.
to_the_end() {
  awk '{ v[NR] = $1 } END {
    third = int((NR + 2) / 3)
    for (i = 1; i <= third; i++) { first += v[i]; last += v[NR + 1 - i] }
    print last / first }' "$SAMPLES/seconds"
}

measure() {
  fresh bench tide
  case "$1" in
    alone) tps bench "$BENCH_ROOT/update_one_task.sql" ;;
    running) start_service bench; tps bench "$BENCH_ROOT/update_one_task.sql" ;;
    frozen)
      start_service bench
      freeze_under_load
      also frozen waiting "$(sql bench -c 'select tide.pending_count()')" events
      also frozen last_third_of_first "$(to_the_end)" share
      also frozen told_after "$(thaw)" s
      middle <"$SAMPLES/seconds"
      ;;
  esac
  stop_background
}

interleave alone running frozen
report "$what" '≥ 0.90' '' "$(told_ratio frozen running) ($(told frozen) against $(told running) commits/s)" \
  "$(verdict "$(ratio frozen running)" ≥ 0.90)"
report '– against triggers alone' '' '' "$(told_ratio frozen alone) ($(told alone) commits/s)"
report '– the last third of the freeze, against its first' '≥ 0.90' '' "$(told last_third_of_first.frozen 2)" \
  "$(verdict "$(median last_third_of_first.frozen)" ≥ 0.90)"
report '– thawed: until all is told' '' '' "$(told told_after.frozen 1) s for $(told waiting.frozen) events"
