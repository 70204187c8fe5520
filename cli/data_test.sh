#!/bin/bash
# Data of every kind that can be brought, from the file to the samples: cli/data_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

npy() {  # shape, type [|u1]: a header
  printf '\x93NUMPY\x01\0\x76\0'
  printf '%-117s\n' "{'descr': '${2:-|u1}', 'fortran_order': False, 'shape': ($1), }"
}

short='--threads 1 --steps 3 --set run.sample_every=2'
# shellcheck disable=SC2086
quick() { local what=$1; shift; expect 0 "$what" train "$@" $short; }

shape_of() { head -c 128 "$1" | tr -d '\0' | grep -aoE '\([0-9, ]*\)'; }
has_shape() { check "  samples are $2" test "$(shape_of "$1")" = "$2"; }

test_tables() {
  local hash kind
  expect 0 "a .csv" info table.csv
  hash=$(grep hash out.txt)
  tr , '\t' <table.csv >table.TSV
  tr , ';' <table.csv >semicolons.csv
  sed 's/$/\r/; 3G' table.csv >crlf.CSV
  tr '\n' '\r' <table.csv >returns.csv
  sed 's/[^,]*/"&"/g' table.csv >quoted.csv
  gzip -n <table.csv >table.csv.gz
  gzip -n <table.TSV >table.tsv.gz
  for kind in table.TSV semicolons.csv crlf.CSV returns.csv quoted.csv table.csv.gz table.tsv.gz; do
    expect 0 "the same as $kind" info "$kind"
    says "$hash" "columns   width, height"
  done
}

# Seconds since 1970: 64 of them are one float32.
test_large_numbers() {
  { echo '"time, s",x'; for i in {0..199}; do echo "$((1700000000 + i % 40)),$((i % 7))"; done; } >time.csv
  quick "whole numbers beyond float32" --data time.csv --out time
  check "  it is said once" test "$(grep -c 'column 1 ("time, s"): 1700000000 is taken off' err.txt)" = 1
  expect 0 "  samples as .csv" sample time -n 300 --out samples.csv
  check "  have their name" grep -qxF '"time, s",x' samples.csv
  check "  are near the data" awk -F, 'NR > 1 && ($1 < 1699999000 || $1 > 1700001000) { bad = 1 } END { exit bad }' samples.csv
  check "  and no constant" test "$(tail -n +2 samples.csv | cut -d, -f1 | sort -u | wc -l)" -gt 200
  expect 0 "  samples as .npy" sample time -n 300 --out samples.npy
  says "float32, which .npy files are written in, rounds values of time.csv; write a .csv"
  expect 0 "  are scored from .csv" evaluate samples.csv --data time.csv --json
  cp out.txt plain.txt
  gzip -n <samples.csv >samples.csv.gz
  expect 0 "  and from .csv.gz" evaluate samples.csv.gz --data time.csv --json
  check "  alike" cmp plain.txt out.txt
  expect 0 "  against other data" evaluate time --data table.csv --json
}

test_channels() {
  { npy '60, 4, 5, 3'; noise 3600 3; } >last.npy
  quick "[N, H, W, 3]" --data last.npy --out last
  expect 0 "  .npy" sample last -n 7 --out s.npy
  has_shape s.npy '(7, 4, 5, 3)'
  expect 0 "  of a checkpoint alone" sample last/checkpoints/last -n 7 --out alone.npy
  check "  the same" cmp s.npy alone.npy
  expect 0 "  .png" sample last -n 7 --out s.png
  expect 0 "  .csv" sample last -n 7 --out s.csv
  expect 0 "  are scored from .npy" evaluate s.npy --data last.npy --json
  cp out.txt plain.txt
  expect 0 "  and from .csv" evaluate s.csv --data last.npy --json
  check "  alike" cmp plain.txt out.txt
  { npy '60, 4, 5, 4'; noise 4800 3; } >opacity.npy
  quick "[N, H, W, 4]" --data opacity.npy --out opacity
  expect 0 "  .png" sample opacity -n 7 --out s.png
  { npy '60, 4, 5, 6'; noise 7200 3; } >four.npy
  quick "[N, 4, H, W]" --data four.npy --out four
  expect 0 "  .npy" sample four -n 7 --out four-s.npy
  has_shape four-s.npy '(7, 4, 5, 6)'
  { npy '60, 4, 5'; noise 1200 3; } | gzip -n >grey.NPY.gz
  quick "a gzipped .npy" --data grey.NPY.gz --out grey
}

test_units() {
  { for i in {0..99}; do echo "$((i % 4 - 1)),$((i % 3 - 1))"; done; } >signed.csv
  printf '%s\n' '[run]' 'model = "rbm"' '[data]' 'scale = "unit"' 'binarise = true' '[training]' 'batch_size = 10' '[rbm]' 'hidden = 3' >rbm.toml
  expect 0 "values from -1 to 2 for bits" train rbm.toml --data signed.csv --threads 1 --steps 3 --out bits
  says "signed.csv: values from -1 to 2 were rescaled to [0, 1], and each was replaced by a bit that is 1 with that probability"
  sed 's/-1/0/g; s/2/1/g' signed.csv >bits.csv
  expect 0 "bits for bits" train rbm.toml --data bits.csv --threads 1 --steps 3 --out bits2
  check "  say nothing" test -z "$(grep rescaled err.txt)"
}

test_far_samples() {
  local far='--set training.learning_rate=1e5 --set game.averaging=0 --set game.r1=0 --set game.r2=0'
  # shellcheck disable=SC2086
  expect 0 "a run that leaves all bounds" train --data table.csv --threads 1 --steps 1 --quiet --out far $far
  expect 0 "  samples" sample far -n 20 --out far.csv
  says "far.csv: holds values as large as" "evaluate scores those up to 1e+18"
  expect 3 "  cannot be scored" evaluate far.csv --data table.csv
  says "finite numbers up to 1e+18 were expected"
}

make_csv table.csv
run_tests tables large_numbers channels units far_samples
