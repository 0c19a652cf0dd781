#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
paced='commit → client on /ws, 100 single-row writes/s'
full='commit → client on /ws, at full write load'

token() { TIDEGATE_JWT_SECRET="$BENCH_SECRET" "$TIDEGATE" token --user bench --ttl 1h; }

# "p50 p95 p99 max writes messages lost"
delays() {
  "$python" "$here/latency.py" --url "ws://127.0.0.1:$SERVICE_PORT/ws?sync=none" \
    --token "$(DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/bench" token)" \
    --database "postgres://postgres@127.0.0.1:$BENCH_PORT/bench" --seconds "$SECONDS_PER_RUN"
}

measure() {
  fresh bench tide
  start_service bench
  if [ "$1" = full ]; then
    background pgbench -n -c "$CLIENTS" -j 2 -M prepared -T 3600 -f "$BENCH_ROOT/update_one_task.sql" bench
  fi
  local p50 p95 p99 max writes messages lost
  read -r p50 p95 p99 max writes messages lost <<<"$(delays)"
  also "$1" p95 "$p95" ms
  also "$1" p99 "$p99" ms
  also "$1" max "$max" ms
  also "$1" writes "$writes" commits
  also "$1" messages "$messages" messages
  also "$1" lost "$lost" commits
  echo "$p50"
  stop_background
}

line() { echo "p50 $(told "$1" 2), p95 $(told "p95.$1" 2), p99 $(told "p99.$1" 2), max $(told "max.$1" 1) ms; $(told "lost.$1") of $(median "writes.$1") not heard"; }

fresh bench tide
if ! start_service bench; then
  report "$paced" 'p50 < 5 ms, p99 < 25 ms' 'p50 < 2 ms, p99 < 10 ms' 'no service' 'not measured'
  report "$full" 'p95 < 50 ms' 'p95 < 25 ms' 'no service' 'not measured'
  exit
fi
stop_background
python="$(python_with_websockets)"
MEASURE=p50 UNIT=ms interleave paced full
report "$paced" 'p50 < 5 ms, p99 < 25 ms' 'p50 < 2 ms, p99 < 10 ms' "$(line paced)" \
  "$(worst "$(verdict "$(median paced)" ≤ 5 2)" "$(verdict "$(median p99.paced)" ≤ 25 10)" "$(verdict "$(median lost.paced)" ≤ 0)")"
report "$full" 'p95 < 50 ms' 'p95 < 25 ms' "$(line full)" \
  "$(worst "$(verdict "$(median p95.full)" ≤ 50 25)" "$(verdict "$(median lost.full)" ≤ 0)")"
