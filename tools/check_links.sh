#!/bin/bash
# Every relative link, and every `path/to/a.file` in backticks, of the documents must exist.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

documents='README.md README.zh-CN.md PAPER.md NOTATION.md CONTRIBUTING.md docs/*.md results/*.md results/*/README.md'

links() {  # "line:target" of [text](target), src="target" and href="target"
  grep -noE '\]\([^)]+\)|(src|href)="[^"]+"' "$1" |
    sed -E 's/^([0-9]+):(\]\(|src="|href=")/\1:/; s/[)"]$//; s/[[:space:]]+"[^"]*$//; s/#.*$//; s/^([0-9]+):<(.*)>$/\1:\2/' |
    grep -vE '^[0-9]+:($|[a-z]+:)' || true
}

# shellcheck disable=SC2016
paths() {  # "line:path" of `path`; what a run or a build writes is not ours
  grep -noE '`[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+\.(cpp|h|toml|md|sh)`' "$1" | tr -d '`' | grep -vE '^[0-9]+:(runs|build)/' || true
}

bad=0 checked=0
for document in $documents; do
  [ -f "$document" ] || continue
  while IFS=: read -r line target; do
    checked=$((checked + 1))
    if [ -e "$target" ] || [ -e "$(dirname "$document")/$target" ]; then continue; fi
    echo "$document:$line: $target does not exist"
    bad=1
  done < <(links "$document"; paths "$document")
done
if [ $bad = 0 ]; then echo "$checked links and paths lead somewhere"; fi
exit $bad
