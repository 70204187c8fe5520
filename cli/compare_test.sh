#!/bin/bash
# Runs side by side, and the options about chains, held against the program: cli/compare_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

number() { grep -m 1 -oE "\"$1\": -?[0-9.e+-]+" "${2:-out.txt}"; }  # the first with that key
line() { grep -E "^  $1 " out.txt; }                                # of a table
column_apart() { [ "$(grep -cE "^  run .*$1" out.txt)" = 1 ] && ! grep -qE "^  run .*$1.*$2|^  run .*$2.*$1" out.txt; }

test_compare() {
  expect 0 "compare" compare one two mixture
  says "img: 200 test examples" "img, binarised: 200 test examples" "samples of each: compare.png"
  check "  each run has a line of costs and one of scores" test "$(line '(one|two|mixture)' | wc -l)" = 6
  check "  a model without a chain says so" test "$(grep -c 'independent  *one pass$' out.txt)" = 3
  check "  Parzen windows and log-probabilities share no table" column_apart "Parzen, nats" "log p, exact, nats"
  check "  binary draws and grey samples share no column of the two-sample test" column_apart "two-sample accuracy(  |$)" "two-sample accuracy of binary draws"
  check "  no column for a kind that there is not" test "$(grep -cE 'AIS|at least|modes' out.txt)" = 0
  check "  controls beside the Parzen scores" grep -qE '^  control: the mean alone  +-?[0-9.]+ ± [0-9.]+$' out.txt
  check "  parameters: 100 x 1200 + 1200 x 1200 + 1200 x 64 weights, 2464 biases" grep -qE '^  one +adversarial +1,639,264 +3 ' out.txt
  check "  the mixture's are 5 x 64 means and 5 weights" grep -qE '^  mixture +bernoulli-mixture +325 +4 ' out.txt
  cp out.txt before.txt
  check "  draws a picture" test "$(head -c 4 compare.png | od -An -c | tr -d ' ')" = '211PNG'
}

test_json() {
  expect 0 "compare --json" compare one mixture --json --seed 3 --out first.png
  grep -v seconds out.txt >first.txt
  check "  two tables" test "$(grep -cE '^   "data": "img(, binarised)?",$' out.txt)" = 2
  check "  controls and protocol once in each" test "$(grep -c '^   "controls"' out.txt)$(grep -c '^   "protocol"' out.txt)" = 12
  check "  the kind of a log-probability" grep -q '"kind": "exact"' out.txt
  check "  who has no chain" test "$(grep -c '"mixing": "independent"' out.txt)" = 2
  local parzen accuracy log_p
  parzen=$(number log_likelihood) accuracy=$(number accuracy) log_p=$(number test <(grep -A 1 '"log_probability"' out.txt))
  run_gan compare mixture one --json --seed 3 --out second.png
  check "  in another order: the same numbers, to the last digit" cmp <(grep -v seconds out.txt | tr -d , | sort) <(tr -d , <first.txt | sort)
  run_gan compare one mixture --json --seed 4 --out third.png
  check "  another seed, another picture" test "$(cksum <first.png)" != "$(cksum <third.png)"
  run_gan evaluate one --json --seed 3
  check "  the numbers of evaluate: Parzen" test "$(number log_likelihood)" = "$parzen"
  check "  the two-sample test" test "$(number accuracy)" = "$accuracy"
  run_gan evaluate mixture --json --seed 3
  check "  log-probability" test "$(number test <(grep -A 1 '"log_probability"' out.txt))" = "$log_p"
}

test_names() {
  mkdir other
  cp -r two other/one
  expect 0 "two folders of one name" compare one other/one
  check "  are told apart by their paths" test "$(line one | wc -l)$(line other/one | wc -l)" = 22
  check "  and score as before, on data and with a seed that are as before" cmp <(line other/one | sed 's,other/one,two,' | tail -n 1 | tr -s ' ') <(grep '^  two ' before.txt | tail -n 1 | tr -s ' ')
}

test_refusals() {
  local before
  before=$(cksum <compare.png)
  expect 2 "no run" compare
  says "RUN is required"
  expect 2 "one run twice" compare one two ./one/
  says "./one/: the same run twice"
  expect 3 "no such run" compare one nowhere
  says "nowhere: no such run"
  expect 3 "a folder that is no run" compare img
  says "img: is not a run"
  mkdir -p bare/checkpoints
  cp one/config.toml bare
  expect 3 "a run without a checkpoint" compare one bare
  says "bare: has no checkpoint yet"
  expect 3 "a checkpoint that it has not" compare one --checkpoint 7
  says "one: has no checkpoint of step 7; there are: 0 3"
  expect 2 "a picture in a format that there is not" compare one --out x.jpg
  expect 3 "a picture into no folder" compare one --out nowhere/x.png
  says "there is no folder nowhere"
  mv img away
  expect 3 "data that are gone" compare one two
  says img
  make_images img 5
  expect 3 "data that changed" compare one two
  says "one: was trained on other data than $work/img holds now"
  rm -r img
  mv away img
  check "  none of these wrote a picture or a table" test "$before" = "$(cksum <compare.png)"
}

test_chain_options() {  # of models that have none; what they do is tested beside gan/model/chain.cpp
  local option
  for option in '--thin 3' '--burn-in 0' '--chains 4' '--start data'; do
    # shellcheck disable=SC2086
    expect 2 "sample $option of a model without a chain" sample one $option --out x.npy
    says "one: samples of this model are independent: ${option% *} has no meaning"
  done
  expect 2 "parts that are not equal" sample one -n 64 --chains 10 --out x.npy
  says "-n 64: this number is not a multiple of the 10 chains; use -n 70"
  expect 2 "an unknown start" sample one --start nose --out x.npy
  says "--start: expected noise or data, got 'nose'"
  expect 2 "a folder of data that nobody asks for" sample one --data-dir . --out x.npy
  check "  no file of a refused call" test ! -e x.npy
}

make_images img
dense=(--set generator.noise_size=100 --set 'generator.layers=[{layer="dense",units=1200,activation="relu"},{layer="dense",units=1200,activation="relu"},{layer="dense",units=64,activation="sigmoid"}]')
run_gan train --data img --steps 3 "${dense[@]}" --quiet --out one
run_gan train --data img --steps 3 --seed 2 "${dense[@]}" --quiet --out two
run_gan train mixture-mnist --data img --set mixture.components=5 --set training.batch_size=50 --set run.evaluate_every=0 --set run.sample_every=0 --steps 4 --quiet --out mixture
run_tests compare json names refusals chain_options
