#!/usr/bin/env bash
# The fault suite alone, by several seeds: SEEDS="1 2 3", PG=18 for another Postgres. Prints how long each recovery took.
# What lasts for minutes in life does so by the first seed. It is part of `make test`, by one seed and in a short form.
# OLDER names the program of a former version; without it, one is built from before the newest migration, once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The program of the commit before the newest migration, or nothing where the history does not reach back so far.
older_program() {
  local newest commit place=.tidegate/older
  newest=$(find migrations -name 'V*.sql' | sort | tail -1)
  commit=$(git log --diff-filter=A --format=%H -1 -- "$newest" 2>/dev/null) || return 0
  commit=$(git rev-parse --verify --quiet "${commit:-none}^") || return 0
  if [ ! -x "$place/$commit/tidegate" ]; then
    echo "building the program from before $newest" >&2
    git worktree prune
    git worktree add --quiet --force --detach "$place/source" "$commit" >&2
    (cd "$place/source" && CARGO_TARGET_DIR=../target cargo build --quiet --locked --bin tidegate) >&2
    mkdir -p "$place/$commit"
    cp "$place/target/debug/tidegate" "$place/$commit/tidegate"
    git worktree remove --force "$place/source"
    rm -rf "$place/target"
  fi
  echo "$PWD/$place/$commit/tidegate"
}

report=$(mktemp)
skipped=$(mktemp)
trap 'rm -f "$report" "$skipped"' EXIT
export TIDEGATE_FAULTS_REPORT=$report TIDEGATE_SKIPPED=$skipped
TIDEGATE_OLDER=${OLDER:-$(older_program)}
export TIDEGATE_OLDER TIDEGATE_FAULTS_FULL=1

failed=no
for seed in ${SEEDS:-1 2 3}; do
  echo "faults by seed $seed"
  TIDEGATE_FAULTS_SEED=$seed scripts/test.sh --no-fail-fast -E 'test(/^faults::/)' || failed=yes
  TIDEGATE_FAULTS_FULL=
done
# A notification queue that can be filled exists from 17 on.
if [ -z "${PG:-}" ] && command -v npm >/dev/null; then
  PG=18 scripts/test.sh -E 'test(notification_queue) + test(a_queue_that_a_frozen)' || failed=yes
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
