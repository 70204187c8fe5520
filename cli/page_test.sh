#!/bin/bash
# The pages of gan export and gan watch in a real browser (chromium), moved, clicked and compared with gan sample:
#   cli/page_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

"$(dirname "$program")/make_pictures" .

draws_what_gan_draws() {  # run
  local code=0
  node "$root/tools/check_page.mjs" "$program" "$1" >out.txt 2>err.txt || code=$?
  check "$1: the page draws what gan sample draws, and is moved by keys and clicks" test "$code" = 0
  [ "$code" = 0 ] || sed 's/^/  | /' err.txt
}

test_page() {
  make_images digits
  expect 0 "grey images" train --data digits --threads 1 --steps 3 --set run.log_every=1 --quiet --out grey
  draws_what_gan_draws grey
  local folder
  for folder in plain classes; do
    expect 0 "pictures: $folder" train --data $folder --threads 1 --steps 3 --set run.log_every=1 --set run.evaluate_every=0 --quiet --out run-$folder
    draws_what_gan_draws run-$folder
  done
  expect 0 "pictures with transparency" train --data alpha --colour rgba --threads 1 --steps 2 --set run.evaluate_every=0 --quiet --out run-alpha
  draws_what_gan_draws run-alpha
}

test_watch() {
  mkdir runs
  local run
  for run in grey run-plain; do mv $run runs/; done
  local code=0
  node "$root/tools/check_watch.mjs" "$program" runs >out.txt 2>err.txt || code=$?
  check "the page of gan watch follows a training" test "$code" = 0
  [ "$code" = 0 ] || sed 's/^/  | /' out.txt err.txt
}

run_tests page watch
