#!/usr/bin/env bash
# examples.sh: every example of docs/api.md is run against the demo and gives what the document says.
set -uo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d) server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; rm -rf "$dir"' EXIT
passed=0 failed=0
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
B=http://127.0.0.1:$port
out/goldenbridge demo --candidates 60 --employers 40 --seed 7 --store "$dir/s.store" >"$dir/demo" 2>&1 || { cat "$dir/demo"; echo "0 passed, 1 failed"; exit 1; }
out/goldenbridge serve --demo --store "$dir/s.store" --port "$port" >"$dir/server" 2>&1 &
server=$!
for _ in $(seq 100); do curl -sf "$B/healthz" >/dev/null && break; sleep 0.1; done
# block N ends with a comment that is what it prints; variables go from one block to the next
awk -v dir="$dir" '/^```sh$/ {n++; on = 1; next} /^```$/ {on = 0} on {print > (dir "/block-" n)}' docs/api.md
blocks=$(ls "$dir"/block-* | wc -l)
for n in $(seq "$blocks"); do
  want=$(sed -n '$s/^# //p' "$dir/block-$n")
  . "$dir/block-$n" >"$dir/out" 2>&1
  if [ -n "$want" ] && [ "$(tail -n 1 "$dir/out")" = "$want" ]; then passed=$((passed + 1)); else
    failed=$((failed + 1)); echo "FAIL example $n of docs/api.md: gave $(tail -n 1 "$dir/out" | cut -c1-200), expected ${want:-a stated answer}"; sed 's/^/  /' "$dir/block-$n"; fi
done
[ "$blocks" -ge 10 ] || { failed=$((failed + 1)); echo "FAIL docs/api.md has $blocks examples"; }
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
