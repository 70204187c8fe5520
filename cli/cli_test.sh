#!/bin/bash
# The contract of the command line, held against the program: cli/cli_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

test_help() {
  expect 0 "--help" --help
  says train sample interpolate evaluate compare export doctor info reproduce
  expect 0 "--version" --version
  says "gan "
  expect 2 "no command"
  local command
  for command in train sample interpolate evaluate compare export doctor info reproduce; do
    expect 0 "$command --help" "$command" --help
    says Example "gan $command"
  done
  GAN_PROGRAM=./run expect 0 "the script's name in the help" train --help
  says "./run train"
}

# Help and complaints must come at once: half a second is lost once the tensor library is loaded.
test_without_the_engine() {
  ldd "$program" >ldd.txt
  check "gan is linked with libraries" grep -q libc.so ldd.txt
  check "  not with those of tensors" test "$(grep -cE 'libtorch|libc10' ldd.txt)" = 0
  mkdir alone
  cp "$program" alone
  local program=$work/alone/gan command
  expect 0 "alone: --help" --help
  expect 0 "alone: --version" --version
  for command in train sample interpolate evaluate compare export doctor info reproduce; do expect 0 "alone: $command --help" "$command" --help; done
  expect 2 "alone: a command with a slip" tran
  expect 2 "alone: a recipe with a slip" train rnig8
  expect 2 "alone: an unknown extension" sample a --out x.jpg
  expect 1 "alone: something to do" info recipes
  says "there is neither $work/alone/gan-engine nor $work/libexec/gan/gan-engine"
  check "  in one line" test "$(wc -l <err.txt)" = 1
}

test_waiting_threads() {
  OMP_DISPLAY_ENV=true expect 0 "OpenMP shows its settings" info recipes
  says "OMP_WAIT_POLICY = 'PASSIVE'"
  OMP_DISPLAY_ENV=true OMP_WAIT_POLICY=active expect 0 "and the user's own" info recipes
  says "OMP_WAIT_POLICY = 'ACTIVE'"
}

test_openblas() {
  OPENBLAS_VERBOSE=2 expect 0 "OpenBLAS names its processor" info recipes
  if ! grep -q '^Core: ' err.txt out.txt || ! grep -qw avx2 /proc/cpuinfo; then return 0; fi  # another library's products; or really an old one
  check "  not one of 2004" test "$(grep -hc '^Core: Prescott' err.txt out.txt | sort -u)" = 0
  OPENBLAS_VERBOSE=2 OPENBLAS_CORETYPE=Haswell expect 0 "and the user's own" info recipes
  check "  as asked" grep -qh '^Core: Haswell' err.txt out.txt
}

test_bfloat16() {
  DNNL_MAX_CPU_ISA=AVX2 ONEDNN_MAX_CPU_ISA=AVX2 expect 2 "bfloat16 on a processor without it" train gaussian1d --set run.precision=bf16 --out none
  says "this processor does not multiply bfloat16" "use fp32"
}

bits() { awk 'BEGIN { srand(1); for (i = 0; i < 400; ++i) { for (j = 0; j < 24; ++j) printf "%s%d", j ? "," : "", rand() < (j % 2 ? .2 : .8); print "" } }' >bits.csv; }

test_rbm() {
  bits
  printf '%s\n' '[run]' 'model = "rbm"' 'threads = 1' 'log_every = 10' 'evaluate_every = 10' '[data]' 'source = "bits.csv"' 'binarise = true' \
    '[training]' 'steps = 20' 'batch_size = 20' '[rbm]' 'hidden = 22' 'burn_in = 5' '[ais]' 'runs = 10' 'temperatures = 50' 'quick_temperatures = 10' >rbm.toml
  expect 0 "an RBM" train rbm.toml --quiet --out rbm
  silent
  check "  its scores while it is trained" grep -q '"log_probability_valid":.*"log_z":.*"effective_runs":' rbm/metrics.jsonl
  expect 0 "  evaluate --json" evaluate rbm --json
  says '"kind": "ais"' '"temperatures": 50' '"test_interval"' '"binarised"' '"draws": "means'
  expect 0 "  evaluate" evaluate rbm
  says "by annealed importance sampling, of binary data" "tends to be too low" "10 runs of 50 temperatures"
  expect 0 "  info" info rbm
  says "v  24 binary units" "22 binary units" "528 weights" "trained by CD-1"
  expect 0 "  sample" sample rbm -n 5 --out rbm.csv
  expect 0 "  exact where few units are left" train rbm.toml --out small --set rbm.hidden=3
  says "the sum over all states"
  expect 2 "no sweeps at all" train rbm.toml --out none --set rbm.k=0
  says "rbm.k = 0: expected a number from 1"
  expect 2 "binary units for grey data" train rbm.toml --out none --set data.binarise=false
  says "set data.binarise = true" "rbm.visible = 'gaussian'"
}

