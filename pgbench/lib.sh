# shellcheck shell=bash
# What the questions share; sourced by <question>/run.sh. One throw-away cluster with fsync on, one
# template database with 50,000 tasks, a fresh copy of it for every run, and medians.
#
#   FULL=1                                   the long form: longer runs, larger tables, all connections
#   SECONDS_PER_RUN=2 PAIRS=3 CLIENTS=16     length and number of the interleaved runs (FULL: 5 s)
#   BENCH_PORT=54105 BENCH_DIR=/tmp/…        where the cluster lives; it is removed at the end
#   TIDEGATE=target/release/tidegate         loads the engine and serves; without it psql loads
#   KEEP_CLUSTER=1                           leave the cluster running, for looking around
set -euo pipefail
export LC_ALL=C
unset PGDATABASE PGSERVICE PGOPTIONS PGPASSWORD DATABASE_URL

BENCH_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
REPOSITORY="$(dirname "$BENCH_ROOT")"
FULL="${FULL:-}"
# sized SHORT LONG: which of them this run is for.
sized() { if [ -n "$FULL" ]; then echo "$2"; else echo "$1"; fi; }
SECONDS_PER_RUN="${SECONDS_PER_RUN:-$(sized 2 5)}"
PAIRS="${PAIRS:-3}"
CLIENTS="${CLIENTS:-16}"
BENCH_PORT="${BENCH_PORT:-54105}"
BENCH_DIR="${BENCH_DIR:-/tmp/tidegate-bench.$(id -u)}"
newest_postgres() {
  find /usr/lib/postgresql /opt/homebrew/opt /usr/local/opt -maxdepth 3 -name initdb 2>/dev/null \
    | sort -V | tail -1 | sed 's,/initdb$,,' || true
}
PG_BIN="${PG_BIN:-${TIDEGATE_PG_BIN:-$(newest_postgres)}}"
TIDEGATE="${TIDEGATE:-$REPOSITORY/target/release/tidegate}"
SERVICE_PORT="${SERVICE_PORT:-$((BENCH_PORT + 1000))}"
BENCH_SECRET='a secret of the bench only, 32 bytes and more'
export FULL SECONDS_PER_RUN PAIRS CLIENTS BENCH_PORT BENCH_DIR PG_BIN TIDEGATE SERVICE_PORT
export PGHOST=127.0.0.1 PGPORT="$BENCH_PORT" PGUSER=postgres
export PGOPTIONS="-c client_min_messages=warning"
PATH="$PG_BIN:$PATH"
QUESTION="$(basename "$(cd "$(dirname "$0")" && pwd)")"
SAMPLES="$(mktemp -d)"
BACKGROUND=()
OWNS_CLUSTER=no

say() { printf 'bench: %s\n' "$*" >&2; }
fail() { say "$1"; say "  $2"; exit 2; }
sql() { psql --no-psqlrc --quiet --no-align --tuples-only -v ON_ERROR_STOP=1 -d "$@"; }

# --- the cluster -------------------------------------------------------------

as_postgres() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# A question that is run by run.sh finds the cluster running and leaves it running.
start_cluster() {
  trap leave EXIT
  if [ -n "${BENCH_CLUSTER:-}" ]; then return; fi
  [ -n "$PG_BIN" ] || fail 'no Postgres server binaries found' 'install them, or set PG_BIN'
  [ ! -e "$BENCH_DIR" ] || fail "$BENCH_DIR exists" 'another run is using it, or left it: remove it or set BENCH_DIR'
  install -d -m 755 "$BENCH_DIR"
  if [ "$(id -u)" = 0 ]; then chown postgres "$BENCH_DIR"; fi
  as_postgres "$PG_BIN/initdb" -D "$BENCH_DIR/data" -U postgres -A trust --locale=C -E UTF8 \
    >"$SAMPLES/initdb.log" || { cat "$SAMPLES/initdb.log" >&2; exit 2; }
  # What durability costs is what we measure, so fsync stays on; checkpoints stay out of the runs.
  cat >>"$BENCH_DIR/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $BENCH_PORT
unix_socket_directories = '$BENCH_DIR'
max_connections = 120
fsync = on
synchronous_commit = on
shared_buffers = 512MB
max_wal_size = 8GB
checkpoint_timeout = 30min
track_functions = none
${BENCH_CONF:-}
CONF
  OWNS_CLUSTER=yes
  as_postgres "$PG_BIN/pg_ctl" -D "$BENCH_DIR/data" -l "$BENCH_DIR/log" -w start >/dev/null
  export BENCH_CLUSTER="$BENCH_DIR"
}

