#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster

measure() {
  fresh bench "$1"
  tps bench "$BENCH_ROOT/update_one_task.sql"
}

interleave bare guard tide
against_bare="$(ratio tide bare)"
report "one-row update, triggers alone, against bare tables" '≥ 0.75' '≥ 0.85' \
  "$(round "$against_bare") ($(round "$(median tide)" 0) of $(round "$(median bare)" 0) commits/s)" \
  "$(verdict "$against_bare" ≥ 0.75 0.85)"
report "– of that the guards (updated_at), against bare tables" '' '' \
  "$(round "$(ratio guard bare)") ($(round "$(median guard)" 0) commits/s)"
report "– of that the events, against the guards alone" '' '' "$(round "$(ratio tide guard)")"
