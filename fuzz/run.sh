#!/bin/bash
# Builds the fuzzers with Clang and runs them one after the other; stops at the first that finds something.
#
#   fuzz/run.sh                                a minute each
#   fuzz/run.sh 600 npy csv                    ten minutes each of two
#   fuzz/run.sh 0 npy -- -runs=10000000        what follows -- goes to libFuzzer; 0 = no limit of time
#
# What a run has learned stays in build-fuzz/corpus, what it found in build-fuzz/found.
set -euo pipefail

root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..")
sanitize=yes
# shellcheck source=tools/setup.sh
. "$root/tools/setup.sh"
build=$root/build-fuzz
# shellcheck disable=SC2034
options=(-DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DGAN_FUZZ=ON "-DGAN_SANITIZE=address,undefined")

# Longer inputs are slower, and say nothing new.
declare -A longest=([idx]=256 [cifar]=6200 [npy]=512 [csv]=256 [safetensors]=512 [recipe]=256 [run]=320 [checkpoint]=512 [picture]=600 [zip]=1024 [labels]=256)
declare -A most_mib=([picture]=2100)  # libpng allocates what a chunk claims, though it touches none of it

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then seconds=$1; shift; fi
targets=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  [ -n "${longest[$1]:-}" ] || { echo "fuzz/run.sh: no target $1; there are: ${!longest[*]}" >&2; exit 2; }
  targets+=("$1")
  shift
done
shift $(($# > 0))
[ ${#targets[@]} -gt 0 ] || targets=(idx cifar npy csv safetensors recipe run checkpoint picture zip labels)

build_gan all
cd "$build"
rm -rf seeds
ASAN_OPTIONS=detect_leaks=0 fuzz/fuzz_seeds seeds  # the search for leaks stumbles over threads of libvips
# Little memory for freed blocks and stacks of callers: twice the speed.
export ASAN_OPTIONS=quarantine_size_mb=4:malloc_context_size=2:allocator_release_to_os_interval_ms=-1
export UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS=suppressions=$root/tools/lsan.supp:print_suppressions=0

for target in "${targets[@]}"; do
  folders=("corpus/$target" "seeds/$target")
  mkdir -p "${folders[@]}" found
  if [ -d "$root/fuzz/regressions/$target" ]; then folders+=("$root/fuzz/regressions/$target"); fi
  dict=()
  if [ -f "$root/fuzz/$target.dict" ]; then dict=(-dict="$root/fuzz/$target.dict"); fi
  # Memory is limited hard: a length that a file claims must never be allocated before it was checked.
  if ! "fuzz/fuzz_$target" "${dict[@]}" -max_len="${longest[$target]}" -rss_limit_mb=512 -malloc_limit_mb="${most_mib[$target]:-64}" -timeout=5 \
      -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="found/$target-" "$@" "${folders[@]}" >"$target.log" 2>&1; then
    tail -n 40 "$target.log"
    echo "$target: see build-fuzz/$target.log; keep the input of build-fuzz/found in fuzz/regressions/$target" >&2
    exit 1
  fi
  echo "$target: $(grep -E '^Done [0-9]+ runs' "$target.log"), $(grep 'DONE' "$target.log" | grep -oE 'cov: [0-9]+ ft: [0-9]+')"
done
