#!/bin/bash
# Folders and ZIP files of pictures, of the kinds that break image tools: cli/pictures_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

"$(dirname "$program")/make_pictures" .

short='--threads 1 --steps 2 --set run.evaluate_every=0'
# shellcheck disable=SC2086
trains() { local folder=$1; shift; expect 0 "train on $folder" train --data "$folder" $short --out "run-$folder" --quiet "$@"; }
info() { local folder=$1; shift; expect 0 "info $folder" info "$folder" "$@"; }
has_line() { check "  has the line: $1" grep -qxF -e "$1" out.txt; }
one_line() { check "  in one line" test "$(wc -l <err.txt)" = 1; }

test_plain() {
  info plain
  has_line 'images  64'
  has_line 'shape  [3, 32, 32]'
  check "  no classes" test -z "$(grep classes out.txt)"
  trains plain
  expect 0 "  samples" sample run-plain -n 9 --out plain.png
  expect 0 "  are scored" evaluate run-plain --json
  expect 0 "  samples as .npy" sample run-plain -n 20 --out plain.npy
  expect 0 "  are scored from a file" evaluate plain.npy --data plain --json
  info plain --out grid.png
  check "  draws examples" test "$(head -c 4 grid.png)" = $'\x89PNG'
  expect 2 "no picture of a table" info toy:ring8 --out ring.png
  says "holds no images"
}

test_pixels() {
  info grey-mixed
  has_line 'shape  [3, 32, 32]'
  says "3 of 24 pictures are grey"
  info alpha
  has_line 'shape  [3, 32, 32]'
  says "2 of 24 pictures have transparent pixels, which are drawn over white"
  info alpha --colour rgba
  has_line 'shape  [4, 32, 32]'
  check "  says nothing of transparency" test -z "$(grep transparent out.txt)"
  info grey-alpha --background '#102030'
  says "1 of 24 pictures have transparent pixels, which are drawn over #102030"
  local folder
  for folder in sixteen-bit one-bit palette progressive wrong-extension extensions cmyk; do
    info "$folder"
    has_line 'images  24'
    has_line 'shape  [3, 32, 32]'
  done
  trains cmyk
  trains alpha --colour rgba
  info plain --colour grey
  has_line 'shape  [1, 32, 32]'
}

test_sizes() {
  expect 3 "pictures of different sizes" info sizes
  says "sizes: 100x20.png has 100 x 20 pixels and 256x256.png has 256 x 256" "give --resize 16x16" "--crop centre"
  one_line
  expect 3 "  cannot be trained on" train --data sizes --steps 2
  one_line
  info sizes --resize 24x16 --crop centre
  has_line 'images  6'
  has_line 'shape  [3, 16, 24]'
  trains sizes --resize 24x16
  check "  the run knows the size" grep -qxF 'resize = "24x16"' run-sizes/config.toml
  expect 0 "  goes on" train --resume --out run-sizes --steps 4 --quiet
  expect 0 "  is scored" evaluate run-sizes --scores two-sample --json
  info wide
  has_line 'shape  [3, 20, 48]'
  trains wide
  expect 3 "turned pictures" info turned
  says "1.jpg has 48 x 32 pixels and 6.jpg has 32 x 48"
  expect 2 "a size that is none" info plain --resize 64
  says "WIDTHxHEIGHT was expected"
  expect 2 "a colour that is none" info plain --background blue
  expect 2 "a crop that is none" train --data plain --crop left
}

test_broken() {
  info broken
  has_line 'images  21'
  says "3 of 24 files cannot be read and are skipped; the first: 005.png is a damaged PNG file, or a part of one"
  trains broken
  local folder
  for folder in all-broken empty few one cut.zip outside.zip claims.zip bomb labelled-partly; do
    expect 3 "$folder" info "$folder"
    says "gan: $folder"
    one_line
    expect 3 "  cannot be trained on" train --data "$folder" --steps 2
    one_line
  done
  expect 3 "a ZIP file that leads elsewhere" info outside.zip
  says 'an entry named "../b.png"'
  expect 3 "a ZIP file that claims too much" info claims.zip
  says "b.png: claims to hold 4.3 GB unpacked"
  expect 3 "a picture that claims too much" info bomb
  says "005.png: has 40000 x 40000 pixels"
}

