#!/bin/bash
# Whatever is wrong with what the program is given: one clear line, the right exit code, nothing left behind.
# cli/inputs_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

internals='terminate|exception|std::|c10|ATen|internal error|basic_string|vector::|filesystem error|TOML_'

refused() {  # exit code, what, words that the complaint must hold (up to --), arguments of gan
  local code=$1 what=$2 words=()
  shift 2
  while [ "$1" != -- ]; do words+=("$1"); shift; done
  shift
  expect "$code" "$what" "$@"
  if [ "$(wc -l <err.txt)" != 1 ] || ! grep -q '^gan: ' err.txt; then not_ok "  is one line that begins with gan: "; cat err.txt; fi
  if grep -E "$internals" err.txt; then not_ok "  speaks of what is inside"; fi
  if [ -s out.txt ]; then not_ok "  prints nothing else"; fi
  if [ -e never ] || [ -e runs ] || [ -e x.npy ] || [ -e x.png ]; then not_ok "  leaves nothing behind"; rm -rf never runs x.npy x.png; fi
  says "${words[@]}"
}

settings='--set data.train=500 --set data.valid=200 --set training.batch_size=32 --steps 2 --threads 1'
# shellcheck disable=SC2086
refused_set() {  # what, words --, SECTION.KEY=VALUE: refused by train
  local before=()
  while [ "$1" != -- ]; do before+=("$1"); shift; done
  refused 2 "${before[@]}" -- train ring8 $settings --out never --quiet --set "$2"
}

test_command_line() {
  refused 2 "a command with a slip" "did you mean 'train'?" -- tran
  refused 2 "an option with a slip" "did you mean '--steps'?" -- train ring8 --stepz 3
  refused 2 "nothing to train" "info recipes" -- train
  refused 2 "--resume without --out" --out -- train --resume
  refused 2 "steps and epochs" --steps --epochs -- train ring8 --steps 5 --epochs 2
  refused 2 "an option without its value" --out -- train ring8 --out
  refused 2 "an option twice" --out once -- train ring8 --out never --out never
  local option
  for option in --out --data --data-dir; do refused 2 "an empty $option" "$option" "is empty" -- train ring8 "$option" ""; done
  refused 2 "an empty name" "is empty" -- info ""
  for option in 0 1e9x 99999999999999999999; do refused 2 "--steps $option" "whole number from 1" "'$option'" -- train ring8 --steps "$option" --out never; done
  for option in nan inf; do refused 2 "--epochs $option" "number from 1e-06" "'$option'" -- train ring8 --epochs "$option" --out never; done
  for option in 0 100000; do refused 2 "--threads $option" "whole number from 1 to 1024" -- train ring8 --threads "$option" --out never; done
  for option in -1 18446744073709551616; do refused 2 "--seed $option" "whole number from 0" -- train ring8 --seed "$option" --out never; done
  for option in -5 1000000000000000; do refused 2 "-n $option" "-n" "'$option'" -- sample a -n "$option" --out x.npy; done
  refused 2 "an unknown device" "cpu" "'gpu'" -- train ring8 --device gpu
}

test_settings() {
  refused_set "a key with a slip" batchsize "did you mean 'batch_size'?" -- training.batchsize=3
  refused_set "a key of another section" "did you mean 'training.batch_size'?" -- run.batch_size=3
  refused_set "a value function with a slip" "did you mean 'hinge'?" -- game.value=hing
  refused_set "--set without =" "section.key=value" -- training.steps
  refused_set "--set without a section" "section.key=value" -- .steps=3
  refused_set "a negative learning rate" "training.learning_rate = -1" "above 0" -- training.learning_rate=-1
  refused_set "a learning rate beyond all numbers" training.learning_rate 1e400 -- training.learning_rate=1e400
  refused_set "a learning rate that is no number" training.learning_rate finite -- training.learning_rate=nan
  refused_set "no batch" "training.batch_size = 0" "at least 1" -- training.batch_size=0
  refused_set "a batch larger than the data" "training.batch_size = 501" "500 training examples" -- training.batch_size=501
  refused_set "more data than can be drawn" "train = 100000000000" -- data.train=100000000000
  refused 2 "epochs without end" "training.epochs = 1e+30" -- train ring8 --set training.epochs=1e30 --out never
}

