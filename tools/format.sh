#!/bin/bash
# Formats every C++ source as .clang-format says.
#
#   tools/format.sh            rewrites what is not formatted
#   tools/format.sh --check    rewrites nothing; fails at the first line of each file that is not formatted
#
# Other versions of clang-format than 14 (Debian 12's) put some lines differently. Exit code 77: there is no such version here.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

version=14
program=
for name in clang-format-$version clang-format; do
  if "$name" --version 2>/dev/null | grep -q "version $version\."; then program=$name && break; fi
done
if [ -z "$program" ]; then echo "clang-format $version is not installed: formatting was not checked"; exit 77; fi

sources() {
  { git ls-files -co --exclude-standard 2>/dev/null || find . -type f -not -path './build*/*' | sed 's,^\./,,'; } |
    grep -E '\.(cpp|h|c)$' | while read -r file; do [ ! -f "$file" ] || echo "$file"; done
}

if [ "${1:-}" != --check ]; then
  sources | xargs "$program" -i
  exit
fi
bad=0
while read -r file; do
  first=$(diff "$file" <("$program" "$file") | grep -m 1 -oE '^[0-9]+' || true)
  [ -z "$first" ] || { echo "$file:$first: is not formatted; call tools/format.sh"; bad=1; }
done < <(sources)
[ $bad = 1 ] || echo "$(sources | wc -l) files are formatted"
exit $bad
