#!/bin/bash
# Trains recipes and holds them against the numbers that they promise. Slow: minutes each.
#
#   recipes/recipes_test.sh build/gan [ring8|grid25|gaussian1d|indistinguishable|fashion|classes|dcgan ...]
set -euo pipefail
program=$(readlink -f "$1")
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bad=0

value() {  # key: the first number of that name in the evaluation
  grep -m1 -oE "\"$1\": *-?[0-9.e+-]+" "$scratch/scores.json" | sed 's/.*: *//'
}

# recipe, seed, more arguments ...; then conditions such as "covered >= 8"
train() {
  rm -rf "$scratch/run"
  "$program" train "$1" --seed "$2" --out "$scratch/run" --quiet "${@:3}"
  judge
}
judge() { "$program" evaluate "$scratch/run" --json "$@" >"$scratch/scores.json" 2>/dev/null; }

expect() {  # what, then key, comparison, bound in threes
  local what=$1 verdict=ok said=
  shift
  while [ $# -gt 0 ]; do
    said+="  $1 $(value "$1") (expected $2 $3)"
    awk -v v="$(value "$1")" -v b="$3" "BEGIN { exit !(v $2 b) }" || verdict='not ok'
    shift 3
  done
  [ "$verdict" = ok ] || bad=1
  echo "$verdict - $what:$said"
}

# recipe, number of modes, share within 3 deviations, separating accuracy
toy() {
  for seed in 1 2 3 4 5; do
    train "$1" $seed
    expect "$1, seed $seed" covered '>=' "$2" within '>=' "$3" accuracy '<=' "$4" kl '<=' "$5" \
      spread_within '>=' 0.84 spread_within '<=' 1.15
  done
}
ring8() { toy ring8 8 0.92 0.61 0.03; }
grid25() { toy grid25 25 0.74 0.68 0.12; }

gaussian1d() {
  # Early on p_g is far from the data, and a D that says 1/2 everywhere is off by half_error: there D has to know something.
  train gaussian1d 1 --steps 40
  expect "gaussian1d, 40 steps" half_error '>=' 0.4 discriminator_error '<=' 0.15
  # In the end D* is nearly 1/2 everywhere, and D = 1/2 off by 0.008 alone.
  train gaussian1d 1
  expect "gaussian1d" discriminator_error '<=' 0.004 jensen_shannon '<=' 0.001 value '<=' -1.38 value '>=' -1.3863
}

indistinguishable() {  # the paper's criterion ends the run, and a fresh test on other held-out data agrees
  train gaussian1d 1 --set run.stop=indistinguishable --set run.evaluate_every=500 --steps 100000
  grep -q '"two_sample_high"' "$scratch/run/metrics.jsonl"
  [ "$(tail -n1 "$scratch/run/metrics.jsonl" | grep -oE '"step":[0-9]+' | grep -oE '[0-9]+')" -lt 100000 ] || bad=1
  expect "indistinguishable" high '<=' 0.55
}

fashion() {
  train fashion-mnist 1
  expect "fashion-mnist" log_likelihood '>=' 285
  train fashion-mnist-dense 1
  expect "fashion-mnist-dense" log_likelihood '>=' 230
  train fashion-mnist-conv 1
  expect "fashion-mnist-conv" log_likelihood '>=' 300
}

classes() {  # G makes the garment that it was asked for
  train fashion-mnist-classes 1
  expect "fashion-mnist-classes" log_likelihood '>=' 280
  judge --scores class-accuracy
  expect "fashion-mnist-classes" accuracy '>=' 0.88
}

dcgan() {
  train dcgan-fashion-mnist 1
  expect "dcgan-fashion-mnist" log_likelihood '>=' 180
}

for part in "${@:-ring8 grid25 gaussian1d indistinguishable fashion classes dcgan}"; do
  for one in $part; do "$one"; done
done
exit $bad
