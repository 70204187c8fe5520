#!/bin/bash
# gan watch, asked as a browser asks: cli/watch_test.sh build/gan
set -euo pipefail
# shellcheck source=cli/testing.sh
. "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/testing.sh"

ask() {  # path with its query, headers ...: leaves the answer in answer.txt
  local path=$1 header
  shift
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET %s HTTP/1.1\r\nConnection: close\r\n' "$path" >&3
  for header in "$@"; do printf '%s\r\n' "$header" >&3; done
  printf '\r\n' >&3
  tr -d '\0' <&3 >answer.txt
  exec 3>&-
}
answers() { check "$2 ($1)" grep -qE "^HTTP/1.1 $1 " answer.txt; }
holds() { check "  holds: $1" grep -qF -e "$1" answer.txt; }
listens() { grep -q '^http' out.txt; }

test_watch() {
  make_images digits
  expect 0 "a run" train --data digits --threads 1 --steps 2 --set run.log_every=1 --quiet --out runs/first
  start_gan watch runs
  wait_until listens
  local address port token
  address=$(head -n 1 out.txt)
  check "the first line is an address with a token" grep -qxE 'http://127\.0\.0\.1:[0-9]+/\?token=[0-9a-f]{32}' <<<"$address"
  port=${address#http://127.0.0.1:} port=${port%%/*} token=${address#*=}
  local host="Host: 127.0.0.1:$port"
  ask / "$host"
  answers 403 "no token"
  ask "/?token=${token%?}0x" "$host"
  answers 403 "another token"
  ask "/?token=$token" 'Host: example.org'
  answers 403 "another host"
  ask "/runs?token=$token" "$host" 'Origin: http://example.org'
  answers 403 "a page of another host"
  ask "/?token=$token" "$host"
  answers 200 "the page"
  holds "watch.js?token=$token"
  ask "/runs?token=$token" "$host"
  answers 200 "the runs"
  holds '{"id":"first","step":2,'
  ask "/run?id=first&token=$token" "$host"
  answers 200 "a run"
  holds '"samples":["step-0000002.png"]'
  ask "/picture?id=first&name=step-0000002.png&token=$token" "$host"
  answers 200 "a picture"
  holds PNG
  ask "/picture?id=first&name=../config.toml&token=$token" "$host"
  answers 404 "another file"
  rm -r runs/first
  ask "/run?id=first&token=$token" "$host"
  answers 404 "a run that was deleted"
  stop_with INT
  check "Ctrl-C (exit 130)" test "$status" = 130
}

test_wrong_input() {
  expect 3 "no such folder" watch nothing
  says "nothing: a run, or a folder of runs, was expected: there is none"
  expect 3 "a file" watch recipes/ring8.toml
  says "this is a file"
  expect 2 "a port that is none" watch . --port 70000
  start_gan watch .
  wait_until listens
  local port
  port=$(grep -oE ':[0-9]+/' out.txt | tr -d ':/')
  "$program" watch . --port "$port" >said.txt 2>&1 && status=0 || status=$?
  check "a port that is taken (exit 2)" test "$status" = 2
  check "  says what to do" grep -qF 'choose another' said.txt
  stop_with TERM
  check "SIGTERM (exit 143)" test "$status" = 143
}

run_tests watch wrong_input
