#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster

# events CLIENTS: per second, counted in the log and not by what was asked for
events() {
  local before
  run_pgbench 1 bench "$BENCH_ROOT/backlog/write_many.sql" -c "$1" >/dev/null
  before="$(counted)"
  run_pgbench "$SECONDS_PER_RUN" bench "$BENCH_ROOT/backlog/write_many.sql" -c "$1" >"$SAMPLES/batch"
  awk -v events="$(($(counted) - before))" '/^number of transactions actually/ { split($NF, n, "/"); commits = n[1] }
    /^tps/ { print events / commits * $3 }' "$SAMPLES/batch"
}
counted() { sql bench -c 'select count(*) from tide.events'; }

measure() {
  fresh bench tide
  case "$1" in
    many) events "$CLIENTS" ;;
    one) CLIENTS=1 events 1 ;;
  esac
}

MEASURE=appended UNIT=events/s interleave many one
report "events appended in commits of 100 rows, $CLIENTS writers" '≥ 20,000 events/s' '' "$(told many) events/s" \
  "$(verdict "$(median many)" ≥ 20000)"
report '– by one writer' '' '' "$(told one) events/s"
