#!/bin/bash
# What a training finds to be wrong with itself, what it does about that, and `gan doctor`: cli/doctor_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

dead_g='generator.layers=[{layer="dense",units=32,activation="relu",bias=-50},{layer="dense",units=2}]'

test_health() {  # a training without trouble is the same, whatever the doctor does
  local mode
  for mode in off watch act; do
    ring --steps 40 --set "run.doctor=$mode" --out "healthy-$mode"
    check "run.doctor = $mode" test "$status" = 0
  done
  check "  the same checkpoints" cmp healthy-off/checkpoints/last healthy-watch/checkpoints/last
  check "  also where it may act" cmp healthy-off/checkpoints/last healthy-act/checkpoints/last
  check "  off writes no report" test ! -e healthy-off/doctor.md
  check "  watch writes one" grep -qx 'Nothing was found.' healthy-watch/doctor.md
  check "  act finds what watch finds" cmp healthy-watch/metrics.jsonl healthy-act/metrics.jsonl
  expect 0 "the doctor of a healthy run" doctor healthy-watch --json
  check "  an empty list" test "$(tr -d ' \n' <out.txt)" = '{"findings":[]}'
  expect 0 "  for people" doctor healthy-watch
  says 'nothing was found' 'healthy-watch/doctor.html'
}

test_dead_units() {
  # shellcheck disable=SC2086
  run_gan train ring8 $small --steps 60 --set "$dead_g" --set run.sample_every=20 --out dead
  check "a G of dead units is trained" test "$status" = 0
  says "step 25: dead-units: 100% of the units of G's layer 1 gave the same output for all examples at 5 checks in a row" \
    'findings  dead-units, from step 25 on: 100% of'
  check "  the metrics hold it" grep -q '^{"step":25,.*"findings":\[{"name":"dead-units","from":25,"to":null,"text":"100% of' dead/metrics.jsonl
  check "  once" test "$(grep -c '"name":"dead-units"' dead/metrics.jsonl)" = 1
  check "  the report, too" grep -q '^- \*\*dead-units\*\*, from step 25 on: 100%' dead/doctor.md
  cp dead/metrics.jsonl before.jsonl
  expect 0 "its doctor" doctor dead --json
  tr -d '\n' <out.txt >json.txt
  check "  names it" grep -qE '"name": "dead-units", +"from": 25, +"to": null, +"text": "100% of .*", +"done": null' json.txt
  check "  changes nothing" cmp before.jsonl dead/metrics.jsonl
  check "  writes a page" grep -q '<td class=name>dead-units</td><td>from step 25 on</td>' dead/doctor.html
  check "  with samples" grep -q '<figcaption>step 20</figcaption>' dead/doctor.html
  check "  with curves" grep -q '<img alt=curves src="data:image/png;base64,' dead/doctor.html

  # shellcheck disable=SC2086
  ring --steps 200 --set "$dead_g" --set game.averaging=0.5 --set run.doctor=act --out revived
  check "run.doctor = act" test "$status" = 0
  check "  draws them anew" grep -q '"name":"dead-units","from":25,"to":null,.*"done":"32 units were drawn anew at step 25"' revived/metrics.jsonl
  check "  so that it is over" grep -q '"name":"dead-units","from":25,"to":[0-9]*,.*"done":"32 units' revived/metrics.jsonl
  ring --steps 200 --set "$dead_g" --set game.averaging=0.5 --set run.doctor=act --set run.keep_every=10 --out parts
  local step
  for step in 20 30 40; do  # as if it had been killed after that checkpoint
    rm -rf again
    cp -a parts again
    find again/checkpoints -name 'step-*' ! -name "step-00000$step.safetensors" -delete
    ln -sfn "step-00000$step.safetensors" again/checkpoints/last
    run_gan train --resume --out again --quiet
    same_end "from step $step" parts again
    check "  the same report" cmp parts/doctor.md again/doctor.md
  done
}

test_divergence() {
  local wild='training.learning_rate=1e6'
  ring --steps 200 --set "$wild" --set optimizer.method=momentum --set game.value=wasserstein --set game.r1=0 --set game.r2=0 --set game.final_r1=none --set game.final_r2=none --out wild
  check "a training that diverges ends" test "$status" = 4
  check "  and says why in its metrics" grep -q '"findings":\[{"name":"not-finite"' wild/metrics.jsonl
  check "  and in its report" grep -q '^- \*\*not-finite\*\*' wild/doctor.md
  expect 0 "  its doctor" doctor wild --json
  says '"name": "not-finite"'
  # shellcheck disable=SC2086
  run_gan train ring8 $small --steps 200 --set "$wild" --set optimizer.method=momentum --set game.value=wasserstein --set game.r1=0 --set game.r2=0 --set game.final_r1=none --set game.final_r2=none --set run.doctor=act --out back
  check "  each return is printed once" test "$(cat out.txt err.txt | grep 'went back' | sort | uniq -c | awk '$1 != 1' | wc -l)" = 0
  check "  there are several" test "$(cat out.txt err.txt | grep -c '^step.*went back')" -ge 3
  expect 0 "  where it may act" doctor back --json
  says 'went back to step 0, with learning rates at 0.003 times the settings, R1 and R2 of weight 0.1'
}

test_refusals() {
  expect 3 "the doctor of nothing" doctor nowhere
  says 'nowhere: no such run'
  mkdir empty
  expect 3 "the doctor of a folder that is no run" doctor empty
  says 'is not a run'
  expect 2 "a doctor of another name" train ring8 --set run.doctor=house --out house
  says "run.doctor"
}

test_data() {
  { echo 'a,b'; for _ in {1..400}; do echo '1,2'; done; } >same.csv
  run_gan train --data same.csv --steps 20 --threads 1 --set run.log_every=5 --out same
  says 'data-no-variety: '
  check "data without variety are found before training" grep -q '"findings":\[{"name":"data-no-variety","from":0,' same/metrics.jsonl
  run_gan train --data same.csv --steps 20 --threads 1 --quiet --set run.doctor=off --out unwatched
  expect 0 "  and after it" doctor unwatched --json
  says '"name": "data-no-variety"'
}

run_tests health dead_units divergence refusals data
