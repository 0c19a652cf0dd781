#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

measure() {
  fresh bench tide
  sql bench -f "$here/tasks_of_one_branch.sql"
  settle bench
  case "$1" in
    spread) tps bench "$here/update.sql" -D from=1 -D to=5000 ;;
    one_branch) tps bench "$here/update.sql" -D from=100001 -D to=105000 ;;
  esac
}

interleave spread one_branch
one="$(ratio one_branch spread)"
report 'every update in one branch, against spread updates' '≥ 0.90' '1.0' \
  "$(told_ratio one_branch spread) ($(told one_branch) of $(told spread) commits/s)" \
  "$(verdict "$one" ≥ 0.90 1.0)"
