#!/bin/bash
# The quick tests under sanitizers, each in a build of its own, and a minute of every fuzzer. ./test --all ends with it.
#
#   tools/sanitize.sh [address] [thread] [fuzz]       all three when none is named
set -euo pipefail

root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..")
tests=yes sanitize=yes
# shellcheck source=tools/setup.sh
. "$root/tools/setup.sh"
prefix=$(torch_prefix)
if [ -n "$prefix" ]; then export CMAKE_PREFIX_PATH=$prefix; fi
# Threads that wait must not spin: sanitized ones wait long.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

run_tests() {  # arguments of ctest
  build_gan all
  ctest --test-dir "$build" --output-on-failure "$@"
}

address() {  # memory errors, leaks, undefined behaviour: all of the program
  build=$root/build-asan preset=asan
  export LSAN_OPTIONS=suppressions=$root/tools/lsan.supp:print_suppressions=0 UBSAN_OPTIONS=print_stacktrace=1
  export CXXFLAGS=-fsanitize=address,undefined  # of the examples that are built outside this tree
  run_tests -LE slow -E '^check_'
}

thread() {  # data races: what needs no tensor library, which is not instrumented
  # shellcheck disable=SC2034
  build=$root/build-tsan preset=tsan
  export TSAN_OPTIONS=suppressions=$root/tools/tsan.supp
  run_tests
}

fuzz() { "$root/fuzz/run.sh" 60; }

[ $# -gt 0 ] || set -- address thread fuzz
for part in "$@"; do (case $part in address | thread | fuzz) "$part" ;; *) echo "tools/sanitize.sh: no part $part" >&2; exit 2 ;; esac); done
