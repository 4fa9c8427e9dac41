#!/usr/bin/env bash
# rights.sh: the permit's second half by command line: changing the workplace, complaining, insurance, extension, reports, sanctions,
# departure and return, the special track; refusals and boundary days included.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); store=$dir/s.store; trap 'rm -rf "$dir"' EXIT
mkdir "$dir/law"; ln -s "$PWD/law/kr-eps" "$dir/law/"; export GOLDENBRIDGE_LAW=$dir/law # the one scheme
G() { out/goldenbridge "$@" --store "$store"; }
no() { local name=$1 code=$2 out before; shift 2; before=$(events)
       if out=$("$@" 2>&1); then bad "$name" "it was accepted"
       elif [[ $out == *"$code"* && $before == "$(events)" ]]; then good; else bad "$name" "expected $code, nothing written; $out"; fi; }
events() { sqlite3 "$store" "select count(*) from log_events"; }
field() { G case "$1" --json | jq -r ".$2"; }
state() { field "$1" state; }
last() { G list "$1" --json --limit 1 | jq -r '.cases[0].id'; }
today=$(TZ=Asia/Seoul date +%F)
day() { date -u -d "$today ${1:-0} days" +%F; }
on() { local d=$1; shift; G "$@" --now "$d"; } # on another day
copy() { rm -f "$dir"/s.store*; cp -a "$dir"/keep/. "$dir"/; } # back to the store as it was kept
keep() { rm -rf "$dir/keep"; mkdir "$dir/keep"; cp -a "$dir"/s.store* "$dir/keep/"; }

ok "the demo loads" G demo --candidates 60 --employers 12 --seed 7
pla=$(G list placement --state working --json | jq -r '.cases[0].id')
who=$(field "$pla" data.candidate); firm=$(field "$pla" data.employer); entry=$(field "$pla" data.entry_day)
W() { G do "$@" --as worker-working; }
for f in $(G list application --json --limit 50 | jq -r '.cases[].data.employer' | sort -u); do # an account for each employer that has none
  G list account --json --limit 100 | jq -e --arg f "$f" '.cases[]|select(.data.party==$f)' >/dev/null ||
    G do account.open_employer --as officer login="firm$(tr -dc 0-9 <<<"$f")" name=Firm party="$f" language=ko >/dev/null
done
login() { G list account --json --limit 100 | jq -r --arg f "$1" '[.cases[]|select(.data.party==$f)][0].data.login'; }
boss=$(login "$firm")

# --- duties that begin on the day of entry
duty() { G list duty --state "$1" --json | jq -r --arg p "$pla" '[.cases[]|select(.data.placement==$p)][0].id'; }
reg=$(duty registration); dep=$(duty departure_insurance); ret=$(duty return_cost)
is "five duties begin on the day of entry" 5 "$(G list duty --json --limit 100 | jq --arg p "$pla" '[.cases[]|select(.data.placement==$p)]|length')"
is "the worker registers within ninety days" worker "$(field "$reg" holder)"
is "the employer insures the departure money" employer "$(field "$dep" holder)"
no "an employer does not insure for the worker" NOT_ALLOWED G do duty.insure_return --as "$boss" --case "$ret" done_on="$today" policy=1
no "nothing is done on a day to come" FIELD_RANGE W duty.register --case "$reg" done_on="$(day 1)"
keep
end90=$(field "$reg" due)
ok "registered on the last day" on "$end90" do duty.register --as worker-working --case "$reg" "done_on=$end90"
is "in time" done "$(state "$reg")"; copy
late=$(date -u -d "$end90 1 day" +%F)
ok "registered a day late" on "$late" do duty.register --as worker-working --case "$reg" "done_on=$late"
is "the case says late" done_late "$(state "$reg")"; copy
ok "departure insurance joined" G do duty.insure_departure --as "$boss" --case "$dep" done_on="$(field "$dep" due)" policy=P-1 --now "$(field "$dep" due)"
is "by its last day it is not late" false "$(field "$dep" data.late)"

