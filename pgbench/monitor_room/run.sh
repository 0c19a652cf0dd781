#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
SECONDS_PER_MIX="${SECONDS_PER_MIX:-$(sized 30 300)}"
WRITES_PER_SECOND="${WRITES_PER_SECOND:-200}"
mix="the monitor room's 14 endpoints, beside 100 users for $SECONDS_PER_MIX s"
RECEIVER_PORT=$((SERVICE_PORT + 1))
SILENT_PORT=$((SERVICE_PORT + 2))

if [ ! -x "$TIDEGATE" ]; then
  report "$mix" – – 'no program' 'not measured'
  exit
fi
export TIDEGATE_WEBHOOKS__ALLOWED_NETWORKS=127.0.0.0/8
database="postgres://postgres@127.0.0.1:$BENCH_PORT/bench"

python_with_aiohttp() {
  local venv="${BENCH_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/tidegate-bench-venv}-aiohttp"
  if ! "$venv/bin/python" -c 'import aiohttp' 2>/dev/null; then
    python3 -m venv "$venv" && "$venv/bin/pip" install -q aiohttp >&2
  fi
  echo "$venv/bin/python"
}
python="$(python_with_aiohttp)"

token() { DATABASE_URL="$database" TIDEGATE_JWT_SECRET="$BENCH_SECRET" "$TIDEGATE" token --user "$1" --ttl 2h "${@:2}"; }
# field FILE a.b: out of a JSON file
field() { python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); [a := a[k] for k in sys.argv[2].split(".")]; print(a)' "$1" "$2"; }
worst() { case "$*" in *missed*) echo missed ;; *'must met'*) echo 'must met' ;; *'aim met'*) echo 'aim met' ;; *) echo met ;; esac; }

# --- the endpoints, and alerts, beside the seeds' mix -------------------------

make_mix_template() {
  sql postgres -c 'create database template_mix'
  load_engine template_mix
  sql template_mix -f "$here/../load_mix/furnish.sql"
  settle template_mix
}

fresh bench mix
export TIDEGATE_HTTP__BULK_REQUESTS=1000000
start_service bench
for number in $(seq 100); do token "user$number"; done >"$SAMPLES/tokens"
"$python" "$here/../load_mix/mix.py" --url "http://127.0.0.1:$SERVICE_PORT" --tokens "$SAMPLES/tokens" \
  --seconds "$SECONDS_PER_MIX" >"$SAMPLES/mix.json" &
users=$!
"$python" "$here/endpoints.py" --url "http://127.0.0.1:$SERVICE_PORT" --token "$(token user1 --role admin)" \
  --database "$database" --seconds "$SECONDS_PER_MIX" >"$SAMPLES/endpoints.json"
wait "$users" || say 'the users did not come to an end'
stop_background
say "$(cat "$SAMPLES/endpoints.json")"
of() { field "$SAMPLES/endpoints.json" "$1"; }
report "$mix" 'p95 < 200, p99 < 500 ms' 'p95 < 20, p99 < 50 ms' \
  "p50 $(of all.p50), p95 $(of all.p95), p99 $(of all.p99) ms of $(of all.count), $(of failed) failed; slowest: $(of slowest.name), p95 $(of slowest.p95), p99 $(of slowest.p99) ms" \
  "$(worst "$(verdict "$(of all.p95)" ≤ 200 20)" "$(verdict "$(of all.p99)" ≤ 500 50)" "$(verdict "$(of failed)" ≤ 0)")"
report '– from a row to its alert on /ws/dashboard' '< 100 ms (p95)' '' \
  "p50 $(of alert.p50), p95 $(of alert.p95), p99 $(of alert.p99) ms of $(of alert.count)" "$(verdict "$(of alert.p95)" ≤ 100)"

# --- deliveries ---------------------------------------------------------------

# A receiver that prints what it heard when its standard input has a line; `heard` asks for it.
start_receiver() {
  mkfifo "$SAMPLES/ask.$1"
  "$python" "$here/receiver.py" --port "$RECEIVER_PORT" --silent-port "$SILENT_PORT" \
    <"$SAMPLES/ask.$1" >"$SAMPLES/heard.$1" &
  receiver=$!
  exec 9>"$SAMPLES/ask.$1"
}
end_receiver() {
  echo >&9
  exec 9>&-
  wait "$receiver"
}

