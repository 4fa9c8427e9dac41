#!/usr/bin/env bash
# path.sh: the main path by command line: one candidate from registration to the first day of work, and what bad input gets.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); store=$dir/s.store
if [ "${1:-}" = postgres ]; then # the same path on a private PostgreSQL
  pg=$(mktemp -d /tmp/gbpgXXXXXX); chmod 755 "$pg"
  trap 'tests/pg.sh stop "$pg/pg"; rm -rf "$dir" "$pg"' EXIT
  store=$(tests/pg.sh start "$pg/pg") || skip "PostgreSQL is not installed"
  export GOLDENBRIDGE_KEY_FILE=$dir/key
else
  trap 'rm -rf "$dir"' EXIT
fi
G() { out/goldenbridge "$@" --store "$store"; }
# a call that must fail with this code, and must not write anything
no()   { local name=$1 code=$2; shift 2; local before after
         before=$(G verify | cut -d' ' -f1); out=$("$@" 2>&1) && { bad "$name" "it was accepted"; return; }
         after=$(G verify | cut -d' ' -f1)
         if [[ $out == *"$code"* && $before == "$after" ]]; then good; else bad "$name" "expected $code, nothing written; $out ($before → $after events)"; fi; }
state() { G case "$1" --json | jq -r .state; }
last() { G list "$1" --json --limit 1 | jq -r '.cases[0].id'; }
day() { date -u -d "$today ${1:-0} days" +%F; }

today=$(date -u +%F)
ok "the demo loads" G demo --candidates 40 --employers 8 --seed 7

# --- candidate: what bad input gets
mrz=$'P<KAZTESTOV<<ALIKHAN<<<<<<<<<<<<<<<<<<<<<<<<\nN123456782KAZ9503153M3312315<<<<<<<<<<<<<<04'
mrz=$(python3 - <<'P'
def cd(s):
    v=lambda c: 0 if c=='<' else int(c) if c.isdigit() else ord(c)-55
    return str(sum(v(c)*[7,3,1][i%3] for i,c in enumerate(s))%10)
n,b,e,p="N12345678","950315","331231","<"*14
print(("P<KAZTESTOV<<ALIKHAN").ljust(44,'<')+"\n"+n+cd(n)+"KAZ"+b+cd(b)+"M"+e+cd(e)+p+cd(p)+cd(n+cd(n)+b+cd(b)+e+cd(e)+p+cd(p)))
P
)
form() { jq -n --arg mrz "$mrz" --arg day "$(day)" '{country:"KZ",industry:"manufacturing",family_name:"Testov",given_name:"Alikhan",native_name:"Тестов Әлихан",
  iin:"950315300015",mrz:$mrz,birth_date:"1995-03-15",test_application_day:$day,prison_record:false,removed_before:false,departure_order_before:false,
  barred_from_leaving:false,e9_months:0,e10_months:0,epidemic_months:0}' | jq "$1"; }