# --- change of workplace: grounds
ask() { W "change.ask_$1" placement="$pla" "${@:2}"; }
no "a ground without its facts" arrears_percent ask arrears arrears_months=2 still_going_on=true
no "a state that ended needs its day" ended_on ask arrears arrears_percent=40 arrears_months=2 still_going_on=false
no "nobody but the worker asks for a change" NOT_ALLOWED G do change.ask_closure --as "$boss" placement="$pla"
no "no other worker asks for it" NOT_ALLOWED G do change.ask_closure --as worker placement="$pla"
keep
ground() { # ground, outcome, counted, facts
  copy; ok "$1 can be filed" ask "$1" "${@:4}"; c=$(last change)
  ok "$1 is decided" G do change.decide --as officer --case "$c"
  is "$1" "$2" "$(state "$c")"; [ "$3" = - ] || is "$1 counted" "$3" "$(field "$c" data.counted)"; }
ground arrears seeking false arrears_percent=30 arrears_months=2 still_going_on=true
ground arrears refused - arrears_percent=29 arrears_months=3 still_going_on=true
ground arrears refused - arrears_percent=40 arrears_months=2 still_going_on=false ended_on="$(date -u -d "$today -4 months -3 days" +%F)"
ground suspension seeking false paid_percent=69 low_months=2 still_going_on=true
ground closure seeking false
ground sexual_violence seeking false
ground dormitory refused - corrected=true
ground dormitory seeking false corrected=false
ground end seeking true contract_ended_on="$today"
ground own_wish refused -
copy
ok "own wish" ask own_wish; c=$(last change)
no "the officer may not depart without a reason" FIELD_MISSING G do change.decide --as officer --case "$c" outcome=granted
ok "with a reason, which stands in the log" G do change.decide --as officer --case "$c" outcome=granted depart_reason="council heard"
is "granted all the same" seeking "$(state "$c")"
copy

# --- the two clocks
e=$(day -20); by=$(date -u -d "$e 1 month" +%F)
ok "the employer reports the end of the contract" G do report.end --as "$boss" placement="$pla" known_on="$e"
is "the month to apply runs from it" ended "$(state "$pla")"
by=$(field "$pla" due); keep
ok "asked on the last day" on "$by" do change.ask_end --as worker-working placement="$pla" contract_ended_on="$e"
is "in time" filed "$(state CHG-000001)"; copy
next=$(date -u -d "$by 1 day" +%F)
ok "asked a day late" on "$next" do change.ask_end --as worker-working placement="$pla" contract_ended_on="$e"
is "late" late "$(state CHG-000001)"
ok "an illness that lasted into the month moves its beginning" on "$next" do change.prove_cause --as worker-working --case CHG-000001 pause_cause=illness pause_ended_on="$(day -5)"
is "then it is in time" filed "$(state CHG-000001)"; copy
ok "asked a day late again" on "$next" do change.ask_end --as worker-working placement="$pla" contract_ended_on="$e"
ok "without a cause it is refused" on "$next" do change.refuse_late --as officer --case CHG-000001 refusal_note="no lawful cause"
is "and the worker must leave" must_leave "$(state "$pla")"; copy

ok "asked today" ask closure; c=$(last change)
no "a second change beside it" ALREADY_EXISTS ask redundancy
is "three months to search, and on to the next working day" true "$(s=$(field "$c" data.search_until); [[ ! $s < $(date -u -d "$today 3 months" +%F) && $s < $(date -u -d "$today 3 months 12 days" +%F) && $(date -u -d "$s" +%u) -lt 6 ]] && echo true)"
answer=$(field "$c" data.answer_by)
is "the centre answers in fifteen days" "$answer" "$(field "$c" due)"
ok "the answer takes longer, once" G do change.prolong --as officer --case "$c" refusal_note="employer disputes it"
no "but not twice" WRONG_STATE G do change.prolong --as officer --case "$c" refusal_note=again
ok "accepted" G do change.decide --as officer --case "$c"
end=$(field "$c" due); keep
ok "the last day of the search is in time" on "$end" do change.lapse --as officer --case "$c"
is "nothing lapses" seeking "$(state "$c")"
ok "the day after" on "$(date -u -d "$end 1 day" +%F)" do change.lapse --as officer --case "$c"
is "it lapses" lapsed "$(state "$c")"
is "and the worker must leave" must_leave "$(state "$pla")"; copy
ok "illness stops the clock" W change.ask_pause --case "$c" pause_cause=illness pause_from="$today"
no "not before the office has seen the proof" WRONG_STATE on "$(day 40)" do change.end_pause --as worker-working --case "$c" pause_ended_on="$(day 40)"
ok "the office grants it" G do change.grant_pause --as officer --case "$c"
is "no end while it stands" "" "$(field "$c" due)"
ok "well again after forty days" on "$(day 40)" do change.end_pause --as worker-working --case "$c" pause_ended_on="$(day 40)"
is "three months count from then" true "$([[ $(field "$c" due) > $(date -u -d "$(day 40) 3 months -1 day" +%F) ]] && echo true)"
copy