test_autoencoders() {
  make_images grey
  local model
  for model in gsn stacked-cae; do
    printf '%s\n' '[run]' "model = \"$model\"" 'threads = 1' 'sample_every = 4' '[data]' 'source = "grey"' 'scale = "unit"' '[training]' 'steps = 8' 'batch_size = 20' \
      "[${model#stacked-}]" 'hidden = [12, 11]' 'burn_in = 2' 'chain_length = 10' >$model.toml
    expect 0 "a $model of images" train $model.toml --quiet --out $model
    check "  its filters and reconstructions" test -s $model/filters.png -a -s $model/reconstructions.png
  done
}

test_deep() {
  bits
  local model joint
  for model in dbn dbm; do
    joint=$([ $model = dbm ] && echo 'joint_epochs = 1' || echo 'up_down_epochs = 1')
    printf '%s\n' '[run]' "model = \"$model\"" 'threads = 1' 'log_every = 10' 'checkpoint_every = 10' '[data]' 'source = "bits.csv"' 'binarise = true' \
      '[training]' 'batch_size = 20' "[$model]" 'hidden = [22, 23]' 'epochs = [1, 0.5]' 'burn_in = 5' "$joint" '[ais]' 'runs = 10' 'temperatures = 50' 'quick_temperatures = 10' >$model.toml
    expect 0 "a $model" train $model.toml --out $model
    says "layer 1 of 2" "nats, a lower bound, of binary data"
    expect 0 "  stopped in its first layer" train $model.toml --quiet --out half --steps 10
    expect 0 "  and gone on with" train --resume --quiet --out half --steps "$(sed -n 's/^steps = //p' $model/config.toml)"
    check "  ends in the same bytes" cmp half/checkpoints/last $model/checkpoints/last
    expect 0 "  evaluate --json" evaluate $model --json
    says '"kind": "bound"' '"test_interval"'
    expect 0 "  sample" sample $model -n 5 --out $model.csv
    expect 0 "  its chains" sample $model --chains 2 -n 6 --thin 2 --burn-in 1 --out chains.csv --force
    check "  are 6 rows" test "$(wc -l <chains.csv)" = 6
    rm -rf half
  done
  expect 0 "both, side by side" compare dbn dbm
  says "log p, at least" "autocorrelation"
}

test_diverged() {
  expect 4 "a huge learning rate" train ring8 --steps 40 --set training.learning_rate=1e30 --quiet --out diverged
  says "diverged at step" training.learning_rate
}

test_train() {
  ring --steps 40 --out a
  check "a tiny run" test "$status" = 0
  silent
  local file
  for file in config.toml metrics.jsonl curves.png checkpoints/last samples/step-0000040.png; do
    check "  writes $file" test -s "a/$file"
  done
  check "  keeps the last checkpoint only" test "$(find a/checkpoints -type f | wc -l)" = 1
  check "  leaves no temporary file" test -z "$(find a -name '*.tmp')"
  check "  logs each step once" each_step_once a
  cp -r a before
  expect 2 "an existing run is not overwritten" train ring8 --steps 40 --out a --quiet
  says --resume
  check "  and not touched" diff -r before a
  ring --steps 40 --out b
  same_end "the same seed" a b
  ring --steps 40 --seed 2 --out other
  check "another seed: another checkpoint" test "$(cksum <a/checkpoints/last)" != "$(cksum <other/checkpoints/last)"
  # shellcheck disable=SC2086
  expect 0 "without --out" train ring8 $small --steps 2 --quiet
  check "  goes to runs/ring8" test -s runs/ring8/config.toml
  # shellcheck disable=SC2086
  expect 0 "again" train ring8 $small --steps 2 --quiet
  check "  goes to runs/ring8-2" test -s runs/ring8-2/config.toml
  expect 0 "data without a recipe, talking" train --data table.csv --steps 5 --out table
  says "step 5/5" "all steps are done" "gan sample table" "gan evaluate table" "gan train --data table.csv --steps"
  check "  on no terminal, no line is redrawn" test -z "$(tr -dc '\r\033' <err.txt)"
  expect 0 "a folder of images without a recipe" train --data img --steps 5 --quiet --out pictures
  expect 0 "a .npy without a recipe" train --data tiny.npy --steps 3 --quiet --out arrays
}