g() { echo "generator.layers=[$1]"; }
d() { echo "discriminator.layers=[$1]"; }

test_networks() {
  refused_set "a generator of another width" "[generator]" "3 outputs" "2 numbers" -- "$(g '{layer="dense",units=3}')"
  refused_set "a discriminator with two answers" "[discriminator]" "2 outputs" -- "$(d '{layer="dense",units=2}')"
  # shellcheck disable=SC2086
  refused 2 "layers without parameters" "[generator] has nothing to train" -- train ring8 $settings --out never --set generator.noise_size=2 --set "$(g '{layer="dropout"}')"
  refused_set "a layer of no width" "layers[1].units = 0" -- "$(g '{layer="dense",units=0}')"
  refused_set "an enormous layer" "layers[1].units = 1e+18" -- "$(g '{layer="dense",units=1000000000000000000}')"
  refused_set "enormous noise" "generator.noise_size = 1e+18" -- generator.noise_size=1000000000000000000
  refused_set "more sparse weights than inputs" "[discriminator] layer 1" "more than the 2 weights of a unit" -- "$(d '{layer="dense",units=1,init={sparse=3}}')"
  refused_set "marginals in a hidden layer" "[generator] layer 1" marginals -- "$(g '{layer="dense",units=2,bias="marginals"},{layer="dense",units=2}')"
  refused_set "marginals in D" "[discriminator] layer 1" marginals -- "$(d '{layer="dense",units=1,bias="marginals"}')"
  refused_set "an image of nothing" "[discriminator] layer 1" "2 numbers in a row come in: say input" -- "$(d '{layer="convolution",channels=1,kernel=1}')"
  refused_set "another image than comes in" "[discriminator] layer 1" "input = [3, 1, 1], but [2] comes in" -- "$(d '{layer="convolution",channels=1,kernel=1,input=[3,1,1]}')"
  refused_set "an unknown layer" "did you mean 'dense'?" -- "$(g '{layer="dens",units=2}')"
  refused_set "a bias beyond floats" "layers[1].bias" "float's range" -- "$(g '{layer="dense",units=2,bias=1e300}')"
}

recipe() {  # text, what, words
  printf '%b' "$1" >recipe.toml
  shift
  refused 2 "$@" -- train recipe.toml --out never
}

test_recipes() {
  refused 2 "a recipe with a slip" "did you mean 'ring8'?" -- train rnig8
  refused 2 "a recipe file that is not there" "no such recipe" -- train nowhere.toml
  mkdir folder.toml
  refused 2 "a recipe that is a folder" "is a folder" -- train folder.toml
  recipe '' "an empty recipe" "recipe.toml: says nothing"
  recipe '\x89PNG\r\n\xff' "a binary recipe" "recipe.toml:1: is no text"
  recipe '[run]\n\nseed == 3\n' "a syntax error" "recipe.toml:3: is no TOML"
  recipe '[run]\nseed = 1\nseed = 2\n' "a key twice" "recipe.toml:3" "'seed'"
  recipe 'format = 99\n' "a newer format" "format 99" "update gan"
  recipe 'batch_size = 3\n' "a key without its section" "recipe.toml:1" "did you mean 'training.batch_size'?"
}

