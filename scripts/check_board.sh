#!/usr/bin/env bash
# The live page's types, format and lints, and that board/built is what its sources build: the build records
# (`--record`) a hash of both, so that this costs no build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly RECORD=board/built.sha256
readonly SOURCES=(board/index.html board/package-lock.json board/public board/src board/tsconfig.json
  board/vite.config.ts client/src)

hashes() {
  local what
  for what in sources built; do
    if [ "$what" = sources ]; then set -- "${SOURCES[@]}"; else set -- board/built; fi
    printf '%s  %s\n' "$(find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)" "$what"
  done
}

if [ "${1:-}" = --record ]; then
  hashes >"$RECORD"
  exit
fi
if [ "$(hashes)" != "$(cat "$RECORD")" ]; then
  printf 'board: board/built is not what board/src builds\n  run: cd board && npm run build\n' >&2
  exit 1
fi
PATH="$PWD/.tidegate/node/bin:$PATH"
scripts/node_packages.sh board
cd board && npm run --silent check
