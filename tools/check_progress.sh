#!/bin/bash
# Does a build by ./run and ./test show on a terminal how far it is, and nothing elsewhere?
set -euo pipefail
root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat >"$work/build.sh" <<END
root=$root
. "\$root/tools/setup.sh"
build=$work
step_by_step() { echo '-- configured'; echo '[1/2] Building a.cpp'; until [ -e $work/seen ]; do sleep 0.1; done; echo '[2/2] Linking b'; }
logged step_by_step
END

fail() { echo "$*"; cat -v "$work/terminal"; exit 1; }
script -qec "timeout 60 bash $work/build.sh" /dev/null </dev/null >"$work/terminal" &
for _ in {1..300}; do
  ! grep -qF '[1/2] Building a.cpp' "$work/terminal" || break
  sleep 0.1
done
grep -qF '[1/2] Building a.cpp' "$work/terminal" || { touch "$work/seen"; wait; fail 'a terminal does not see the step while it is done'; }
touch "$work/seen"
wait
grep -qF '[2/2] Linking b' "$work/terminal" || fail 'a terminal does not see the last step'
! grep -qF -e '-- configured' "$work/terminal" || fail 'a terminal sees more than the steps'
printf '%s\n' '-- configured' '[1/2] Building a.cpp' '[2/2] Linking b' | cmp - "$work/build.log" || fail 'build.log does not hold everything'
bash "$work/build.sh" >"$work/terminal" 2>&1
[ ! -s "$work/terminal" ] || fail 'something is shown where there is no terminal'
echo 'a build shows its steps on a terminal alone'