test_data() {
  refused 3 "a file that is not there" "nowhere.npy: no such file" -- info nowhere.npy
  refused 2 "a data set with a slip" "did you mean 'mnist'?" -- train ring8 --data mnsit --out never
  refused 2 "a toy with a slip" "did you mean 'ring8'?" -- train ring8 --data toy:rng8 --out never
  [ -e /usr/share/datasets/mnist ] || refused 3 "MNIST where there is none" "./data/mnist" "four IDX files" -- train ring8 --data mnist --out never
  cp -r img missing
  rm missing/t10k-labels-idx1-ubyte
  refused 3 "one IDX file missing" "t10k-labels-idx1-ubyte[.gz] is missing" -- info missing
  cp -r img torn
  head -c 5000 img/t10k-images-idx3-ubyte >torn/t10k-images-idx3-ubyte
  refused 3 "IDX cut short" "torn/t10k-images-idx3-ubyte" -- info torn
  : >torn/t10k-images-idx3-ubyte
  refused 3 "IDX without a byte" "t10k-images-idx3-ubyte: is empty" -- info torn
  { printf '\0\0\x08\x03'; big_endian 16384; big_endian 256; big_endian 256; } >torn/t10k-images-idx3-ubyte
  refused 3 "IDX that claims a gigabyte" "needs 1073741824 bytes" -- info torn
  head -c 900 img/train-images-idx3-ubyte.gz >torn/train-images-idx3-ubyte.gz
  refused 3 "gzip cut short" "torn/train-images-idx3-ubyte.gz" "ends early" -- info torn
  head -c 1000 tiny.npy >torn.npy
  refused 3 "a .npy cut short" torn.npy "[500, 8, 8]" -- info torn.npy
  cp table.csv table.npy
  refused 3 "a .csv called .npy" "table.npy: not an NPY file" -- info table.npy
  printf 'PK\x03\x04' >zip.npy
  refused 3 "a .npz called .npy" "zip archive" ".npz" -- info zip.npy
  { printf '\0\0\x08\x03'; big_endian 15; big_endian 8; big_endian 8; head -c 300000000 /dev/zero; } | gzip -1n >torn/train-images-idx3-ubyte.gz
  refused 3 "gzip that goes on" "[15, 8, 8] needs 960 bytes after the header, the file has more" -- info torn
  mkfifo pipe.npy pipe
  refused 3 "a pipe" "pipe.npy: is a pipe" "save what it gives to a file" -- train --data pipe.npy --out never
  refused 3 "a pipe of any name" "pipe: is a pipe" -- train --data ./pipe --out never
  refused 3 "a pipe of samples" "pipe.npy: is a pipe" -- evaluate pipe.npy --data img
  mkdir photos
  touch photos/{1,2}.JPG one.png all.zip
  refused 3 "a folder of empty files" "photos: none of its 2 pictures can be read" "1.JPG is empty" -- train --data photos --out never
  refused 3 "a picture" "one.png" "give the folder that it lies in" -- train --data one.png --out never
  refused 3 "an empty archive" "all.zip" "is no whole ZIP archive" -- info all.zip
  printf ',a\n0,1\n' >pandas.csv
  refused 3 "numbers of rows in a .csv" "line 1, column 1 has no name" "to_csv(index=False)" -- info pandas.csv
  printf 'age,job\n39,"clerk, senior"\n' >jobs.csv
  refused 3 "text in a .csv" 'line 2, column 2 ("job")' '"clerk, senior"' "columns must be numbers for now" -- info jobs.csv
  { cat table.csv; echo 1; } >ragged.csv
  refused 3 "a ragged .csv" "line 202: expected 2 cells" -- info ragged.csv
  { cat table.csv; echo 'nan,1'; } >nan.csv
  refused 3 "NaN in a .csv" "line 202, column 1" -- info nan.csv
  sed 's/$/\r/' table.csv >crlf.csv
  expect 0 "a .csv from elsewhere" info crlf.csv
  echo hello >notes.txt
  refused 3 "a file of another kind" notes.txt ".csv" -- info notes.txt
}

