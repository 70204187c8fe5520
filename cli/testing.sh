# shellcheck shell=bash disable=SC2154
# What the tests of the command line share; to be sourced by them, with the program as their first argument.
# Goes to a temporary folder of its own, with the recipes and no cache. Prints "ok - what" or "not ok - what".

[ $# -ge 1 ] || { echo "usage: $0 PROGRAM" >&2; exit 2; }
program=$(readlink -f "$1")
root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME=$work XDG_CACHE_HOME=$work/cache
unset GAN_PROGRAM GAN_DATA OMP_NUM_THREADS OMP_WAIT_POLICY OPENBLAS_CORETYPE OPENBLAS_VERBOSE
ln -s "$root/recipes" recipes

# --- How things are said ---------------------------------------------------------------------------------

failures=0
ok() { echo "ok - $*"; }
not_ok() { echo "not ok - $*"; failures=$((failures + 1)); }

check() {  # what, a command that must succeed
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then ok "$what"; else not_ok "$what"; fi
}

run_gan() {  # leaves `status`, out.txt, err.txt
  status=0
  "$program" "$@" >out.txt 2>err.txt </dev/null || status=$?
}

expect() {  # exit code, what, arguments of gan
  local code=$1 what=$2
  shift 2
  run_gan "$@"
  if [ "$status" = "$code" ]; then ok "$what (exit $code)"; return; fi
  not_ok "$what: exit $status in place of $code; gan $*"
  sed 's/^/  | /' err.txt | head -n 5
}

words() { tr -s ' \n' ' '; }
says() {  # what the last command must have printed, word for word; lines may be broken anywhere
  local text
  for text in "$@"; do
    if grep -qF -e "$text" out.txt err.txt || cat out.txt err.txt | words | grep -qF -e "$(words <<<"$text" | sed 's/ $//')"; then
      ok "  says: $text"
      continue
    fi
    not_ok "  does not say: $text"
    head -n 5 err.txt out.txt | sed 's/^/  | /'
  done
}

silent() { if [ ! -s out.txt ] && [ ! -s err.txt ]; then ok "  prints nothing"; else not_ok "  prints something"; fi; }

same_numbers() {  # two tables, to .001: what is computed in another order is rounded otherwise
  awk -F , 'NR == FNR { row[n = FNR] = $0; next }
    { m = FNR; split(row[m], b); for (i = 1; i <= NF; ++i) if (($i - b[i]) ^ 2 > .001 ^ 2) exit 1 }
    END { if (m != n || n == 0) exit 1 }' "$1" "$2"
}

# --- Data, without any other language --------------------------------------------------------------------

big_endian() {  # a number in 4 bytes
  local hex
  hex=$(printf '%08x' "$1")
  # shellcheck disable=SC2059
  printf "\\x${hex:0:2}\\x${hex:2:2}\\x${hex:4:2}\\x${hex:6:2}"
}

noise() { { seq 1 "$2" 300000 | gzip -n | tail -c +100 || true; } | head -c "$1"; }  # bytes, which; head hangs up on the others

idx_images() { printf '\0\0\x08\x03'; big_endian "$1"; big_endian 8; big_endian 8; noise $(($1 * 64)) "$2"; }
idx_labels() { printf '\0\0\x08\x01'; big_endian "$1"; head -c "$1" /dev/zero; }

make_images() {  # folder, which [1]: like MNIST's, half of it gzipped: 300 + 200 images of 8 x 8
  mkdir "$1"
  idx_images 300 "${2:-1}" | gzip -n >"$1/train-images-idx3-ubyte.gz"
  idx_labels 300 | gzip -n >"$1/train-labels-idx1-ubyte.gz"
  idx_images 200 2 >"$1/t10k-images-idx3-ubyte"
  idx_labels 200 >"$1/t10k-labels-idx1-ubyte"
}

make_cifar() {  # a folder like CIFAR-10's: six files of the same 40 records
  local i
  mkdir "$1"
  for i in {1..40}; do printf '\3'; noise 3072 "$i"; done >"$1/test_batch.bin"
  for i in 1 2 3 4 5; do cp "$1/test_batch.bin" "$1/data_batch_$i.bin"; done
}

make_npy() {  # file, count: bytes [count, 8, 8]
  { printf '\x93NUMPY\x01\0\x76\0'
    printf '%-117s\n' "{'descr': '|u1', 'fortran_order': False, 'shape': ($2, 8, 8), }"
    noise $(($2 * 64)) 3; } >"$1"
}

make_csv() {  # 200 rows of two columns
  echo 'width,height' >"$1"
  noise 800 4 | od -An -v -tu2 -w4 | awk '{ print $1 / 1000 "," $2 / 500 }' >>"$1"
}

small='--threads 1 --set data.train=2000 --set data.valid=1000 --set training.batch_size=32 --set run.checkpoint_every=10 --set run.log_every=5'
# shellcheck disable=SC2086
ring() { run_gan train ring8 $small --quiet "$@"; }

last() { readlink "$1/checkpoints/last" || true; }
steps_of() { sed -E 's/^\{"step":([0-9]+),.*/\1/' "$1/metrics.jsonl"; }
each_step_once() { [ -s "$1/metrics.jsonl" ] && [ -z "$(steps_of "$1" | sort -n | uniq -d)" ] && steps_of "$1" | sort -nc; }

same_end() {  # what, run, run: byte for byte
  check "$1: the same last checkpoint" cmp "$2/checkpoints/last" "$3/checkpoints/last"
  check "$1: the same metrics" cmp "$2/metrics.jsonl" "$3/metrics.jsonl"
  check "$1: no step twice" each_step_once "$3"
}

# --- Runs that are stopped in the middle -----------------------------------------------------------------

# Long enough to be stopped in the middle; with scores and pictures, which must not disturb it.
long="$small --set run.checkpoint_every=7 --set run.log_every=3 --set run.evaluate_every=50 --set run.sample_every=90"

start_gan() {  # arguments of gan; leaves `pid`. Job control, or the child would ignore SIGINT
  : >err.txt  # what the last one said is not to be waited for
  set -m
  "$program" "$@" >out.txt 2>err.txt </dev/null &
  pid=$!
  set +m
}

# run, steps; leaves `pid`
# shellcheck disable=SC2086
start_long() { start_gan train ring8 $long --resume --quiet --out "$1" --steps "${2:-400}"; }

wait_until() {  # a command succeeds, or `pid` is gone; gives up late only: other work on the machine is no failure
  for _ in {1..6000}; do
    kill -0 "$pid" 2>/dev/null || return 0
    ! "$@" || return 0
    sleep 0.05
  done
  not_ok "waited in vain for: $*"
}

has_left() { [ "$(last "$1" 2>/dev/null)" != "$2" ]; }
wait_for_progress() { wait_until has_left "$1" "$2"; }      # run, checkpoint before
wait_until_it_says() { wait_until grep -q "$1" err.txt; }   # pattern

finish() { wait "$pid" 2>/dev/null || status=$?; }
stop_with() { kill "-$1" "$pid" 2>/dev/null || true; status=0; finish; }

run_tests() {  # test_NAME for each name
  local part
  for part in "$@"; do
    echo "# $part"
    "test_$part"
  done
  if [ "$failures" = 0 ]; then echo "all is as promised"; else echo "$failures failed"; exit 1; fi
}
