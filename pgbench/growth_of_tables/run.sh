#!/usr/bin/env bash
# Does an event cost more when the tables are larger? GROWTH="10000 100000 1000000 10000000"
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
read -ra sizes <<<"${GROWTH:-10000 100000 1000000}"

# A database of that size with everything, and one with no trigger; made once, then used by all rounds.
grown() {
  if exists "tide_$1"; then return; fi
  say "  $1 tasks"
  sql postgres -c "create database tide_$1"
  load_engine "tide_$1"
  sql "tide_$1" -v tasks="$1" -f "$BENCH_ROOT/tasks.sql"
  settle "tide_$1"
  sql postgres -c "create database bare_$1 template tide_$1"
  sql "bare_$1" -v pattern='' -f "$BENCH_ROOT/drop_triggers.sql"
  settle "bare_$1"
}

# Microseconds that the ticks of all that is pending take, per event.
tick_cost() {
  local events
  events="$(sql "$1" -c 'select tide.pending_count()')"
  sql "$1" -f "$here/tick_all.sql" | awk -v n="$events" 'NF { printf "%.1f\n", $1 * 1e6 / n }'
}

measure() {
  local kind="${1%_*}" size="${1#*_}"
  sql postgres -c checkpoint
  tps "$1" "$here/update.sql" -D tasks="$size"
  if [ "$kind" = tide ]; then
    tick_cost "$1" >>"$SAMPLES/tick.$size"
    SECONDS_PER_RUN=2 milliseconds "$1" "$BENCH_ROOT/backlog/read_one_project.sql" | awk '{ print $1 }' >>"$SAMPLES/read.$size"
  fi
}

sides=()
for size in "${sizes[@]}"; do
  grown "$size"
  sides+=("bare_$size" "tide_$size")
done
interleave "${sides[@]}"

# The cost of the largest as a multiple of the smallest one's.
first="${sizes[0]}" last="${sizes[-1]}"
each() { local size; for size in "${sizes[@]}"; do printf '%s%s' "${separator:-}" "$("$1" "$size")"; separator=' / '; done; separator=''; }
price() { round "$(ratio "tide_$1" "bare_$1")"; }
tick() { round "$(median "tick.$1")" 0; }
reading() { round "$(median "read.$1")"; }
times() { awk -v a="$1" -v b="$2" 'BEGIN { print b ? a / b : 0 }'; }
writers="$(times "$(ratio "tide_$first" "bare_$first")" "$(ratio "tide_$last" "bare_$last")")"
ticks="$(times "$(median "tick.$last")" "$(median "tick.$first")")"
report "one-row update among ${sizes[*]} tasks, against bare tables of that size" 'price grows ≤ 1.3 ×' '' \
  "$(each price): $(round "$writers") ×" "$(verdict "$writers" ≤ 1.3)"
report '– a tick, per event' 'grows ≤ 1.3 ×' '' "$(each tick) µs: $(round "$ticks") ×" "$(verdict "$ticks" ≤ 1.3)"
report '– the summaries of one project of 25 branches, p50' '' '' "$(each reading) ms"
