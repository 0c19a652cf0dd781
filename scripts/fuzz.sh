#!/usr/bin/env bash
# Feeds every fuzz target for a while: SECONDS_PER_TARGET (60), or only the targets named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VERSION=0.13.2
TOOLS=$PWD/.tidegate/cargo
export PATH="$TOOLS/bin:$PATH"
# Coverage instrumentation is not in the stable compiler's options; no sanitizer, there is no unsafe code of ours.
export RUSTC_BOOTSTRAP=1

if ! cargo fuzz --version 2>/dev/null | grep -qF "$VERSION"; then
  cargo install --locked --root "$TOOLS" "cargo-fuzz@$VERSION"
fi
if [ $# -eq 0 ]; then
  mapfile -t targets < <(cargo fuzz list)
  set -- "${targets[@]}"
fi
for target in "$@"; do
  mkdir -p "fuzz/corpus/$target"
  echo "fuzzing: $target"
  cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
    -max_total_time="${SECONDS_PER_TARGET:-60}" -max_len=70000 -timeout=10 -print_final_stats=1 -verbosity=0
done
