#!/bin/bash
# What evaluate, compare and a training say of scores, held against each other and against data whose scores are known:
# cli/scores_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

of() {  # section of json.txt, key: its number
  sed -n "/\"$1\": {/,/}/p" json.txt | grep -m 1 -oE "\"$2\": -?[0-9.e+-]+" | sed 's/.*: //'
}
printed() { LC_ALL=C awk -v x="$2" -v factor="${3:-1}" "BEGIN { printf \"$1\", factor * x }"; }  # format, number, factor
percent() { printed '%.1f' "$1" 100; }
grouped() { sed -E ':a; s/([0-9])([0-9]{3})(,|$)/\1,\2\3/; ta' <<<"$1"; }  # 10,000
p_value() { if holds "$1 < 1e-300"; then echo 'p < 1e-300'; else echo "p = $(printed %.2g "$1")"; fi; }
holds() { awk "BEGIN { exit !($1) }"; }  # a comparison
interval() { echo "$(percent "$(of "$1" accuracy)")% [$(percent "$(of "$1" low)"), $(percent "$(of "$1" high)")]"; }

evaluate_twice() {  # what, arguments: json.txt and the table, with the same numbers
  local what=$1
  shift
  expect 0 "$what: evaluate --json" evaluate "$@" --json
  cp out.txt json.txt
  expect 0 "$what: evaluate" evaluate "$@"
  fits_terminal
}

fits_terminal() { check "  in 80 columns" holds "$(LC_ALL=C.UTF-8 wc -L <out.txt) <= 80"; }

reads_two_sample() {  # the table says what json.txt holds
  says "held-out data with $(interval two_sample) accuracy on $(grouped "$(of two_sample test_examples)") test examples (50% is guessing; $(p_value "$(of two_sample p_value)"))"
  says "mean of $(of two_sample fits) fits, which differ by $(percent "$(of two_sample deviation)")%"
  says "control, training examples in place of samples: $(interval control) on $(grouped "$(of control test_examples)") ($(p_value "$(of control p_value)"))"
  check "  JSON says what the control is" grep -qF '"what": "training examples"' json.txt
}

reads_nearest() {
  says "nearest training example: samples $(printed %.3g "$(of nearest_training_example median_distance)"), test examples $(printed %.3g "$(of nearest_training_example median_distance_of_test)")"
}

test_toy() {
  # shellcheck disable=SC2086
  expect 0 "a toy" train ring8 $small --steps 400 --set run.evaluate_every=200 --quiet --out toy
  check "  its metrics hold the spread inside modes" grep -q '"spread_within":' toy/metrics.jsonl
  evaluate_twice "a toy" toy
  reads_two_sample
  reads_nearest
  says "modes found        $(of modes covered) of $(of modes modes), $(percent "$(of modes within)")% of samples"
  says "spread in modes    $(printed %.2f "$(of modes spread_within)") of the truth's"
  says "$(printed %.1f "$(of parzen log_likelihood)") ± $(printed %.1f "$(of parzen standard_error)")"
  expect 0 "compare it" compare toy
  says "$(interval two_sample)" "$(of modes covered) of $(of modes modes)" "$(percent "$(of modes within)")%" "two-sample accuracy" "spread in modes"
  check "  the spread" grep -qE "^  toy .*  $(printed %.2f "$(of modes spread_within)") " out.txt
  check "  the control has a row of its own" grep -qF "control: training examples as samples" out.txt
  says "$(interval control)"
}

