#!/usr/bin/env bash
# surge.sh: a rush of applications at a running server that is killed in the middle: no receipt without a case, no case without
# a receipt, every one of them signed and in the log. SURGE=10000 for the full size.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); server=
trap 'unserve; rm -rf "$dir"' EXIT
count=${SURGE:-1000}
export GOLDENBRIDGE_STORE=$dir/s
ok "a demo store" out/goldenbridge demo --candidates 5 --employers 8 --seed 5
before=$(out/goldenbridge list application --json --limit 1 | jq .total)
serve "$dir/server"
python3 tests/match/surge.py "$serve_port" "$count" "$dir/receipts" >"$dir/first" 2>&1 &
client=$!
# killed when about half has been answered
while kill -0 "$client" 2>/dev/null && [ "$(cat "$dir/receipts.count" 2>/dev/null || echo 0)" -lt $((count / 2)) ]; do sleep 0.02; done
kill -9 "$server"; wait "$server" 2>/dev/null; server=
sleep 0.3
serve "$dir/server"
wait "$client"; status=$?
sed 's/^/  /' "$dir/first"
is "every application got its answer in the end" 0 "$status"
is "killed in the middle: some answers were lost and asked for again" true "$(jq '.again > 0' "$dir/receipts.sum")"
unserve
is "as many cases as applications" "$count" "$(($(out/goldenbridge list application --json --limit 1 | jq .total) - before))"
is "as many receipts, each for a case of its own" "$count" "$(grep -h '^case ' "$dir"/receipts/* | sort -u | wc -l)"
ok "the log verifies" out/goldenbridge verify
serve "$dir/server"; curl -s "$url/log/key" >"$dir/vkey"; unserve
ok "every receipt is signed and its entry is in the log" python3 tests/match/check_receipts.py "$GOLDENBRIDGE_STORE" "$(cat "$dir/vkey")" "$dir/receipts" "$count"
verdict
