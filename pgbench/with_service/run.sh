#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster

measure() {
  fresh bench "$([ "$1" = bare ] && echo bare || echo tide)"
  case "$1" in
    service) start_service bench ;;
    ticker) start_ticker bench ;;
  esac
  tps bench "$BENCH_ROOT/update_one_task.sql"
  stop_background
  # a ticker that does not keep up is no measure of the writers' price
  if [ "$1" != bare ]; then also "$1" left "$(sql bench -c 'select tide.pending_count()')" events; fi
}

# line SIDE QUESTION
line() {
  report "$2" '≥ 0.60' '≥ 0.75' \
    "$(told_ratio "$1" bare) ($(told "$1") of $(told bare) commits/s; $(told "left.$1") events left over)" \
    "$(verdict "$(ratio "$1" bare)" ≥ 0.60 0.75)"
}

fresh bench tide
if start_service bench; then
  stop_background
  interleave bare service
  line service 'one-row update with the service running, against bare tables'
else
  interleave bare ticker
  line ticker 'one-row update while a stand-in ticks, against bare tables'
  report 'one-row update with the service running, against bare tables' '≥ 0.60' '≥ 0.75' 'no service' 'not measured'
fi
