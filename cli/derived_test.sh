#!/bin/bash
# Training without settings, and for a given time: cli/derived_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

setting() { sed -nE "s/^$2 = (.*)/\\1/p" "$1/config.toml"; }  # run, key

test_reasons() {
  expect 0 "info says what would be chosen" info img
  says "train --data img\` chooses" "networks: convolutional, 1 doubling of maps from 4 x 4 to 8 x 8" "few images: a generator may learn 250 images by heart" "values: [0, 1]"
  grep -E '^  (networks|channels|values|labels|batch|game|length):' out.txt >chosen.txt
  expect 0 "training says the same" train --data img --threads 1 --epochs 0.5 --out reasons
  check "  word for word" test "$(grep -c -F -f <(grep -vE 'length|channels' chosen.txt) err.txt)" = "$(grep -cvE 'length|channels' chosen.txt)"
  check "  several of them" test "$(wc -l <chosen.txt)" -ge 5
  says "as asked for"
  expect 0 "a table has reasons, too" info table.csv
  says "networks: dense layers of 256 units: the data are rows of 2 numbers"
}

test_odd_images() {
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (60, 3, 17, 21), }"
    noise $((60 * 3 * 17 * 21)) 5; } >odd.npy
  expect 0 "images of 17 x 21" train --data odd.npy --threads 1 --steps 3 --quiet --out odd
  check "  the fused engine trains them" grep -qx 'engine = "fused"' odd/config.toml
  expect 0 "  samples" sample odd -n 5 --out odd.png
  expect 0 "  the run's settings are a recipe" train odd/config.toml --quiet --out again
  check "  which gives the same bytes" cmp odd/checkpoints/last again/checkpoints/last
}

test_time() {
  local start=$SECONDS steps
  expect 0 "training for a time" train --data table.csv --for 8s --threads 1 --quiet --out timed
  check "  takes about that long, even beside other work" test $((SECONDS - start)) -le 40
  silent
  steps=$(setting timed steps)
  check "  the schedule ends with it" test "$(setting timed schedule_steps)" = "$steps"
  check "  all steps are done" grep -qF "step-$(printf %07d "$steps")" <<<"$(last timed)"
  expect 0 "  its settings alone" train timed/config.toml --threads 1 --quiet --out repeated
  check "  give the same bytes" cmp timed/checkpoints/last repeated/checkpoints/last

  expect 0 "training for a short time, talking" train --data table.csv --for 3s --threads 1 --out short
  says "measured: a step takes" "what fits into the time that was asked for" "train --data table.csv --for 6s"
  expect 0 "a recipe for a time" train ring8 --data-dir . --for 6s --threads 1 --quiet --set run.evaluate_every=0 --out ring
  steps=$(setting ring steps)
  check "  the schedule keeps its share" test "$(setting ring schedule_steps)" = $(((3 * steps + 2) / 4))
  check "  so does the noise" test "$(setting ring instance_noise_steps)" = $(((13 * steps + 14) / 28))
  check "  its networks are the recipe's" grep -q 'units = 128, activation = "tanh"' ring/config.toml
}

# Stopped in the middle and gone on with, it ends as if nothing had happened.
test_resumed() {
  start_gan train --data table.csv --for 8s --threads 1 --quiet --out part
  wait_until test -e part/metrics.jsonl
  stop_with INT
  check "interrupted" test "$status" = 130
  expect 0 "gone on with" train --resume --out part --quiet
  expect 0 "in one go" train part/config.toml --threads 1 --quiet --out whole
  same_end "the same end" whole part
}

test_refusals() {
  local given
  for given in "--steps 5" "--epochs 1" "--resume --out timed"; do
    # shellcheck disable=SC2086
    expect 2 "--for beside $given" train --data table.csv --for 20s $given
    says "--for"
  done
  for given in 20 20sec -3s 0s ""; do
    expect 2 "--for '$given'" train --data table.csv --for "$given" --out never
  done
  says "expected a time such as 90s, 20min or 1h30min"
  expect 2 "no time for a step" train --data table.csv --for 0.1s --out never
  says "give more time"
  expect 2 "a model whose length is its own" train rbm-mnist --data img --for 20s --out never
  says "use --steps or --epochs"
  check "nothing was begun" test ! -e never
}

make_images img
make_csv table.csv
run_tests reasons odd_images time resumed refusals
