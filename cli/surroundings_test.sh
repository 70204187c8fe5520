#!/bin/bash
# What surrounds a run: copies without links, files of others, closed folders, limits, signals, terminals, other working
# directories. cli/surroundings_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

one_line() { check "  in one line" test "$(wc -l <err.txt)" = 1; }

in_place() { [ "$(find "$1/checkpoints" -name 'step-*' | wc -l)" = "$2" ]; }  # run, number of step files

test_copies() {
  ring --steps 40 --set run.keep_every=10 --set run.evaluate_every=20 --out kept
  ring --steps 60 --set run.keep_every=10 --set run.evaluate_every=20 --out straight
  cp -rL kept copy
  expect 0 "info of a copy without links" info copy
  says "40 of 40 steps"
  expect 0 "sample of it" sample copy -n 2 --out copy.npy
  expect 0 "  its best" sample copy --checkpoint best -n 2 --out best.npy
  expect 0 "--resume of it" train --resume --out copy --steps 60 --quiet
  says "going on from step 40"
  same_end "a copy without links" straight copy
  check "  no checkpoint is lost" in_place copy 6
  check "  the best is the best" cmp straight/checkpoints/best copy/checkpoints/best
  cp -r kept lost
  rm lost/checkpoints/step-0000040.safetensors
  expect 0 "--resume where the last file is lost" train --resume --out lost --steps 60 --quiet
  says "going on from step 30"
  same_end "a copy that lost a file" straight lost
  cp -r kept damaged
  rm damaged/checkpoints/last
  truncate -s -9 damaged/checkpoints/step-0000040.safetensors
  cp -r damaged before
  expect 3 "--resume where the newest is damaged" train --resume --out damaged --steps 60 --quiet
  says "ln -sfn step-0000030.safetensors damaged/checkpoints/last"
  check "  nothing is lost" diff -r before/checkpoints damaged/checkpoints
  check "  nor cut" cmp before/metrics.jsonl damaged/metrics.jsonl
}

test_files_of_others() {
  mkdir taken
  echo x >taken/thesis.tmp
  expect 2 "a folder with a foreign file" train ring8 --steps 5 --out taken
  says "neither an empty folder nor a run"
  check "  which stays" test "$(cat taken/thesis.tmp)" = x
  cp -r kept linked
  mkdir elsewhere
  echo x >elsewhere/.mine.gan-7.tmp
  echo x >mine.txt
  echo x >linked/thesis.tmp
  echo half >linked/.curves.png.gan-7.tmp
  rm -r linked/samples linked/timing.jsonl
  ln -s ../elsewhere linked/samples
  ln -s ../mine.txt linked/timing.jsonl
  expect 3 "--resume with a link in place of a file of the run" train --resume --out linked --steps 50 --quiet
  says "linked/timing.jsonl: is a link"
  check "  nothing is added to what it points to" test "$(cat mine.txt)" = x
  rm linked/timing.jsonl
  expect 0 "  without it, --resume goes on" train --resume --out linked --steps 50 --quiet
  check "  nothing is removed behind a link to a folder" test -e elsewhere/.mine.gan-7.tmp
  echo mine >elsewhere/step-0000060.png
  expect 0 "  a picture of somebody else's stays" train --resume --out linked --steps 60
  says "step-0000060.png is left out: a file that gan did not make is there"
  check "    as it is" test "$(cat elsewhere/step-0000060.png)" = mine
  check "  nor what is not of the run" test -e linked/thesis.tmp
  check "  what a kill left unfinished goes" test ! -e linked/.curves.png.gan-7.tmp
}

