#!/bin/bash
# Do the tests bite? Plants the faults of tools/mutants.txt, one at a time, in a copy, and looks which test notices.
#
#   tools/mutate.sh             all of them
#   tools/mutate.sh ID ...      some
#   tools/mutate.sh --check     does the list fit the sources? Builds nothing
#
# The copy and its build lie in build-mutants/; a document with a table goes to stdout, progress to stderr.
# Exit code 1: one was not noticed. 2: the list is wrong, or the copy fails without any fault.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
list=tools/mutants.txt work=$PWD/build-mutants
copy=$work/tree build=$work/build log=$work/test.log
stages='plain_tests tensor_tests cli_test compare_test elsewhere_test scores_test surroundings_test workers_test faults_test'  # in order of cost

fail() { echo "$*" >&2; exit 2; }
ids=()
declare -A file what old new
read_list() {
  local line id=
  while IFS= read -r line; do
    case $line in
      '' | '#'*) ;;
      '= '*)
        read -r _ id line <<<"$line"
        [ -z "${file[$id]:-}" ] || fail "$list: $id is there twice"
        ids+=("$id")
        read -r "file[$id]" "what[$id]" <<<"$line" ;;
      '- '*) old[$id]+=${old[$id]:+$'\n'}${line#- } ;;
      '+'*) line=${line#+} new[$id]+=${new[$id]:+$'\n'}${line# } ;;
      *) fail "$list: begins neither with =, -, + nor #: $line" ;;
    esac
  done <$list
}

# Finds ID's text in a file, whatever blanks and line breaks stand between its characters, so that formatting moves nothing out of
# reach. `check` prints how often it is there; `plant` prints the file with what stands there instead.
in_text() {  # check or plant, id, file
  OLD=${old[$2]} NEW=${new[$2]:-} perl -0777 -e '
    my ($mode, $file) = @ARGV;
    open my $in, "<", $file or die "$file: $!\n";
    my $text = <$in>;
    my $pattern = join "\\s*", map quotemeta, grep /\S/, split //, $ENV{OLD};
    if ($mode eq "check") { print scalar(() = $text =~ /$pattern/g); exit }
    $text =~ s/$pattern/$ENV{NEW}/;
    print $text;
  ' "$1" "$3"
}

check_list() {
  local id bad=0
  for id in "${ids[@]}"; do
    [ "$(in_text check "$id" "${file[$id]}")" != 1 ] || continue
    echo "$list: $id: its text must be in ${file[$id]} exactly once" >&2
    bad=2
  done
  [ $bad = 0 ] || exit $bad
}

files() { git ls-files -co --exclude-standard -- ':!docs'; }
synchronise() {  # files that are the same keep their dates, so that little is built again
  local path
  mkdir -p "$copy"
  files | while read -r path; do
    [ ! -f "$path" ] || cmp -s "$path" "$copy/$path" && continue
    rm -f "$work/green"
    cp --parents "$path" "$copy"
  done
  (cd "$copy" && find . -type f -printf '%P\n') | sort | comm -23 - <(files | sort) | while read -r path; do rm "$copy/$path"; done
}

targets_of() { case $1 in *_tests) echo "$1" ;; *) echo gan_cli faults ;; esac; }
program_of() { case $1 in *_tests) echo "$build/$1" ;; *) echo "$build/gan" ;; esac; }
built_after() {  # stage, file: is any of what it runs?
  case $1 in *_tests) [ "$build/$1" -nt "$2" ] ;; *) [ "$build/gan" -nt "$2" ] || [ "$build/gan-engine" -nt "$2" ] ;; esac
}

run_stage() {
  case $1 in
    *_tests) timeout 300 "$(program_of "$1")" --gtest_fail_fast ;;
    *) timeout 900 "$copy/cli/$1.sh" "$(program_of "$1")" "$build/libfaults.so" | sed '/^not ok/q' ;;  # then the pipe breaks
  esac >"$log" 2>&1 </dev/null
}

first_failure() {  # stage, exit code; where a program broke off, the test that it was in
  case $1 in
    *_tests) { grep -m 1 -F '[  FAILED  ]' "$log" || grep -F '[ RUN ' "$log" | tail -n 1; } | sed -E 's/^\[[^]]*\] ([^ ,]+).*/\1/' ;;
    *) { echo "cli/$1.sh:"; grep -m 1 '^not ok' "$log" || tail -n 1 "$log"; } | sed 's/^not ok - *//' ;;
  esac
  [ "$2" != 124 ] || echo '(timeout)'
}

notice() {  # file that changed, or nothing: leaves in `noticed` the first test that fails
  local stage code
  noticed=
  for stage in $stages; do
    # shellcheck disable=SC2046
    cmake --build "$build" --target $(targets_of "$stage") >"$work/build.log" 2>&1 || { noticed='does not compile'; return; }
    [ -z "$1" ] || built_after "$stage" "$1" || continue  # it holds nothing of the fault
    code=0
    run_stage "$stage" || code=$?
    [ $code = 0 ] || { noticed=$(first_failure "$stage" $code | paste -sd ' '); return; }
  done
}

plant() {  # id
  local path=$copy/${file[$1]}
  mv "$path" "$work/original"
  in_text plant "$1" "$work/original" >"$path"
}

put_back() {  # with its old date; only objects that were built with the fault are built again
  local object path=$copy/${file[$1]}
  ninja -C "$build" -t deps | awk -v path="$path" '/^[^ ]/ { object = $1 } $1 == path { sub(/:$/, "", object); print object }' |
    while read -r object; do [ "$path" -nt "$build/$object" ] || rm -f "$build/$object"; done
  mv "$work/original" "$path"
}

read_list
check_list
[ "${1:-}" != --check ] || { echo "${#ids[@]} faults fit the sources"; exit 0; }
for id in "$@"; do [ -n "${file[$id]:-}" ] || fail "$list: has no $id"; done
[ $# = 0 ] || ids=("$@")

synchronise
[ -f "$build/build.ninja" ] || cmake -G Ninja -S "$copy" -B "$build" -DCMAKE_BUILD_TYPE=Release -DGAN_TESTS=ON >&2
if [ ! -f "$work/green" ]; then
  echo 'the copy, without any fault ...' >&2
  notice ''
  [ -z "$noticed" ] || fail "without any fault: $noticed (see $work)"
  touch "$work/green"
fi

start=$SECONDS survivors=0 wrong=0 rows=
trap '[ ! -f "$work/original" ] || put_back "$id"' EXIT  # also when interrupted
for id in "${ids[@]}"; do
  begin=$SECONDS
  plant "$id"
  notice "$copy/${file[$id]}"
  put_back "$id"
  case $noticed in
    '') survivors=$((survivors + 1)) noticed='**nothing**' ;;
    'does not compile') wrong=$((wrong + 1)) ;;
  esac
  echo "$id: $noticed ($((SECONDS - begin)) s)" >&2
  rows+="| ${what[$id]//|/\\|} | ${file[$id]} | ${noticed//|/\\|} |"$'\n'
done

cat <<DOCUMENT
# Do the tests notice faults?

Small faults were planted in a copy of the sources, one at a time. The table names the first test that failed with each.
This page was made by \`tools/mutate.sh >docs/mutants.md\` from [the list](../tools/mutants.txt) on $(date -u +%F), in $(((SECONDS - start + 59) / 60)) minutes;
it covers ${#ids[@]} faults, of which $survivors went unnoticed.

| fault | in | noticed by |
|---|---|---|
$rows
DOCUMENT
exit $((wrong > 0 ? 2 : survivors > 0))
