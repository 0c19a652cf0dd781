#!/usr/bin/env bash
# The live page in Chromium, against a playground of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

PATH="$PWD/.tidegate/node/bin:$PATH"
scripts/node_packages.sh board
[ -n "${TIDEGATE_BIN:-}" ] || cargo build --quiet --locked
export TIDEGATE_BIN=${TIDEGATE_BIN:-$(realpath "${CARGO_TARGET_DIR:-target}/debug/tidegate")}
cd board && npm test --silent
