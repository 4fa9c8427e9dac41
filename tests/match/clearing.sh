#!/usr/bin/env bash
# clearing.sh: workers of the scheme who change their workplace, one of them because the firm closed, are matched at once with the
# posts that are free: the zones of the law bar pairs, a post declined is not offered again, and everybody can compute it again.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); server=
trap 'unserve; rm -rf "$dir"' EXIT
mkdir "$dir/law"; ln -s "$PWD/law/kr-eps" "$dir/law/"
export GOLDENBRIDGE_STORE=$dir/s GOLDENBRIDGE_LAW=$dir/law
G() { out/goldenbridge "$@"; }
field() { G case "$1" --json | jq -r ".$2"; }
state() { field "$1" state; }
find() { G list "$1" --json --limit 500 | jq -r "[.cases[]|select($2)][0].id"; }
today=$(TZ=Asia/Seoul date +%F)

ok "a store" G demo --candidates 200 --employers 40 --seed 7
one=$(G list account --json --limit 100 | jq -r '.cases[]|select(.data.login=="worker-working").data.party')
two=$(G list account --json --limit 100 | jq -r '.cases[]|select(.data.login=="worker-complains").data.party')
pla=$(find placement ".data.candidate==\"$one\" and .state==\"working\""); firm=$(field "$pla" data.employer)
pla2=$(find placement ".data.candidate==\"$two\" and .state==\"working\"")

# --- the firm closes: everybody there
no "one officer alone does not close a firm" WRONG_STATE G do employer.close_down/confirm --as officer --case "$firm"
ok "an officer records that the firm closed" G do employer.close_down --as officer --case "$firm" closed_on="$today" closing_reason="struck off the register"
no "the same officer does not confirm it" NEEDS_SECOND_PERSON G do employer.close_down/confirm --as officer --case "$firm"
ok "a second one confirms" G do employer.close_down/confirm --as officer2 --case "$firm"
is "the work has ended" ended "$(state "$pla")"
is "no request of the firm stands" 0 "$(G list application --json --limit 500 | jq --arg f "$firm" '[.cases[]|select(.data.employer==$f and (.state|IN("recruiting","applied","eligible","within_headcount","in_round","place_given","waiting","referred")))]|length')"
chg=$(find change ".data.placement==\"$pla\"")
is "a change of workplace waits for the worker" unconfirmed "$(state "$chg")"
is "for a month" "$(date -u -d "$today +1 month" +%Y-%m)" "$(field "$chg" due | cut -c1-7)"
no "it opens no match by itself: nobody is asked about unsaid wishes of the unconfirmed" NOT_ALLOWED G do change.accept_filing --as worker-complains --case "$chg"
ok "the worker accepts it" G do change.accept_filing --as worker-working --case "$chg"
ok "the job centre accepts it" G do change.decide --as officer --case "$chg"
is "a closure does not count" false "$(field "$chg" data.counted)"

# --- another worker of the same industry leaves for arrears, later
ok "arrears" G do change.ask_arrears --as worker-complains placement="$pla2" arrears_percent=40 arrears_months=3 still_going_on=true
chg2=$(find change ".data.placement==\"$pla2\"")
ok "accepted" G do change.decide --as officer --case "$chg2"
home=$(field "$chg" data.first_region)
is "both were first permitted in the same region" "$home" "$(field "$chg2" data.first_region)"
far=$(G list application --json --limit 500 | jq -r --arg h "$home" '[.cases[]|select((.state=="place_given" or .state=="referred") and .data.quota_industry=="manufacturing" and .data.region=="Gyeongnam")][0].data.region')
ok "wishes: first a region of another zone, then home" G do change.wish --as worker-working --case "$chg" --form "$(jq -n --arg a "$far" --arg b "$home" '{wish_regions:[$a,$b]}')"
ok "wishes: home" G do change.wish --as worker-complains --case "$chg2" wish_regions="$home"

