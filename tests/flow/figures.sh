#!/usr/bin/env bash
# figures.sh: published figures: no figure without a source, sources that disagree side by side, revisions that keep the old value, CSV.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s.store
G() { out/goldenbridge "$@"; }
publish() { G do figure.publish --as "$1" --json "${@:2}"; }
A=("series=trade turnover" unit="billion USD" confidence=N)
ok "a demo with the press release" G demo --candidates 5 --employers 2
all=$(G list figure --as ministry --json --limit 200)
of() { G case "$1" --json | jq -c '[.data.series, .data.value, .data.unit]'; }
release=$(jq -r '.cases[].id' <<<"$all" | while read -r id; do G case "$id" --json; done | jq -s '[.[].data | select(.released_on == "2023-06-03") | .value | tonumber] | sort | tostring' -r)
is "its five figures" "[1.5,6.1,28,740,119000]" "$release"
no "without a source" FIELD_MISSING publish ministry "${A[@]}" year=2015 value=2
no "with an empty source" source publish ministry "${A[@]}" year=2015 value=2 "source=  "
no "by another role" NOT_ALLOWED publish officer "${A[@]}" year=2015 value=2 "source=a yearbook"
no "in another unit than that year's" FIELD_CHOICE publish ministry "series=trade turnover" unit=persons confidence=N year=2022 value=6 "source=a yearbook"
no "released tomorrow" FIELD_RANGE publish ministry "${A[@]}" year=2015 value=2 "source=a yearbook" released_on=2099-01-01
one=$(publish ministry "${A[@]}" year=2015 value=2 "source=a yearbook" | jq -r .case)
two=$(publish ministry "${A[@]}" year=2015 value=3 "source=customs" | jq -r .case)
no "the same source twice" ALREADY_EXISTS publish ministry "${A[@]}" year=2015 value=4 "source=customs"
is "two sources that disagree stand both" '["published","published"]' "$(for c in "$one" "$two"; do G case "$c" --json; done | jq -sc '[.[].state]')"
no "a revision that changes nothing" FIELD_RANGE G do figure.revise --as ministry --case "$one" value=2 "source=a yearbook" note=none
ok "a revision" G do figure.revise --as ministry --case "$one" value=2.1 "source=a yearbook, second edition" note=misprint
is "is what stands" '["trade turnover",2.1,"billion USD"]' "$(of "$one")"
is "the old value stays beside it" "2 · a yearbook" "$(G case "$one" --json | jq -r '.data.revisions[0]' | cut -d" " -f1-4)"
printf 'series,year,value,unit,source,confidence\ntrade turnover,2016,3,billion USD,a yearbook,N\ntrade turnover,2017,3,billion USD,,N\n' >"$dir/f.csv"
no "a file with a row without a source" "column E source" G bulk figure.publish "$dir/f.csv" --as ministry
count=$(G list figure --as ministry --json --limit 200 | jq '.cases | length')
no "the same file again" "column E source" G bulk figure.publish "$dir/f.csv" --as ministry
is "does nothing twice" "$count" "$(G list figure --as ministry --json --limit 200 | jq '.cases | length')"
ok "verify" G verify
verdict
