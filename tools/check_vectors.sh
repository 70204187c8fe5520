#!/bin/bash
# Loops that are meant to be vectors are: each function that is compiled for several processors (GAN_CLONES) calculates in
# vectors in its version for AVX2, also where it divides and takes roots. A compiler that gives up on a loop says nothing.
#
#   tools/check_vectors.sh LIBGAN.a
set -euo pipefail

# The first two go where an index says; the third divides once a row; the last three copy and calculate nothing.
alone='maxout_back_row maxout_pick_row derive_row gather_line last_of_image widen_span'
versions=$(objdump -dC --no-show-raw-insn "$1" | awk -v alone="$alone" '
  function close_version() {
    if (name == "") return
    seen++
    if (!vectors) print name ": no vectors"
    else if (one["div"] && !many["div"]) print name ": divides one number at a time"
    else if (one["sqrt"] && !many["sqrt"]) print name ": takes roots one at a time"
  }
  BEGIN { split(alone, words); for (i in words) excused[words[i]] = 1 }
  />:$/ {
    close_version()
    name = ""
    if (match($0, /[a-z_0-9]+\(.*\[clone \.arch_x86_64_v3\]>:$/)) {
      name = substr($0, RSTART); sub(/\(.*/, "", name)
      bare = name; sub(/_(fp32|bf16)$/, "", bare)
      if (bare in excused) name = ""
    }
    vectors = 0; delete one; delete many
  }
  name != "" && $2 ~ /^v([a-z0-9_]*[ps][sd]|p[a-z0-9]*)$/ {
    kind = $2 ~ /sqrt/ ? "sqrt" : $2 ~ /div/ ? "div" : "other"
    if ($2 ~ /s[sd]$/) one[kind] = 1
    else if ($2 !~ /mov/ && /%ymm/) { vectors++; many[kind] = 1 }
  }
  END { close_version(); print seen + 0 }')
seen=${versions##*$'\n'}
if [ "$seen" = 0 ]; then
  if [ "$(nm -C "$1" 2>/dev/null | grep -cF '[clone .resolver]')" != 0 ]; then echo 'there are versions, and none for AVX2'; exit 1; fi
  echo 'one version of each function: another compiler or processor'; exit 0
fi
if [ "$versions" != "$seen" ]; then echo "${versions%$'\n'*}"; exit 1; fi
echo "$seen functions calculate in vectors"
