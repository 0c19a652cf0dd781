#!/usr/bin/env bash
# Does an event cost more when the log is longer? LOG_EVENTS="0 1000000 5000000"
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
read -ra sizes <<<"${LOG_EVENTS:-0 1000000}"

# A database whose log holds so many events, all told; made once, then used by all rounds.
logged() {
  if exists "log_$1"; then return; fi
  say "  a log of $1 events"
  template tide
  sql postgres -c "create database log_$1 template template_tide"
  settle "log_$1"
  local left="$1"
  while [ "$left" -gt 0 ]; do
    pgbench -n -j 2 -M prepared -c "$CLIENTS" -t $((200000 / 100 / CLIENTS)) -f "$BENCH_ROOT/backlog/write_many.sql" "log_$1" >/dev/null 2>&1
    sql "log_$1" -f "$BENCH_ROOT/drain.sql"
    left=$((left - 200000))
  done
  settle "log_$1"
}

measure() {
  sql postgres -c checkpoint
  tps "$1" "$BENCH_ROOT/update_one_task.sql"
  local events
  events="$(sql "$1" -c 'select tide.pending_count()')"
  sql "$1" -f "$BENCH_ROOT/growth_of_tables/tick_all.sql" | awk -v n="$events" 'NF { printf "%.1f\n", $1 * 1e6 / n }' >>"$SAMPLES/tick.$1"
}

sides=()
for size in "${sizes[@]}"; do
  logged "$size"
  sides+=("log_$size")
done
interleave "${sides[@]}"

first="log_${sizes[0]}" last="log_${sizes[-1]}"
ticks="$(awk -v a="$(median "tick.$last")" -v b="$(median "tick.$first")" 'BEGIN { print a / b }')"
report "one-row update with a log of ${sizes[-1]} events, against one of ${sizes[0]}" '≥ 0.77' '≥ 0.95' \
  "$(round "$(ratio "$last" "$first")") ($(round "$(median "$last")" 0) of $(round "$(median "$first")" 0) commits/s)" \
  "$(verdict "$(ratio "$last" "$first")" ≥ 0.77 0.95)"
report '– a tick, per event' 'grows ≤ 1.3 ×' '' \
  "$(round "$(median "tick.$first")" 0) / $(round "$(median "tick.$last")" 0) µs: $(round "$ticks") ×" "$(verdict "$ticks" ≤ 1.3)"
