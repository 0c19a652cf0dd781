#!/usr/bin/env bash
# Hours under a modest load with a mishap now and then: nothing is lost, and nothing grows.
#
#   SOAK_HOURS=8 SOAK_COMMITS=50 SOAK_CLIENTS=100 scripts/soak.sh
#
# SOAK_MINUTES for less than an hour; the first half warms up, slopes are those of the second. SOAK_SAMPLES_EVERY and
# SOAK_FAULTS_EVERY are seconds. The raw samples stay in .tidegate/soak/, or where SOAK_SAMPLES says.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -n "${SOAK_HOURS:-}" ]; then
  SOAK_MINUTES=$(awk "BEGIN { print 60 * $SOAK_HOURS }")
fi
export SOAK_MINUTES=${SOAK_MINUTES:-60}
mkdir -p .tidegate/soak
export SOAK_SAMPLES=${SOAK_SAMPLES:-$PWD/.tidegate/soak/$(date -u +%Y-%m-%dT%H%M).csv}

echo "soaking for $SOAK_MINUTES minutes; samples: $SOAK_SAMPLES"
exec cargo test --quiet --locked --profile "${SOAK_PROFILE:-release}" --test it -- --ignored --nocapture --exact \
  faults::soak::hours_of_it_lose_nothing_and_nothing_grows
