#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

make_counters_template() {
  template bare
  sql postgres -c 'create database template_counters template template_bare'
  sql template_counters -f "$here/reference.sql"
}

measure() {
  case "$1" in
    tide_*) fresh bench tide ;;
    counters_*) fresh bench counters ;;
  esac
  case "$1" in
    *_spread) tps bench "$BENCH_ROOT/update_one_task.sql" ;;
    *_one_project) tps bench "$here/update_in_one_project.sql" ;;
  esac
}

# line WHERE QUESTION
line() {
  report "$2" '≥ 2.5 ×' '≥ 4 ×' \
    "$(round "$(ratio "tide_$1" "counters_$1")" 1) × ($(round "$(median "tide_$1")" 0) against $(round "$(median "counters_$1")" 0) commits/s)" \
    "$(verdict "$(ratio "tide_$1" "counters_$1")" ≥ 2.5 4)"
}

interleave tide_spread counters_spread tide_one_project counters_one_project
line spread 'against counters in place + payload in pg_notify, spread'
line one_project 'against counters in place + payload in pg_notify, all in one project'
