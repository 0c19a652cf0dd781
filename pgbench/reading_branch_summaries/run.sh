#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

start_writers() {
  background pgbench -n -c "$CLIENTS" -j 2 -M prepared -T 3600 "$@" -f "$here/write.sql" bench
  sleep 1
}

measure() {
  start_ticker bench
  case "$1" in
    *_busy) start_writers ;;
    *_paced) start_writers -R 1000 ;;
  esac
  milliseconds bench "$here/read_${1%_*}.sql" | tee -a "$SAMPLES/all.$1" | awk '{ print $1 }'
  stop_background
}

# line WHEN QUESTION
line() {
  local stored times
  stored="$(median "stored_$1")"
  times="$(ratio "live_$1" "stored_$1")"
  report "$2" '≥ 10 × faster, < 5 ms' '' \
    "$(told_ratio "live_$1" "stored_$1" 1) × faster, p50 $(told "stored_$1" 2) ms, p95 $(awk '{ print $2 }' "$SAMPLES/all.stored_$1" | middle) ms (live: $(told "live_$1" 2) ms)" \
    "$([ "$(verdict "$times" ≥ 10)" = met ] && verdict "$stored" ≤ 5 || echo missed)"
}

fresh bench tide
sql bench -f "$here/tasks.sql"
settle bench
MEASURE=p50 UNIT=ms interleave stored_rest live_rest stored_paced live_paced stored_busy live_busy
line rest 'branch_summaries of 100 branches of 100,000 tasks, against computing live: nobody writes'
line paced '– while 1,000 rows/s are written'
line busy "– while $CLIENTS writers write as fast as they can"