# --- referral, new employer, permission
region=$(field "$c" data.first_region); ind=$(field "$c" data.industry)
app=$(G list application --json --limit 50 | jq -r --arg r "$region" --arg i "$ind" --arg f "$firm" '[.cases[]|select((.state=="place_given" or .state=="referred") and .data.region==$r and .data.quota_industry==$i and .data.employer!=$f and (.data.chosen|length)<.data.posts)][0].id')
far=$(G list application --json --limit 50 | jq -r --arg r "$region" --arg i "$ind" '[.cases[]|select((.state=="place_given" or .state=="referred") and (.data.region|test("Gyeongnam|Daejeon|Busan")) and .data.quota_industry==$i and (.data.chosen|length)<.data.posts)][0].id')
ok "wishes" W change.wish --case "$c" wish_regions="$region"
no "wishes for a region that does not exist" FIELD_CHOICE W change.wish --case "$c" wish_regions=Atlantis
no "outside the zone the rule since 2025 has not been seen: nobody decides it by rule" CANNOT_DECIDE G do change.refer --as officer --case "$c" referred_application="$far"
ok "referred within the zone" G do change.refer --as officer --case "$c" referred_application="$app"
new=$(last placement); nfirm=$(field "$new" data.employer); nboss=$(login "$nfirm")
is "the new employer is asked" mover_referred "$(state "$new")"
keep
ok "the worker may decline" W placement.decline_referral --case "$new"
is "and searches on" seeking "$(state "$c")"; copy
no "the old employer does not take the mover" NOT_ALLOWED G do placement.take_mover --as "$boss" --case "$new"
ok "the new employer takes the mover" G do placement.take_mover --as "$nboss" --case "$new"
ok "permit" G do placement.permit --as officer --case "$new" permit_months=12 had_layoffs=false had_arrears=false
offer() { jq -n '{standard_form:true,term_months:12,monthly_hours:209,monthly_wage:2400000,ordinary_wage:2400000,probation_rate:false,simple_labour:true,workplace:"Plant",lodging:"none",dormitory_sheet_given:true,deducted:"none",deduction:0,deduction_consent:false}'; }
ok "contract offered" G do placement.offer --as "$nboss" --case "$new" --form "$(offer)"
no "no permission before the contract is signed" WRONG_STATE G do change.permission --as visa --case "$c"
ok "the worker accepts" W placement.accept --case "$new"
no "a mover needs no visa" WRONG_STATE G do placement.request_visa --as "$nboss" --case "$new" illegal_hiring_penalty=none neglected_reports=0
keep
ok "permission on the last day" on "$end" do change.permission --as visa --case "$c"
is "moved" moved "$(state "$c")"; copy
ok "a day late" on "$(date -u -d "$end 1 day" +%F)" do change.permission --as visa --case "$c"
is "lapsed" lapsed "$(state "$c")"; copy
ok "permission in time" G do change.permission --as visa --case "$c"
is "moved" moved "$(state "$c")"
is "at work with the new employer" working "$(state "$new")"
is "the old employment is over" moved_on "$(state "$pla")"
pla=$new firm=$nfirm boss=$nboss

# --- an agent files for the worker: nothing before the worker accepts
ok "an agent files a change" G do change.file_for_worker --as agent placement="$pla" cause=closure
c=$(last change)
no "the office cannot decide yet" WRONG_STATE G do change.decide --as officer --case "$c"
keep
ok "the worker refuses it" W change.reject_filing --case "$c"
is "nothing came of it" withdrawn "$(state "$c")"; copy
ok "the worker accepts it" W change.accept_filing --case "$c"
is "filed" filed "$(state "$c")"
ok "the worker withdraws" W change.withdraw --case "$c"
keep

