#!/bin/bash
# Runs that come from elsewhere, or whose data do not stay as they were, held against the program:
# cli/elsewhere_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

quick='--threads 1 --steps 5'

obeyed() { LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|[^\xc2-\xf4\x80-\xbf][\x80-\xbf]' out.txt err.txt; }
shows_no_escapes() { if obeyed; then not_ok "  a terminal would obey what is printed"; cat -v out.txt err.txt | head -n 20 | sed "s/^/  | /"; else ok "  a terminal obeys nothing of it"; fi; }

# Names that clear the screen, in C0, in C1 of UTF-8, and as a byte that is no UTF-8 (which no setting can hold).
text=$'e\e[2Jvil\xc2\x9b2J'
evil=$text$'\x9b2J'

test_escapes() {
  mkdir "$evil" "$text"
  awk 'BEGIN { srand(1); print "wi\033[2Jdth,h\302\2332Jeight"; for (i = 0; i < 200; ++i) print rand() "," rand() }' >"$text/$text.csv"
  local run=$evil/run$evil file
  # shellcheck disable=SC2086
  expect 0 "train" train --data "$text/$text.csv" $quick --out "$run"
  says "picture   e\\x1b[2Jvil\\xc2\\x9b2J\\x9b2J/run" "gan evaluate \$'e\\x1b"
  shows_no_escapes
  sed -i 's/^about = .*/about = "\\u001b[2J \\u009b2J"/' "$run/config.toml"
  printf '{"step":5,"epoch":1,"\\u001b[2J":1,"\\u009b2J":2}\n' >>"$run/metrics.jsonl"
  expect 0 "info of a run" info "$run"
  says '\x1b[2J 1' '\xc2\x9b2J 2'
  shows_no_escapes
  expect 0 "info of a checkpoint" info "$run/checkpoints/last"
  shows_no_escapes
  expect 0 "info of data" info "$text/$text.csv"
  says 'wi\x1b[2Jdth, h\xc2\x9b2Jeight'
  shows_no_escapes
  for _ in $(seq 200); do echo 1,2; done >"$text/same$text.csv"
  expect 0 "info of data without variety" info "$text/same$text.csv"
  says "the data have no variety"
  shows_no_escapes
  mkdir "$evil/copy"
  cp -rL "$run" "$evil/copy/run"
  printf '{"step":5,"epoch":1,"findings":[{"name":"\\u001b[2Jevil","from":1,"to":null,"text":"x","done":""}]}\n' >>"$evil/copy/run/metrics.jsonl"
  sed -i 's/^about = .*/about = ""/' "$evil/copy/run/config.toml"
  expect 0 "resume of a copied run" train --resume --out "$evil/copy/run"
  says "is no link to a checkpoint"
  shows_no_escapes
  for file in csv npy png; do
    expect 0 "sample to .$file" sample "$run" -n 4 --out "$evil/x.$file"
    says '/x.'"$file: 4 samples of e\\x1b"
    shows_no_escapes
  done
  expect 2 "interpolate" interpolate "$run" --out "$evil/x.png"
  shows_no_escapes
  expect 0 "evaluate" evaluate "$run"
  shows_no_escapes
  sed -i 's/the mean alone/the \\u001b[2Jmean/' cache/gan/*.json
  expect 0 "evaluate with controls from a cache" evaluate "$run"
  says 'control: the \x1b[2Jmean'
  shows_no_escapes
  expect 0 "evaluate --json" evaluate "$run" --json
  shows_no_escapes
  expect 0 "compare" compare "$run" --out "$evil/x.png"
  says 'samples of each: e\x1b'
  shows_no_escapes
  expect 0 "compare --json" compare "$run" --out "$evil/x.png" --json
  shows_no_escapes
  expect 0 "train on" train --resume --out "$run" --steps 6
  shows_no_escapes
  expect 2 "an unknown command" "$evil"
  shows_no_escapes
  GAN_PROGRAM=$evil expect 0 "the program's own name" train --help
  shows_no_escapes
}

test_next_commands() {
  # shellcheck disable=SC2086
  expect 0 "a run whose name has a blank" train --data table.csv $quick --out "my run"
  says "gan sample 'my run' -n 100" "gan evaluate 'my run'"
  expect 2 "a run that is there" train --data table.csv --out "my run"
  says "train --resume --out 'my run'"
  # shellcheck disable=SC2086
  expect 0 "a run whose name begins with a minus" train --data table.csv $quick --out=-v
  says "gan evaluate ./-v"
  expect 2 "a folder that is no run" train --data table.csv --out /
  says "/: exists already, and is neither an empty folder nor a run; choose another --out"
  check "  no word of going on there" test "$(grep -c resume err.txt)" = 0
}

test_changed_data() {
  cp table.csv mine.csv
  # shellcheck disable=SC2086
  run_gan train --data mine.csv $quick --quiet --out mine
  expect 0 "evaluate a run" evaluate mine --json
  awk -F, -v OFS=, 'NR > 1 { $1 += 1000 } 1' table.csv >mine.csv
  local command
  for command in "evaluate mine" "compare mine" "train --resume --steps 6 --out mine"; do
    # shellcheck disable=SC2086
    expect 3 "other data: $command" $command
    says "mine: was trained on other data than $work/mine.csv holds now; put the same files back"
    check "  no score" test ! -s out.txt
  done
  expect 0 "other data that were asked for" evaluate mine --data mine.csv --json
  head -n 50 table.csv >mine.csv
  run_gan evaluate mine
  check "fewer data: refused" test "$status" = 2 -o "$status" = 3
  cp table.csv mine.csv
  expect 0 "the same data again" evaluate mine --json
  local change key from to
  for change in 'scale/"standard"/"unit"' 'learning_rate/.*/0.5' 'noise_size/.*/9'; do
    IFS=/ read -r key from to <<<"$change"
    cp mine/config.toml before.toml
    sed -i "s/^$key = $from/$key = $to/" mine/config.toml
    for command in "evaluate mine" "compare mine" "train --resume --steps 6 --out mine"; do
      # shellcheck disable=SC2086
      expect 3 "$key was edited: $command" $command
      says "mine/config.toml" "$key is $to, but the run was trained with"
    done
    cp before.toml mine/config.toml
  done
  sed 's/^seed = .*/sede = 1/' before.toml >mine/config.toml
  for command in "evaluate mine" "compare mine" "info mine" "train --resume --out mine"; do
    # shellcheck disable=SC2086
    expect 3 "config.toml is damaged: $command" $command
    says "mine/config.toml:" "did you mean 'seed'?"
  done
  cp before.toml mine/config.toml
}

test_named_data() {
  mkdir -p place/data
  make_images place/data/mnist
  cd place
  # shellcheck disable=SC2086
  expect 0 "a run on data that have a name" train mixture-mnist --data mnist --set mixture.components=3 --set training.batch_size=50 --set training.steps=6 $quick --quiet --out run
  cd ..
  expect 0 "  evaluated from another folder" evaluate place/run --json
  expect 0 "  gone on with from there" train --resume --out place/run --steps 6 --quiet
  mv place/data data
  expect 0 "  the data may move to where names are looked for" evaluate place/run --json
  mv data elsewhere
  expect 3 "  but not anywhere" evaluate place/run --json
  says "mnist: not found in $work/place/data/mnist"
  expect 0 "  unless it is said where" evaluate place/run --json --data-dir elsewhere
  rm -r elsewhere
}

test_pipes() {
  # shellcheck disable=SC2086
  expect 0 "a run" train --data table.csv $quick --quiet --out piped
  local file command
  mkfifo pipe
  for file in config.toml metrics.jsonl; do
    mv piped/$file kept.txt
    mkfifo piped/$file
    expect 3 "a pipe in place of $file" train --resume --out piped --steps 6
    says "piped/$file: is a pipe or a device"
    rm piped/$file
    mv kept.txt piped/$file
  done
  for command in "info pipe" "sample pipe -n 1 --out x.csv"; do
    # shellcheck disable=SC2086
    expect 3 "a pipe: $command" $command
    says "is a pipe or a device"
  done
}

test_starts_at_changed_data() {
  awk 'BEGIN { srand(1); for (i = 0; i < 400; ++i) { for (j = 0; j < 12; ++j) printf "%s%d", j ? "," : "", rand() < .5; print "" } }' >bits.csv
  printf '%s\n' '[run]' 'model = "rbm"' 'threads = 1' '[data]' 'source = "bits.csv"' 'binarise = true' '[training]' 'steps = 5' 'batch_size = 20' \
    '[rbm]' 'hidden = 5' 'burn_in = 5' >rbm.toml
  run_gan train rbm.toml --quiet --out rbm
  local run
  for run in rbm rbm/checkpoints/last; do expect 0 "chains of $run that start at its data" sample "$run" --start data --chains 2 -n 4 --burn-in 0 --out x.npy --force; done
  rm x.npy
  sed -i '1s/^0/2/; 1s/^1/0/; 1s/^2/1/' bits.csv
  for run in rbm rbm/checkpoints/last; do
    expect 3 "chains of $run that start at other data" sample "$run" --start data --chains 2 -n 4 --out x.npy
    says "$run: was trained on other data than"
  done
  check "  no file of a refused call" test ! -e x.npy
}

test_pictures() {
  # shellcheck disable=SC2086
  run_gan train --data img $quick --quiet --out pictures
  mkdir pictures/nearest.png
  expect 0 "evaluate where no picture can be written" evaluate pictures
  says "Parzen log-likelihood" "gan: no picture: pictures/nearest.png: cannot write it: Is a directory"
  # shellcheck disable=SC2086
  run_gan train gaussian1d $small --steps 5 --quiet --out line
  mkdir line/figure1.png
  expect 0 "  of a density" evaluate line
  says "D against D*" "gan: no picture: line/figure1.png"
  expect 3 "compare into what cannot be written" compare pictures --out /proc/x.png
  says "/proc/x.png"
  check "  is said before any work" test ! -s out.txt -a "$(wc -l <err.txt)" = 1
  expect 2 "a picture of a million images" sample pictures -n 1000000 --out x.png
  says "too large an image; draw fewer examples"
  expect 3 "interpolate into no folder" interpolate pictures --out nowhere/x.png
  check "  no file of a refused call" test ! -e x.png
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (200, 300, 1), }"
    noise 60000 3; } >tall.npy
  # shellcheck disable=SC2086
  expect 0 "images of 300 x 1" train --data tall.npy $quick --quiet --out tall
  expect 0 "  side by side" compare tall --out tall.png
  says "samples of each: tall.png"
  awk 'BEGIN { for (i = 0; i < 100; ++i) print "3,3,3" }' >constant.csv
  # shellcheck disable=SC2086
  expect 0 "a table of one row, again and again" train --data constant.csv $quick --quiet --out constant
  expect 0 "  its histograms" sample constant --out constant.png
}