# --- the match
no "a worker opens no match" NOT_ALLOWED G do clearing.open --as worker-working industry=manufacturing
cle=$(G do clearing.open --as officer industry=manufacturing --json | jq -r .case)
no "nor a second for the industry" ALREADY_EXISTS G do clearing.open --as officer industry=manufacturing
is "its secret is committed to in the log" 64 "$(sqlite3 "$GOLDENBRIDGE_STORE" "SELECT bytes FROM log_events WHERE stream='$cle' AND version=1" | jq -r '.data.public.round.commitment|length')"
ok "the match is proposed" G do clearing.match --as officer --case "$cle" beacon=00ff
is "nothing is placed by one officer" seeking "$(state "$chg")"
ok "a second one confirms" G do clearing.match/confirm --as officer2 --case "$cle"
is "referred" referred "$(state "$chg")"; is "the other, too" referred "$(state "$chg2")"
app=$(field "$chg" data.referred_application); new=$(find placement ".data.change==\"$chg\"")
is "the employer is asked" mover_referred "$(state "$new")"
is "about this worker" "$one" "$(field "$new" data.candidate)"
is "for this post" "$app" "$(field "$new" data.application)"
is "in the zone of the first permit" "$home" "$(field "$new" data.region)"
is "the other zone was left out, and the worker is told why" '["ZONE_RULE_UNVERIFIED"]' "$(G case "$chg" --json | jq -c .data.match_barred)"
is "no bar for the other" '[]' "$(G case "$chg2" --json | jq -c .data.match_barred)"
best=$(G list application --json --limit 500 | jq -r --arg h "$home" --arg f "$firm" '[.cases[]|select((.state=="place_given" or .state=="referred") and .data.region==$h and .data.quota_industry=="manufacturing" and .data.employer!=$f and (.data.chosen|length)<.data.posts)|.data.monthly_wage]|max')
got=$(G list application --json --limit 500 | jq -r --arg a "$app" --arg b "$(field "$chg2" data.referred_application)" '[.cases[]|select(.id==$a or .id==$b)|.data.monthly_wage]|max')
is "of equal wishes the better paid goes first" "$best" "$got"

# --- anybody computes it again
G match publish "$cle" >"$dir/round.csv"; G match replay "$cle" >"$dir/c.out"
is "another language gives the same bytes" "$(sha256sum <"$dir/c.out")" "$(python3 tests/match_second/replay.py "$dir/round.csv" | sha256sum)"
ok "stable, no place wasted: a check that knows nothing of the engine" python3 tests/match/check_match.py "$dir/round.csv" "$dir/c.out"
is "the own line stands in the outcome" 1 "$(grep -cxF "$(field "$chg" data.match_line)" "$dir/c.out")"
is "no person, firm or case stands in the published rows" 0 "$(grep -cE 'CAN-|EMP-|APP-|CHG-' "$dir/round.csv")"

# --- declined: searched on, not again
ok "the worker declines" G do placement.decline_referral --as worker-working --case "$new"
is "and looks on" seeking "$(state "$chg")"
ok "a new match" G do clearing.open --as officer industry=manufacturing
cle2=$(find clearing '.state=="open"')
ok "proposed" G do clearing.match --as officer --case "$cle2"
ok "confirmed" G do clearing.match/confirm --as officer2 --case "$cle2"
if [ "$(field "$chg" data.referred_application)" != "$app" ]; then good; else bad "the same post was offered again"; fi
is "who was referred before took no part" "$cle" "$(field "$chg2" data.clearing)"

# --- what the worker sees
serve "$dir/server"
token=$(curl -s "$url/api/v1/session" -d '{"login":"worker-working"}' | jq -r .token)
page=$(curl -s -H "Accept-Language: en" -H "Authorization: Bearer $token" "$url/case/$chg")
case $page in *"Your wish number"*) good ;; *) bad "the page does not say which wish" ;; esac
case $page in *"$(field "$chg" data.match_line)"*) good ;; *) bad "the page lacks the own line" ;; esac
is "the rows are open to all" "$(G match publish "$cle2" | sha256sum)" "$(curl -s "$url/round/$cle2.csv" | sha256sum)"
unserve
ok "the log verifies" G verify
ok "and rebuilds" G rebuild
verdict
