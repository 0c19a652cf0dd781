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
  "$(told_ratio tide bare) ($(told tide) of $(told bare) commits/s)" \
  "$(verdict "$against_bare" ≥ 0.75 0.85)"
report "– of that the guards (updated_at), against bare tables" '' '' \
  "$(told_ratio guard bare) ($(told guard) commits/s)"
report "– of that the events, against the guards alone" '' '' "$(told_ratio tide guard)"
