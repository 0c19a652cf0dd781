#!/usr/bin/env bash
# Does an event cost more when the log is longer? LOG_EVENTS="0 5000000"
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
read -ra sizes <<<"${LOG_EVENTS:-$(sized '0 1000000' '0 1000000 10000000')}"

# A database whose log holds so many old events; made once, then used by all rounds.
logged() {
  if exists "log_$1"; then return; fi
  say "  a log of $1 events"
  template tide
  sql postgres -c "create database log_$1 template template_tide"
  settle "log_$1"
  if [ "$1" = 0 ]; then return; fi
  pgbench -n -j 2 -M prepared -c "$CLIENTS" -t $((20000 / CLIENTS)) -f "$BENCH_ROOT/update_one_task.sql" "log_$1" >/dev/null 2>&1
  settle "log_$1"
  sql "log_$1" -v events="$1" -f "$here/fill.sql" >/dev/null
  settle "log_$1"
}

measure() {
  local size="${1#log_}" events
  sql postgres -c checkpoint
  tps "$1" "$BENCH_ROOT/update_one_task.sql"
  events="$(sql "$1" -c 'select tide.pending_count()')"
  also "$size" tick "$(sql "$1" -f "$BENCH_ROOT/growth_of_tables/tick_all.sql" | awk -v n="$events" 'NF { printf "%.1f\n", $1 * 1e6 / n }')" µs/event
}

for size in "${sizes[@]}"; do logged "$size"; done
interleave "${sizes[@]/#/log_}"
forget "${sizes[@]/#/log_}"

first="${sizes[0]}" last="${sizes[-1]}"
each() { local size; for size in "${sizes[@]}"; do printf '%s%s' "${separator:-}" "$(told "tick.$size")"; separator=' / '; done; separator=''; }
report "one-row update with a log of $last events, the whole retention, against one of $first" '≥ 0.77' '≥ 0.95' \
  "$(told_ratio "log_$last" "log_$first") ($(told "log_$last") of $(told "log_$first") commits/s)" \
  "$(verdict "$(ratio "log_$last" "log_$first")" ≥ 0.77 0.95)"
report "– a tick, per event, with ${sizes[*]}" 'grows ≤ 1.3 ×' '' \
  "$(each) µs: $(told_ratio "tick.$last" "tick.$first") ×" "$(verdict "$(ratio "tick.$last" "tick.$first")" ≤ 1.3)"