test_runs() {
  # shellcheck disable=SC2086
  expect 0 "a small run" train ring8 $settings --quiet --out a
  local checkpoint=a/checkpoints/step-0000002.safetensors
  refused 3 "a run that is not there" nowhere -- sample nowhere --out x.npy
  refused 3 "a folder that is no run" config.toml -- train --resume --out recipes
  refused 3 "another checkpoint" "there are: 2" -- sample a --checkpoint 7 --out x.npy
  printf 'abc' | cat "$checkpoint" - >longer.safetensors
  refused 3 "a checkpoint that goes on" longer.safetensors -- sample longer.safetensors --out x.npy
  head -c -64 "$checkpoint" >flipped.safetensors
  noise 64 9 >>flipped.safetensors
  refused 3 "a checkpoint with other bits" checksum -- sample flipped.safetensors --out x.npy
  local size
  for size in 0 8 500; do
    head -c "$size" "$checkpoint" >cut.safetensors
    refused 3 "$size bytes of a checkpoint" cut.safetensors -- sample cut.safetensors --out x.npy
  done
  { printf '\x18\0\0\0\0\0\0\0'; printf '%-24s' '{}'; } >foreign.safetensors
  refused 3 "a foreign checkpoint" "no checkpoint of gan" -- info foreign.safetensors
  cp -r a edited
  local change
  for change in batch_size/32/64 learning_rate/.*/0.5 units/128/64; do
    IFS=/ read -r key from to <<<"$change"
    sed "s/$key = $from/$key = $to/" a/config.toml >edited/config.toml
    cmp -s a/config.toml edited/config.toml && not_ok "$change changes nothing"
    cp edited/config.toml before.toml
    refused 3 "resume with $key edited in config.toml" "edited/config.toml" "trained with" -- train --resume --out edited --steps 4
    check "  it is as it was" cmp before.toml edited/config.toml
  done
  sed 's/^seed = .*/sede = 1/' a/config.toml >edited/config.toml
  refused 3 "resume with a slip in config.toml" "edited/config.toml:" "did you mean 'seed'?" -- train --resume --out edited
  rm edited/checkpoints/*
  cp a/config.toml edited
  refused 3 "a run without a checkpoint" "no checkpoint" -- evaluate edited
}

test_outputs() {
  refused 2 "a folder as --out" "is a folder" -- sample a --out recipes
  refused 2 "an unknown extension" .png -- sample a --out x.jpg
  refused 3 "--out in no folder" nowhere -- sample a --out nowhere/x.npy
  refused 3 "--out below a file" "table.csv/x.npy" -- sample a --out table.csv/x.npy
  refused 3 "--out where nothing can be written" /proc/x.npy -- sample a --out /proc/x.npy
  refused 2 "a run where a file is" "table.csv" -- train ring8 --out table.csv
  refused 3 "a run below a file" "table.csv/run" -- train ring8 --out table.csv/run
  refused 2 "an existing run" --resume -- train ring8 --out a
}

test_evaluate() {
  refused 2 "samples without their data" --data -- evaluate tiny.npy
  refused 3 "samples of another shape" "500, 8, 8" -- evaluate tiny.npy --data toy:ring8
  refused 3 "samples that are no array" notes.txt ".npy" ".csv" -- evaluate notes.txt --data img
  refused 3 "a run against data of another shape" "--data img" "[8, 8]" "[2]" -- evaluate a --data img
  expect 0 "a run against other, less data" evaluate a --data table.csv --json
  says '"train": 160' '"valid": 20'
  make_npy few.npy 1
  expect 0 "a single sample" evaluate few.npy --data img --json
  # Of one image, again and again.
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': (200, 8, 8), }"
    for _ in {1..200}; do noise 64 3; done; } >same.npy
  expect 0 "one image repeated: train" train --data same.npy --steps 30 --threads 1 --quiet --out same
  expect 0 "one image repeated: sample" sample same --out same.png
  expect 0 "one image repeated: evaluate" evaluate same --json
  check "  every score is a number" test -z "$(grep -iE 'nan|inf|null' out.txt)"
}

make_images img
make_npy tiny.npy 500
make_csv table.csv
run_tests command_line settings networks recipes data runs outputs evaluate
