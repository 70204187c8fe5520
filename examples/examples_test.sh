#!/bin/bash
# The examples do what they say, and a program outside this tree finds the installed package. Argument: the build folder.
set -euo pipefail
build=$(readlink -f "$1")
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$build/train_ring8" "$root/recipes/ring8.toml" "$scratch/ring" 60 | tee "$scratch/said"
grep -q 'of 8 modes' "$scratch/said"
"$build/sample_run" "$scratch/ring" 20 "$scratch/s.npy" | tee "$scratch/said"
grep -q '\[20, 2\]' "$scratch/said"
[ "$(stat -c %s "$scratch/s.npy")" = $((128 + 20 * 2 * 4)) ]
"$build/evaluate_run" "$scratch/ring" toy:ring8 | tee "$scratch/said"
grep -qE '^modes: [0-8] of 8$' "$scratch/said"
grep -qE '^two-sample accuracy: [0-9.]+% \[' "$scratch/said"
grep -qF '(training examples as samples: ' "$scratch/said"

cmake --install "$build" --prefix "$scratch/gan" >/dev/null
cmake -G Ninja -S "$root/examples/consumer" -B "$scratch/consumer" -DCMAKE_PREFIX_PATH="$scratch/gan;${CMAKE_PREFIX_PATH:-}" >"$scratch/log" 2>&1 &&
  cmake --build "$scratch/consumer" >>"$scratch/log" 2>&1 || { tail -n 30 "$scratch/log"; exit 1; }
consumer=$(find "$scratch/consumer" -maxdepth 1 -type f -executable | head -n 1)
"$consumer" "$scratch/ring"
cd "$scratch"
gan/bin/gan info ring8 >/dev/null  # the installed programs find each other and the installed recipes
gan/bin/gan train ring8 --steps 1 --quiet --out one
echo 'examples and consumer: ok'
