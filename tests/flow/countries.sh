#!/usr/bin/env bash
# countries.sh: a country is selected long before it sends, or never does; a suspension holds some steps of its people and lets others go on.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
. tests/flow/tools/sign_in.sh
dir=$(mktemp -d); trap 'unserve; rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s.store
G() { out/goldenbridge "$@"; }
of() { G case "$1" --json | jq -r "$2"; }
today=$(TZ=Asia/Seoul date +%F) before=$(TZ=Asia/Seoul date -d "-1 day" +%F)
ok "a demo" G demo --candidates 60 --employers 12 --seed 7
serve "$dir/log" --store "$GOLDENBRIDGE_STORE"
# What a page says of a country: its row, without marks.
row() { curl -s "$url/agreements?day=$1" | grep -A1 -E "^<tr><td>(<a[^>]*>)?$2" | sed 's/<[^>]*>/ /g' | tr -s ' ' | head -1; }
has "before anything" "Not yet selected" "$(row 2004-01-01 Kazakhstan)"
has "selected in 2004" "Country selected" "$(row 2010-01-01 Kazakhstan)"
has "and never operated" "nobody was ever recruited" "$(row 2010-01-01 Kazakhstan)"
has "inspected in 2026" "Inspected on site" "$(row 2026-02-01 Kazakhstan)"
has "another country was suspended" "Suspended" "$(row 2013-01-01 "Viet Nam")"
hasnt "and is no longer" "Suspended since" "$(row 2014-06-01 "Viet Nam")"
hasnt "one that sends has been recruited from" "nobody was ever" "$(row 2010-01-01 Nepal)"
kz=$(G list agreement --as ministry --json --limit 100 | jq -r '.cases[] | select(.title == "KZ") | .id')
is "it sends now" sending "$(of "$kz" .state)"
in_state() { G list "$1" --as "${3:-officer}" --json --limit 1000 | jq -r --arg s "$2" '[.cases[] | select(.state == $s) | .id] | sort | .[0] // empty'; }
accepted=$(in_state candidate accepted) waiting=$(in_state candidate pre_roster) chosen=$(in_state placement chosen)

steps() { G steps "$1" --as "$2" --json | jq -r "[.. | .step? // empty] | join(\" \")"; }
has "the test can be recorded" candidate.record_test "$(steps "$accepted" hrd)"
no "the committee of one person" NEEDS_SECOND_PERSON bash -c "out/goldenbridge do agreement.suspend --as committee --case $kz suspended_from=$before source=decision && out/goldenbridge do agreement.suspend/confirm --as committee --case $kz"
ok "suspended by two" G do agreement.suspend/confirm --as committee2 --case "$kz"
is "it stands" "suspended $before" "$(of "$kz" '.state + " " + .data.suspended_from')"
hasnt "the test is held" candidate.record_test "$(steps "$accepted" hrd)"
held() { no "$1" "($before; act:4(2)3)" "${@:2}"; }
held "recording a test" G do candidate.record_test --as hrd --case "$accepted" announced_on="$today" score=180 minimum_score=110 rank=1 places=100 skills_score=90 skills_minimum=60 competency_points=3 cheated=false
[ -z "$waiting" ] || held "entering the roster" G do candidate.enter_roster --as hrd --case "$waiting" passport_matches=true
[ -z "$chosen" ] || held "a permit" G do placement.permit --as officer --case "$chosen" permit_months=36 had_layoffs=false had_arrears=false
[ -n "$chosen" ] && good || bad "no placement waits for a permit" "nothing was tested"
party() { G list account --as admin --json --limit 1000 | jq -r '.cases[].id' | while read -r id; do of "$id" "select(.data.login == \"$1\") | .data.party"; done; }
working=$(party worker-working)
place() { of "$1" .data.placement; }
ok "who was offered a contract signs" G do placement.accept --as worker --case PLA-000002
has "who works goes on" change.ask_own_wish "$(steps "$(place "$working")" worker-working)"
has "whoever is on the roster may withdraw" candidate.withdraw "$(steps "$(party worker-roster)" worker-roster)"
has "and may complain" complaint.file "$(steps "$working" worker-working)"
referred() { G list application --as officer --json --limit 1000 | jq -r '[.cases[] | select(.state == "place_given") | .id] | sort | .[0] // empty'; }
app=$(referred)
[ -z "$app" ] || ok "a referral" G do application.refer --as officer --case "$app"
[ -z "$app" ] || is "names nobody from there" 0 "$(of "$app" '.data.referred // [] | length')"
page() { local jar=$dir/jar; rm -f "$jar"; sign_in_page "$jar" "$1" "$url"; curl -s -b "$jar" -H "Accept-Language: en" "$url/case/$2" | sed -n '/<main/,/<\/main>/p' | tr '\n' ' '; }
has "the case page says what is held" "Recruitment from this country is suspended" "$(page officer "$accepted")"
has "since when" "datetime=\"$before\"" "$(page officer "$accepted")"
has "by which article" "act=act&amp;at=4" "$(page officer "$accepted")"
has "which step" "Held for now" "$(page officer "$accepted")"
has "and what goes on" "What goes on" "$(page officer "$accepted")"
has "of a worker at work nothing is held" "Nothing of this case is held" "$(page officer "$(place "$working")")"
has "an employer sees that nobody from there can be chosen" "Cannot be chosen now" "$(page employer APP-000001/do/application.select)"
has "the register shows it" "Suspended" "$(row "$today" Kazakhstan)"
ok "resumed" bash -c "out/goldenbridge do agreement.resume --as committee --case $kz suspended_until=$before source=decision && out/goldenbridge do agreement.resume/confirm --as committee2 --case $kz"
has "the test can be recorded again" candidate.record_test "$(steps "$accepted" hrd)"
hasnt "and they can be chosen again" "Cannot be chosen now" "$(page employer APP-000001/do/application.select)"
hasnt "and the page is silent" "is suspended" "$(page officer "$accepted")"
ok "verify" G verify
ok "rebuild" G rebuild
verdict
