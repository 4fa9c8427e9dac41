#!/usr/bin/env bash
# replacement.sh: a chosen worker cannot come: the employer asks for another within seven days of knowing, the place comes back and
# others are referred (Decree 14(2), Rule 6; worked case C18).
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
mkdir "$dir/law"; ln -s "$PWD/law/kr-eps" "$dir/law/"
export GOLDENBRIDGE_STORE=$dir/s GOLDENBRIDGE_LAW=$dir/law
G() { out/goldenbridge "$@"; }
state() { G case "$1" --json | jq -r .state; }
data() { G case "$1" --json | jq -r ".data.$2"; }
copy() { rm -f "$dir"/s*; cp -a "$dir"/keep/. "$dir"/; }
keep() { rm -rf "$dir/keep"; mkdir "$dir/keep"; cp -a "$dir"/s* "$dir/keep/"; }
today=$(TZ=Asia/Seoul date +%F)
day() { date -u -d "$today ${1:-0} days" +%F; }

ok "a demo store" G demo --candidates 200 --employers 40 --seed 7
pla=$(G list placement --state permitted --json --limit 50 | jq -r '.cases[0].id')
app=$(data "$pla" application); who=$(data "$pla" candidate); firm=$(data "$pla" employer); all=$(data "$pla" allocation)
boss=$(G list account --json --limit 200 | jq -r --arg f "$firm" '[.cases[]|select(.data.party==$f)][0].data.login // empty')
[ -n "$boss" ] || { boss=firm; ok "an account of the employer" G do account.open_employer --as officer login=firm name=Firm party="$firm" language=ko; }
unit() { G case "$1" --json | jq -r '.data.unit // empty'; }
number=$(unit "$pla")
ask() { local on=$1; shift; G do placement.ask_reissue --as "$boss" --case "$pla" --now "$on" "$@"; }
no "not before it is known" FIELD_RANGE ask "$today" reissue_cause="could not sign" reissue_event_on="$today" reissue_known_on="$(day 1)"
no "not known before it happened" FIELD_RANGE ask "$today" reissue_cause="could not sign" reissue_event_on="$today" reissue_known_on="$(day -1)"
no "nobody who has not signed could have started" FIELD_CHOICE ask "$today" reissue_cause="could not start" reissue_event_on="$today" reissue_known_on="$today"
no "the worker does not ask for it" NOT_ALLOWED G do placement.ask_reissue --as worker-roster --case "$pla" reissue_cause=other reissue_event_on="$today" reissue_known_on="$today"
keep
decide() { G do placement.decide_reissue --as officer --case "$pla" --json employer_at_fault=false "$@"; }
# asked too late: eleven days after knowing, whatever the holidays between them
ok "asked on the twelfth day" ask "$(day 12)" reissue_cause="could not sign" reissue_event_on="$today" reissue_known_on="$today"
is "is refused for that" REISSUE_ASKED_LATE "$(decide --now "$(day 12)" | jq -r '.decision.grounds[].code')"
is "and the permit is still to be cancelled" reissue_refused "$(state "$pla")"
ok "which gives the place back" G do placement.cancel --as officer --case "$pla" cancel_reason="no replacement" --now "$(day 12)"
is "cancelled" cancelled "$(state "$pla")"
copy
ok "another reason" ask "$today" reissue_cause=other reissue_event_on="$today" reissue_known_on="$today"
is "is none" NO_REISSUE_CAUSE "$(decide | jq -r '.decision.grounds[].code')"
copy
ok "asked on the seventh day" ask "$(day 7)" reissue_cause="could not sign" reissue_event_on="$today" reissue_known_on="$today" reissue_note="died before signing"
no "the employer does not decide it" NOT_ALLOWED G do placement.decide_reissue --as "$boss" --case "$pla" employer_at_fault=false
before=$(data "$app" "chosen|length")
ok "is granted" decide --now "$(day 7)"
is "replaced" replaced "$(state "$pla")"
is "nobody stands for this worker any more" "$((before - 1)) null" "$(data "$app" "chosen|length") $(data "$app" "chosen|index(\"$who\")")"
is "and its numbered place is free" 0 "$(sqlite3 "$GOLDENBRIDGE_STORE" "SELECT count(*) FROM units WHERE allocation = '$all' AND number = $(jq .number <<<"$number")")"
is "the worker goes back" returned "$(state "$who")"
is "three months to choose from the day of asking" "$(date -u -d "$(day 7) +3 months" +%Y-%m)" "$(data "$app" choose_by | cut -c1-7)"
ok "others are referred, long after the first three months" G do application.refer --as officer --case "$app" --now "$(day 85)"
is "not the same again" 0 "$(data "$app" "referred|map(select(.==\"$who\"))|length")"
next=$(G case "$app" --json | jq -r '.data.referred[-1]')
ok "the employer chooses one" G do application.select --as "$boss" --case "$app" candidate="$next" --now "$(day 85)"
new=$(G list placement --state chosen --json --limit 50 | jq -r --arg c "$next" '[.cases[]|select(.data.candidate==$c)][0].id')
ok "and the permit is issued again" G do placement.permit --as officer --case "$new" permit_months=12 had_layoffs=false had_arrears=false --now "$(day 85)"
is "permitted" permitted "$(state "$new")"
is "against a number of its own" true "$(jq -n --argjson a "$number" --argjson b "$(unit "$new")" '$b.allocation == $a.allocation')"
ok "the log verifies" G verify
ok "and rebuilds" G rebuild
verdict
