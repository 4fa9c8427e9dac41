#!/usr/bin/env bash
# open_data.sh: open data leaves small cells out, and each total is counted again from the public log by a script that shares no code.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
. tests/flow/tools/sign_in.sh
dir=$(mktemp -d); trap 'unserve; rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s.store
G() { out/goldenbridge "$@"; }
ok "a demo" G demo --candidates 60 --employers 12 --seed 7
serve "$dir/log" --store "$GOLDENBRIDGE_STORE"; origin=$url
sets=$(jq -r '.figures.open.sets[].id' law/kr-eps/scheme.json)
for set in $sets; do ok "$set is whole" python3 tests/verifier/verify_open.py "$origin" "$set"; done
for set in $(jq -r '.figures.open.sets[].id' law/kz-flp/scheme.json); do ok "$set of the other scheme is whole" python3 tests/verifier/verify_open.py "$origin" "$set" kz-flp; done
is "everybody who was registered is counted" 60 "$(curl -s "$origin/open-data/registrations.json" | jq '."goldenbridge:total"')"
is "staff gets no more" "$(curl -s "$origin/open-data/changes.csv")" "$(sign_in_page "$dir/jar" ministry "$origin"; curl -s -b "$dir/jar" -H "Accept-Language: en" "$origin/open-data/changes.csv")"
is "a small cell is empty" 1 "$(curl -s "$origin/open-data/permits.csv" | tr -d '\r' | grep -cE ',$|,""$' | awk '{print ($1 > 0)}')"
is "no such set" 404 "$(curl -s -o /dev/null -w '%{http_code}' "$origin/open-data/nothing.csv")"
# A server that drops a case from the total, or shows a small cell, is found out.
mkdir -p "$dir/false/open-data"; ln -s /dev/null "$dir/false/none"
curl -s "$origin/open-data/registrations.json" | jq '."goldenbridge:total" = 59' >"$dir/false/open-data/registrations.json"
curl -s "$origin/open-data/registrations.csv" | sed -E 's/^total,(.*),60/total,\1,59/' >"$dir/false/open-data/registrations.csv"
curl -s "$origin/open-data/permits.json" >"$dir/false/open-data/permits.json"
curl -s "$origin/open-data/permits.csv" | sed -E '2s/,[^,\r]*(\r?)$/,1\1/' >"$dir/false/open-data/permits.csv"
for set in terms refusals; do curl -s "$origin/open-data/$set.json" | jq '."goldenbridge:proof".entries -= 1' >"$dir/false/open-data/$set.json"; curl -s "$origin/open-data/$set.csv" >"$dir/false/open-data/$set.csv"; done
jq '."goldenbridge:proof".entries += 1 | ."goldenbridge:proof".apart += 1' "$dir/false/open-data/terms.json" >"$dir/false/t" && mv "$dir/false/t" "$dir/false/open-data/terms.json"
size=$(jq '."goldenbridge:proof".size' "$dir/false/open-data/registrations.json")
for i in $(seq 0 $(((size - 1) / 256))); do
  width=$((size - i * 256 < 256 ? size - i * 256 : 256)) name=$(printf '%03d' "$i"); [ "$width" = 256 ] || name=$name.p/$width
  mkdir -p "$dir/false/log/tile/entries/$(dirname "$name")"; curl -s "$origin/log/tile/entries/$name" >"$dir/false/log/tile/entries/$name"
done
no "a total without one of them" "the log holds 60 cases" python3 tests/verifier/verify_open.py "$dir/false" registrations
no "a small cell that is shown" "shows a cell below" python3 tests/verifier/verify_open.py "$dir/false" permits
no "a deadline that is not counted" "are not the" python3 tests/verifier/verify_open.py "$dir/false" terms
no "a refusal that is not counted" "the table stands on" python3 tests/verifier/verify_open.py "$dir/false" refusals
# Behind each figure of the dashboard stand its cases: the same that a count of the events themselves finds, without the program.
get() { curl -s -b "$dir/jar" -H "Accept-Language: en" "$origin$1"; }
get /dashboard >"$dir/dashboard.html"
sqlite3 "$GOLDENBRIDGE_STORE" "SELECT json(CAST(bytes AS TEXT)) FROM log_events ORDER BY seq" >"$dir/events.jsonl"
ok "the cases behind the figures" python3 tests/flow/tools/recount.py "$dir/events.jsonl" "$dir/dashboard.html" "$dir/jar" "$origin" law/kr-eps/scheme.json
is "a list of another figure" 404 "$(curl -s -o /dev/null -w '%{http_code}' -b "$dir/jar" "$origin/cases/candidate?of=nothing&cell=x")"
is "a figure with its deadlines has a table" 1 "$(grep -c 'of=terms&amp;cell=candidate.passed%3Akept' "$dir/dashboard.html")"
# Who is of another scheme reads the figures and is led to no case there; the ledger of costs is for everybody.
curl -s -c "$dir/kz" -b "$dir/kz" -o /dev/null "$origin/scheme?to=kz-flp"; sign_in_page "$dir/kz" kz-ministry "$origin"
for page in /figures /agreements /dashboard /open-data /quota; do
  code=$(curl -s -b "$dir/kz" -o "$dir/kz.html" -w '%{http_code}' "$origin$page"); is "$page for the other scheme" 200 "$code"
  for href in $(grep -oE 'href="/(case|cases)/[^"]*"' "$dir/kz.html" | cut -d'"' -f2 | sed 's/&amp;/\&/g' | sort -u | head -n 8); do
    is "$page leads to $href" 200 "$(curl -s -b "$dir/kz" -o /dev/null -w '%{http_code}' "$origin$href")"
  done
done
is "costs for everybody" 5 "$(curl -s "$origin/costs.csv" | tail -n +2 | grep -c .)"
verdict
