#!/usr/bin/env bash
# What it costs and what it bears. Quote ratios, not absolute figures: see pgbench/README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

exec pgbench/run.sh "$@"
