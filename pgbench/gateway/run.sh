#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster

if [ ! -x "$TIDEGATE" ]; then
  report 'the gateway under 10,000 connections' – – 'no program' 'not measured'
  exit
fi

# Lines as `tidegate bench` prints them: "what: measured (must M, aim A): verdict"; others are beside the point.
tell() {
  local line what measured must aim verdict
  while IFS= read -r line; do
    if [[ $line =~ ^([^\ ].*):\ (.*)\ \(must\ (.*),\ aim\ (.*)\):\ (.*)$ ]]; then
      what="${BASH_REMATCH[1]}" measured="${BASH_REMATCH[2]}" must="${BASH_REMATCH[3]}"
      aim="${BASH_REMATCH[4]}" verdict="${BASH_REMATCH[5]}"
      report "$what" "$must" "${aim#≤ –}" "$measured" "$verdict"
    else
      say "$line"
    fi
  done
}

# A missed thousand is most of a minute: the short form has a hundred, for which nothing was promised.
come_back() {
  if [ -n "$FULL" ]; then ask_bench reconnect reconnect --rounds "$PAIRS" | tell; return; fi
  ask_bench reconnect reconnect --missed 100 >&2
  report '10000 reconnect at once and resume 100 missed commits: until the last one has everything' '' '' \
    "$(told recovered.reconnect) ms"
  report '– deliveries lost, doubled or out of the chain' 0 '' "$(told wrong.reconnect)" "$(verdict "$(median wrong.reconnect)" ≤ 0)"
}

fresh bench tide
ask_bench chain chain --seconds "$(sized 4 10)" --rounds "$(sized 1 "$PAIRS")" | tell
ask_bench everyone everyone --seconds "$(sized 5 10)" --rounds "$(sized 1 "$PAIRS")" | tell
ask_bench fanout fanout --floor --seconds "$(sized 4 10)" --rounds "$(sized 2 "$PAIRS")" | tell
come_back