# webhook PORT TOPIC…: an administrator's
webhook() {
  sql bench -c "insert into monitor.webhooks (url, topics) values ('http://127.0.0.1:$1/in', string_to_array('${*:2}', ' '))"
}
projects() { sql bench -c "select string_agg('project:' || id, ' ') from work.projects"; }
waiting() { sql bench -c "select count(*) from monitor.deliveries where status = 'pending' and webhook_id not in (select id from monitor.webhooks where url like '%:$SILENT_PORT/%')"; }
settled() {
  local attempt
  for attempt in $(seq 600); do
    sleep 0.2
    if [ "$(sql bench -c "select (tide.pending_count() + (tide.position()).sequence - min(c.sequence)) from tide.consumers c
      join monitor.webhooks w on c.name = 'webhook:' || w.id where w.url like '%:$RECEIVER_PORT/%'")" = 0 ] && [ "$(waiting)" = 0 ]; then return; fi
  done
  say 'deliveries did not come to an end'
}

# Everything at once: how many a second until the last has come.
rate() {
  fresh bench tide
  start_service bench
  start_receiver "$1"
  # shellcheck disable=SC2046
  webhook "$RECEIVER_PORT" $(projects)
  sleep 2
  run_pgbench "$SECONDS_PER_RUN" bench "$BENCH_ROOT/update_one_task.sql" -c 4 -R 2000 >/dev/null
  settled
  end_receiver
  stop_background
  field "$SAMPLES/heard.$1" per_second
}

# At a steady rate: the 99th percentile from commit to arrival, alone or beside an endpoint that never answers.
delay() {
  fresh bench tide
  start_service bench
  start_receiver "$1"
  # shellcheck disable=SC2046
  webhook "$RECEIVER_PORT" $(projects)
  # shellcheck disable=SC2046
  if [ "${1%.*}" = dead ]; then webhook "$SILENT_PORT" $(projects); fi
  sleep 2
  run_pgbench "$SECONDS_PER_RUN" bench "$BENCH_ROOT/update_one_task.sql" -c 4 -R "$WRITES_PER_SECOND" >/dev/null
  settled
  end_receiver
  stop_background
  field "$SAMPLES/heard.$1" p99
}

# What writers get done while the room records, or does not.
writers() {
  fresh bench tide
  start_service bench
  if [ "$1" = recording ]; then background pgbench -n -c 1 -R 100 -T 3600 -f "$here/record.sql" bench; fi
  tps bench "$BENCH_ROOT/update_one_task.sql"
  stop_background
}

round=0
measure() {
  round=$((round + 1))
  case "$1" in
    rate) rate "rate.$round" ;;
    alone | dead) delay "$1.$round" ;;
    *) writers "$1" ;;
  esac
}

interleave rate
faults="$(cat "$SAMPLES"/heard.rate.* | python3 -c 'import json, sys; print(sum(json.loads(l)["twice"] + json.loads(l)["out_of_order"] for l in sys.stdin))')"
report 'deliveries a second to a receiver on this machine, 40 topics of one webhook' '1,000' '' \
  "$(median rate), $faults twice or out of order" "$(worst "$(verdict "$(median rate)" ≥ 1000)" "$(verdict "$faults" ≤ 0)")"

interleave alone dead
report "an endpoint that hangs, to the others' p99 at $WRITES_PER_SECOND changes a second" '< 10 % more' '' \
  "$(median alone) → $(median dead) ms ($(round "$(ratio dead alone)") ×)" "$(verdict "$(ratio dead alone)" ≤ 1.1)"

interleave quiet recording
report "recording 10,000 metric points a second, to the work room's writers" '< 3 % less' '' \
  "$(median quiet) → $(median recording) commits/s ($(round "$(ratio recording quiet)" 3) ×)" "$(verdict "$(ratio recording quiet)" ≥ 0.97)"