# --- complaint
png=$(printf '\x89PNG\r\n\x1a\nproof' | base64 -w0)
complain() { jq -n --arg c "$who" --arg p "$pla" --arg png "$png" '{candidate:$c,kind:"wages not paid",placement:$p,account:"No pay since two months",proof:{name:"../slip.png",data:$png}}'; }
no "a file that is neither picture nor PDF" BAD_FILE W complaint.file --form "$(complain | jq --arg d "$(echo MZ | base64)" '.proof.data=$d')"
large() { (printf '\x89PNG\r\n\x1a\n'; head -c 3145800 /dev/zero) | base64 -w0 | jq -Rs --argjson f "$(complain | jq 'del(.proof)')" '$f+{proof:{name:"x.png",data:.}}' | W complaint.file --form -; }
no "a file that is too large" TOO_LARGE large
no "a complaint in another's name" NOT_ALLOWED W complaint.file --form "$(complain | jq '.candidate="CAN-000001"')"
ok "complained" W complaint.file --form "$(complain)"
k=$(last complaint)
is "the file is named by its last part" slip.png "$(field "$k" data.proof.name)"
is "its type is read from its bytes" image/png "$(field "$k" data.proof.type)"
is "its bytes do not stand in the case" null "$(field "$k" data.proof.data)"
is "the inspector holds it" inspector "$(field "$k" holder)"
ok "the employer reports the worker absent" G do report.absence --as "$boss" placement="$pla" known_on="$today" absent_days=5 lost=false
r=$(last report)
is "the inspector sees that in the complaint" 1 "$(field "$k" 'history|map(select(.type=="complaint.employer_reported_worker"))|length')"
no "while the complaint is open the office does not note it" NOT_ALLOWED G do report.note --as officer --case "$r"
ok "the worker contests the report" W report.contest --case "$r" objection="I was at work"
ok "the inspector strikes it" G do report.strike --as inspector --case "$r" note="time cards show work"
is "struck" struck "$(state "$r")"
ok "taken up" G do complaint.take_up --as inspector --case "$k"
no "the employer cannot answer what was not shown" NOT_ALLOWED G do complaint.answer --as "$boss" --case "$k" answer=x
ok "the worker lets the employer answer" W complaint.let_employer_answer --case "$k"
ok "answered" G do complaint.answer --as "$boss" --case "$k" answer="paid next week"
ok "a settlement" G do complaint.propose_settlement --as inspector --case "$k" offer="paid by Friday"
ok "the worker refuses it" W complaint.refuse_settlement --case "$k"
ok "upheld" G do complaint.uphold --as inspector --case "$k" measure="ordered to pay" findings="two wages owed"
ok "reprisal reported afterwards" W complaint.report_reprisal --case "$k" reprisal="sent to another dormitory"
is "the inspector has it again" filed "$(state "$k")"
ok "withdrawn" W complaint.withdraw --case "$k"

# --- report: fifteen days
for n in 0 1; do
  copy; known=$(day -25); due=$(on "$today" dry-run report.end --as "$boss" placement="$pla" known_on="$known" --json 2>/dev/null | jq -rs '[.. | .report_by? // empty | strings][0]')
  d=$(date -u -d "$due $n days" +%F)
  ok "reported $n days after the last day" on "$d" do report.end --as "$boss" placement="$pla" known_on="$known"
  is "outcome" "$([ $n = 0 ] && echo report.filed || echo report.filed_late)" "$(field "$(last report)" 'history[0].type')"
done
copy

# --- extension: the employer asks, the worker must accept, seven days before the end
pend=$(field "$who" data.period_until); seven=$(date -u -d "$pend -7 days" +%F); six=$(date -u -d "$pend -6 days" +%F)
ext() { on "$1" do extension.ask --as "$boss" placement="$pla" months=22 contract_from="$(date -u -d "$pend -1 year" +%F)" contract_until="$pend"; }
for d in "$seven" "$six"; do
  copy; ok "asked on $d" ext "$d"; x=$(last extension)
  no "not decided before the worker accepts" WRONG_STATE on "$d" do extension.decide --as officer --case "$x" moved_without_fault=false
  ok "the worker accepts" on "$d" do extension.accept --as worker-working --case "$x"
  ok "decided" on "$d" do extension.decide --as officer --case "$x" moved_without_fault=false
  is "asked on $d" "$([ "$d" = "$seven" ] && echo granted || echo refused)" "$(state "$x")"
