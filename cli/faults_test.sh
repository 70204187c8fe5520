#!/bin/bash
# Kills, signals, full disks: whatever happens to a training, nothing is lost, and a resume ends in the same bytes.
#   cli/faults_test.sh build/gan build/libfaults.so [KILLS [EVERY]]
# KILLS at random moments, and one in place of each EVERY-th thing that a run does to its files. 0.6 s and more each.
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"
[ $# -ge 2 ] || { echo "usage: $0 PROGRAM LIBFAULTS [KILLS [EVERY]]" >&2; exit 2; }
cd - >/dev/null; faults=$(readlink -f "$2"); cd "$work"
kills=${3:-10} every=${4:-11}

# A short run that does all that a run can do to its files.
brief="$small --steps 20 --set run.evaluate_every=10 --set run.sample_every=5 --set run.checkpoint_every=5 --set run.keep_every=10"

go_on() {  # run, more arguments
  local run=$1
  shift
  # shellcheck disable=SC2086
  run_gan train ring8 $brief --resume --quiet --out "$run" "$@"
}

with_fault() {  # CALL:PATH:WHAT:N, command
  local fault=$1
  shift
  ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0" LD_PRELOAD=$faults GAN_FAULT=$fault "$@"
}

is_same() {  # run, run: silently
  cmp -s "$1/checkpoints/last" "$2/checkpoints/last" && cmp -s "$1/checkpoints/best" "$2/checkpoints/best" &&
    cmp -s "$1/metrics.jsonl" "$2/metrics.jsonl" && each_step_once "$2" && [ -z "$(find "$2" -name '*.tmp')" ] &&
    diff -q <(cd "$1" && find . | sort) <(cd "$2" && find . | sort) >/dev/null
}

test_reference() {
  go_on brief
  check "a brief run, in one piece" test "$status" = 0
  local began=${EPOCHREALTIME/./}
  start_long whole; status=0; finish
  check "a longer one" test "$status" = 0
  whole_time=$((${EPOCHREALTIME/./} - began))  # microseconds
}

test_full_disk() {
  local fault
  for fault in write:safetensors:ENOSPC:2 open:safetensors:ENOSPC:2 fsync:safetensors:EIO:2 rename:safetensors:EIO:2 \
    symlink:last:ENOSPC:2 symlink:best:EIO:1 write:samples/:ENOSPC:2 rename:samples/:EIO:2 write:curves.png:ENOSPC:3 \
    write:metrics.jsonl:ENOSPC:3 fsync:metrics.jsonl:EIO:3 write:tfevents:EIO:4 write:timing.jsonl:ENOSPC:2; do
    rm -rf full
    with_fault "$fault" go_on full
    check "$fault: exit 3 (is $status)" test "$status" = 3
    case $fault in *ENOSPC*) says "No space left on device" ;; *) says "Input/output error" ;; esac
    says "training stopped at step" "the last good checkpoint is full/checkpoints/step-00000" "resume"
    check "  in one line" test "$(wc -l <err.txt)" = 1
    check "  no temporary file" test -z "$(find full -name '*.tmp')"
    expect 0 "  the earlier checkpoint is whole" sample full -n 1 --out one.npy --force
    go_on full
    check "  once there is space: --resume ends it, with the same files" is_same brief full
  done
  rm -rf full
  with_fault write:.:short:1 go_on full
  check "writes that take half each time: the same files" is_same brief full
  with_fault symlink:.:EPERM:1 go_on unlinked
  check "a disk without links, such as a memory stick: the same files" is_same brief unlinked
  check "  with copies in place of links" test ! -L unlinked/checkpoints/last
  run_gan train --resume --quiet --out unlinked --steps 30
  check "  which a resume elsewhere makes links again" test "$status" = 0 -a "$(last unlinked)" = step-0000030.safetensors
  with_fault write:config.toml:ENOSPC:1 go_on early
  check "no space from the very start: exit 3" test "$status" = 3
  go_on early
  check "  once there is space, it begins" is_same brief early
  with_fault write:one.png:ENOSPC:1 run_gan sample brief --out one.png
  check "a picture that finds no space: exit 3" test "$status" = 3
  says "one.png" "No space left on device"
  check "  leaves no half of it" test ! -e one.png -a -z "$(find . -maxdepth 1 -name '*.tmp')"
  (ulimit -f 8; go_on small; exit "$status") || status=$?
  check "a limit on the size of files: exit 3 (is $status)" test "$status" = 3
  says "File too large"
  go_on small
  check "  without it, --resume ends it" is_same brief small
  status=0
  "$program" info recipes >/dev/full 2>err.txt || status=$?
  check "nowhere to print to: exit 3 (is $status)" test "$status" = 3
  says "standard output" "No space left on device"
}

test_kill_in_place_of_each_call() {
  local n killed=0 wrong=0 what
  for ((n = 1; ; n += every)); do
    rm -rf cut
    for what in kill torn; do with_fault "any:cut:$what:$n" go_on cut 2>/dev/null; done  # bash would tell of each
    [ "$status" != 0 ] || break
    killed=$((killed + 2))
    go_on cut
    is_same brief cut || { wrong=$((wrong + 1)); not_ok "killed in place of call $n: other files"; }
  done
  check "killed in place of every ${every}th call out of $n, $killed kills: always the same files" test "$wrong" = 0 -a "$killed" -gt 4
}

