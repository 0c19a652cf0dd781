#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster

if [ ! -x "$TIDEGATE" ]; then
  report 'the gateway under 10,000 connections' – – 'no program' 'not measured'
  exit
fi

ask() {
  DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/bench" TIDEGATE_JWT_SECRET="$BENCH_SECRET" \
    "$TIDEGATE" bench "$@" --rounds "$PAIRS"
}

# Lines as `tidegate bench` prints them: "what: measured (must M, aim A): verdict"; others are beside the point.
tell() {
  local line what measured must aim verdict
  while IFS= read -r line; do
    if [[ $line =~ ^([^\ ].*):\ (.*)\ \(must\ (.*),\ aim\ (.*)\):\ (.*)$ ]]; then
      what="${BASH_REMATCH[1]}" measured="${BASH_REMATCH[2]}" must="${BASH_REMATCH[3]}"
      aim="${BASH_REMATCH[4]}" verdict="${BASH_REMATCH[5]}"
      report "$what" "$must" "$aim" "$measured" "$verdict"
    else
      say "$line"
    fi
  done
}

fresh bench tide
for scenario in spread chain everyone reconnect; do ask "$scenario" | tell; done
ask fanout --floor | tell
