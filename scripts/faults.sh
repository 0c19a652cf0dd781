#!/usr/bin/env bash
# The fault suite alone, by several seeds: SEEDS="1 2 3", PG=18 for another Postgres. Prints how long each recovery took.
# It is part of `make test`, by one seed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

report=$(mktemp)
skipped=$(mktemp)
trap 'rm -f "$report" "$skipped"' EXIT
export TIDEGATE_FAULTS_REPORT=$report TIDEGATE_SKIPPED=$skipped

failed=no
for seed in ${SEEDS:-1 2 3}; do
  echo "faults by seed $seed"
  TIDEGATE_FAULTS_SEED=$seed scripts/test.sh --no-fail-fast -E 'test(/^faults::/)' || failed=yes
done
# A notification queue that can be filled exists from 17 on.
if [ -z "${PG:-}" ] && command -v npm >/dev/null; then
  PG=18 scripts/test.sh -E 'test(a_full_notification_queue)' || failed=yes
fi

printf '\n%-62s %5s %8s %8s\n' 'recovered from' times median longest
sort -t $'\t' -k 1,1 -k 2,2n "$report" | awk -F'\t' '
  function tell() { if (n) printf "%-62s %5d %6.2f s %6.2f s\n", name, n, of[int((n + 1) / 2)], of[n] }
  $1 != name { tell(); name = $1; n = 0 }
  { of[++n] = $2 }
  END { tell() }'
echo 'to reach: 5 s each'
if [ -s "$skipped" ]; then
  printf '\nnot tested here:\n'
  sort -u "$skipped" | sed 's/^/  /'
fi
[ "$failed" = no ]
