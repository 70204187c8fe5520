#!/bin/bash
# `gan reproduce`, on tiny data and with tiny recipes of the names that it looks for: cli/reproduce_test.sh build/gan
# With `full` as the third argument: `reproduce all --quick` with the real recipes, on Fashion-MNIST, in under 10 minutes.
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

recipe() {  # name, source, layers of D
  cat >"recipes/$1.toml" <<END
about = "$1"
[run]
threads = 1
evaluate_every = 4
checkpoint_every = 4
[data]
source = "$2"
[training]
steps = 12
batch_size = 16
[generator]
noise_size = 4
layers = [{ layer = "dense", units = 64, activation = "sigmoid" }]
[discriminator]
layers = [{ layer = "dense", units = 8, activation = "leaky-relu" }, { layer = "dense", units = 1 }]
END
}

tiny_recipes() {
  rm recipes
  mkdir recipes
  export GAN_RECIPES=$work/recipes  # and none of the program's
  recipe paper-mnist mnist
  recipe mnist-dense mnist
  recipe fashion-mnist-dense fashion-mnist
  printf 'about = "a mixture"\n[run]\nmodel = "bernoulli-mixture"\nthreads = 1\n[data]\nsource = "mnist"\nbinarise = true\n[training]\nsteps = 4\nbatch_size = 16\n[mixture]\ncomponents = 3\n' >recipes/mixture-mnist.toml
  printf 'about = "layers alone, then together"\n[run]\nmodel = "dbm"\nthreads = 1\n[data]\nsource = "mnist"\nbinarise = true\n[training]\nbatch_size = 16\n[dbm]\nhidden = [4, 3]\nepochs = 1\nrates = 0.01\njoint_epochs = 1\nburn_in = 5\n' >recipes/dbm-mnist.toml
}

reproduce() { expect 0 "reproduce $*" reproduce "$@" --data-dir files --out out; }
trained() { grep -c '^training ' err.txt || true; }

test_table1() {
  mkdir files
  make_images files/mnist
  reproduce table1 --seeds 2
  says "report    out/report.html" "paper-mnist, seed 2: 12 steps of" "about"
  check "  trains each recipe with each seed" test "$(trained)" = 4
  local word
  for word in "225 ± 2" "no such model in this program yet" "1909 ± 66" "not public" "the mean alone" "does not hold" "expected at least 223" \
    "It is no replication" "the fine grid adds" "after 12 steps"; do
    check "  reports: $word" grep -qiF "$word" out/report.html out/report.md out.txt
  done
  check "  a row for each run" test "$(grep -cE '^\| (paper-mnist|mnist-dense) \| [12] \|' out/report.md)" = 4
  check "  with its precision" test "$(grep -cE '^\| (paper-mnist|mnist-dense) \| [12] \|.*\| (fp32|bf16) \|' out/report.md)" = 4
  check "  and each seed's score in its model's row" grep -qE '^\| Adversarial nets, our settings \|.*\| \\?-?[0-9.]+ \((fp32|bf16)\), -?[0-9.]+ \((fp32|bf16)\) \|' out/report.md
  cp out/report.html first.html
  reproduce table1 --seeds 2
  check "  again: nothing is trained" test "$(trained)" = 0
  says "table1: computed before"
  check "  the same report" cmp first.html out/report.html
}

test_what_changed() {
  reproduce table1 --seeds 3
  check "  one more seed: only it is trained" test "$(trained)" = 2
  sed -i 's/^steps = 12/steps = 8/' recipes/mnist-dense.toml
  reproduce table1 --seeds 3
  check "  a changed recipe: only it is trained again" test "$(trained)" = 3
  local file
  for file in out/computed/table1-*.json; do truncate -s 1000 "$file"; done
  reproduce table1 --seeds 3
  says "table1: to be computed"
  check "  a damaged file of what was computed: not trained again" test "$(trained)" = 0
  local scored='^Parzen windows of'
  check "  nor scored" test "$(grep -c "$scored" err.txt)" = 0
  rm out/computed/table1-*.json
  truncate -s 300 out/scores/mnist-dense-seed2-*.json
  reproduce table1 --seeds 3
  check "  a damaged score: scored again" test "$(grep -c "$scored" err.txt)" = 1
  check "  from its run" test "$(trained)" = 0
}

