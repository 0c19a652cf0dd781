#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

measure() {
  fresh bench "$1"
  sql bench -f "$here/more_tasks.sql"
  settle bench
  pgbench -n -c 1 -t 1 -f "$here/update.sql" bench 2>/dev/null | awk '/^latency average/ { print $4 }'
}

MEASURE=took UNIT=ms interleave bare guard tide
times="$(ratio tide bare)"
report 'one statement updating 100,000 tasks in 1,000 branches, against no triggers' '≤ 1.6 ×' '≤ 1.3 ×' \
  "$(told_ratio tide bare) × ($(told tide) against $(told bare) ms)" \
  "$(verdict "$times" ≤ 1.6 1.3)"
report '– of that the guards (updated_at), against no triggers' '' '' "$(told_ratio guard bare) ×"
report '– the events, against the guards alone' '' '' "$(told_ratio tide guard) ×"