test_divergence() {
  awk 'BEGIN { srand(1); for (i = 0; i < 300; ++i) print rand() "," rand() "," rand() }' >three.csv
  local every
  for every in sample_every evaluate_every; do
    expect 4 "divergence with $every = 1" train --data three.csv --threads 1 --steps 40 --set "run.$every=1" --set training.learning_rate=1e10 --set run.doctor=watch --quiet --out "three-$every"
    says "training diverged at step"
  done
}

test_depth() {
  local deep
  deep=$(printf '.a%.0s' {1..60000})
  expect 2 "a setting without end" train ring8 --set "run.seed={a$deep=1}" --out never
  says "nests more than 32 deep"
  check "  in one line, and no long one" test "$(wc -l <err.txt)" = 1 -a "$(wc -c <err.txt)" -lt 5000
  printf 'a%s = 1\n' "$deep" >deep.toml
  expect 2 "a recipe without end" train deep.toml --out never
  says "deep.toml:1: nests more than 32 deep"
  head -c 1000001 /dev/zero | tr '\0' '#' >long.toml
  expect 2 "a recipe of a megabyte" info long.toml
  says "long.toml: has 1000001 bytes"
  local nest
  nest=$(printf '[%.0s' {1..60000})
  printf '{"step":5,"x":%s\n{"step":5,"y":1}\n' "$nest" >>table/metrics.jsonl
  expect 0 "a line of metrics that nests" info table
  local file
  run_gan evaluate table
  for file in cache/gan/controls*; do printf '%s' "$nest" >"$file"; done
  expect 0 "controls that nest: made again" evaluate table
  says "control: the mean alone"
}

test_epochs() {
  expect 2 "less than a step" train ring8 --epochs 0.001 --out never
  says "training.epochs = 0.001: that is not one step; an epoch of toy:ring8 has"
}

make_images img
make_csv table.csv
# shellcheck disable=SC2086
run_gan train --data table.csv $quick --quiet --out table
run_tests escapes next_commands changed_data named_data pipes starts_at_changed_data pictures divergence depth epochs