test_folders() {
  info hidden
  has_line 'images  24'
  check "  says nothing else" test -z "$(grep -E 'skipped|note' out.txt)"
  info 中文
  has_line 'images  23'
  says "it's \"a\" café.png is a damaged PNG file"
  trains 中文
  info deep
  has_line 'images  12'
  trains odd65 --set training.batch_size=16
  check "  without NaN" test -z "$(grep -i nan run-odd65/metrics.jsonl)"
  local all
  for all in grey-alpha grey-mixed classes.zip labelled metadata deep; do trains "$all"; done
  local folder
  for folder in same flat; do
    info "$folder"
    says "holds only 1 distinct picture" "the data have no variety"
    trains "$folder"
    check "  without NaN" test -z "$(grep -i nan "run-$folder/metrics.jsonl")"
  done
}

test_labels() {
  local folder
  for folder in classes classes.zip; do
    info "$folder"
    has_line 'images  41'
    has_line 'classes  cat (20), dog (20), rare (1)'
    says 'there are no pictures in "nobody", so this is no class'
  done
  # shellcheck disable=SC2086
  expect 0 "train on classes" train --data classes $short --out run-classes
  says "labels: 3 classes: G makes the one that it is asked for"
  expect 0 "  the recipe of its run, without labels" info run-classes
  sed '/class-embedding/d; s/layer = "projection".*/layer = "dense", units = 1 },/' run-classes/config.toml >plain-nets.toml
  # shellcheck disable=SC2086
  expect 0 "train nets that see no labels on classes" train plain-nets.toml $short --out run-unseen
  says "its labels of 3 classes are known, and this training does not use them"
  info classes --labels off
  check "  has no classes" test -z "$(grep '^classes' out.txt)"
  info labelled
  has_line 'classes  0 (3), 1 (3), 2 (2)'
  expect 3 "a dataset.json with a comma too many" info labelled-partly
  says "line 1, column 64: is no JSON; remove the comma before it"
  sed -i 's/,]}/]}/' labelled-partly/dataset.json
  expect 3 "  with a picture that is not there" info labelled-partly
  says 'names "missing.png", and there is no such picture'
  printf '{"labels": [["001.png", 1], ["002.png", 3], ["003.png", 1], ["004.png", 1],
    ["005.png", 1], ["006.png", 1], ["007.png", 1], ["008.png", 3]]}' >labelled-partly/dataset.json
  info labelled-partly
  has_line 'classes  1 (6), 3 (2)'
  says "its labels 1, 3 are mapped to 0, ..., 1"
  info metadata
  has_line 'classes  cat (3), dog (3)'
}

test_archives() {
  info plain.zip
  has_line 'images  64'
  local hash
  hash=$(grep hash out.txt)
  info plain
  says "$hash"
  trains plain.zip
  info broken.zip
  has_line 'images  21'
}

test_cache() {
  check "decoded pictures are kept" test -n "$(find cache/gan -name 'pictures-*.cache')"
  check "  whole" test -z "$(find cache/gan -name '.pictures*')"
  local before
  before=$(find cache/gan -name 'pictures-*.cache' | wc -l)
  info plain
  check "  once" test "$(find cache/gan -name 'pictures-*.cache' | wc -l)" = "$before"
  rm -r cache/gan
  mkdir -p closed
  ( ulimit -f 100; run_gan info plain; echo "$status" >status.txt )
  check "a full disk (exit 3)" test "$(cat status.txt)" = 3
  says "make room, or set XDG_CACHE_HOME to a folder with more"
  one_line
  check "  leaves nothing" test -z "$(ls cache/gan)"
  info plain
  check "  and the next start imports" test -n "$(find cache/gan -name 'pictures-*.cache')"
}

