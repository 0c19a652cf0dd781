#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
SECONDS_PER_MIX="${SECONDS_PER_MIX:-$(sized 30 300)}"
what="100 users for $SECONDS_PER_MIX s: 50 % reading, 20 % writing, 30 % on the socket"

if [ ! -x "$TIDEGATE" ]; then
  report "$what" – – 'no program' 'not measured'
  exit
fi

make_mix_template() {
  sql postgres -c 'create database template_mix'
  load_engine template_mix
  sql template_mix -f "$here/furnish.sql"
  settle template_mix
}

python_with_aiohttp() {
  local venv="${BENCH_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/tidegate-bench-venv}-aiohttp"
  if ! "$venv/bin/python" -c 'import aiohttp' 2>/dev/null; then
    python3 -m venv "$venv" && "$venv/bin/pip" install -q aiohttp >&2
  fi
  echo "$venv/bin/python"
}

fresh bench mix
# A browser asks for the bulk summaries now and then; these do so all the time.
export TIDEGATE_HTTP__BULK_REQUESTS=1000000
start_service bench
for number in $(seq 100); do
  DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/bench" TIDEGATE_JWT_SECRET="$BENCH_SECRET" \
    "$TIDEGATE" token --user "user$number" --ttl 2h
done >"$SAMPLES/tokens"
"$(python_with_aiohttp)" "$here/mix.py" --url "http://127.0.0.1:$SERVICE_PORT" --tokens "$SAMPLES/tokens" \
  --seconds "$SECONDS_PER_MIX" >"$SAMPLES/mix.json"
stop_background
say "$(cat "$SAMPLES/mix.json")"

field() { python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); [a := a[k] for k in sys.argv[2].split(".")]; print(a)' "$SAMPLES/mix.json" "$1"; }
line() { echo "p50 $(field "$1.p50"), p95 $(field "$1.p95"), p99 $(field "$1.p99") ms of $(field "$1.count"), $(field "$1.failed") failed"; }
for kind in read write socket event; do
  for part in p50 p95 p99; do also "$kind" "$part" "$(field "$kind.$part")" ms; done
done
for kind in read write; do
  report "$what: $kind" 'p95 < 200, p99 < 500 ms' 'p95 < 20 ms' "$(line "$kind")" \
    "$(worst "$(verdict "$(field "$kind.p95")" ≤ 200)" "$(verdict "$(field "$kind.p99")" ≤ 500)")"
done
report "– a write by the socket, to its ack" '< 100 ms (p95)' '' "$(line socket)" "$(verdict "$(field socket.p95)" ≤ 100)"
report "– a write by REST, to its event on the writer's socket" '< 100 ms (p95)' '' "$(line event)" "$(verdict "$(field event.p95)" ≤ 100)"
failures="$(python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); k = ["read", "write", "socket", "event"]; n = sum(a[x]["count"] + a[x]["failed"] for x in k); print(100 * sum(a[x]["failed"] for x in k) / max(n, 1))' "$SAMPLES/mix.json")"
report '– failed' '< 0.1 %' '' "$(round "$failures" 3) %" "$(verdict "$failures" ≤ 0.1)"
report '– answers that were kept' '> 90 %' '' "$(round "$(field cache_hit_ratio)" 3)" "$(verdict "$(field cache_hit_ratio)" ≥ 0.9)"
