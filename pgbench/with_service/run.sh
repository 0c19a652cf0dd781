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
  if [ "$1" != bare ]; then sql bench -c 'select tide.pending_count()' >>"$SAMPLES/left.$1"; fi
}

# line SIDE QUESTION
line() {
  report "$2" '≥ 0.60' '≥ 0.75' \
    "$(round "$(ratio "$1" bare)") ($(round "$(median "$1")" 0) of $(round "$(median bare)" 0) commits/s; $(middle <"$SAMPLES/left.$1") events left over)" \
    "$(verdict "$(ratio "$1" bare)" ≥ 0.60 0.75)"
}

sides=(bare ticker)
fresh bench tide
if start_service bench; then sides+=(service); stop_background; fi
interleave "${sides[@]}"
line ticker 'one-row update while a stand-in ticks, against bare tables'
if [ -f "$SAMPLES/service" ]; then
  line service 'one-row update with the service running, against bare tables'
else
  report 'one-row update with the service running, against bare tables' '≥ 0.60' '≥ 0.75' 'no service' 'not measured'
fi
