#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"

if [ ! -x "$TIDEGATE" ]; then
  report 'bulk summaries' – – 'no program' 'not measured'
  exit
fi

make_bulk_template() {
  sql postgres -c 'create database template_bulk'
  load_engine template_bulk
  sql template_bulk -f "$here/projects.sql"
  settle template_bulk
}

bulk=/api/v2/branches/summaries/bulk
export TIDEGATE_HTTP__BULK_REQUESTS=1000000000

token() {
  DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/bench" TIDEGATE_JWT_SECRET="$BENCH_SECRET" \
    "$TIDEGATE" token --user "$1" --ttl 4h
}

# ask USER CONNECTIONS PATH [BODY] [HEADER]: what `tidegate bench --ask` found, as JSON
ask() {
  local user="$1" connections="$2" path="$3" body="${4:-}" header="${5:-}"
  "$TIDEGATE" bench --url "127.0.0.1:$SERVICE_PORT" --ask "$path" ${body:+--body "$body"} \
    --header "authorization: Bearer $(token "$user")" ${header:+--header "$header"} \
    --connections "$connections" --seconds "$(sized 1 "$SECONDS_PER_RUN")"
}
field() { python3 -c 'import json, sys; a = json.load(sys.stdin); print(a["took_ms"].get(sys.argv[1], a.get(sys.argv[1])))' "$1"; }
metric() { curl -s "http://127.0.0.1:$SERVICE_PORT/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }

serve() {
  stop_background
  TIDEGATE_CACHE__ENABLED="$1" start_service bench
}

measure() {
  # shellcheck disable=SC2034 # interleave reads them
  case "$1" in
    cold_* | kept_alone) MEASURE=p95 UNIT=ms ;;
    *) MEASURE=answers UNIT=answers/s ;;
  esac
  case "$1" in
    cold_100) serve off; ask ten 1 "$bulk" '{}' | both cold_100 ;;
    cold_1500) serve off; ask all 1 "$bulk" '{}' | both cold_1500 ;;
    tables) serve off; ask ten 32 "$bulk" '{}' | field per_second ;;
    kept) serve on; ask ten 32 "$bulk" '{}' | tee "$SAMPLES/last" | field per_second
      both kept_p95 <"$SAMPLES/last" >>"$SAMPLES/kept_p95" ;;
    kept_alone) serve on; ask ten 1 "$bulk" '{}' | both kept_alone ;;
    unchanged) serve on; ask ten 32 "$bulk" '{}' "if-none-match: $(tag)" | tee "$SAMPLES/last" | field per_second
      field p95 <"$SAMPLES/last" >>"$SAMPLES/unchanged_p95" ;;
    elsewhere) serve on; beside 150 field per_second ;;
    within) serve on; beside 5 field per_second; metric cache_hit_ratio >>"$SAMPLES/within_ratio" ;;
  esac
}

# both NAME: p95, and p50 beside it: on a busy machine the first is the scheduler's
both() {
  cat >"$SAMPLES/both"
  field p50 <"$SAMPLES/both" >>"$SAMPLES/$1_p50"
  field p95 <"$SAMPLES/both"
}

tag() {
  curl -s -D - -o /dev/null -X POST -H "authorization: Bearer $(token ten)" -H 'content-type: application/json' \
    -d '{}' "http://127.0.0.1:$SERVICE_PORT$bulk" | awk 'tolower($1) == "etag:" { print $2 }' | tr -d '\r'
}

# beside PROJECT …: while somebody commits 50 times a second in that project
beside() {
  local project="$1" writer; shift
  pgbench -n -c 1 -R 50 -T 3600 -D project="$project" -f "$here/write.sql" bench >/dev/null 2>&1 &
  writer=$!
  ask ten 32 "$bulk" '{}' | "$@"
  kill "$writer"; wait "$writer" 2>/dev/null || true
}

fresh bench bulk
interleave cold_100 cold_1500 tables kept kept_alone unchanged elsewhere within

# milliseconds_line QUESTION SIDE MUST AIM
milliseconds_line() {
  local p95
  p95="$(median "$2")"
  report "$1: p95" "≤ $3" "≤ $4" "$(told "$2" 2) ms (p50 $(told "$2_p50" 2))" "$(verdict "$p95" '≤' "$3" "$4")"
}
milliseconds_line 'bulk summaries of 100 branches, asked of the tables' cold_100 20 5
milliseconds_line '150 projects, 1,500 branches, asked of the tables' cold_1500 200 40
milliseconds_line '100 branches, kept, one asker' kept_alone 3 1
milliseconds_line '100 branches, kept, 32 askers' kept_p95 3 3
report '100 branches, kept: answers per second' '≥ 10 × the tables' '≥ 10,000' \
  "$(told kept), $(told_ratio kept tables 1) × the $(told tables) of the tables" \
  "$(verdict "$(ratio kept tables)" '≥' 10)"
report '… when the asker has it already (304)' – '≥ 10,000' \
  "$(told unchanged), p95 $(round "$(median unchanged_p95)") ms" "$(verdict "$(median unchanged)" '≥' 0 10000)"
report '… while 50 commits/s are made in a project that the asker does not see' – – "$(told elsewhere)" –
report '… in one of the ten that the asker sees' – – \
  "$(told within), $(round "$(median within_ratio)" 3) of them kept" –

serve on
say 'the first screen of somebody with three projects'
one="$(ask three 1 "$bulk" '{}')"
bytes=0 took=0
for n in 1 2 3; do
  id="$(sql bench -c "select lpad('$n', 32, '0')::uuid")"
  each="$(ask three 1 "$bulk" "{\"project_ids\": [\"$id\"]}")"
  bytes=$((bytes + $(field bytes <<<"$each")))
  took="$(awk -v a="$took" -v b="$(field p50 <<<"$each")" 'BEGIN { print a + b }')"
done
report 'first screen with 3 projects: one call instead of three' – – \
  "$(field bytes <<<"$one") bytes in $(field p50 <<<"$one") ms instead of $bytes in $took ms" –