done
copy; ok "asked" ext "$seven"; x=$(last extension)
ok "the worker may refuse" on "$seven" do extension.reject --as worker-working --case "$x"
is "nothing is extended" null "$(field "$who" data.extended_until)"
copy; ok "re-entry asked for" on "$seven" do extension.ask_re_entry --as "$boss" placement="$pla" months=12
x=$(last extension); ok "accepted by the worker" on "$seven" do extension.accept --as worker-working --case "$x"
ok "permitted" on "$seven" do extension.decide_re_entry --as officer --case "$x" ordinary_moves=0 moves_without_fault=1 contract_months_to_end=12 tenure_met=true council_agreed=false workplace_kind_fixed=true visa_tests_passed=true
is "granted" granted "$(state "$x")"
is "the worker may come back after one month" true "$(field "$who" data.special_re_entry)"

# --- departure, insurance claim, return
leave() { copy; [ "$1" = plain ] || { ok "re-entry" on "$seven" do extension.ask_re_entry --as "$boss" placement="$pla" months=12; x=$(last extension)
  ok "accepted" on "$seven" do extension.accept --as worker-working --case "$x"
  ok "permitted" on "$seven" do extension.decide_re_entry --as officer --case "$x" ordinary_moves=0 moves_without_fault=1 contract_months_to_end=12 tenure_met=true council_agreed=false workplace_kind_fixed=true visa_tests_passed=true; }
  ok "departure announced" on "$seven" do departure.announce --as worker-working placement="$pla" leaving_on="$pend" reason="period over"; d=$(last departure)
  ok "the employer settles" on "$seven" do departure.settle --as "$boss" --case "$d" settled_on="$seven" settled_sum=2500000
  ok "left" on "$pend" do departure.record --as visa --case "$d" left_on="$pend"
  is "departed" departed "$(state "$who")"; }
back() { local first=$1; before=$(date -u -d "$first -1 day" +%F)
  on "$before" do candidate.return --as worker-working --case "$who" >/dev/null; is "not before $first" departed "$(state "$who")"
  on "$first" do candidate.return --as worker-working --case "$who" >/dev/null; is "from $first on" accepted "$(state "$who")"; }
leave plain; is "settled before leaving" true "$(field "$d" data.settled_in_time)"; back "$(date -u -d "$pend 6 months 1 day" +%F)"
leave special; back "$(date -u -d "$pend 1 month 1 day" +%F)"
leave plain
ok "departure insurance claimed" on "$pend" do claim.departure --as worker-working placement="$pla" event=departure event_day="$pend" bank="Halyk 1"
q=$(last claim)
ok "paid out" on "$pend" do claim.decide --as insurer --case "$q" service_months=24 insurance_joined_on="$entry" payout=4600000 severance=5200000 deserted=false
is "the employer owes the rest" 600000 "$(field "$q" data.shortfall)"
is "within fourteen days" granted "$(state "$q")"
late=$(date -u -d "$pend 3 years 15 days" +%F) # the end of the three years rolls past rest days and holidays
ok "claimed again after three years" on "$late" do claim.departure --as worker-working placement="$pla" event=departure event_day="$pend" bank="Halyk 1"
q=$(last claim)
ok "decided" on "$late" do claim.decide --as insurer --case "$q" service_months=24 insurance_joined_on="$entry" payout=4600000 severance=4600000 deserted=false
is "too late" refused "$(state "$q")"
copy
ok "an accident three years ago" W claim.accident placement="$pla" event_day="$(date -u -d "$today -3 years -4 days" +%F)" account=hand
is "its claim has lapsed" refused "$(state "$(last claim)")"
ok "one of last week" W claim.accident placement="$pla" event_day="$(day -7)" account=hand
is "is taken" filed "$(state "$(last claim)")"
no "the employer cannot claim it" NOT_ALLOWED G do claim.accident --as "$boss" placement="$pla" event_day="$(day -7)" account=hand

