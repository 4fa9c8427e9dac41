#!/usr/bin/env bash
# round.sh: a round whose places go by points: window, receipts, frozen points, ranking, waiting list, replay in two languages.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s
today=$(date -u +%F)
day() { date -u -d "$today $1 days" +%F; }
G() { out/goldenbridge "$@" --now "${now:-$today}"; }
data() { G case "$1" --json | jq -r ".data.$2"; }
state() { G case "$1" --json | jq -r .state; }

ok "a demo store" out/goldenbridge demo --candidates 30 --employers 8 --seed 5
quota=$(G list quota --json --limit 200 | jq -r '.cases[]|select(.data.industry=="manufacturing" and .data.kind=="new" and .state=="in_force")|.id' | head -1)
release() { G do allocation.release --as ministry --json "quota=$quota" "round=$1" industry=manufacturing "places=$2" \
              "opens_on=$(day 0)" "closes_on=$(day 12)" source=invented confidence=invented by_points=true "${@:3}" | jq -r .case; }
no "a cap by region must be well formed" FIELD_FORMAT G do allocation.release --as ministry "quota=$quota" round=x industry=manufacturing places=5 \
  "opens_on=$(day 0)" "closes_on=$(day 12)" source=invented confidence=invented by_points=true region_caps=nonsense
round=$(release points-1 5)
no "one person alone releases nothing" NEEDS_SECOND_PERSON G do allocation.release/confirm --as ministry --case "$round"
ok "a second person releases the round" G do allocation.release/confirm --as ministry2 --case "$round"
commitment=$(sqlite3 "$GOLDENBRIDGE_STORE" "SELECT bytes FROM log_events WHERE stream='$round' AND version=1" | jq -r .data.public.round.commitment)
is "the secret is committed to before anybody applies" 64 "${#commitment}"

# --- eight applications; the order of filing is mixed on purpose
apps=()
for n in 6 3 1 5 2 4 1 2; do
  app=$(now=$(day 1) G do application.recruit --as employer --json "employer=EMP-00000$n" job="job $n" posts=1 monthly_wage=2300000 2>/dev/null | jq -r .case)
  [ -n "$app" ] && [ "$app" != null ] || app=$(now=$(day 1) G do application.recruit --as agent --json "employer=EMP-00000$n" job="job $n" posts=1 monthly_wage=2300000 | jq -r .case)
  apps+=("$app")
done
is "eight notices" 8 "${#apps[@]}"
file() { now=$(day 9) G do application.file --as agent --case "$1" --json effort_certificate=false media_days=5 posts_filled=0 refused_nationals=0 had_layoffs=false \
           had_arrears=false greenhouse_lodging=false building_report_filed=false "allocation=$round" "${@:2}"; }
no "a round of another day" FIELD_CHOICE file "${apps[0]}" allocation=ALL-000001
for app in "${apps[@]}"; do file "$app" --key "file-$app" >"$dir/filed-$app"; done
jq -j .receipt "$dir/filed-${apps[0]}" >"$dir/receipt"
is "each application gets a receipt" 8 "$(cat "$dir"/filed-* | grep -c 'goldenbridge receipt 1')"
is "the same key gives the same receipt" "$(cat "$dir/receipt")" "$(file "${apps[0]}" --key "file-${apps[0]}" | jq -r .receipt)"
is "the receipts of a case" "$(cat "$dir/receipt")" "$(G receipt "${apps[0]}" | tail -n "$(wc -l <"$dir/receipt")")"
# the log's key, as /log/key gives it to anybody
vkey=$(sqlite3 "$GOLDENBRIDGE_STORE" "SELECT value FROM log_meta WHERE key = 'log'")
ok "the store knows its receipt" G receipt check "$dir/receipt"
sed 's/^case .*/case APP-999999/' "$dir/receipt" >"$dir/forged"
no "a forged receipt" LOG_DAMAGED G receipt check "$dir/forged"
form=$(jq -nc --arg a "$round" '{effort_certificate:false,media_days:5,posts_filled:0,refused_nationals:0,had_layoffs:false,had_arrears:false,greenhouse_lodging:false,building_report_filed:false,allocation:$a}')
ok "the receipt is for this form" G receipt check "$dir/receipt" --form "$form"
jq -j . <<<"$form" >"$dir/form.json"
ok "outside, without any store" python3 tests/verifier/verify_log.py receipt "$dir/receipt" "$vkey" "$dir/form.json"
ok "and by the program with the log's key alone" out/goldenbridge receipt check "$dir/receipt" --key "$vkey" --form "$form"
no "a forged receipt, outside" WRONG python3 tests/verifier/verify_log.py receipt "$dir/forged" "$vkey"
no "and for no other" LOG_DAMAGED G receipt check "$dir/receipt" --form "$(jq -c '.media_days=6' <<<"$form")"

