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
found=$(sources | xargs "$program" --dry-run -Werror 2>&1 | grep -E ': error: ' | sort -t: -k1,1 -u | cut -d: -f1,2 || true)
[ -z "$found" ] || { sed 's/$/: is not formatted; call tools\/format.sh/' <<<"$found"; exit 1; }
echo "$(sources | wc -l) files are formatted"