test_outputs() {
  cp table.csv numbers.csv
  expect 0 "a run of a table" train --data numbers.csv --steps 5 --quiet --out rows --threads 1
  cp numbers.csv before.csv
  local file
  for file in own.csv own.npy own.png; do
    echo thesis >$file
    expect 2 "sample over somebody's $file" sample rows -n 3 --out $file
    says "--out $file: exists already" "--force"
    one_line
    check "  which stays" test "$(cat $file)" = thesis
    expect 0 "  unless --force is given" sample rows -n 3 --out $file --force
  done
  expect 0 "what gan drew can be drawn again" sample rows -n 4 --out own.png
  for file in own.csv own.npy; do
    cp $file was
    expect 2 "samples in $file may be somebody's" sample rows -n 4 --out $file
    check "  and stay" cmp $file was
  done
  mv numbers.csv moved.csv
  expect 2 "sample over the run's own data by another name" sample rows -n 3 --out moved.csv
  cp rows/checkpoints/last alone.safetensors
  expect 2 "  from a checkpoint without its run" sample alone.safetensors -n 3 --out moved.csv
  mv moved.csv numbers.csv
  for file in '' --force; do
    # shellcheck disable=SC2086
    expect 2 "sample over the run's own data $file" sample rows -n 3 --out numbers.csv $file
    says "is the data that rows was trained on"
  done
  expect 2 "  from its checkpoint" sample rows/checkpoints/last -n 3 --out numbers.csv --force
  check "  which stay" cmp numbers.csv before.csv
  echo thesis >thesis.png
  expect 2 "compare over somebody's picture" compare kept --out thesis.png
  check "  before any work" test ! -s out.txt
  expect 0 "a run of pictures" train --data tiny.npy --steps 3 --quiet --out pictures --threads 1
  expect 2 "interpolate over somebody's picture" interpolate pictures --out thesis.png
  expect 0 "  unless --force is given" interpolate pictures --out thesis.png --force
  mkdir docs
  echo thesis >docs/report.md
  expect 2 "reproduce over somebody's report" reproduce theory --out docs
  says "docs/report.md: exists already"
  check "  which stays" test "$(cat docs/report.md)" = thesis
  rm docs/report.md
  echo thesis >docs/figure2-mnist.png
  expect 2 "reproduce over somebody's picture" reproduce theory --out docs
}

# --- Without the rights of root ---

nobody=()
has_nobody() {
  chmod 755 .
  [ "$(id -u)" != 0 ] || nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
  "${nobody[@]}" "$program" --version >/dev/null 2>&1 && return 0
  echo "# this user cannot become another one that may call $program: left out"
  return 1
}
as_nobody() {  # exit code, what, arguments of gan
  local code=$1 what=$2
  shift 2
  status=0
  "${nobody[@]}" "$program" "$@" >out.txt 2>err.txt </dev/null || status=$?
  check "$what: exit $code (is $status)" test "$status" = "$code"
}

test_closed_folders() {
  has_nobody || return 0
  mkdir closed open
  chmod 777 open
  cp -r kept closed/run
  cp table.csv img/train-labels-idx1-ubyte.gz closed
  cp -r kept unreadable
  chmod -R a+rwX unreadable
  rm -rf unreadable/.lock
  chmod 000 closed unreadable/checkpoints
  # shellcheck disable=SC2086
  HOME=$work/closed XDG_CACHE_HOME=$work/closed/cache as_nobody 0 "train with a closed home and cache" train ring8 $small --steps 5 --out open/run
  HOME=$work/closed XDG_CACHE_HOME=$work/closed/cache as_nobody 0 "evaluate with them" evaluate open/run --json
  local what
  for what in "info closed/run" "evaluate closed/run" "sample closed/run --out open/x.npy" "info closed/table.csv" "info closed" \
    "train --data closed/table.csv --out open/none" "train --data closed --out open/none" "train ring8 --out closed/none" "train --resume --out closed/run" "compare closed/run --out open/x.png"; do
    # shellcheck disable=SC2086
    as_nobody 3 "$what" $what
    says "Permission denied"
    one_line
  done
  as_nobody 3 "--resume where the checkpoints cannot be read" train --resume --out unreadable --steps 60 --quiet
  says "unreadable/checkpoints" "Permission denied"
  chmod 755 closed unreadable/checkpoints
  check "  they are all there" in_place unreadable 4
}