leave() {
  stop_background
  rm -rf "$SAMPLES"
  if [ "$OWNS_CLUSTER" != yes ] || [ -n "${KEEP_CLUSTER:-}" ]; then return; fi
  as_postgres "$PG_BIN/pg_ctl" -D "$BENCH_DIR/data" -m immediate -w stop >/dev/null || true
  rm -rf "$BENCH_DIR"
}

# background COMMAND…: until stop_background or the end of the script.
background() {
  "$@" >"$SAMPLES/background.log" 2>&1 &
  BACKGROUND+=($!)
}

stop_background() {
  local pid
  for pid in ${BACKGROUND[@]+"${BACKGROUND[@]}"}; do
    kill "$pid" 2>/dev/null || true
    kill -CONT "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  BACKGROUND=()
}

# --- the databases -----------------------------------------------------------

exists() { [ "$(sql postgres -c "select count(*) from pg_database where datname = '$1'")" = 1 ]; }

# The templates: `tide` is the whole product; `guard` has the room's own triggers but makes no
# event; `bare` is the same tables with no trigger but the foreign keys'.
template() {
  if exists "template_$1"; then return; fi
  case "$1" in
    tide) make_tide_template ;;
    guard) without_triggers guard '^_700_event_' ;;
    bare) without_triggers bare '' ;;
    *) "make_$1_template" ;;
  esac
}

make_tide_template() {
  sql postgres -c 'create database template_tide'
  load_engine template_tide
  sql template_tide -f "$BENCH_ROOT/tasks.sql"
  settle template_tide
}

without_triggers() {
  template tide
  sql postgres -c "create database template_$1 template template_tide"
  sql "template_$1" -v pattern="$2" -f "$BENCH_ROOT/drop_triggers.sql"
}

load_engine() {
  if [ -x "$TIDEGATE" ]; then
    DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/$1" TIDEGATE_JWT_SECRET="$BENCH_SECRET" \
      "$TIDEGATE" migrate >"$SAMPLES/migrate.log" 2>&1 || { cat "$SAMPLES/migrate.log" >&2; exit 2; }
  else
    load_engine_by_psql "$1"
  fi
}