test_kill_at_random() {
  local killed=0 runs=0 wrong=0 run
  while [ "$killed" -lt "$kills" ]; do
    runs=$((runs + 1)) run=killed$runs
    while :; do
      start_long "$run"
      sleep "$((RANDOM * whole_time / 28000))e-6"  # up to a little more than it takes
      stop_with KILL
      [ "$status" = 137 ] || break
      killed=$((killed + 1))
    done
    if [ "$status" != 0 ] || ! is_same whole "$run"; then wrong=$((wrong + 1)); not_ok "killed at random: $run has other files (exit $status)"; fi
    [ $((runs % 10)) != 0 ] || rm -rf killed?*
  done
  check "$runs runs killed $killed times at random moments: always the same files" test "$wrong" = 0
}

test_lock() {
  local before pids=() pid ends=() end
  start_long locked 1000000
  wait_for_progress locked ""
  expect 3 "a second process on the same run" train --resume --out locked --quiet
  says "another process" locked
  expect 0 "which others may read" sample locked -n 1 --out others.npy
  stop_with KILL
  before=$(last locked)
  start_long locked 1000000
  wait_for_progress locked "$before"
  check "its lock dies with it: another goes on" test "$(last locked)" != "$before"
  stop_with KILL
  for _ in 1 2 3; do
    # shellcheck disable=SC2086
    "$program" train ring8 $brief --quiet --out race >/dev/null 2>&1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do end=0; wait "$pid" || end=$?; ends+=("$end"); done
  check "three that begin the same run at once: one does (exits ${ends[*]})" test "$(printf '%s\n' "${ends[@]}" | grep -cx 0)" = 1
  check "  undisturbed" is_same brief race
}

test_signals() {
  start_long stopped
  wait_for_progress stopped ""
  stop_with INT
  check "SIGINT: exit 130 (is $status)" test "$status" = 130
  says "everything is saved" "train --resume --out stopped"
  check "  saved the very step it stopped at" grep -qF "stopped at step $(last stopped | sed -E 's/[^0-9]//g; s/^0+//')," err.txt
  local before
  before=$(last stopped)
  start_long stopped
  wait_for_progress stopped "$before"
  stop_with TERM
  check "SIGTERM: exit 143 (is $status)" test "$status" = 143
  expect 0 "info of a run that was stopped" info stopped
  says "of 400 steps"
  start_long stopped; status=0; finish
  check "interrupted twice: --resume ends it" test "$status" = 0
  check "  with the same files" is_same whole stopped

  before=$SECONDS
  with_fault fsync:step-0000014:stall:1 start_long twice  # for a minute it saves, and heeds nothing
  wait_for_progress twice ""
  sleep 1
  kill -INT "$pid"
  sleep 0.2
  check "the first Ctrl-C waits until all is saved" kill -0 "$pid"
  stop_with INT
  check "the second ends at once: exit 130 (is $status)" test "$status" = 130 -a $((SECONDS - before)) -lt 40
  start_long twice; status=0; finish
  check "  with nothing lost" is_same whole twice
}

has_begun() { compgen -G ".$1.gan-*.tmp" >/dev/null; }  # to be written

test_stopped_sampling() {
  local file=endless.npy signal expected
  for signal in INT TERM; do
    start_gan sample brief -n 100000000 --out $file
    wait_until has_begun $file
    stop_with $signal
    expected=$([ $signal = INT ] && echo 130 || echo 143)
    check "SIG$signal while it samples: exit $expected (is $status)" test "$status" = "$expected"
    says "stopped, nothing was written to $file"
    check "  nothing is left" test ! -e $file -a -z "$(find . -maxdepth 1 -name '*.tmp')"
  done
}

test_memory() {
  expect 2 "layers that no machine can hold" train ring8 --out large --set 'generator.layers=[{layer="dense",units=3000000},{layer="dense",units=3000000},{layer="dense",units=2}]'
  says "this training needs about" "TB of memory" "are free" "make the layers smaller"
  expect 2 "a batch that no machine can hold" train ring8 --out large --set training.batch_size=100000 --set 'discriminator.layers=[{layer="dense",units=900000},{layer="dense",units=1}]'
  says "this training needs about" "TB of memory" "for a batch of 100000" "make training.batch_size smaller"
  check "  none of them left a run behind" test ! -e large
  if grep -qa __asan_init "$program"; then return; fi  # a sanitizer needs terabytes of address space
  (ulimit -v 8000000; run_gan train ring8 --out large --set 'generator.layers=[{layer="dense",units=30000},{layer="dense",units=30000},{layer="dense",units=2}]'; exit "$status") || status=$?
  check "a limit of the shell on memory is heeded: exit 2 (is $status)" test "$status" = 2
  says "this training needs about" "make the layers smaller"
}

run_tests reference full_disk kill_in_place_of_each_call kill_at_random lock signals stopped_sampling memory
