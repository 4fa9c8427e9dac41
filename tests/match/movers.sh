#!/usr/bin/env bash
# movers.sh: workers who change their workplace, some because their firm closed: deferred acceptance under caps, as scheme data
# of an imaginary country; the outcome is checked by code and a language that share nothing with the engine. MOVERS=n workers.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); server=
trap 'unserve; rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s GOLDENBRIDGE_LAW=tests/flow/schemes
G() { out/goldenbridge "$@" --scheme xx-movers; }
workers=${MOVERS:-300}
ok "its models and messages" G law check
ok "a store" G init
ok "a clerk" G do account.open_staff --as admin login=clerk name=Clerk roles=clerk language=en
ok "by two people" G do account.open_staff/confirm --as admin2 --case MAC-000003
ok "a second clerk" G do account.open_staff --as admin login=clerk2 name=Clerk roles=clerk language=en
ok "by two people, too" G do account.open_staff/confirm --as admin2 --case MAC-000004
serve "$dir/server"
ok "firms, a closure, openings, workers and their wishes" python3 tests/match/movers.py "$serve_port" "$workers"
is "the closure sent all its workers to look for a place" 0 "$(G list worker --state working --json --limit 1 | jq .total)"
clearing=$(G do clearing.open --as clerk --json name=spring "cap=$((workers * 2 / 3))" "north_cap=$((workers / 4))" "south_cap=$workers" | jq -r .case)
ok "the wishes are frozen" G do clearing.freeze --as clerk --case "$clearing"
one=$(G list worker --state in_round --json --limit 1 | jq -r '.cases[0].id')
no "a frozen wish is not changed" WRONG_STATE G do worker.wish --as clerk --case "$one" wishes=OPE-000001
ok "the match is proposed" G do clearing.match --as clerk --case "$clearing"
start=$(date +%s%N)
ok "and published by a second person" G do clearing.match/confirm --as clerk2 --case "$clearing"
echo "  matched $(G list worker --json --limit 1 | jq .total) workers in $((($(date +%s%N) - start) / 1000000)) ms"
G match publish "$clearing" >"$dir/round.csv"; G match replay "$clearing" >"$dir/c.out"
is "another language gives the same bytes" "$(sha256sum <"$dir/c.out")" "$(python3 tests/match_second/replay.py "$dir/round.csv" | sha256sum)"
ok "stable, within every cap, no place wasted: a check that knows nothing of the engine" python3 tests/match/check_match.py "$dir/round.csv" "$dir/c.out"
placed=$(G list worker --state placed --json --limit 1 | jq .total)
is "as many placed as the outcome says" "$placed" "$(awk '$1 == "worker" && $6 != "-"' "$dir/c.out" | wc -l)"
is "the others look on" $((workers - placed)) "$(G list worker --state seeking --json --limit 1 | jq .total)"
one=$(G list worker --state placed --json --limit 1 | jq -r '.cases[0].id')
is "a worker knows the own line" 1 "$(grep -cxF "$(G case "$one" --json | jq -r .data.line)" "$dir/c.out")"
is "no name and no case stands in the published rows" 0 "$(grep -cE 'WOR-|OPE-|Mover' "$dir/round.csv")"
is "the rows are open to all" "$(sha256sum <"$dir/round.csv")" "$(curl -s "$url/round/$clearing.csv" | sha256sum)"
unserve
ok "the log verifies" G verify
ok "and rebuilds" G rebuild
verdict