test_carried_away() {
  mkdir elsewhere
  cp -r out/scores elsewhere
  sed -i 's/^threads = 1/threads = 2/' recipes/*.toml
  expect 0 "scores without their runs, with more threads" reproduce table1 --seeds 3 --data-dir files --out elsewhere
  sed -i 's/^threads = 2/threads = 1/' recipes/*.toml
  check "  are enough" test "$(trained)" = 0
  check "  say where they were made" grep -qE '^\| mnist-dense \| 3 \|.*\| [^|]+, 1 thread, [^|]+ \|$' elsewhere/report.md
  sed -i 's/^threads = 1/threads = 2/' recipes/*.toml
  rm out/computed/table1-*.json out/scores/mnist-dense-seed3-*.json
  reproduce table1 --seeds 3
  sed -i 's/^threads = 2/threads = 1/' recipes/*.toml
  check "runs without their scores, with more threads: nothing is trained" test "$(trained)" = 0
  check "  what they were trained with is told" grep -qE '^\| mnist-dense \| 3 \|.*\| [^|]+, 1 thread, [^|]+ \|$' out/report.md
}

test_figures() {
  make_images files/fashion-mnist
  reproduce figure2 --seeds 1
  check "  it shares the runs of table 1" test "$(trained)" = 2  # those on Fashion-MNIST
  local file
  for file in figure2-paper-mnist figure2-mnist-dense figure2-paper-mnist-on-fashion-mnist figure2-fashion-mnist-dense; do
    check "  draws $file.png" test "$(head -c 4 "out/$file.png" | od -An -c | tr -d ' ')" = '211PNG'
    check "  and names it" grep -qF "(<$file.png>)" out/report.md
  done
  check "  says of each whether table 1 scores its checkpoint" test "$(grep -c 'Table 1 scores this checkpoint' out/report.md)" = 2
  check "  or no run of its kind" test "$(grep -c 'Table 1 has no score of this training' out/report.md)" = 2
  check "  says that CIFAR-10 is left out" grep -q "cifar10 .* is left out" out/report.html
  check "  the page holds its pictures" test "$(grep -c 'src="data:image/png;base64,' out/report.html)" = 4
  check "  and nothing from outside" test "$(grep -cE 'src="[^d]|href=|<script|<link' out/report.html)" = 0
  reproduce figure2 --seeds 1
  says "figure2: computed before"
  sed -i 's/"step": [0-9]*/"step": 1000/' out/scores/mnist-dense-seed1-*.json
  reproduce figure2 --seeds 1
  says "figure2: to be computed"
  check "  a score of another checkpoint: said, with both steps" grep -qE 'Not the run that table 1 scores: this one is at step [0-9]+, made on .*; the one scored is at step 1,000, made on ' out/report.md
  sed -i -E 's/("step": )1000/\1'"$(grep -oE 'this one is at step [0-9,]+' out/report.md | grep -oE '[0-9,]+$' | tr -d ,)"'/; s/("checkpoint": ")./\1x/' out/scores/mnist-dense-seed1-*.json
  reproduce figure2 --seeds 1
  check "  a score from another machine of the same name: said" grep -qE 'Not the run that table 1 scores: both are at step [0-9]+, made on .*, but on two machines of this name' out/report.md
  check "  and of no other run" test "$(grep -c 'Not the run that table 1 scores' out/report.md)" = 1
  reproduce figure3 --seeds 1
  check "  draws lines" grep -qF "(<figure3-mnist-dense.png>)" out/report.md
  reproduce table2
  check "  what the models can do" grep -q "log p(x) in closed form, exact" out/report.html
  check "  also of what has no model in its early stages" grep -q "a lower bound of log p(x) up to log Z" out/report.html
  check "  and what cannot be computed" grep -q "not represented; Parzen windows" out/report.html
  reproduce theory
  check "  all of it holds" test "$(grep -c '>holds<' out/report.html)" -ge 20
}