test_odd_paths() {
  local long
  long=$(printf 'x%.0s' {1..300})
  ln -s loop loop
  ln -s loop.npy loop.npy
  for what in "info ./$long" "sample $long --out x.npy" "evaluate $long" "info ./loop" "info loop.npy" "evaluate loop" "sample loop --out x.npy" \
    "train --resume --out loop" "train --data loop.npy --out none" "train --data $long.csv --out none"; do
    # shellcheck disable=SC2086
    expect 3 "${what//$long/x...}" $what
    one_line
  done
  rm loop loop.npy
}

# --- stderr, limits, signals, terminals ---

test_stderr() {
  local began='{"step":5'
  # shellcheck disable=SC2086
  train_with() { status=0; "$program" train ring8 $small --steps 20 --out "$1"; }
  train_with full >/dev/null 2>/dev/full || status=$?
  check "a full stderr ends no training (exit $status)" test "$status" = 0 -a -e full/checkpoints/step-0000020.safetensors
  train_with shut >/dev/null 2>&- || status=$?
  check "nor a closed one (exit $status)" test "$status" = 0 -a -e shut/checkpoints/step-0000020.safetensors
  check "  nothing is written into the lock" test ! -s shut/.lock
  train_with none >&- 2>&- <&- || status=$?
  check "nor three closed descriptors (exit $status)" test "$status" = 0 -a ! -s none/.lock
  check "  nor into the metrics" test "$(head -c 9 none/metrics.jsonl)" = "$began"
  train_with pipe >/dev/null 2> >(exec true) || status=$?
  check "nor a pipe that nobody reads (exit $status)" test "$status" = 0 -a -e pipe/checkpoints/step-0000020.safetensors
}

limited() {  # exit code, what, limit, value
  (ulimit "$3" "$4"; run_gan info ring8; exit "$status") || status=$?
  check "$2: exit $1 (is $status)" test "$status" = "$1"
  says "ulimit $3" "raise it"
  one_line
}

