# shellcheck shell=bash disable=SC2001,SC2086,SC2154
# What ./run, ./test and the scripts of the sanitizers share; to be sourced by them, with `root` set to the folder of
# this project. `build`, `preset` (of CMakePresets.json) and `options` (for CMake) may be set afterwards, for a build beside the usual one.
# It installs the packages that are missing and builds what is out of date, both without a word where
# there is nothing to do. All messages go to stderr: stdout belongs to the program.

build=$root/build
preset=release
options=()

# The libtorch to build with: CMAKE_PREFIX_PATH, else the one that `build` was made with, else Debian's.
torch_prefix() {
  if [ -n "${CMAKE_PREFIX_PATH:-}" ]; then echo "$CMAKE_PREFIX_PATH"
  else cat "$build/.prefix" 2>/dev/null || true
  fi
}

packages() {  # name, what it is for
  cat <<'END'
g++                    the compiler
cmake                  the build
ninja-build            the build
pkg-config             finds Cairo
libcli11-dev           the command line
libtomlplusplus-dev    recipes and config.toml
libfmt-dev             text
nlohmann-json3-dev     metrics and headers of checkpoints
librandom123-dev       random streams
libpng-dev             pictures that gan writes
zlib1g-dev             gzipped data
libcsv-dev             tables
libcairo2-dev          plots
libvips-dev            pictures of every format, decoded and scaled
libturbojpeg0-dev      ordinary JPEG files, decoded fast
libzip-dev             pictures in ZIP files
libonnx-dev            exports to ONNX
libprotobuf-dev        exports to ONNX
wabt                   exports as a page: WebAssembly
libopencv-dnn-dev      scores on features of networks in ONNX
libcpp-httplib-dev     gan watch: a page of runs
libjs-chart.js         gan watch: charts
fonts-dejavu-core      text in plots
dataset-fashion-mnist  the data that `train fashion-mnist` learns
END
  if [ -z "$(torch_prefix)" ]; then
    cat <<'END'
libtorch-dev           tensors and derivatives
libopenblas0-openmp    fast matrix products for them
libdnnl-dev            faster ones
libgloo-dev            several workers
END
  fi
  if [ "${tests:-no}" = yes ]; then
    echo 'libgtest-dev           the tests'
    echo 'nodejs                 the tests: pages of exports'
    echo 'python3-opencv         the tests: runs exports to ONNX'
    echo 'clang-format           the tests: are the sources formatted?'
  fi
  if [ "${sanitize:-no}" = yes ]; then
    echo 'chromium               the slow tests: pages of exports'
    echo 'clang                  the fuzzers'
    echo 'libclang-rt-14-dev     the fuzzers: libFuzzer and sanitizers'
  fi
}

missing_packages() {  # the lines of `packages` that are not installed
  local installed name purpose
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | awk '$1 == "installed" { print $2 }')
  packages | while read -r name purpose; do
    grep -qxF -e "$name" <<<"$installed" || printf '%-22s %s\n' "$name" "$purpose"
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then env "$@"; else sudo env "$@"; fi
}

apt_get() {
  as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null >>"$build/setup.log" 2>&1
}

install_missing() {
  local missing names
  if ! command -v dpkg-query >/dev/null; then
    command -v cmake >/dev/null && return 0
    echo 'gan: this is not Debian; install what these packages of Debian hold, then call me again:' >&2
    packages | sed 's/^/  /' >&2
    exit 1
  fi
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  names=$(awk '{ print $1 }' <<<"$missing")
  {
    echo 'gan needs these packages of Debian, which are not installed yet:'
    sed 's/^/  /' <<<"$missing"
  } >&2
  if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; }; then
    echo "to install them, as root: apt-get install --no-install-recommends" $names >&2
    echo 'going on without them ...' >&2
    return 0
  fi
  echo 'installing them (a few minutes when libtorch is among them) ...' >&2
  : >"$build/setup.log"
  if ! { apt_get update && apt_get install --no-install-recommends $names; }; then
    tail -n 30 "$build/setup.log" >&2
    echo "gan: that did not work (all of it: $build/setup.log); going on without ..." >&2
  fi
}

# One job for each core, and no more than memory has room for: a compiler needs up to 1.5 GB here.
build_jobs() {
  local cores room
  cores=$(nproc)
  room=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  echo $((room < 1 ? 1 : room < cores ? room : cores))
}

show_progress() {  # of ninja, on one line that redraws itself; nothing where nobody looks
  local line
  [ -t 2 ] || { cat >/dev/null; return; }
  while IFS= read -r line; do  # not by awk: Debian's waits for 4 kB before it reads a line of a pipe
    [[ ! $line =~ ^\[[0-9]+/[0-9]+\] ]] || printf '\r\033[K%s' "${line:0:78}" >&2
  done
  printf '\r\033[K' >&2
}

logged() {  # a command, with its output in build.log; the end of that when it fails
  if ! "$@" 2>&1 | tee -a "$build/build.log" | show_progress; then
    tail -n 30 "$build/build.log" >&2
    echo "gan: the build failed; all of its messages: $build/build.log" >&2
    exit 1
  fi
}

configure() {  # option=value ...
  local prefix
  prefix=$(torch_prefix)
  logged cmake --preset $preset "$@" -S "$root" -B "$build" ${prefix:+"-DCMAKE_PREFIX_PATH=${prefix//:/;}"}
  echo "$prefix" >"$build/.prefix"
}

# Configured already, with this libtorch, and with the tests where they are wanted?
configure_if_needed() {
  local with=("${options[@]}")
  if [ "${tests:-no}" = no ]; then with+=(-DGAN_TESTS=OFF); fi
  if [ ! -f "$build/build.ninja" ] || [ "$(torch_prefix)" != "$(cat "$build/.prefix" 2>/dev/null)" ]; then
    configure --fresh "${with[@]}"
  elif [ "${tests:-no}" = yes ] && ! grep -q '^GAN_TESTS:BOOL=ON$' "$build/CMakeCache.txt"; then
    configure "${with[@]}" -DGAN_TESTS=ON
  fi
}

build_gan() {  # target ...
  mkdir -p "$build"
  (
    flock 9  # two at a time would write the same files
    install_missing
    : >"$build/build.log"
    if [ "$build" != "$root/build" ]; then echo "building ${build#"$root/"} ..." >&2
    elif [ -x "$build/gan" ]; then echo 'building gan ...' >&2
    else echo 'building gan (5 to 10 minutes on two cores the first time; all messages go into build/build.log) ...' >&2
    fi
    touch "$build/.stamp.new"  # before the build: what is edited meanwhile counts as newer
    configure_if_needed
    logged cmake --build "$build" --target "$@" -j "$(build_jobs)"
    mv "$build/.stamp.new" "$build/.stamp"
  ) 9>"$build/.lock"
}

# Is the program at hand, and older than none of its sources, with the same libtorch?
up_to_date() {
  [ -x "$build/gan" ] && [ -f "$build/.stamp" ] && [ "$(torch_prefix)" = "$(cat "$build/.prefix" 2>/dev/null)" ] &&
    [ -z "$(find "$root/gan" "$root/cli" "$root/recipes" "$root/cmake" "$root/CMakeLists.txt" -newer "$build/.stamp" -print -quit)" ]
}