test_known() {  # samples whose scores are known; test images are all black, but for ten, training images are noise
  make_images known
  { printf '\0\0\x08\x03'; big_endian 200; big_endian 8; big_endian 8; noise 640 2; head -c $((190 * 64)) /dev/zero; } >known/t10k-images-idx3-ubyte
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (250, 8, 8), }"
    noise $((250 * 64)) 1; } >copies.npy
  evaluate_twice "copies of training images" copies.npy --data known
  reads_two_sample
  reads_nearest
  check "  copies lie at distance 0" holds "$(of nearest_training_example median_distance) == 0"
  check "  black images do not" holds "$(of nearest_training_example median_distance_of_test) > 2"
  check "  noise is no black image: accuracy" holds "$(of two_sample low) > .8"
  check "  nor are training images: the control's" holds "$(of control accuracy) > .8 && $(of control low) > .7"
  check "  the control is kept" test -n "$(find cache/gan -name 'two-sample-*.json')"
  cp json.txt first.txt
  expect 0 "  and read again" evaluate copies.npy --data known --json
  check "    the same numbers" cmp first.txt out.txt
}

test_chains() {
  expect 0 "ten chains in a .npy" evaluate tiny.npy --data img --chains 10 --json
  cp out.txt json.txt
  says '"chains": 4' "\"reason\": \"needs 20 whole chains in its test half, 2 of 50 states came\""
  check "  no accuracy" test -z "$(of two_sample accuracy)"
  expect 0 "  as a table" evaluate tiny.npy --data img --chains 10
  says "two-sample test    none: it needs 20 whole chains in its test half"
  evaluate_twice "a hundred" tiny.npy --data img --chains 100
  reads_two_sample
  check "  40 of them beside 200 test images" test "$(of two_sample chains)" = 40
  says "the samples are 40 chains, which are the units of interval and p"
  says "the samples are chains; the error beside the score, over test examples, leaves out how far other chains would differ"
  expect 2 "chains of no one length" evaluate tiny.npy --data img --chains 7
  says "--chains 7: the 500 samples of tiny.npy do not divide"
  printf '%s\n' '[run]' 'model = "gsn"' 'threads = 1' '[data]' 'source = "img"' 'scale = "unit"' '[training]' 'steps = 4' 'batch_size = 20' \
    '[gsn]' 'hidden = [12, 11]' 'burn_in = 2' 'chain_length = 1000' >gsn.toml
  expect 0 "a model whose samples are chains" train gsn.toml --quiet --out gsn
  expect 2 "  that knows them" evaluate gsn --chains 10
  evaluate_twice "  its scores" gsn
  reads_two_sample
  check "  three sets of samples have a Parzen score" test "$(sed -n '/"draws": \[/,/\]/p' json.txt | grep -oE '^ +-?[0-9.]+' | sort -u | wc -l)" = 3
  says "3 sets of samples of this model's chains score" "a deviation of $(printed %.1f "$(of parzen deviation_over_draws)")"
}

test_log_z() {
  awk 'BEGIN { srand(1); for (i = 0; i < 400; ++i) { for (j = 0; j < 9; ++j) printf "%s%d", j ? "," : "", rand() < (j % 2 ? .2 : .8); print "" } }' >bits.csv
  printf '%s\n' '[run]' 'model = "rbm"' 'threads = 1' '[data]' 'source = "bits.csv"' 'binarise = true' \
    '[training]' 'steps = 20' 'batch_size = 20' '[rbm]' 'hidden = 3' 'burn_in = 5' '[ais]' 'runs = 10' 'temperatures = 50' >rbm.toml
  expect 0 "an RBM of three hidden units" train rbm.toml --quiet --out rbm
  evaluate_twice "log Z by enumeration" rbm
  says "log Z was summed over all states" "the sum over all states" "$(printed %.2f "$(of log_probability test)") ± $(printed %.2f "$(of log_probability standard_error)") nats, exact"
  check "  nothing is said of annealing" test -z "$(grep -i anneal out.txt err.txt json.txt)"
  check "  its kind" grep -q '"kind": "exact"' json.txt
  says "log p(train)       $(printed %.2f "$(of log_probability train)") nats"
}