# The order of `tidegate migrate`: all rooms' functions, views, triggers, watches, grants.
load_engine_by_psql() {
  local file
  for file in $(ls "$REPOSITORY"/migrations/V*.sql | sort -V); do sql "$1" -1 -f "$file" >/dev/null; done
  {
    echo 'begin; set local role tide_owner; set local check_function_bodies = off;'
    for file in functions views triggers; do
      cat "$REPOSITORY/sql/tide/$file"/*.sql "$REPOSITORY/sql/work/$file"/*.sql
    done
    cat "$REPOSITORY"/sql/{tide,work}/watches.sql "$REPOSITORY"/sql/{tide,work}/grants.sql
    echo 'select tide.refresh_watches(); commit;'
  } | sql "$1" >/dev/null
}

# Everything ticked, statistics fresh. A copied database is a new epoch, which begins with a tick
# that has an event.
settle() {
  if [ "$(sql "$1" -c "select count(*) from pg_trigger where tgname = '_700_event_update'")" != 0 ]; then
    sql "$1" -c "update work.projects set description = 'settled' where id = lpad('1', 32, '0')::uuid"
    sql "$1" -f "$BENCH_ROOT/drain.sql"
  fi
  sql "$1" -c 'vacuum analyze' -c 'checkpoint'
}

# fresh NAME TEMPLATE: the same bytes at the start of every run.
fresh() {
  template "$2"
  sql postgres -c "drop database if exists $1 with (force)"
  sql postgres -c "create database $1 template template_$2 strategy file_copy"
  settle "$1"
}

# forget NAME…: databases that are too large to keep until the end.
forget() {
  local name
  for name in "$@"; do sql postgres -c "drop database $name with (force)"; done
}

# --- measuring ---------------------------------------------------------------

# tps DATABASE SCRIPT [pgbench options]: commits per second of CLIENTS writers.
tps() {
  local database="$1" script="$2"; shift 2
  if [ -n "$FULL" ]; then run_pgbench 1 "$database" "$script" -c "$CLIENTS" "$@" >/dev/null; fi
  run_pgbench "$SECONDS_PER_RUN" "$database" "$script" -c "$CLIENTS" "$@" | awk '/^tps/ { print $3 }'
}

# run_pgbench SECONDS DATABASE SCRIPT [options]
run_pgbench() {
  local seconds="$1" database="$2" script="$3"; shift 3
  pgbench -n -j 2 -M prepared -T "$seconds" -f "$script" "$@" "$database" 2>"$SAMPLES/pgbench.err" \
    || { cat "$SAMPLES/pgbench.err" >&2; return 1; }
}

# milliseconds DATABASE SCRIPT [options]: "p50 p95 p99 max" of one client, which has many in a second.
milliseconds() {
  local database="$1" script="$2" prefix="$SAMPLES/log.$RANDOM"; shift 2
  run_pgbench "$(sized 1 "$SECONDS_PER_RUN")" "$database" "$script" -j 1 -c 1 -l --log-prefix="$prefix" "$@" >/dev/null
  percentiles "$prefix".*
  rm -f "$prefix".*
}

percentiles() {
  cat "$@" | awk '{ print $3 / 1000 }' | sort -n | awk '{ v[NR] = $1 } END {
    if (!NR) exit 1
    printf "%.3f %.3f %.3f %.3f\n", v[int((NR - 1) * .5) + 1], v[int((NR - 1) * .95) + 1],
      v[int((NR - 1) * .99) + 1], v[NR] }'
}

# interleave SIDE…: PAIRS rounds of `measure SIDE`, one after the other, so that a change of the
# machine's mood meets all sides. `measure` prints one number: the MEASURE in UNIT.
interleave() {
  local side
  for ROUND in $(seq "$PAIRS"); do
    for side in "$@"; do
      measure "$side" >"$SAMPLES/measured"
      cat "$SAMPLES/measured" >>"$SAMPLES/$side"
      keep "$side" "$ROUND" "${MEASURE:-rate}" "$(cat "$SAMPLES/measured")" "${UNIT:-commits/s}"
      say "  round $ROUND, $side: $(cat "$SAMPLES/measured")"
    done
  done
}

# keep SIDE ROUND MEASURE VALUE UNIT: a raw sample, for the file beside the table.
keep() {
  if [ -z "${BENCH_RAW:-}" ]; then return; fi
  printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$QUESTION" "$@" >>"$BENCH_RAW"
}

# also SIDE MEASURE VALUE UNIT: what `measure` found beside its one number, as the side MEASURE.SIDE
also() {
  echo "$3" >>"$SAMPLES/$2.$1"
  keep "$1" "${ROUND:-1}" "$2" "$3" "$4"
}

# ask_bench SIDE ARGUMENT…: `tidegate bench` on the database `bench`; what it found is kept as `also` does, its lines
# are printed. What was lost is a figure, too: only a bench that found nothing has failed.
ask_bench() {
  local side="$1" first="${ROUND:-1}" file="$SAMPLES/of_bench.json" round part measure value unit; shift
  rm -f "$file"
  DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/bench" TIDEGATE_JWT_SECRET="$BENCH_SECRET" \
    "$TIDEGATE" bench "$@" --keep "$file" || [ -e "$file" ]
  python3 "$BENCH_ROOT/pictures/samples.py" "$file" >"$SAMPLES/of_bench"
  while IFS=$'\t' read -r round part measure value unit; do
    ROUND=$((first + round - 1)) also "$side${part/-/}" "$measure" "$value" "$unit"
  done <"$SAMPLES/of_bench"
}

middle() {
  sort -g | awk '{ v[NR] = $1 } END {
    print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}
# with_spread [DIGITS]: the middle of the lines, and the least and the most of them.
with_spread() {
  sort -g | awk -v d="${1:-0}" '{ v[NR] = $1 } END {
    printf "%.*f", d, NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
    if (NR > 1) printf " [%.*f–%.*f]", d, v[1], d, v[NR] }'
}
median() { middle <"$SAMPLES/$1"; }
told() { with_spread "${2:-0}" <"$SAMPLES/$1"; }
# The rounds' own ratios: a change of the machine's mood between rounds is in neither.
ratios() { paste "$SAMPLES/$1" "$SAMPLES/$2" | awk '{ print $1 / $2 }'; }
ratio() { ratios "$1" "$2" | middle; }
told_ratio() { ratios "$1" "$2" | with_spread "${3:-2}"; }
round() { printf "%.${2:-2}f" "$1"; }

# verdict VALUE ≥|≤ MUST [AIM]
verdict() {
  awk -v v="$1" -v at_least="$([ "$2" = '≥' ] && echo 1 || echo 0)" -v must="$3" -v aim="${4:-}" '
    function reaches(goal) { return at_least ? v >= goal + 0 : v <= goal + 0 }
    BEGIN { print !reaches(must) ? "missed" : aim == "" ? "met" : reaches(aim) ? "aim met" : "must met" }'
}

# worst VERDICT…
worst() {
  case "$*" in
    *missed*) echo missed ;;
    *'must met'*) echo 'must met' ;;
    *'aim met'*) echo 'aim met' ;;
    *) echo met ;;
  esac
}

# report QUESTION MUST AIM MEASURED VERDICT: the line people read; run.sh makes the table of them.
report() {
  printf '%s: %s (must %s, aim %s): %s\n' "$1" "$4" "${2:-–}" "${3:-–}" "${5:-–}"
  if [ -n "${BENCH_RESULTS:-}" ]; then
    printf '| %s | %s | %s | %s | %s |\n' "$1" "${2:-–}" "${3:-–}" "$4" "${5:-–}" >>"$BENCH_RESULTS"
  fi
}

# --- who ticks ---------------------------------------------------------------

# In place of the service: a tick every 20 ms, as the service does under load.
start_ticker() { background pgbench -n -c 1 -R 50 -T 3600 -f "$BENCH_ROOT/tick.sql" "$1"; }

# The service on database $1; fails when there is no binary, or none that serves yet.
start_service() {
  [ -x "$TIDEGATE" ] || { say "no service at $TIDEGATE"; return 1; }
  background env DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/$1" \
    TIDEGATE_JWT_SECRET="$BENCH_SECRET" TIDEGATE_LISTEN="127.0.0.1:$SERVICE_PORT" RUST_LOG=warn \
    TIDEGATE_WEBSOCKET__MESSAGES_PER_SECOND=10000 "$TIDEGATE" serve
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$SERVICE_PORT") 2>/dev/null; then return 0; fi
    kill -0 "${BACKGROUND[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  say "the service does not answer: $(tail -1 "$SAMPLES/background.log" 2>/dev/null)"
  stop_background
  return 1
}

# A Python with what the latency client needs, made once per machine.
python_with_websockets() {
  local venv="${BENCH_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/tidegate-bench-venv}"
  if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import websockets, asyncpg' 2>/dev/null; then
    python3 -m venv "$venv" && "$venv/bin/pip" install -q websockets asyncpg >&2
  fi
  echo "$venv/bin/python"
}
