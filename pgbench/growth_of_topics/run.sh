#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
sizes=(10 100 1000 10000)
EVENTS=4800

# Microseconds a tick takes, per event.
measure() {
  pgbench -n -j 2 -M prepared -c "$CLIENTS" -t $((EVENTS / CLIENTS)) \
    -f "$BENCH_ROOT/against_usual_ways/update_in_one_project.sql" bench >/dev/null 2>&1
  local events
  events="$(sql bench -c 'select tide.pending_count()')"
  sql bench -v topics="${1#topics_}" -f "$here/tick_heard.sql" | awk -v n="$events" 'NF { s = $1 } END { printf "%.1f\n", s * 1e6 / n }'
}

fresh bench tide
MEASURE=tick UNIT=µs/event interleave "${sizes[@]/#/topics_}"
first="topics_${sizes[0]}" last="topics_${sizes[-1]}"
each() { local size; for size in "${sizes[@]}"; do printf '%s%s' "${separator:-}" "$(told "topics_$size")"; separator=' / '; done; }
report "a tick per event, ${sizes[*]} topics heard" 'grows ≤ 1.3 ×' '' \
  "$(each) µs: $(told_ratio "$last" "$first") ×" "$(verdict "$(ratio "$last" "$first")" ≤ 1.3)"
