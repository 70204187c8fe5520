#!/bin/bash
# Kills, signals, full disks: whatever happens to a training, nothing is lost. cli/faults_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

test_kill() {
  local round before where=
  start_long whole; status=0; finish
  check "a longer run, in one piece" test "$status" = 0
  for round in 1 2 3 4 5 6 7 8; do
    before=$(last killed 2>/dev/null)
    start_long killed
    if [ $((round % 4)) != 0 ]; then wait_for_progress killed "$before"; fi  # else: while it is starting
    sleep "$(hundredths)"
    stop_with KILL
    where+=" $(last killed 2>/dev/null | sed -E 's/[^0-9]//g; s/^0+//')"
  done
  start_long killed; status=0; finish
  check "killed 8 times, after the checkpoints$where: --resume ends it" test "$status" = 0
  same_end "killed 8 times" whole killed
  check "killed 8 times: the same best checkpoint" cmp whole/checkpoints/best killed/checkpoints/best
  check "killed 8 times: no temporary file left" test -z "$(find killed -name '*.tmp')"
}

test_lock() {
  start_long locked --steps 1000000
  wait_for_progress locked ""
  expect 3 "a second process on the same run" train --resume --out locked --quiet
  stop_with KILL
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
  same_end "interrupted twice" whole stopped
}

run_tests kill lock signals