test_interrupts() {
  mkdir many
  local i
  for i in {1..3000}; do ln plain/0$((i % 50 + 10)).png many/$i.png; done
  start_gan info many
  wait_until begun
  stop_with INT
  check "Ctrl-C while importing (exit 130)" test "$status" = 130
  says "pictures; the next start imports them anew"
  check "  leaves nothing" test -z "$(find cache/gan -name '.pictures*')"
  start_gan train --data many --steps 2 --out never
  wait_until begun
  stop_with TERM
  check "SIGTERM before training (exit 143)" test "$status" = 143
  check "  leaves nothing" test ! -e never -a -z "$(find cache/gan -name '.pictures*')"
  info many
  has_line 'images  3000'
  says "are copies of another image"
}

test_classes() {
  expect 0 "a row for each class" sample run-classes --out rows.png
  says "rows.png: 24 samples"
  expect 0 "a class by name" sample run-classes --class dog -n 4 --seed 5 --out dog.npy
  expect 0 "  by number" sample run-classes --class 1 -n 4 --seed 5 --out one.npy
  check "  is the same" cmp dog.npy one.npy
  expect 0 "  another class" sample run-classes --class cat -n 4 --seed 5 --out cat.npy
  check "  is another" test "$(cmp -s dog.npy cat.npy; echo $?)" = 1
  expect 0 "seeds" sample run-classes --class dog --seeds 7,3-4 --out seeds.csv
  local seed
  for seed in 7 3 4; do
    run_gan sample run-classes --class dog -n 1 --seed $seed --out $seed.csv
  done
  cat 7.csv 3.csv 4.csv >alone.csv
  check "  give the first sample of each" same_numbers seeds.csv alone.csv
  cat 7.csv 4.csv 3.csv >alone.csv
  check "  in their order" test "$(same_numbers seeds.csv alone.csv; echo $?)" = 1
  expect 0 "truncation" sample run-classes --class dog -n 4 --seed 5 --truncation 0.5 --out cut.npy
  check "  gives others" test "$(cmp -s dog.npy cut.npy; echo $?)" = 1
  expect 0 "lines of a class" interpolate run-classes --class rare --out lines.png
  expect 0 "lines from class to class" interpolate run-classes --class cat --to-class dog --out between.png
  says "8 straight lines from class to class"
  check "  are others" test "$(cmp -s lines.png between.png; echo $?)" = 1
  expect 2 "lines to a class that is none" interpolate run-classes --to-class dgo --out no.png
  expect 2 "a class that is none" sample run-classes --class dgo --out no.png
  says "class 'dgo': the classes of classes are cat, dog, rare"
  expect 2 "seeds that are none" sample run-classes --seeds 3-x --out no.png
  says "'x' is not a seed; give numbers and ranges, as in 0-63,100"
  expect 2 "a range that goes down" sample run-classes --seeds 9-3 --out no.png
  says "9-3 is a range that goes down"
  expect 2 "seeds and a number" sample run-classes --seeds 1 -n 3 --out no.png
  expect 2 "a class of a model without" sample run-unseen --class cat --out no.png
  says "this model was trained without labels"
  expect 2 "lines of a class of a model without" interpolate run-unseen --class cat --out no.png
  expect 2 "a class and chains" sample run-classes --class cat --chains 2 --out no.png
  says "--class and --chains cannot be used together"
  check "nothing was written" test ! -e no.png
  expect 0 "scores" evaluate run-classes --scores class-accuracy --json
  check "  with the class accuracy" test "$(grep -A 1 '"class_accuracy"' out.txt | grep -cE '"accuracy": [01]')" = 1
}

begun() { [ -n "$(find cache/gan -name '.pictures*')" ]; }

run_tests plain pixels sizes broken folders labels classes archives cache interrupts
