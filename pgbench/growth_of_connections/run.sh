#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
read -ra sizes <<<"${CONNECTIONS:-100 1000 10000}"
SECONDS_PER_SPREAD="${SECONDS_PER_SPREAD:-$(sized 4 10)}"
HEARERS=50

if [ ! -x "$TIDEGATE" ]; then
  report 'the service under 10,000 connections' '' '' 'no program' 'not measured'
  exit
fi

ask() {
  local size="${1##*_}" projects
  case "$1" in
    own_topic_*) projects="$size" ;;
    *) projects="$((size / HEARERS))" ;;
  esac
  ask_bench "$1" spread --connections "$size" --projects "$projects" --seconds "$SECONDS_PER_SPREAD" >&2
}

sides=("${sizes[@]/#/spread_}")
if [ -n "$FULL" ]; then sides+=("${sizes[@]/#/own_topic_}"); fi
fresh bench tide
for ROUND in $(seq "$(sized 2 "$PAIRS")"); do
  for side in "${sides[@]}"; do
    # Ten thousand logins are the longest part of it.
    if [ -z "$FULL" ] && [ "$side" = spread_10000 ] && [ "$ROUND" -gt 1 ]; then continue; fi
    say "  round $ROUND, $side"
    ask "$side"
  done
done

line() { echo "p50 $(told "p50.$1" 1), p95 $(told "p95.$1" 1), p99 $(told "p99.$1" 1) ms; $(told "memory.$1") MB, $(told "processor_per_message.$1" 1) µs of processor a message, database $(told "database_cores.$1" 2) cores"; }
wrong() { awk '{ n += $1 } END { print n + 0 }' "$SAMPLES/wrong.$1"; }
for size in "${sizes[@]}"; do
  at="spread_$size"
  if [ "$size" = 10000 ]; then
    report "$size connections, 50 commits/s each heard by $HEARERS: commit → client" 'p50 20, p95 50, p99 100 ms; < 200 MB' 'p99 40 ms; < 100 MB' \
      "$(line "$at")" "$(worst "$(verdict "$(median "p50.$at")" ≤ 20)" "$(verdict "$(median "p95.$at")" ≤ 50)" \
        "$(verdict "$(median "p99.$at")" ≤ 100 40)" "$(verdict "$(median "memory.$at")" ≤ 200 100)")"
    report "– a newcomer's first snapshot meanwhile, p99" '≤ 1,000 ms' '' "$(told "newcomer_p99.$at" 1) ms" \
      "$(verdict "$(median "newcomer_p99.$at")" ≤ 1000)"
  else
    report "$size connections, 50 commits/s each heard by $HEARERS: commit → client" '' '' "$(line "$at")"
  fi
  report '– deliveries lost, doubled or out of the chain' 0 '' "$(wrong "$at")" "$(verdict "$(wrong "$at")" ≤ 0)"
done
if [ -n "$FULL" ]; then
  for size in "${sizes[@]}"; do
    report "$size connections, each with a topic of its own, 50 commits/s" '' '' "$(line "own_topic_$size")"
  done
fi
