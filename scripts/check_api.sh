#!/usr/bin/env bash
# schemathesis: every operation of /openapi.json with whatever its document allows, and with what it does not, once as a
# member and once as an administrator, against a private service. SECONDS_PER_ROLE (80), SEED (1).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

SCHEMATHESIS=4.32.5
tidegate=$PWD/${CARGO_TARGET_DIR:-target}/debug/tidegate
case ${CARGO_TARGET_DIR:-} in /*) tidegate=$CARGO_TARGET_DIR/debug/tidegate ;; esac
if [ -z "${TIDEGATE_TEST_DATABASE_URL:-}" ]; then
  cargo build --quiet --locked --bin tidegate
  exec "$tidegate" dev postgres -- "$PWD/scripts/check_api.sh"
fi

st=$PWD/.tidegate/schemathesis/bin/schemathesis
[ -x "$st" ] || { python3 -m venv .tidegate/schemathesis && .tidegate/schemathesis/bin/pip install -q "schemathesis==$SCHEMATHESIS"; }

scratch=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service" 2>/dev/null; rm -rf "$scratch"' EXIT
export DATABASE_URL=$TIDEGATE_TEST_DATABASE_URL TIDEGATE_LISTEN=127.0.0.1:0
TIDEGATE_JWT_SECRET=$(head -c 33 /dev/urandom | base64)
export TIDEGATE_JWT_SECRET
"$tidegate" migrate >/dev/null
"$tidegate" user create ann >/dev/null
"$tidegate" serve >"$scratch/said" 2>"$scratch/log" &
service=$!
for _ in $(seq 300); do
  address=$(sed -nE 's|.*(http://[^ ]+).*|\1|p' "$scratch/said")
  [ -z "$address" ] || break
  sleep 0.1
done
[ -n "$address" ] || { cat "$scratch/log"; exit 1; }

# Left out: what never ends or is no HTTP; /metrics, which this machine may read without a credential. Not asked: whether
# everything that the document calls text is accepted; cursors and positions are text, and only ours are.
for role in '' admin; do
  token=$("$tidegate" token --user ann ${role:+--role "$role"})
  echo "as ${role:-a member}"
  (cd "$scratch" && "$st" --no-color run "$address/openapi.json" --header "Authorization: Bearer $token" \
    --seed "${SEED:-1}" --max-time "${SECONDS_PER_ROLE:-80}" --request-timeout 20 --warnings off \
    --exclude-path-regex '^/ws|/stream$|/changes$|^/metrics$' --exclude-checks positive_data_acceptance)
done
