#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
start_cluster
here="$(dirname "${BASH_SOURCE[0]}")"
what='bytes to a client for 1,000 changes of an AI agent, gathered against one by one'

measure() {
  fresh bench tide
  TIDEGATE_FEATURES__AI_BATCH="$1" start_service bench
  local token
  token="$(DATABASE_URL="postgres://postgres@127.0.0.1:$BENCH_PORT/bench" TIDEGATE_JWT_SECRET="$BENCH_SECRET" \
    "$TIDEGATE" token --user bench --ttl 1h)"
  "$python" "$here/bytes.py" --url "ws://127.0.0.1:$SERVICE_PORT/ws" --token "$token" \
    --database "postgres://postgres@127.0.0.1:$BENCH_PORT/bench"
  stop_background
}

if [ ! -x "$TIDEGATE" ]; then
  report "$what" – – 'no program' 'not measured'
  exit
fi
python="$(python_with_websockets)"
read -r gathered few <<<"$(measure true)"
read -r single many <<<"$(measure false)"
fewer="$(awk -v a="$gathered" -v b="$single" 'BEGIN { print 100 * (1 - a / b) }')"
report "$what" '≥ 40 % fewer' '≥ 70 %' \
  "$(round "$fewer" 1) % fewer ($gathered in $few messages, $single in $many)" "$(verdict "$fewer" ≥ 40 70)"