test_no_variety() {
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (200, 8, 8), }"
    for _ in {1..200}; do noise 64 3; done; } >same.npy
  expect 0 "info of one image repeated" info same.npy
  says "same.npy: the data have no variety: all 160 training examples are the same"
  expect 0 "  train" train --data same.npy --steps 4 --set run.evaluate_every=2 --threads 1 --out same
  says "the data have no variety" "no score has a meaning"
  check "  nothing is scored" test -z "$(grep -iE 'parzen|two-sample|nearest' out.txt)"
  expect 0 "  evaluate" evaluate same --json
  says '"no_variety": "same.npy: the data have no variety'
  check "  no score" test -z "$(grep -E '"(parzen|two_sample|nearest_training_example|controls)"' out.txt)"
  { printf 'a,b\n'; for _ in {1..100}; do printf '1,2\n3,4\n3,5\n'; done; } >three.csv
  expect 0 "info of three rows repeated" info three.csv
  says "three.csv: the data have little variety: 240 training examples hold only 3 distinct ones"
}

test_stopping_rule() {
  local toy=(gaussian1d --threads 1 --set data.train=2000 --set data.valid=1000 --set training.batch_size=32 --set run.stop=indistinguishable
    --set run.checks=1 --set run.evaluate_every=5)
  expect 0 "an equivalence test that is passed" train "${toy[@]}" --steps 40 --set run.epsilon=0.499 --out passed
  fits_terminal
  says "stopped: a fresh classifier separates samples from held-out data with surely less than 99.9% accuracy (50% + run.epsilon = 0.499), 1 check in a row"
  local line
  line=$(grep two_sample_p passed/metrics.jsonl | tail -n 1)
  number_of() { grep -oE "\"$1\":[0-9.e+-]+" <<<"$line" | sed 's/.*://'; }
  says "the last check: $(percent "$(number_of two_sample_accuracy)")% [$(percent "$(number_of two_sample_low)"), $(percent "$(number_of two_sample_high)")], $(p_value "$(number_of two_sample_p)") against guessing"
  check "  the progress says p, too" grep -qE '^step 5:.* two_sample_p ' err.txt
  expect 0 "one that is not" train "${toy[@]}" --steps 6 --set run.epsilon=0.001 --out not_passed
  says "all steps are done, and it was not reached that a fresh classifier separates" "less than 50.1% accuracy"
  expect 2 "one with too few examples" train "${toy[@]}" --set data.valid=99 --steps 6 --out never
  says "run.stop = \"indistinguishable\": its test of the validation examples needs 100 examples of each kind, 99 came"
  check "  is refused before there is a run" test ! -e never
}

test_memory() {  # 10,000 samples of 3 x 64 x 64 numbers are half a gigabyte
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (30, 3, 64, 64), }"
    noise $((30 * 12288)) 1; } >large.npy
  local brief=(--data large.npy --threads 1 --steps 3 --set training.batch_size=2 --set run.evaluate_every=2 --set run.sample_every=0 --quiet)
  if grep -qa __asan_init "$program"; then return; fi  # a sanitizer needs terabytes of address space
  (ulimit -v 3200000; run_gan train "${brief[@]}" --out large; exit "$status") && status=0 || status=$?
  check "large images are scored in 3.2 GB: exit 0 (is $status)" test "$status" = 0
  check "  they were" grep -q '"parzen_valid":' large/metrics.jsonl
  (ulimit -v 2200000; run_gan train "${brief[@]}" --out refused; exit "$status") && status=0 || status=$?
  check "what cannot be scored is refused before it is trained: exit 2 (is $status)" test "$status" = 2
  says "scoring this training needs about" "for 10000 samples and the held-out examples" "run.evaluate_every = 0"
  check "  and leaves no run" test ! -e refused
}

score_of() {  # name of a score, key, section of it: the value in the list of json.txt
  sed -n "/^   \"name\": \"$1\"/,/^  }/p" json.txt | sed -n "/\"${3:-title}\":/,\$p" | grep -m 1 -E "^ +\"$2\":" | sed 's/.*: //; s/[",]//g'
}

