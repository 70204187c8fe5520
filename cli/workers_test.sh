#!/bin/bash
# Several workers, as real processes on this machine: they learn what one would, and whatever happens to one of them,
# all end in seconds, say why, and lose nothing.
#   cli/workers_test.sh build/gan [LIBFAULTS [KILLS]]
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"
kills=${3:-4}

port=$((20000 + $$ % 20000))
pids=()
size=0

# count, arguments of gan: starts the workers, each with out.RANK and err.RANK. `change` may hold, for a rank, what
# stands before its command, and `more` what stands after it.
declare -A change=() more=()
start_workers() {
  local rank
  size=$1
  shift
  pids=()
  port=$((port + 1))
  set -m
  for ((rank = 0; rank < size; ++rank)); do
    # shellcheck disable=SC2086
    env RANK=$rank WORLD_SIZE=$size LOCAL_RANK=$rank LOCAL_WORLD_SIZE=$size MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
      ${change[$rank]:-} "$program" "$@" ${more[$rank]:-} >out.$rank 2>err.$rank </dev/null &
    pids+=($!)
  done
  set +m
  pid=${pids[0]}
}

# Leaves the exit codes of all in `codes`.
finish_workers() {
  local one code
  codes=
  for one in "${pids[@]}"; do
    code=0
    wait "$one" 2>/dev/null || code=$?
    codes+="$code "
  done
  codes=${codes% }
}

workers() { start_workers "$@"; finish_workers; }

ended() {  # what, exit codes of all
  if [ "$codes" = "$2" ]; then ok "$1 (exit $2)"; return; fi
  not_ok "$1: exit $codes in place of $2"
  head -n 3 err.* | sed 's/^/  | /'
}

one_says() {  # rank, what it must have printed
  if grep -qF -e "$2" "err.$1" "out.$1"; then ok "  rank $1 says: $2"; return; fi
  not_ok "  rank $1 does not say: $2"
  head -n 5 "err.$1" "out.$1" | sed 's/^/  | /'
}

# A training of which rounding makes no other one: a game at its usual rate, or with units that have kinks, soon goes
# another way.
tanh='{layer="dense",units=32,activation="tanh"}'
calm="$small --set training.learning_rate=1e-4 --set run.engine=reference
  --set discriminator.layers=[$tanh,$tanh,{layer=\"dense\",units=1}]"

samples() { "$program" sample "$1" -n 50 --seed 3 --out "$2" --force >/dev/null 2>&1; }
same_samples() { samples "$1" a.csv && samples "$2" b.csv && same_numbers a.csv b.csv; }
near() {  # bound, two files of JSON lines: names and numbers of all lines, to that share of each number
  paste -d , <(tr -d '{}"' <"$2" | tr ':' ',') <(tr -d '{}"' <"$3" | tr ':' ',') |
    awk -F , -v bound="$1" '{ for (i = 1; i <= NF / 2; ++i) { a = $i; b = $(i + NF / 2)
      if (a != b && (a - b) ^ 2 > (bound + bound * a) ^ 2) exit 1 } } END { exit NR == 0 }'
}
same_metrics() { near .001 "$1/metrics.jsonl" "$2/metrics.jsonl"; }

# shellcheck disable=SC2086
test_same_result() {
  expect 0 "one worker" train ring8 $calm --quiet --steps 200 --out one
  for n in 2 4; do
    workers $n train ring8 $calm --quiet --steps 200 --out of$n
    ended "$n workers" "$(yes 0 | head -n $n | paste -sd ' ')"
    check "  the same samples as of one" same_samples one of$n
    check "  the same metrics" same_metrics one of$n
  done
  workers 2 train ring8 $calm --quiet --steps 20 --wire bf16 --out wire
  ended "gradients in bfloat16" "0 0"
  check "  other numbers, though near" test "$(tail -n 1 wire/metrics.jsonl)" != "$(sed -n 4p of2/metrics.jsonl)"
  check "  by less than a hundredth" near .01 <(head -n 4 of2/metrics.jsonl) wire/metrics.jsonl
  make_images images
  local pictures="--data images --threads 1 --set run.engine=fused --set training.batch_size=30 --set run.log_every=5"
  expect 0 "pictures, one worker" train $pictures --quiet --steps 10 --out pictures1
  workers 2 train $pictures --quiet --steps 10 --out pictures2
  ended "pictures, 2 workers" "0 0"
  check "  the same metrics" same_metrics pictures1 pictures2
  workers 2 train ring8 $small --steps 20 --out loud
  ended "with all that is said" "0 0"
  check "  rank 0 says it" grep -q "all steps are done" out.0
  check "  and nobody else" test ! -s out.1 -a ! -s err.1
  check "  it owns the run alone: no other file" test "$(ls loud one | sort | uniq -d | wc -l)" = "$(ls one | wc -l)"
}

# shellcheck disable=SC2086
test_resume() {
  workers 2 train ring8 $calm --quiet --steps 100 --out resumed
  ended "half of it by 2 workers" "0 0"
  workers 4 train --resume --quiet --steps 200 --out resumed
  ended "the rest by 4" "0 0 0 0"
  check "  the same samples as in one piece by one" same_samples one resumed
  check "  no step twice" each_step_once resumed
  expect 0 "and more by one alone" train --resume --quiet --steps 205 --out resumed
}