test_fashion_alone() {
  mkdir other
  cp -r files/fashion-mnist other
  expect 0 "reproduce table1 with Fashion-MNIST alone" reproduce table1 --quick --data-dir other --out fashion
  check "  says so" grep -q "MNIST is not on this machine" fashion/report.html
  check "  one seed" test "$(trained)" = 2
  check "  holds nothing against MNIST's numbers" test "$(grep -ciE 'does not hold|>holds<' fashion/report.html)" = 0
}

start_reproduce() { start_gan reproduce "$@" --data-dir files --out out; }  # leaves `pid`

test_stopped() {
  rm -r out
  sed -i 's/^steps = .*/steps = 200000/' recipes/*.toml
  start_reproduce table1 --seeds 1
  wait_until_it_says '^training '
  sleep 1
  stop_with INT
  check "Ctrl-C ends it with 130" test "$status" = 130
  says "the same call goes on"
  check "  without a report where nothing is scored" test ! -e out/report.md
  start_reproduce table1 --seeds 1
  wait_until_it_says '^going on with '
  stop_with TERM
  check "SIGTERM with 143" test "$status" = 143
  says "going on with"
  sed -i 's/^steps = .*/steps = 12/' recipes/paper-mnist.toml
  start_reproduce table1
  wait_until_it_says '^training mnist'
  stop_with TERM
  check "stopped later" test "$status" = 143
  check "  the report holds what there is" grep -qE '^\| Adversarial nets, the published settings \| 225 ± 2 \| [^|]+ \| 3 \|' out/report.md
  check "  and what there is not" grep -q "^| Adversarial nets, our settings |  | not trained yet |" out/report.md
  check "  and says so" grep -q "Not finished: 3 of 6 trainings are missing" out/report.md
  start_reproduce figure3
  wait_until_it_says '^\(training\|going on with\) mnist'
  stop_with INT
  check "pictures of what was trained before a stop" grep -qF "(<figure3-paper-mnist.png>)" out/report.md
  check "  and of nothing else" test "$(ls out/figure3-*.png)" = out/figure3-paper-mnist.png
  check "  and the report says so" grep -q "Not finished: 3 of 4 trainings are missing" out/report.md
}

test_mistakes() {
  expect 2 "an unknown part" reproduce table3
  says "figure1, theory, table1, figure2, figure3, table2, nce or all"
  expect 2 "no seeds" reproduce table1 --seeds 0
  expect 2 "an empty --out" reproduce table1 --out ""
  expect 3 "--out below a file" reproduce table1 --out first.html/x
  mkdir -p bad/mnist bad/fashion-mnist  # found before any other, and empty
  : | tee bad/{mnist,fashion-mnist}/{train,t10k}-{images-idx3,labels-idx1}-ubyte
  expect 3 "neither MNIST nor Fashion-MNIST can be read" reproduce table1 --data-dir bad --out none
  check "  in one line" test "$(wc -l <err.txt)" = 1
  mkdir -p nowhere/bin
  cp "$program" "$program-engine" nowhere/bin
  local built=$program
  program=$PWD/nowhere/bin/gan
  cd nowhere
  GAN_RECIPES='' expect 3 "no recipes" reproduce figure3 --data-dir ../files
  says "no folder \`recipes\`"
  cd ..
  program=$built
}

test_full() {
  local start=$SECONDS
  expect 0 "reproduce all --quick" reproduce all --quick --data-dir /usr/share/datasets --out quick
  check "  in under 10 minutes: $((SECONDS - start)) s" test $((SECONDS - start)) -lt 600
  check "  with a report" test -s quick/report.html
}

if [ "${3:-}" = full ]; then
  run_tests full
else
  tiny_recipes
  run_tests table1 what_changed carried_away figures fashion_alone stopped mistakes
fi