iin=$(python3 -c "
b='9503153'
for s in range(1,99):
    x=b+'%04d'%s; w=sum((i+1)*int(x[i]) for i in range(11))%11
    if w==10: w=sum(((i+2)%11+1)*int(x[i]) for i in range(11))%11
    if w<10: print(x+str(w)); break")
base=$(form ".iin=\"$iin\"")
reg() { G do candidate.register --as agency --form "$(jq -c "$1" <<<"$base")" "${@:2}"; }
no "a wrong check digit in the IIN" FIELD_CHECK_DIGIT reg '.iin="950315300018"'
no "a wrong check digit in the passport" FIELD_CHECK_DIGIT reg '.mrz|=sub("N12345678.";"N123456789")'
no "a birth date that differs from the passport" birth_date reg '.birth_date="1995-03-16"'
no "a name that differs from the passport" family_name reg '.family_name="Petrov"'
no "a missing field" FIELD_MISSING reg 'del(.iin)'
no "an unknown field" FIELD_UNKNOWN reg '.shoe_size=43'
no "a country without an agreement" NOT_IN_FORCE reg '.country="FR"'
no "two letters that are no country" FIELD_CHOICE reg '.country="XX"'
no "a role that may not register" NOT_ALLOWED G do candidate.register --as officer --form "$base"
faults=$(G do candidate.register --as agency --json --form "$(jq -c '.iin="1"|del(.given_name)|.birth_date="x"' <<<"$base")" | jq '.faults|length')
is "every fault at once" 3 "$faults"

# --- candidate: the path
ok "the agency registers" reg . --key reg-1
can=$(last candidate)
is "it waits for the worker" filed "$(state "$can")"
before=$(G verify | cut -d' ' -f1); ok "the same key again" reg . --key reg-1
is "is not done twice" "$before" "$(G verify | cut -d' ' -f1)"
no "another command under the same key" KEY_REUSED reg '.industry="fishery"' --key reg-1
no "the same person again" DUPLICATE_PERSON reg . --key reg-2
no "the same person under another IIN, name in Cyrillic" DUPLICATE_PERSON reg '.iin="'"$(python3 -c "
b='9503153'
k=0
for s in range(2,99):
    x=b+'%04d'%s; w=sum((i+1)*int(x[i]) for i in range(11))%11
    if w==10: w=sum(((i+2)%11+1)*int(x[i]) for i in range(11))%11
    if w<10: print(x+str(w)); break")"'"|.family_name="Тестов"|.given_name="Алихан"'
ok "an account for the worker" G do account.open_worker --as agency login=tester "name=Tester" "party=$can" language=kk
no "the officer cannot accept for the worker" NOT_ALLOWED G do candidate.accept --case "$can" --as officer
ok "the worker accepts" G do candidate.accept --case "$can" --as tester
no "a step from a state that does not allow it" WRONG_STATE G do candidate.accept --case "$can" --as tester
test_form=(announced_on="$(day)" score=181 minimum_score=80 rank=1 places=100 skills_score=90 skills_minimum=60 competency_points=2 cheated=false)
is "a dry run shows the events and stores nothing" candidate.test_recorded "$(G dry-run candidate.record_test --case "$can" --as hrd --json "${test_form[@]}" | jq -rs '.[0].events[0].type')"
is "and the case stays" accepted "$(state "$can")"
ok "the test result" G do candidate.record_test --case "$can" --as hrd "${test_form[@]}"
ok "the health check" G do candidate.check_health --case "$can" --as agency health_fit=true
ok "the job application" G do candidate.apply_for_job --case "$can" --as tester
ok "the roster" G do candidate.enter_roster --case "$can" --as hrd passport_matches=true
is "rostered" rostered "$(state "$can")"
seq=$(G case "$can" --json | jq '[.history[]|select(.outcome)][-1].seq')
is "explain runs the decision again and gives the same" true "$(G explain "$seq" | jq .same)"

# --- employer and application
emp_form='{"business_number":"1234567891","name":"Path Precision (invented)","industry":"manufacturing","region":"Incheon","address":"invented","regular_workers":12,"insured_nationals":12,"foreign_workers_now":0,"capital_million_won":900,"sme_certificate":true,"root_industry":false,"returned_firm":false,"shortage_industry":false,"business_years":4,"employment_insurance_joined":true,"accident_insurance_joined":true,"departure_insurance_joined":true,"wage_guarantee_joined":true}'
no "a wrong check digit in the business number" FIELD_CHECK_DIGIT G do employer.register --as officer --form "$(jq -c '.business_number="1234567890"' <<<"$emp_form")"
ok "the employer" G do employer.register --as officer --form "$emp_form"
emp=$(last employer)
ok "an account for the employer" G do account.open_employer --as officer login=firm name=Firm "party=$emp" language=ko
ok "domestic recruitment" G do application.recruit --as firm "employer=$emp" job=press posts=1 monthly_wage=2300000
app=$(last application)
file=(effort_certificate=false media_days=0 posts_filled=0 refused_nationals=0 had_layoffs=false had_arrears=false greenhouse_lodging=false building_report_filed=false)
is "too early: the labour-market test refuses with its article" refused "$(G do application.file --case "$app" --as firm --json "${file[@]}" | jq -r .outcome)"
is "and the case goes on recruiting" recruiting "$(state "$app")"
no "an application outside its window" OUTSIDE_WINDOW G do application.file --case "$app" --as firm --now "$(day 60)" "${file[@]}"
later() { G "$@" --now "$(day 9)"; }
ok "after the notice the application is filed" later do application.file --case "$app" --as firm "${file[@]}"
ok "the officer finds the employer eligible" later do application.decide --case "$app" --as officer
ok "headcount" later do application.check_headcount --case "$app" --as officer
ok "a place of the round" later do application.give_place --case "$app" --as officer
ok "referral" later do application.refer --case "$app" --as officer
n=$(G case "$app" --json | jq '.data.referred|length')
is "at least three are referred for one place" yes "$([ "$n" -ge 3 ] && echo yes || echo "$n")"
first=$(G case "$app" --json | jq -r '.data.referred[0]')
other=$(G list candidate --json --limit 500 | jq -r --argjson r "$(G case "$app" --json | jq -c .data.referred)" '[.cases[].id]-$r|.[0]')
no "a candidate who was not referred" FIELD_CHOICE later do application.select --case "$app" --as firm "candidate=$other"
ok "selection" later do application.select --case "$app" --as firm "candidate=$first"
pla=$(last placement)
permit=(permit_months=36 had_layoffs=false had_arrears=false)
is "a lay-off since then: the permit is refused" refused "$(later do placement.permit --case "$pla" --as officer --json permit_months=36 had_layoffs=true "layoff_day=$(day 1)" had_arrears=false | jq -r .outcome)"
ok "permit" later do placement.permit --case "$pla" --as officer "${permit[@]}"
is "against one numbered unit" number "$(G case "$pla" --json | jq -r '.data.unit.number|type')"
no "a second permit for the same case" WRONG_STATE later do placement.permit --case "$pla" --as officer "${permit[@]}"
offer=(standard_form=true term_months=36 monthly_hours=209 ordinary_wage=2156880 probation_rate=false simple_labour=true workplace=here lodging=house dormitory_sheet_given=true deducted=none deduction=0 deduction_consent=true)
is "a wage below the minimum: refused" refused "$(later do placement.offer --case "$pla" --as firm --json monthly_wage=1900000 "${offer[@]}" | jq -r .outcome)"
ok "contract" later do placement.offer --case "$pla" --as firm monthly_wage=2300000 "${offer[@]}"
who=$(G case "$pla" --json | jq -r .data.candidate)
[ "$who" = "$can" ] && worker=tester || { ok "an account for the chosen worker" G do account.open_worker --as agency login=chosen name=Chosen "party=$who" language=kk; worker=chosen; }
ok "the worker accepts the contract" later do placement.accept --case "$pla" --as "$worker"
ok "visa requested" later do placement.request_visa --case "$pla" --as firm illegal_hiring_penalty=none neglected_reports=0
ok "visa confirmed" later do placement.confirm_visa --case "$pla" --as visa visa_number=V1
ok "entry" G do placement.enter --case "$pla" --as visa "entry_day=$(day 20)" --now "$(day 20)"
is "too few hours: the training is refused" refused "$(G do placement.finish_training --case "$pla" --as hrd --json training_hours=15 "training_finished_on=$(day 25)" returnee=false --now "$(day 25)" | jq -r .outcome)"
ok "training" G do placement.finish_training --case "$pla" --as hrd training_hours=16 "training_finished_on=$(day 25)" returnee=false --now "$(day 25)"
ok "first day of work" G do placement.start_work --case "$pla" --as firm --now "$(day 26)"
is "working" working "$(state "$pla")"
is "the candidate too" working "$(state "$who")"

# --- two people
ok "one person proposes a quota" G do quota.decide --as committee year=2030 kind=new industry=service persons=10 source=test confidence=invented
quo=$(last quota)
is "nothing is in force yet" proposed "$(state "$quo")"
no "the same person cannot confirm" NEEDS_SECOND_PERSON G do quota.decide/confirm --case "$quo" --as committee
no "another role cannot confirm" NOT_ALLOWED G do quota.decide/confirm --case "$quo" --as officer
ok "a second person confirms" G do quota.decide/confirm --case "$quo" --as committee2
is "in force" in_force "$(state "$quo")"
no "more places than the quota" FIELD_RANGE G do allocation.release --as ministry "quota=$quo" round=x industry=service places=11 opens_on="$(day)" closes_on="$(day 5)" source=test confidence=invented

# --- the log
ok "the log verifies" G verify
ok "read tables rebuild identical" G rebuild
is "a person erased" erased "$(G erase "$can" --article 'pipa:36' )"
ok "the log verifies after the erasure" G verify
ok "and rebuilds" G rebuild
is "help knows every command" 0 "$(for c in $(out/goldenbridge help | sed -n '/^commands:/,/^options/p' | awk 'NF>1 && $1!="commands:" && $1!="options"{print $1}'); do out/goldenbridge "$c" --help >/dev/null 2>&1 || echo "$c"; done | wc -l)"
verdict
