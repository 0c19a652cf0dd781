#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
EVENTS="${EVENTS:-$((SECONDS_PER_RUN * 5000))}"

# events COUNT: one-row updates, each a transaction
events() {
  pgbench -n -j 2 -M prepared -c "$CLIENTS" -t $(($1 / CLIENTS)) -f "$BENCH_ROOT/update_one_task.sql" bench >/dev/null 2>&1
}

# tick COUNT MAX: events per second, pending at once
tick() {
  events "$1"
  PGOPTIONS="$PGOPTIONS -c bench.max_events=$2" sql bench -f "$here/tick_all.sql" | awk -v n="$1" 'NF { s = $1 } END { print n / s }'
}

# As the service lives: 300 come, one tick takes them; 20 times.
small_ticks() {
  for _ in $(seq 20); do tick 304 5000; done | awk '{ s += 304 / $1 } END { print 20 * 304 / s }'
}

measure() {
  fresh bench tide
  case "$1" in
    big_ticks) tick "$EVENTS" 5000 ;;
    one_tick) tick 4800 5000 ;;
    small_ticks) small_ticks ;;
    fold_alone) events "$EVENTS"; sql bench -f "$here/fold_alone.sql" | awk -v n="$EVENTS" 'NF { s = $1 } END { print n / s }' ;;
  esac
}

MEASURE=folded UNIT=events/s interleave big_ticks one_tick small_ticks fold_alone
report "advance() folding, $EVENTS events pending" '≥ 20,000 events/s' '≥ 50,000' \
  "$(told big_ticks) events/s" "$(verdict "$(median big_ticks)" ≥ 20000 50000)"
report '– 4,800 events in one tick' '' '' "$(told one_tick) events/s"
report '– 300 events a tick, as under load' '' '' "$(told small_ticks) events/s"
report '– the fold into the summaries alone, without messages' '' '' "$(told fold_alone) events/s"
