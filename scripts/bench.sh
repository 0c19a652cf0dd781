#!/usr/bin/env bash
# The price of the write path, by pgbench. Quote ratios, not absolute figures: see pgbench/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

exec pgbench/run.sh "$@"
