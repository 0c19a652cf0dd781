#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

# reference NAME FILE…: a template with no trigger of ours and these of theirs
reference() {
  local name="$1" file; shift
  template bare
  sql postgres -c "create database template_$name template template_bare"
  for file in "$@"; do sql "template_$name" -f "$here/$file.sql"; done
}
make_notify_template() { reference notify notify; }
make_counters_template() { reference counters counters; }
make_refresh_template() { reference refresh refresh; }
make_seeds_template() { reference seeds counters refresh; }

measure() {
  local way="${1%_one_project}"
  fresh bench "${way/service/tide}"
  if [ "$way" = service ]; then start_service bench; fi
  case "$1" in
    *_one_project) tps bench "$here/update_in_one_project.sql" ;;
    *) tps bench "$BENCH_ROOT/update_one_task.sql" ;;
  esac
  stop_background
}

# line OURS THEIRS QUESTION [MUST AIM]: how many times as many commits
line() {
  local must="${4:-}" aim="${5:-}"
  report "$3" "${must:+≥ $must ×}" "${aim:+≥ $aim ×}" \
    "$(told_ratio "$1" "$2" 1) × ($(told "$1") against $(told "$2") commits/s)" \
    "${must:+$(verdict "$(ratio "$1" "$2")" ≥ "$must" "$aim")}"
}

ours=(bare tide)
if [ -x "$TIDEGATE" ]; then ours+=(service); fi
interleave "${ours[@]}" notify counters refresh seeds tide_one_project counters_one_project
line tide notify 'one-row update, against the payload in pg_notify'
line tide counters '– against counters in place + payload in pg_notify, spread' 2.5 4
line tide_one_project counters_one_project '– against counters in place + payload in pg_notify, all in one project' 2.5 4
line tide refresh '– against refresh materialized view concurrently in a trigger' 200
line tide seeds "– against all of these, the seeds' own write path"
if [ -x "$TIDEGATE" ]; then line service seeds "– the service running, against the seeds' own write path with nobody listening"; fi