test_resume() {
  expect 0 "--resume of a finished run" train --resume --out a --quiet
  silent
  same_end "nothing left to do" before a
  expect 2 "--resume with a changed setting" train --resume --out a --set training.batch_size=64
  says training.batch_size 32 64
  expect 2 "--resume with a recipe that differs" train ring8 --resume --out a --steps 40 --threads 1
  says "cannot become"
  expect 2 "--resume with fewer steps" train --resume --out a --steps 20
  says 40 20
  check "  neither touched it" cmp before/config.toml a/config.toml
  ring --steps 80 --out straight
  expect 0 "--resume with more steps, without the recipe" train --resume --out a --steps 80 --quiet
  same_end "40 + 40 steps are 80" straight a
  # shellcheck disable=SC2086
  expect 0 "--resume with more steps, with the recipe" train ring8 $small --resume --out b --steps 80 --quiet
  same_end "with the recipe, too" straight b
  expect 0 "--resume with more threads" train --resume --out b --steps 90 --threads 2 --quiet
  check "  config.toml says so" grep -qx "threads = 2" b/config.toml
  ring --resume --steps 40 --out fresh
  check "--resume with a recipe starts a run that is not there" cmp fresh/checkpoints/last before/checkpoints/last
  mkdir -p early/checkpoints early/samples
  ring --resume --steps 40 --out early
  check "--resume with a recipe goes on where config.toml was not written yet" cmp early/checkpoints/last before/checkpoints/last
}

test_schedules() {  # of more than the rate; both halves take part in them
  local moving=(--set optimizer.schedule_steps=30 --set optimizer.final_beta2=0.9 --set game.averaging=0
    --set game.averaging_images=500 --set game.final_r1=0 --set game.final_r2=1)
  ring "${moving[@]}" --steps 40 --out moving
  ring "${moving[@]}" --steps 20 --out stopped
  expect 0 "schedules are resumed" train --resume --out stopped --steps 40 --quiet
  same_end "20 + 20 steps of schedules are 40" moving stopped
  expect 2 "a final value without a schedule" train ring8 --steps 2 --out none --set game.final_r1=0 --set optimizer.schedule=constant
  says game.final_r1 "has no end" "'cosine' or 'linear'"
  expect 2 "two kinds of averages" train ring8 --steps 2 --out none --set game.averaging_images=500
  says "game.averaging = 0.99 and game.averaging_images = 500"
}