test_features() {
  local name distances=frechet,kernel,precision,recall,density,coverage
  evaluate_twice "noise beside noise" tiny.npy --data img --scores "$distances"
  for name in ${distances//,/ }; do
    check "  $name: value, interval, control" holds "$(score_of "$name" low) <= $(score_of "$name" value) && $(score_of "$name" value) <= $(score_of "$name" high) && $(score_of "$name" value control) > -1"
    check "  $name: how many samples" test "$(score_of "$name" samples)" = 500
  done
  check "  the stamp names features and reference" test "$(score_of frechet name features) $(score_of frechet name reference)" = "classifier test"
  says "features           128 features of a classifier of img" "500 samples against 200 test examples control 250 training examples as samples"
  says "precision $(printed %.1f "$(score_of precision value)" 100)% [$(printed %.1f "$(score_of precision low)" 100), $(printed %.1f "$(score_of precision high)" 100)]"
  check "  no other score" test -z "$(grep -E 'Parzen|two-sample' out.txt)"
  expect 0 "  the classifier and the controls are kept" evaluate tiny.npy --data img --scores "$distances"
  check "    it is not trained again" test -z "$(grep 'training a classifier' err.txt)"
  expect 0 "features of random convolutions" evaluate tiny.npy --data img --scores frechet,two-sample --features random --reference train
  says "channel means of untrained random convolutions" "train examples control 200 test examples as samples" "two-sample test"
  expect 2 "a score of no name" evaluate tiny.npy --data img --scores frechett
  says "no score is called frechett (did you mean 'frechet'?)"
  expect 0 "a score that does not apply" evaluate tiny.npy --data img --scores modes
  says "modes: does not apply to these data and samples"
  expect 3 "features of a missing file" evaluate tiny.npy --data img --scores frechet --features missing.pt
  says "missing.pt"
  printf nothing >text.pt
  expect 3 "features of a file of text" evaluate tiny.npy --data img --scores frechet --features text.pt
  says "text.pt: is not a TorchScript network"
  printf nothing >text.onnx
  expect 3 "features of a file that is no ONNX" evaluate tiny.npy --data img --scores frechet --features text.onnx
  says "text.onnx: is not an ONNX network"
  expect 2 "a resize without a size" evaluate tiny.npy --data img --scores frechet --features text.pt --feature-resize tf1
  says "a resize needs a size"
  expect 2 "classes of a toy" evaluate toy --scores frechet --features classifier
  says "has no labels"
  expect 0 "a toy has values" evaluate toy --scores frechet,recall --json
  cp out.txt json.txt
  check "  its features" test "$(score_of recall name features)" = values
  expect 0 "compare" compare toy --scores frechet,precision
  says "Fréchet distance" "control: 2,000 training examples as samples"
}

test_while_training() {
  # shellcheck disable=SC2086
  expect 0 "a distance chooses the best checkpoint" train ring8 $small --steps 600 --set run.evaluate_every=100 --set 'run.scores=["frechet", "own"]' --quiet --out watched
  local best
  best=$(grep frechet_valid watched/metrics.jsonl | sed -E 's/.*"step":([0-9]+).*"frechet_valid":([0-9.e+-]+).*/\2 \1/' | sort -g | head -1)
  check "  that of step ${best#* }" test -e "watched/checkpoints/step-$(printf %07d "${best#* }").safetensors"
  check "  not the last" test "${best#* }" != 600 -o "$(ls watched/checkpoints | wc -l)" -ge 2
  check "  beside the model's own score" grep -q '"modes":' watched/metrics.jsonl
  expect 2 "a score of no name" train ring8 --set 'run.scores=["frechett"]' --out nothing
  says "frechett"
}

test_pictures_as_samples() {
  mkdir pictures
  (cd pictures && "$(dirname "$program")/make_pictures" .)
  expect 0 "a folder of pictures as samples" evaluate pictures/plain --data pictures/plain --scores nearest-training-example --json
  cp out.txt json.txt
  check "  the same pictures are copies" holds "$(score_of nearest-training-example value) == 0"
  expect 3 "pictures of another size" evaluate pictures/plain --data img --scores frechet
  says "its pictures are" "those of img are"
}

make_images img
make_npy tiny.npy 500
run_tests toy features while_training pictures_as_samples known chains log_z no_variety stopping_rule memory