# shellcheck disable=SC2086
test_ends_together() {
  start_workers 3 train ring8 $long --quiet --steps 100000 --out killed
  wait_for_progress killed ""
  kill -9 "${pids[2]}"
  finish_workers
  ended "rank 2 killed" "3 3 137"
  one_says 0 "rank 2 is gone: it was killed, or its machine is down"
  one_says 1 "rank 2 is gone"
  check "  a checkpoint is there" test -n "$(last killed)"

  start_workers 2 train --resume --out killed --quiet --steps 100000
  wait_for_progress killed "$(last killed)"
  kill -9 "${pids[0]}"
  finish_workers
  ended "resumed, and rank 0 killed" "137 3"
  one_says 1 "the shared store is gone: rank 0 or the launcher"

  start_workers 2 train --resume --out killed --quiet --steps 100000
  wait_for_progress killed "$(last killed)"
  kill -STOP "${pids[1]}"
  local began=$SECONDS
  status=0; finish
  check "rank 1 stopped: rank 0 ends within 40 seconds (exit $status)" test "$status" = 3 -a $((SECONDS - began)) -lt 40
  one_says 0 "rank 1 has not answered for 10 seconds: it was stopped"
  kill -CONT "${pids[1]}"
  finish_workers
  check "  and rank 1 when it goes on" test "${codes#* }" = 3

  start_workers 2 train --resume --out killed --quiet --steps 100000
  wait_for_progress killed "$(last killed)"
  kill -STOP "${pids[0]}"
  began=$SECONDS
  status=0; wait "${pids[1]}" || status=$?
  check "rank 0 stopped: rank 1 ends within 40 seconds (exit $status)" test "$status" = 3 -a $((SECONDS - began)) -lt 40
  one_says 1 "was stopped or killed"
  kill -CONT "${pids[0]}"
  finish_workers

  start_workers 2 train --resume --out killed --quiet --steps 100000
  wait_for_progress killed "$(last killed)"
  local here=0
  grep -iq ":$(printf %04x "$port") .* 0A " <(awk '{ print $2, $3, $4 " " }' /proc/net/tcp /proc/net/tcp6) || here=1
  check "the store listens" test $here = 0
  check "  on this machine alone" test -z "$(awk -v p="$(printf %04X "$port")" '$4 == "0A" && $2 ~ ":" p "$" && $2 !~ /0100007F:/' /proc/net/tcp /proc/net/tcp6)"
  kill -INT "${pids[1]}"
  finish_workers
  ended "Ctrl-C at one of them" "130 130"
  one_says 0 "everything is saved"
  start_workers 2 train --resume --out killed --quiet --steps 100000
  wait_for_progress killed "$(last killed)"
  kill -TERM "${pids[@]}"
  finish_workers
  ended "SIGTERM at all" "143 143"
}

# shellcheck disable=SC2086
test_refuses() {
  change[1]="env GAN_DATA=$work/other"
  mkdir -p here other
  make_images here/fashion-mnist; make_images other/fashion-mnist 5
  GAN_DATA="$work/here" workers 2 train --data fashion-mnist --threads 1 --set training.batch_size=32 --quiet --steps 5 --out data
  ended "other data at rank 1" "3 3"
  one_says 0 "rank 1 has other data than rank 0"
  change=()
  more[1]="--set game.k=2"
  workers 2 train ring8 $small --quiet --steps 5 --out options
  more=()
  ended "other options at rank 1" "2 2"
  one_says 0 "rank 1 was started with other options, or another recipe, than rank 0"
  workers 2 train ring8 --set data.train=2000 --set training.learning_rate=1e30 --quiet --steps 50 --out diverged
  ended "a training that diverges" "4 4"
  one_says 0 "training diverged at step"
  workers 2 train ring8 --for 10s --out for
  ended "--for" "2 2"
  workers 3 train ring8 $small --set training.batch_size=2 --quiet --steps 5 --out few
  ended "more workers than examples of a minibatch" "2 2 2"
  one_says 0 "3 workers cannot share 2 examples"
  workers 2 train ring8 $small --quiet --steps 5 --out /proc/nowhere
  ended "a folder that cannot be made" "3 3"
  one_says 1 "rank 0: /proc/nowhere"
}

# At random moments; the next start goes on, and the end has the same bytes.
# shellcheck disable=SC2086
test_kills() {
  local i
  workers 2 train ring8 $long --quiet --steps 300 --out piece
  ended "one piece" "0 0"
  rm -rf kills
  for ((i = 0; i < kills; ++i)); do
    start_workers 2 train ring8 $long --quiet --resume --steps 300 --out kills
    sleep "$(awk -v r=$RANDOM 'BEGIN { print .3 + 2 * r / 32768 }')"
    local one=$((RANDOM % 2))
    kill -9 "${pids[one]}" 2>/dev/null || true
    for ((waited = 0; waited < 100; ++waited)); do kill -0 "${pids[1 - one]}" 2>/dev/null || break; sleep .1; done
    kill -TERM "${pids[1 - one]}" 2>/dev/null || true  # as a launcher does: killed before they met, it may wait
    finish_workers
    case $codes in "0 0" | "137 3" | "3 137" | "137 143" | "143 137") ;; *) not_ok "kill $i: exit $codes" ;; esac
  done
  workers 2 train ring8 $long --quiet --resume --steps 300 --out kills
  ended "the end after $kills kills" "0 0"
  same_end "  as in one piece" piece kills
}

run_tests same_result resume ends_together refuses kills