test_sample() {
  local format
  for format in npy csv png; do
    expect 0 "sample to .$format" sample a -n 9 --seed 7 --out "one.$format"
    says "9 samples" "seed 7"
    expect 0 "and again" sample a -n 9 --seed 7 --out "two.$format"
    check "  the same seed, the same bytes" cmp "one.$format" "two.$format"
    run_gan sample a -n 9 --seed 8 --out "three.$format"
    check "  another seed, other bytes" test "$(cksum <"one.$format")" != "$(cksum <"three.$format")"
  done
  check "  .npy: float32, [9, 2]" grep -qaE "'descr': '<f4'.*'shape': \(9, 2\)" one.npy
  check "  .csv: 9 rows of 2" test "$(grep -cE '^-?[0-9.e+-]+,-?[0-9.e+-]+$' one.csv)" = 9
  check "  .png: is one" test "$(head -c 4 one.png | od -An -c | tr -d ' ')" = '211PNG'
  expect 0 "sample of a checkpoint file" sample a/checkpoints/step-0000080.safetensors -n 9 --seed 7 --out file.npy
  check "  the same bytes as from its run" cmp one.npy file.npy
  ring --steps 20 --set run.evaluate_every=10 --out scored
  expect 0 "sample of the best checkpoint" sample scored --checkpoint best --out best.npy
  expect 2 "a checkpoint with a slip" sample a --checkpoint lats --out x.npy
  check "  no file of a refused call" test ! -e x.npy
  expect 0 "sample of images" sample pictures -n 4 --out images.npy
  check "  .npy: [4, 8, 8]" grep -qa "'shape': (4, 8, 8)" images.npy
  expect 0 "sample of a table" sample table -n 4 --out rows.csv
  check "  with its header" grep -qx 'width,height' rows.csv
  expect 0 "interpolate" interpolate pictures --out lines.png
  check "  writes a picture" test -s lines.png
  expect 2 "interpolate where there are no images" interpolate a --out x.png
}

