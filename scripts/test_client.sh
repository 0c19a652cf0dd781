#!/usr/bin/env bash
# The client's tests: those of its own, then a few against a service that is started for them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PWD/.tidegate/node/bin:$PATH"

scripts/node_packages.sh client
(cd client && npm test --silent && npm run --silent build)

[ -n "${TIDEGATE_BIN:-}" ] || cargo build --quiet --locked
tidegate=${TIDEGATE_BIN:-$(realpath "${CARGO_TARGET_DIR:-target}/debug/tidegate")}
playground=$(mktemp -d)
# As root, Postgres runs as somebody else, who must get there.
chmod 755 "$playground"
(cd "$playground" && TIDEGATE_LISTEN=127.0.0.1:0 exec "$tidegate" dev --no-simulate >service.log 2>&1) &
service=$!
finish() {
  kill -INT "$service" 2>/dev/null && wait "$service"
  rm -rf "$playground"
}
trap finish EXIT

for _ in $(seq 600); do
  grep -qs project_summaries "$playground/service.log" && break
  kill -0 "$service" 2>/dev/null || { cat "$playground/service.log" >&2; exit 1; }
  read -rt 0.1 <> <(:) || true
done
# shellcheck source=/dev/null
. "$playground/.tidegate/env"
cd client && npm run --silent test:service