test_limits() {
  if grep -qa __asan_init "$program"; then return; fi  # a sanitizer needs terabytes of address space
  limited 2 "little address space" -v 700000
  limited 2 "a small stack" -s 128
  status=0
  expect 0 "without limits" info ring8
  if has_nobody; then
    status=0
    # shellcheck disable=SC2016
    "${nobody[@]}" bash -c 'ulimit -u 1; exec "$0" info ring8' "$program" >out.txt 2>err.txt || status=$?
    check "no threads: exit 2 (is $status)" test "$status" = 2
    says "ulimit -u" "raise it"
  fi
  # shellcheck disable=SC2086
  expect 0 "more threads than processors" train ring8 ${small#--threads 1} --threads 1000 --steps 5 --quiet --out threads
  says "run.threads = 1000: there are $(env -u OMP_NUM_THREADS nproc) processors"
  one_line
  check "  it is recorded as it was done" grep -qx "threads = $(env -u OMP_NUM_THREADS nproc)" threads/config.toml
}

test_closed_terminal() {
  start_long hung_up
  wait_for_progress hung_up ""
  kill -HUP "$pid"
  stop_with HUP
  check "SIGHUP, twice: exit 129 (is $status)" test "$status" = 129
  says "everything is saved"
  (trap '' HUP; start_long detached 1000000; wait_for_progress detached ""; kill -HUP "$pid"; before=$(last detached)
    wait_for_progress detached "$before"; stop_with INT; exit "$status") || status=$?
  check "SIGHUP that is ignored, as under nohup, stays so (exit $status)" test "$status" = 130
}

longest_line() { tr '\r' '\n' <"$1" | sed $'s/\033\\[K//g' | awk '{ if (length > most) most = length } END { print most + 0 }'; }

test_terminal() {
  command -v script >/dev/null || { echo "# there is no \`script\`: left out"; return 0; }
  local columns
  for columns in 80 40; do
    # shellcheck disable=SC2086
    script -qec "stty cols $columns; exec '$program' train ring8 $small --steps 300 --out columns$columns >/dev/null" /dev/null </dev/null >typed.txt
    grep -a 'step ' typed.txt | grep -av into >lines.txt || true
    check "in $columns columns, progress fits (longest: $(longest_line lines.txt))" test "$(longest_line lines.txt)" -lt "$columns" -a "$(longest_line lines.txt)" -gt $((columns / 2))
    check "  it ends with its last step" grep -qa 'step 300/300' lines.txt
  done
}

# --- Names, and other working directories ---

test_names() {
  mkdir -p place/bin hides/recipes
  cp "$program" "$program-engine" place/bin
  ln -s "$root/recipes" place/recipes
  local program=$work/place/bin/gan
  cd hides
  : >ring8
  echo 'about = "soup"' >recipes/soup.toml
  sed 's/^about = .*/about = "mine"/' "$root/recipes/ring8.toml" | tee recipes/mine.toml >recipes/ring8.toml
  echo 'salt = 3' >recipes/salt.toml
  expect 0 "an empty file of a recipe's name hides no recipe" info ring8
  says "[training]"
  check "  nor does a folder of recipes" test "$(grep -cx mine out.txt)" = 0
  # shellcheck disable=SC2086
  expect 0 "  nor from train" train ring8 $small --steps 2 --quiet --out run
  expect 0 "recipes of the working directory are added" info mine
  says "mine"
  expect 0 "  and listed, where they are recipes" info recipes
  says "paper-mnist" "mine"
  check "  others are passed over" test "$(grep -c salt out.txt)" = 0
  rm recipes/salt.toml recipes/soup.toml
  GAN_RECIPES=recipes expect 0 "GAN_RECIPES alone" info recipes
  cd ..
}

test_kinds() {
  ln -s table.csv l.csv
  expect 0 "a link to a table is a table" info l.csv
  says "columns   width, height"
  ln -s kept/checkpoints/last l
  expect 0 "a link to a checkpoint is one" info l
  says "checkpoint of step 40"
  cp kept/checkpoints/step-0000040.safetensors weights.bin
  expect 0 "so is a file of any name that holds one" info weights.bin
  says "checkpoint of step 40"
  cp -r kept run.npy
  expect 3 "a run called run.npy is a run" evaluate run.npy --checkpoint 7
  says "has no checkpoint of step 7"
}

test_other_directories() {
  mkdir mine
  cp table.csv mine/beside.csv
  printf '%s\n' '[run]' 'threads = 1' '[data]' 'source = "beside.csv"' 'scale = "standard"' '[training]' 'steps = 5' 'batch_size = 20' '[generator]' 'noise_size = 2' \
    'layers = [{ layer = "dense", units = 2 }]' '[discriminator]' 'layers = [{ layer = "dense", units = 1 }]' >mine/own.toml
  expect 0 "data beside the recipe" train mine/own.toml --quiet --out mine/run
  check "  by their whole path" grep -qx "source = \"$work/mine/beside.csv\"" mine/run/config.toml
  cd /
  "$program" train --resume --out "$work/mine/run" --steps 10 --quiet >"$work/out.txt" 2>"$work/err.txt" && status=0 || status=$?
  cd "$work"
  check "  a resume from elsewhere" test "$status" = 0 -a -e mine/run/checkpoints/step-0000010.safetensors
  cd mine
  expect 0 "  and from there, with the recipe" train own.toml --resume --quiet --out run --steps 12
  cd ..
  cp table.csv beside.csv
  expect 0 "data in the working directory come first" train mine/own.toml --quiet --out here
  check "  by their whole path" grep -qx "source = \"$work/beside.csv\"" here/config.toml
}

make_images img
make_npy tiny.npy 500
make_csv table.csv
run_tests copies files_of_others outputs closed_folders odd_paths stderr limits closed_terminal terminal names kinds other_directories