# --- restriction and cancellation: heard first, two people
copy
no "less than ten days to answer" FIELD_RANGE G do measure.propose_restriction --as officer employer="$firm" restriction_cause="work at other place" event_day="$(day -10)" repeated=false facts_found="two sites" hear_until="$(day 9)"
ok "a restriction is proposed" G do measure.propose_restriction --as officer employer="$firm" restriction_cause="work at other place" event_day="$(day -10)" repeated=false facts_found="two sites" hear_until="$(day 10)"
m=$(last measure)
no "not before the employer was heard" WRONG_STATE G do measure.restrict --as officer --case "$m" restricted_until="$(day 300)" letter=x
no "the hearing is still running on its last day" OUTSIDE_WINDOW on "$(day 10)" do measure.close_hearing --as officer --case "$m"
ok "over the day after" on "$(day 11)" do measure.close_hearing --as officer --case "$m"
no "longer than three years from the deed" FIELD_RANGE on "$(day 11)" do measure.restrict --as officer --case "$m" restricted_until="$(date -u -d "$(day -10) 3 years 1 day" +%F)" letter=x
ok "proposed by one" on "$(day 11)" do measure.restrict --as officer --case "$m" restricted_until="$(day 300)" letter="work at another place"
is "not yet in force" registered "$(state "$firm")"
no "the same person cannot confirm" NEEDS_SECOND_PERSON on "$(day 11)" do measure.restrict/confirm --as officer --case "$m"
ok "confirmed by another" on "$(day 11)" do measure.restrict/confirm --as officer2 --case "$m"
is "the employer may not hire" restricted "$(state "$firm")"
is "its applications are refused" 0 "$(G list application --json --limit 100 | jq --arg f "$firm" '[.cases[]|select(.data.employer==$f and (.state=="referred" or .state=="place_given" or .state=="applied" or .state=="eligible"))]|length')"
ok "the worker may go for it" on "$(day 11)" do change.ask_restricted --as worker-working placement="$pla" wants_to_leave=true
copy
ok "a cancellation is proposed" G do measure.propose_cancellation --as officer placement="$pla" cancel_cause=fraud contract_untenable=true event_day="$(day -3)" facts_found="false papers" hear_until="$(day 10)"
m=$(last measure)
ok "the employer answers" G do measure.answer --as "$boss" --case "$m" answer="an error"
ok "cancelled by one" G do measure.cancel --as officer --case "$m" letter="false papers"
is "the permit stands" working "$(state "$pla")"
ok "and by another" G do measure.cancel/confirm --as officer2 --case "$m"
is "the permit is cancelled" permit_cancelled "$(state "$pla")"
is "the contract ends in fifteen days" "$(field "$m" data.end_by)" "$(field "$pla" due)"
ok "the worker changes for it" ask permit_cancelled; c=$(last change)
ok "decided" G do change.decide --as officer --case "$c"
is "and it does not count" false "$(field "$c" data.counted)"

# --- special track
copy
ok "an ethnic Korean is registered" G do kin.register --as officer country=KZ family_name=Kim given_name=Invented birth_date=1990-01-01 passport=N99 visa=H-2 entered_on=2025-03-01
kin=$(last kin)
ok "an account" G do account.open_kin --as officer login=kin1 name=Kin party="$kin" language=ru
no "no training before the person accepts" WRONG_STATE G do kin.record_training --as hrd --case "$kin" trained_on="$today" training_hours=16
ok "accepted" G do kin.accept --as kin1 --case "$kin"
no "fifteen hours do not suffice" FIELD_RANGE G do kin.record_training --as hrd --case "$kin" trained_on="$today" training_hours=15
ok "trained" G do kin.record_training --as hrd --case "$kin" trained_on="$today" training_hours=16
special() { G do special.ask --as "$boss" employer="$firm" division="$1" construction=false formerly_listed=false posts=1 kin="$kin" >/dev/null; s=$(last special)
  G do special.decide --as officer --case "$s" requirements_met=true >/dev/null; }
special 49; is "land transport, closed since the lists ended, is refused" refused "$(state "$s")"
special 25; is "manufacturing is confirmed" confirmed "$(state "$s")"
ok "hired" G do special.hire --as "$boss" --case "$s" kin="$kin"
no "one post is one post" FIELD_RANGE G do special.hire --as "$boss" --case "$s" kin="$kin"
h=$(last special_hire)
no "the employer does not start for the person" NOT_ALLOWED G do special_hire.start --as "$boss" --case "$h" started_on="$today"
ok "started" G do special_hire.start --as kin1 --case "$h" started_on="$today"
due=$(field "$h" due); keep
ok "reported on the last day" on "$due" do special_hire.report --as "$boss" --case "$h"
is "in time" special_hire.reported "$(field "$h" 'history[-1].type')"; copy
ok "reported a day late" on "$(date -u -d "$due 1 day" +%F)" do special_hire.report --as "$boss" --case "$h"
is "late" special_hire.reported_late "$(field "$h" 'history[-1].type')"; copy

ok "the log verifies" G verify
ok "and rebuilds" G rebuild
verdict
