#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

# pending EVENTS: that many one-row updates which nobody ticks
pending() { pgbench -n -c 1 -t "$1" -f "$BENCH_ROOT/update_one_task.sql" bench >/dev/null 2>&1; }

measure() {
  if [ "$1" = pending ]; then pending 300; fi
  milliseconds bench "$here/cascade.sql" | awk '{ print $1 }'
  sql bench -f "$BENCH_ROOT/drain.sql"
}

fresh bench tide
sql bench -f "$here/ancestors.sql"
settle bench
MEASURE=p50 UNIT=ms interleave rest pending
report 'cascade of one change' '< 5 ms' '< 1 ms' "$(told rest 2) ms" \
  "$(verdict "$(median rest)" ≤ 5 1)"
report 'cascade of one change, 300 events pending' '< 5 ms' '< 1 ms' "$(told pending 2) ms" \
  "$(verdict "$(median pending)" ≤ 5 1)"