test_info() {
  local what
  for what in recipes/*.toml; do
    expect 0 "info $what" info "$what"
    says training batch_size
  done
  expect 0 "info recipes" info recipes
  says ring8 "train NAME"
  expect 0 "info of a recipe's name" info ring8
  says "[training]"
  expect 0 "info of a run" info a
  says "80 of 80 steps" generator discriminator learning_rate
  expect 0 "info of a checkpoint" info a/checkpoints/step-0000080.safetensors
  says "step 80" toy:ring8
  for what in toy:ring8 toy:grid25 toy:gaussian1d toy:swissroll img tiny.npy table.csv; do
    expect 0 "info $what" info "$what"
    says example training hash
  done
  says width height
  expect 2 "info of nothing" info nothing
  printf '[generator]\nlayers = [{ layer = "dense", units = 16 }]\n[discriminator]\nlayers = [{ layer = "convolution", channels = 1, kernel = 4 }]\n' >conv.toml
  expect 0 "info of a recipe whose images the data will show" info conv.toml
  says "convolution 1 linear, 4x4 kernels, he" "depends on the data"
}

test_colours() {  # through convolutions, with penalties: second derivatives
  local g='{layer="dense",units=200,activation="sigmoid"},{layer="transposed-convolution",channels=3,kernel=5,stride=3,input=[2,10,10],tied=false}'
  local d='{layer="maxout-convolution",channels=4,pieces=2,kernel=8,pad=4,pool=4,pool_stride=2,input=[3,32,32]},{layer="dense",units=1}'
  local settings=(--threads 1 --set training.batch_size=16 --set run.checkpoint_every=2 --set run.log_every=1 --set data.scale=gcn
    --set optimizer.schedule=constant --set "generator.layers=[$g]" --set "discriminator.layers=[$d]")
  expect 0 "colour images, in one go" train --data cifar-10-batches-bin "${settings[@]}" --steps 4 --quiet --out colours
  expect 0 "in two" train --data cifar-10-batches-bin "${settings[@]}" --steps 2 --quiet --out halves
  expect 0 "  the second of them" train --resume --out halves --steps 4 --quiet
  same_end "2 + 2 steps are 4" colours halves
  expect 0 "info of a run of convolutions" info colours
  says "maxout convolution 4x2" "[B, 3, 32, 32] -> [B, 4, 16, 16]" "[B, 2, 10, 10] -> [B, 3, 32, 32]" "scale = \"gcn\"" "norm = 55"
  expect 0 "sample of colour images" sample colours -n 4 --out colours.npy
  check "  .npy: [4, 3, 32, 32]" grep -qa "'shape': (4, 3, 32, 32)" colours.npy
  expect 0 "  as a picture" sample colours -n 4 --out colours.png
  check "  .png: in colours" test "$(od -An -tu1 -j25 -N1 colours.png | tr -d ' ')" = 2
  expect 0 "evaluate a run of colour images" evaluate colours --json
  check "  draws the nearest training images" test -s colours/nearest.png
  expect 0 "the data set by its name" info cifar10 --data-dir .
  says "[3, 32, 32], an image" "0 to 255" "training  160" "valid     40" "test      40"
}

json_with() {  # keys
  local key
  [ "$(head -c 1 out.txt)$(tail -n 1 out.txt)" = '{}' ] || return 1
  [ "$(tr -dc '{[' <out.txt | wc -c)" = "$(tr -dc ']}' <out.txt | wc -c)" ] || return 1
  for key in "$@"; do grep -qE "\"$key\": *[^ ]" out.txt || return 1; done
}

test_evaluate() {
  expect 0 "evaluate a toy run" evaluate a --json
  check "  prints one JSON object" json_with parzen log_likelihood standard_error sigma two_sample accuracy modes covered within controls protocol seed version
  check "  tells samples from the 10,000 test examples, not from the 2,000 for training" grep -q '"test_examples": 10000' out.txt
  cp out.txt first.txt
  expect 0 "again, with the controls from the cache" evaluate a --json
  check "  prints the same" cmp first.txt out.txt
  check "  keeps the controls in \$XDG_CACHE_HOME/gan" test -n "$(find cache/gan -name '*.json')"
  expect 0 "evaluate samples in a .npy" evaluate tiny.npy --data img --json
  check "  prints one JSON object" json_with parzen two_sample nearest_training_example controls protocol
  expect 0 "evaluate, as a table" evaluate table
  says "Parzen log-likelihood" "this model" "control: the mean alone"
  expect 0 "evaluate a run of images" evaluate pictures --json
  check "  draws the nearest training images" test -s pictures/nearest.png
}

closed() { grep -m 1 -oE "\"$1\": -?[0-9.e+-]+" out.txt | sed 's/.*: //'; }  # a number of the last evaluation
holds() { awk "BEGIN { exit !($1) }"; }                                      # an inequality of numbers

# The Jensen-Shannon divergence of the samples in a table and N(4, 1.25^2), by counting in cells of .1.
counted_divergence() {
  awk '/^-?[0-9]/ { ++n; ++in_cell[int(($1 + 20) / .1)] }
    END {
      for (i = 0; i < 600; ++i) {
        p = .1 * exp(-((-20 + (i + .5) * .1 - 4) / 1.25) ^ 2 / 2) / (1.25 * sqrt(2 * 3.14159265358979)); q = in_cell[i] / n
        if (p > 0) sum += p * log(2 * p / (p + q)) / 2
        if (q > 0) sum += q * log(2 * q / (p + q)) / 2
      }
      print sum
    }' "$1"
}

test_closed_form() {
  local few='--threads 1 --quiet --set data.train=2000 --set data.valid=1000 --set run.evaluate_every=0 --set run.sample_every=0'
  expect 0 "train gaussian1d, 40 steps" train gaussian1d $few --steps 40 --out line
  expect 0 "  evaluate" evaluate line --json
  check "  p_g is known, since z has one dimension" grep -q '"exact_density": true' out.txt
  check "  D is far better than D = 1/2, whose error is large here" holds "$(closed half_error) > .4 && $(closed discriminator_error) < $(closed half_error) / 3"
  check "  V(G, D) does not pass C(G)" holds "$(closed value) <= $(closed optimal_value) + 1e-6"
  check "  C(G) is -log 4 + 2 JSD" holds "($(closed optimal_value) + log(4) - 2 * $(closed jensen_shannon)) ^ 2 < 1e-8"
  expect 0 "400 steps" train --resume --steps 400 --out line --quiet
  expect 0 "  evaluate" evaluate line --json
  local divergence
  divergence=$(closed jensen_shannon)
  expect 0 "  sample" sample line -n 20000 --out line.csv
  check "  the JSD is that of samples, counted" holds "($divergence - $(counted_divergence line.csv)) ^ 2 < .005 ^ 2"
  expect 0 "z of two dimensions" train gaussian1d $few --steps 5 --set generator.noise_size=2 --out plane
  expect 0 "  evaluate" evaluate plane
  says "D against D*" "z has several dimensions: p_g is a kernel density of samples"
}

make_images img
make_npy tiny.npy 500
make_csv table.csv
make_cifar cifar-10-batches-bin
run_tests help without_the_engine waiting_threads openblas bfloat16 diverged rbm autoencoders deep train resume schedules sample info colours evaluate closed_form
