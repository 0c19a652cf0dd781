#!/usr/bin/env bash
# In Chromium, against playgrounds of their own: the live page, the client, a WebSocket with nothing of ours, much of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PATH="$PWD/.tidegate/node/bin:$PATH"
scripts/node_packages.sh board
scripts/node_packages.sh client
npm --prefix client run --silent build
[ -n "${TIDEGATE_BIN:-}" ] || cargo build --quiet --locked
export TIDEGATE_BIN=${TIDEGATE_BIN:-$(realpath "${CARGO_TARGET_DIR:-target}/debug/tidegate")}
cd board && npm test --silent
