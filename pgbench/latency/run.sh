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
  delays | tee -a "$SAMPLES/all.$1" | awk '{ print $1 }'
  stop_background
}

# column SIDE NUMBER: the median over the rounds
column() { awk -v n="$2" '{ print $n }' "$SAMPLES/all.$1" | middle; }
line() { echo "p50 $(column "$1" 1), p95 $(column "$1" 2), p99 $(column "$1" 3), max $(column "$1" 4) ms; $(column "$1" 7) of $(column "$1" 5) not heard"; }
worst() { case "$*" in *missed*) echo missed ;; *'must met'*) echo 'must met' ;; *) echo 'aim met' ;; esac; }

fresh bench tide
if ! start_service bench; then
  report "$paced" 'p50 < 5 ms, p99 < 25 ms' 'p50 < 2 ms, p99 < 10 ms' 'no service' 'not measured'
  report "$full" 'p95 < 50 ms' 'p95 < 25 ms' 'no service' 'not measured'
  exit
fi
stop_background
python="$(python_with_websockets)"
interleave paced full
report "$paced" 'p50 < 5 ms, p99 < 25 ms' 'p50 < 2 ms, p99 < 10 ms' "$(line paced)" \
  "$(worst "$(verdict "$(column paced 1)" ≤ 5 2)" "$(verdict "$(column paced 3)" ≤ 25 10)" "$(verdict "$(column paced 7)" ≤ 0)")"
report "$full" 'p95 < 50 ms' 'p95 < 25 ms' "$(line full)" \
  "$(worst "$(verdict "$(column full 2)" ≤ 50 25)" "$(verdict "$(column full 7)" ≤ 0)")"
