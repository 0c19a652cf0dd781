#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
what='events/s through the whole chain, before it no longer keeps up'

if [ ! -x "$TIDEGATE" ]; then
  report "$what" '' '' 'no program' 'not measured'
  exit
fi

fresh bench tide
ask_bench chain saturation --seconds "$(sized 2 5)" --rounds "${SATURATION_ROUNDS:-$(sized 1 3)}" >&2

# Whose the cores are where it no longer keeps up. Ticks are made one after the other, by one backend.
scarce() {
  local who
  if [ "$(verdict "$(median cores_tick.chain)" ≥ 0.9)" = met ]; then printf 'the tick, which has one core: '
  elif [ "$(verdict "$(median cores_idle.chain)" ≤ 0.25)" = met ]; then printf "the machine's %s cores: " "$(getconf _NPROCESSORS_ONLN)"
  else printf 'no core, %s were idle; so it is waiting (flushes, locks): ' "$(told cores_idle.chain 2)"; fi
  for who in writers tick service load others; do printf '%s %s, ' "$who" "$(told "cores_$who.chain" 2)"; done
  printf 'in all %s' "$(told cores_all.chain 2)"
}
total() { awk '{ n += $1 } END { print n + 0 }' "$SAMPLES/$1"; }
report "$what" '' '' "$(told sustained.chain) events/s, p99 $(told sustained_p99.chain) ms"
report '– what runs out first' '' '' "$(scarce)"
report '– offered half as much again as was too much' '' '' \
  "$(told beyond_offered.chain) events/s offered, $(told beyond_committed.chain) committed; $(told waiting.chain) waited at most; p99 $(told beyond_p99.chain) ms"
report '– all of it told, after the last commit' '' '' "$(told told_after.chain 1) s"
report '– deliveries lost, doubled or out of the chain' 0 '' "$(total wrong.chain)" "$(verdict "$(total wrong.chain)" ≤ 0)"
