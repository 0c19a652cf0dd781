#!/usr/bin/env bash
# Does an event cost more when the tables are larger? GROWTH="10000 100000 1000000"
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
read -ra sizes <<<"${GROWTH:-10000 100000 1000000$(sized '' ' 10000000')}"

# A database of that size with everything, and one with no trigger; made once, then used by all rounds.
grown() {
  if exists "tide_$1"; then return; fi
  say "  $1 tasks"
  sql postgres -c "create database tide_$1"
  load_engine "tide_$1"
  # Without triggers, and counted afterwards: ten million events are not what is asked about.
  PGOPTIONS="$PGOPTIONS -c session_replication_role=replica" sql "tide_$1" -v tasks="$1" -f "$BENCH_ROOT/tasks.sql"
  sql "tide_$1" -c 'select count(*) from tide.rebuild()' >/dev/null
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
    also "$size" tick "$(tick_cost "$1")" µs/event
    also "$size" read "$(SECONDS_PER_RUN=1 milliseconds "$1" "$BENCH_ROOT/backlog/read_one_project.sql" | awk '{ print $1 }')" ms
  fi
}

sides=()
for size in "${sizes[@]}"; do
  grown "$size"
  sides+=("bare_$size" "tide_$size")
done
interleave "${sides[@]}"
forget "${sides[@]}"

# The cost of the largest as a multiple of the smallest one's.
first="${sizes[0]}" last="${sizes[-1]}"
each() { local size; for size in "${sizes[@]}"; do printf '%s%s' "${separator:-}" "$("$1" "$size")"; separator=' / '; done; separator=''; }
price() { told_ratio "tide_$1" "bare_$1"; }
tick() { told "tick.$1"; }
reading() { told "read.$1" 2; }
# The rounds' own: the price at the first size over the price at the last.
paste <(ratios "tide_$first" "bare_$first") <(ratios "tide_$last" "bare_$last") | awk '{ print $1 / $2 }' >"$SAMPLES/growth"
report "one-row update among ${sizes[*]} tasks, against bare tables of that size" 'price grows ≤ 1.3 ×' '' \
  "$(each price): $(told growth 2) ×" "$(verdict "$(median growth)" ≤ 1.3)"
report '– a tick, per event' 'grows ≤ 1.3 ×' '' "$(each tick) µs: $(told_ratio "tick.$last" "tick.$first") ×" \
  "$(verdict "$(ratio "tick.$last" "tick.$first")" ≤ 1.3)"
report '– the summaries of one project of 25 branches, p50' '' '' "$(each reading) ms"
