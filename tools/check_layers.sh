#!/bin/bash
# Who may include whom: fails at the first folder that knows more than its row of this table says.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

table() {  # folder: the folders of gan/ that it may include, besides itself
  cat <<'END'
core:
io:        core
spec:      core io data
theory:    core
data:      core io
figures:   core io
export:    core io spec data
kernels:   core
golden:    core
workers:   core
nets:      core spec kernels optim workers
optim:     core spec kernels workers
model:     core io spec data kernels workers
game:      core spec data kernels nets optim model theory workers
baselines: core spec data kernels nets optim model workers
doctor:    core spec data
watch:     core io spec data theory export doctor gan/ itself
run:       core io spec data model doctor workers
judge:     core io spec data theory kernels nets optim model game baselines run workers
paper:     core io spec data theory figures kernels nets optim model game baselines run judge workers gan/ itself
END
}
for_tests='core io spec golden'                   # tests and testing.h may include these too
without_torch='core io spec data theory figures export doctor watch'  # these build without a tensor library

# Files right in gan/ (the front door) may include everything but the command line, as cli/ and examples/ may.
{ table; find gan -name '*.cpp' -o -name '*.h' | sort; } | awk -v for_tests="$for_tests" -v without_torch="$without_torch" '
  function has(list, word) { return index(" " list " ", " " word " ") > 0 }
  function complain(file, line, what) { print file ":" line ": " what; bad = 1 }

  function check(file,    folder, test, line, number, parts, target) {
    folder = split(file, parts, "/") > 2 ? parts[2] : ""
    if (folder != "" && !(folder in row)) { complain(file, 1, "gan/" folder " is not in the table of tools/check_layers.sh"); return }
    test = file ~ /(_test\.cpp|\/testing\.h)$/
    for (number = 1; (getline line < file) > 0; ++number) {
      if (line !~ /^[ \t]*#[ \t]*include/) continue
      if (has(without_torch, folder) && line ~ /<(torch|ATen|c10|caffe2)\//) complain(file, number, folder " builds without torch: " line)
      if (line ~ /"cli\//) complain(file, number, "the library knows no command line: " line)
      if (folder == "" || line !~ /"gan\//) continue
      target = line
      sub(/.*"gan\//, "", target)
      target = target ~ /\// ? substr(target, 1, index(target, "/") - 1) : "gan/ itself"
      if (target == folder || has(row[folder], target) || (test && has(for_tests, target))) continue
      complain(file, number, folder " may not include " target ": " line)
    }
    close(file)
  }

  /^[a-z]+:/ { name = $1; sub(/:/, "", name); $1 = ""; row[name] = $0 " "; next }
  { check($0); ++files }
  END { if (!bad) print files " files include what they may"; exit bad }
'
