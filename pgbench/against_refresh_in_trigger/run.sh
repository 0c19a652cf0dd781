#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

make_refresh_template() {
  template bare
  sql postgres -c 'create database template_refresh template template_bare'
  sql template_refresh -f "$here/reference.sql"
}

measure() {
  fresh bench "$1"
  tps bench "$BENCH_ROOT/update_one_task.sql"
}

interleave tide refresh
times="$(ratio tide refresh)"
report 'against refresh materialized view concurrently in a trigger' '≥ 200 ×' '' \
  "$(round "$times" 0) × ($(round "$(median tide)" 0) against $(round "$(median refresh)" 1) commits/s)" \
  "$(verdict "$times" ≥ 200)"
