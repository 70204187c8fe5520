#!/bin/bash
# Habits that no compiler checks. Argument: the program, to parse the recipes with [build/gan].
set -euo pipefail
gan=$(readlink -f "${1:-$(dirname "${BASH_SOURCE[0]}")/../build/gan}")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

most_lines=350
most_function_lines=80
longer_files='
'  # a line for each that may be longer: path, reason
most_bytes=$((1024 * 1024))
data_sets='\.(gz|zip|tar|xz|npy|npz|csv|safetensors|pt|pth|pkl|mat|h5|parquet|bin)$|-ubyte$'

bad=0
complain() { echo "$*"; bad=1; }

files() {  # all that belongs to the project, also before it is committed
  { git ls-files -co --exclude-standard 2>/dev/null || find . -type f -not -path './.git/*' -not -path './build*/*' -not -path './runs/*' | sed 's,^\./,,'; } |
    sort -u | while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

sources() { files | grep -E '\.(cpp|h|sh|cmake|toml|js|mjs|html)$|^(run|test|CMakeLists\.txt)$'; }

check_sizes() {
  local file size
  while read -r file; do
    size=$(stat -c %s "$file")
    [ "$size" -le $most_bytes ] || complain "$file: $size bytes; nothing above $most_bytes belongs here"
    if [[ $file =~ $data_sets ]]; then complain "$file: looks like data; data sets and models stay out"; fi
  done < <(files)
}

check_lengths() {
  local file lines
  while read -r file; do
    lines=$(wc -l <"$file")
    [ "$lines" -le $most_lines ] || grep -q "^$file " <<<"$longer_files" ||
      complain "$file: $lines lines; divide it, or give a reason in tools/check_project.sh (more than $most_lines)"
  done < <(sources)
}

# clang-format begins and ends a function in the first column, unless it stands in a class.
check_functions() {
  local found
  found=$(sources | grep -E '\.(cpp|h)$' | xargs awk -v most=$most_function_lines '
    FNR == 1 { from = 0 }
    /^[A-Za-z~]/ && !/^(namespace|class|struct|enum|union|extern|using|template|#)/ && !/^[A-Za-z_]+:/ { if (!from) from = FNR }
    /;$/ && /^[A-Za-z]/ { from = 0 }
    /^\}$/ && from && FNR - from >= most { print FILENAME ":" from ": " FNR - from + 1 " lines" }
    /^\}/ { from = 0 }')
  [ -z "$found" ] || complain "$found"$'\n  a function of more than '"$most_function_lines lines; divide it"
}

check_text() {
  local found
  found=$(sources | xargs grep -nE 'TO[D]O|FIX[M]E' || true)
  [ -z "$found" ] || complain "$found"$'\n  to be done later? Do it, or leave it out'
  found=$(sources | grep -E '\.(cpp|h)$' | xargs grep -n "$(printf '\t')" || true)
  [ -z "$found" ] || complain "$found"$'\n  a tab; two blanks are the habit here'
}

# Calls of <filesystem> without an error code end a program where a folder may not be searched; so does going through a folder
# with its iterators. gan/core/paths.h has what is needed in their place. Tests may.
check_paths() {
  local found calls='absolute|canonical|copy|copy_[a-z]+|create_[a-z]+|current_path|equivalent|exists|file_size|is_[a-z_]+|last_write_time|permissions|proximate|relative|read_symlink|remove|remove_all|rename|resize_file|space|status|symlink_status|temp_directory_path|weakly_canonical'
  found=$(sources | grep -E '^(gan|cli)/.*\.(cpp|h)$' | grep -vE '_test\.cpp$|testing\.h$|^cli/testing/' | while read -r file; do
    sed -E "s/(fs|filesystem)::($calls)\(([^()]|\([^()]*\))*, (error|ignored)\)//g" "$file" |
      grep -nE "(fs|filesystem)::(($calls)\(|(recursive_)?directory_(iterator|entry))" | sed "s,^,$file:," || true
  done)
  [ -z "$found" ] || complain "$found"$'\n  throws where it may not look; give it an error code, or take gan/core/paths.h'
}

check_recipes() {
  local recipe
  [ -x "$gan" ] || { complain "$gan: build the program first: it parses the recipes"; return; }
  for recipe in recipes/*.toml bench/images/*.toml; do
    "$gan" info "$recipe" >/dev/null || complain "$recipe: is no recipe (see above)"
  done
}

check_reference() {
  [ -x "$gan" ] || return 0
  "$gan" info options | cmp -s - docs/options.md ||
    complain "docs/options.md is not what the program prints: $gan info options >docs/options.md"
}

check_sizes
check_lengths
check_functions
check_reference
check_text
check_paths
check_recipes
if [ $bad = 0 ]; then echo "$(files | wc -l) files keep the habits"; fi
exit $bad