points=(90 80 90 90 70 85 60 90)
for i in "${!apps[@]}"; do
  app=${apps[$i]}
  now=$(day 10)
  ok "$app found eligible" G do application.decide --case "$app" --as officer outcome=granted depart_reason=test
  ok "$app within the headcount" G do application.check_headcount --case "$app" --as officer outcome=granted depart_reason=test
  ok "$app states its points" G do application.claim_points --case "$app" --as agent excellent_dormitory=false education_done=$([ "$i" = 1 ] && echo true || echo false) \
    risk_assessment=false safety_system=false insurances_paid=true contract_guideline_kept=false dormitory_provided=false long_service=false depopulation_area=false
  if [ "$i" != 7 ]; then ok "$app and its record" G do application.record_conduct --case "$app" --as officer "base_points=${points[$i]}" fatal_accident=false labour_law_violation=false workers_left_by_fault=false; fi
  unset now
done
no "places of this round are not given one by one" WRONG_STATE G do application.give_place --case "${apps[0]}" --as officer
now=$(day 12) no "the window is still open" OUTSIDE_WINDOW G do allocation.freeze --case "$round" --as officer
after=$(day 13)
now=$after no "a record is missing" FIELD_MISSING G do allocation.freeze --case "$round" --as officer
now=$after ok "the last record" G do application.record_conduct --case "${apps[7]}" --as officer base_points=90 fatal_accident=true labour_law_violation=false workers_left_by_fault=false
now=$after ok "points are frozen after the stated hour" G do allocation.freeze --case "$round" --as officer
is "whose points the model cannot decide stays outside" within_headcount "$(state "${apps[7]}")"
is "a bonus of the model in force" 85 "$(data "${apps[1]}" points)"
is "the root is published" 64 "$(data "$round" frozen_root | tr -d '\n' | wc -c)"
no "nothing can be replayed before the draw" NOT_IN_FORCE G match replay "$round"
ok "but the frozen rows are public" sh -c "out/goldenbridge match publish $round | grep -q '^root,'"
is "and hold no secret" 0 "$(G match publish "$round" | grep -c '^secret,')"
seq=$(G case "${apps[1]}" --json | jq '[.history[]|select(.type=="application.points_frozen")][-1].seq')
is "each point has its reason" true "$(G explain "$seq" --json | jq .same)"
now=$after ok "an officer proposes the ranking" G do allocation.rank --case "$round" --as officer beacon=00ff
now=$after no "and cannot confirm it" NEEDS_SECOND_PERSON G do allocation.rank/confirm --case "$round" --as officer
now=$after ok "a second one confirms" G do allocation.rank/confirm --case "$round" --as officer2
is "ranked" ranked "$(state "$round")"
is "three with 90 points and both with 85 get the five places" "5 2" "$(for a in "${apps[@]}"; do state "$a"; done | sort | uniq -c | awk '/place_given/{p=$1}/waiting/{w=$1}END{print p, w}')"
is "the lowest waits last" 2 "$(data "${apps[6]}" waiting_number)"
is "and knows its rank" 7 "$(data "${apps[6]}" round_rank)"

# --- replay
G match publish "$round" >"$dir/round.csv"
ok "the outcome comes again" G match replay "$round"
G match replay "$round" >"$dir/c.out"
is "another language gives the same bytes" "$(sha256sum <"$dir/c.out")" "$(python3 tests/match_second/replay.py "$dir/round.csv" | sha256sum)"
is "the revealed secret is the committed one" "$commitment" "$(grep '^commitment,' "$dir/round.csv" | cut -d, -f2)"
is "the log holds the outcome" "$(data "$round" round_result)" "$(tail -1 "$dir/c.out" | cut -d' ' -f2)"
is "a case knows its own published line" 1 "$(grep -cxF "$(data "${apps[3]}" round_line)" "$dir/c.out")"
is "no case id stands in the published rows" 0 "$(grep -c APP- "$dir/round.csv")"
sed 's/^\(application,[0-9a-f]*\),8[0-9]*/\1,999/' "$dir/round.csv" >"$dir/bent.csv"
no "changed rows do not have the root" LOG_DAMAGED out/goldenbridge match replay "$dir/bent.csv"

# --- a place comes back
no "no place is free" UNIT_TAKEN G do allocation.advance --case "$round" --as officer
now=$after ok "one of those who won withdraws" G do application.withdraw --case "${apps[2]}" --as employer
now=$after ok "the next one moves up" G do allocation.advance --case "$round" --as officer
is "the one with number 1" 1 "$(for a in "${apps[@]}"; do state "$a"; done | grep -c waiting)"
is "not the last one" waiting "$(state "${apps[6]}")"
ok "the log verifies" G verify
ok "and rebuilds" G rebuild
verdict
