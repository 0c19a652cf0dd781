#!/usr/bin/env bash
# The long form of `make check`: what others' tools say of dependencies, SQL, migrations and the API (docs/security.md), and
# whether what is seldom built still builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

DENY=0.20.2
PGSPOT=0.9.4
SQUAWK=2.66.0
TOOLS=$PWD/.tidegate/cargo
export PATH="$TOOLS/bin:$PATH"

echo '== cargo-deny: licences, sources, bans'
cargo deny --version 2>/dev/null | grep -qF "$DENY" || cargo install --quiet --locked --root "$TOOLS" "cargo-deny@$DENY"
cargo deny --log-level error check bans licenses sources
if age=$(find "${CARGO_HOME:-$HOME/.cargo}" -maxdepth 2 -name 'advisory-db-*' -printf '%TY-%Tm-%Td' -quit 2>/dev/null) && [ -n "$age" ]; then
  echo "advisories, as of $age:"
  cargo deny --log-level error check --disable-fetch advisories
else
  echo 'advisories: not looked at, their database is not here (cargo deny fetch)'
fi

echo '== fuzz: every target builds'
cargo check --quiet --locked --manifest-path fuzz/Cargo.toml --bins

echo '== the feature otlp'
scripts/test.sh --features otlp service::traces

echo '== pgspot: functions'
spot=.tidegate/pgspot/bin/pgspot
[ -x "$spot" ] || { python3 -m venv .tidegate/pgspot && .tidegate/pgspot/bin/pip install -q "pgspot==$PGSPOT"; }
# These two look up nothing by search_path and have the rights of who fires them: docs/adr/0012.
pinned_by_no_set='(tide.tg_events__doorbell|work.tg_all__keep_updated_at)\(\)'
unsafe=$(for file in sql/*/functions/*.sql; do
  "$spot" --ignore PS002 "$file" 2>&1 | grep -E '^PS[0-9]+' | grep -vE "^PS005.* $pinned_by_no_set" \
    | sed "s|^|$file: |" || true
done)
[ -z "$unsafe" ] || { printf '%s\n' "$unsafe"; exit 1; }

echo '== squawk: migrations'
# Left out: what matters on tables that are live (these are new, and V0018 drops one that only kept answers), and what
# refinery does for us.
npx --yes "squawk-cli@$SQUAWK" --exclude=prefer-robust-stmts,require-concurrent-index-creation,prefer-bigint-over-int \
  --exclude=prefer-bigint-over-smallint,require-statement-timeout,require-lock-timeout \
  --exclude=require-concurrent-index-deletion,ban-drop-table migrations/*.sql

echo '== schemathesis: every operation of /openapi.json'
scripts/check_api.sh
