#!/usr/bin/env bash
# api.sh: the main path by the JSON API of a running server: registration to the first day of work, and what bad input gets.
# The server takes today's day, so the steps that the law lets happen only days later continue cases of the demo.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); server=
trap 'unserve; rm -rf "$dir"' EXIT
is()   { if [ "$2" = "$3" ]; then good; else bad "$1" "is $3, expected $2"; fi; }

out/goldenbridge demo --candidates 60 --employers 20 --seed 7 --store "$dir/s.store" >"$dir/demo" 2>&1 || give_up "$dir/demo"
serve "$dir/server" --store "$dir/s.store"

declare -A tokens=()
sign_in() { tokens[$1]=$(curl -s "$url/api/v1/session" -d "{\"login\":\"$1\"}" | jq -r '.token // ""'); }
# call WHO METHOD PATH [BODY] [KEY]: sets status and answer
call() { [ -n "${tokens[$1]:-}" ] || sign_in "$1"
         local more=(); [ -n "${4:-}" ] && more+=(-d "$4"); [ -n "${5:-}" ] && more+=(-H "Idempotency-Key: $5")
         status=$(curl -s -o "$dir/answer" -w '%{http_code}' -X "$2" "$url$3" -H "Authorization: Bearer ${tokens[$1]}" -H 'Content-Type: application/json' "${more[@]}")
         answer=$(cat "$dir/answer"); }
keys=0
# take WHO STEP CASE FORM [KEY] [MORE JSON]
take() { keys=$((keys + 1))
         call "$1" POST /api/v1/commands "$(jq -nc --arg s "$2" --arg c "$3" --argjson f "${4:-{\}}" --argjson m "${6:-{\}}" '{step:$s,case:$c,form:$f}+$m')" "${5:-api-$keys}"; }
ok()   { local name=$1; shift; take "$@"; if [ "$status" = 200 ]; then good; else bad "$name" "$status $answer"; fi; }
# a step that must fail with this status and code, and must write nothing
no()   { local name=$1 want=$2 code=$3 before; shift 3; before=$(size); take "$@"
         if [ "$status" = "$want" ] && [[ $answer == *"\"$code\""* ]] && [ "$before" = "$(size)" ]; then good
         else bad "$name" "expected $want $code and nothing written; $status $answer ($before → $(size) events)"; fi; }
size()  { curl -s "$url/metrics" | awk '$1 == "goldenbridge_events_total" {print $2}'; }
of()    { call "$1" GET "/api/v1/cases/$2"; jq -r "$3" <<<"$answer"; }
state() { of officer "$1" .state; }
cases() { call officer GET "/api/v1/cases?type=$1&state=$2&limit=500"; jq -r '.cases[].id' <<<"$answer"; }
today=$(TZ=Asia/Seoul date +%F) # the scheme's civil day

# --- signing in
sign_in officer
is "signing in gives a bearer token" yes "$([ "${#tokens[officer]}" -ge 20 ] && echo yes || echo no)"
is "an unknown login" 401 "$(curl -s -o /dev/null -w '%{http_code}' "$url/api/v1/session" -d '{"login":"nobody"}')"
for path in commands cases steps cases/CAN-000001 decisions/1; do
  how=GET; [ $path = commands ] && how=POST
  is "without a bearer token: $path" 401 "$(curl -s -o "$dir/answer" -w '%{http_code}' -X $how "$url/api/v1/$path")"
done
kind=$(curl -s -o "$dir/answer" -w '%{content_type}' "$url/api/v1/cases")
is "a problem document says so" "application/problem+json NOT_SIGNED_IN" "$kind $(jq -r .code "$dir/answer")"
is "a token that is not one" 401 "$(curl -s -o /dev/null -w '%{http_code}' "$url/api/v1/cases" -H 'Authorization: Bearer AAAA')"

is "the session's cookie alone does not command" 409 "$(curl -s -o /dev/null -w '%{http_code}' "$url/api/v1/commands" -H "Cookie: session=${tokens[officer]}" -d '{"step":"employer.register"}')"

# --- what is no request
call officer POST /api/v1/commands '{"step":' bad-1
is "invalid JSON" 400 "$status"
call officer POST /api/v1/commands '[1]' bad-2
is "JSON that is no object" 400 "$status"
call officer POST /api/v1/commands '{"step":"employer.register","form":[]}' bad-3
is "a form that is no object" 400 "$status"
is "JSON is read as JSON though the client calls it a form" 422 "$(jq -nc '{step: "application.refer", case: "APP-000001", form: {remark: ("x" * 200000)}}' | curl -s -o /dev/null -w '%{http_code}' "$url/api/v1/commands" -H "Authorization: Bearer ${tokens[officer]}" -H 'Idempotency-Key: large' -H 'Content-Type: application/x-www-form-urlencoded' --data-binary @-)"
is "a body larger than the limit" 413 "$(head -c 17000000 /dev/zero | curl -s -o /dev/null -w '%{http_code}' "$url/api/v1/commands" -H "Authorization: Bearer ${tokens[officer]}" -H 'Expect:' --data-binary @-)"
no "an unknown step" 404 NOT_FOUND officer nothing.happens "" '{}'
no "a step of a case that is not there" 404 NOT_FOUND agency candidate.check_health CAN-999999 '{"health_fit":true}'

# --- candidate
mrz=$(python3 - <<'P'
def cd(s):
    v=lambda c: 0 if c=='<' else int(c) if c.isdigit() else ord(c)-55
    return str(sum(v(c)*[7,3,1][i%3] for i,c in enumerate(s))%10)
n,b,e,p="N12345678","950315","331231","<"*14
print(("P<KAZTESTOV<<ALIKHAN").ljust(44,'<')+"\n"+n+cd(n)+"KAZ"+b+cd(b)+"M"+e+cd(e)+p+cd(p)+cd(n+cd(n)+b+cd(b)+e+cd(e)+p+cd(p)))
P
)
iin=$(python3 -c "
b='9503153'
for s in range(1,99):
    x=b+'%04d'%s; w=sum((i+1)*int(x[i]) for i in range(11))%11
    if w==10: w=sum(((i+2)%11+1)*int(x[i]) for i in range(11))%11
    if w<10: print(x+str(w)); break")
form=$(jq -nc --arg mrz "$mrz" --arg day "$today" --arg iin "$iin" '{country:"KZ",industry:"manufacturing",family_name:"Testov",given_name:"Alikhan",native_name:"Тестов Әлихан",
  iin:$iin,mrz:$mrz,birth_date:"1995-03-15",test_application_day:$day,prison_record:false,removed_before:false,departure_order_before:false,
  barred_from_leaving:false,e9_months:0,e10_months:0,epidemic_months:0}')
no "faults" 422 FIELD_MISSING agency candidate.register "" "$(jq -c '.iin="1"|del(.given_name)|.birth_date="x"' <<<"$form")"
is "every fault in one problem document" '["birth_date","given_name","iin"]' "$(jq -c '[.faults[].field]|sort' <<<"$answer")"
is "each with its code and text" true "$(jq -c '[.faults[]|(.code|test("^FIELD_")) and (.detail|length>0)]|all' <<<"$answer")"
is "the document has a type, a title and the status" '[true,true,422]' "$(jq -c '[(.type|startswith("/api/problems#")),(.title|length>0),.status]' <<<"$answer")"
no "a wrong check digit in the passport" 422 FIELD_CHECK_DIGIT agency candidate.register "" "$(jq -c '.mrz|=sub("N12345678.";"N123456789")' <<<"$form")"
no "an unknown field" 422 FIELD_UNKNOWN agency candidate.register "" "$(jq -c '.shoe_size=43' <<<"$form")"
no "a role that may not register" 403 NOT_ALLOWED officer candidate.register "" "$form"
before=$(size)
take agency candidate.register "" "$form" dry-1 '{"dry_run":true}'
is "a dry run answers" 200 "$status"
is "and stores nothing" "$before" "$(size)"
ok "the agency registers" agency candidate.register "" "$form" reg-1
first=$answer can=$(jq -r .case <<<"$answer") before=$(size)
ok "the same key again" agency candidate.register "" "$form" reg-1
is "gives the same answer" "$first" "$answer"
is "and is not done twice" "$before" "$(size)"
no "another command under the same key" 409 KEY_REUSED agency candidate.register "" "$(jq -c '.industry="fishery"' <<<"$form")" reg-1
no "the same person again" 409 DUPLICATE_PERSON agency candidate.register "" "$form"
is "it waits for the worker" filed "$(state "$can")"
no "the officer cannot accept for the worker" 403 NOT_ALLOWED officer candidate.accept "$can"
# an account for a party; its login is in $login
account() { local type=$1 by=$2 party=$3; logins=$((${logins:-0} + 1)); login=api-$type-$logins
            ok "an account for $party" "$by" "account.open_$type" "" "$(jq -nc --arg l "$login" --arg p "$party" '{login:$l,name:$l,party:$p,language:"en"}')"; }
account worker agency "$can"; worker=$login
call "$worker" GET /api/v1/cases
is "a worker has no list of cases" 403 "$status"
version=$(of agency "$can" .version)
no "a stale version" 409 STALE_FORM "$worker" candidate.accept "$can" '{}' "" '{"version":0}'
ok "the worker accepts" "$worker" candidate.accept "$can" '{}' "" "{\"version\":$version}"
no "a step from a state that does not allow it" 409 WRONG_STATE "$worker" candidate.accept "$can"
ok "the test result" hrd candidate.record_test "$can" "$(jq -nc --arg d "$today" '{announced_on:$d,score:181,minimum_score:80,rank:1,places:100,skills_score:90,skills_minimum:60,competency_points:2,cheated:false}')"
ok "the health check" agency candidate.check_health "$can" '{"health_fit":true}'
ok "the job application" "$worker" candidate.apply_for_job "$can"
call hrd GET "/api/v1/steps?case=$can"
is "the steps that may be taken name the next" true "$(jq -c '[..|.step?]|index("candidate.enter_roster")!=null' <<<"$answer")"
ok "the roster" hrd candidate.enter_roster "$can" '{"passport_matches":true}'
is "rostered" rostered "$(state "$can")"
call "$worker" GET "/api/v1/cases/$can"
is "the worker reads the own case with its history" '["CAN",true,true]' "$(jq -c --arg c "$can" '[.id[0:3],(.history|length>=6),([.history[].hash|length==64]|all)]' <<<"$answer")"
other=$(cases candidate rostered | grep -v "$can" | head -1)
call "$worker" GET "/api/v1/cases/$other"
is "but nobody else's" 404 "$status"

# --- a decision is a proof
seq=$(sqlite3 "$dir/s.store" "SELECT MAX(seq) FROM decisions WHERE case_id = '$can'")
call officer GET "/api/v1/decisions/$seq"
is "the decision equals what explain says" "$(out/goldenbridge explain "$seq" --store "$dir/s.store" | jq -cS .)" "$(jq -cS . <<<"$answer")"
is "and running it again gave the same" true "$(jq -r .same <<<"$answer")"
call "$worker" GET "/api/v1/decisions/$(sqlite3 "$dir/s.store" "SELECT MAX(seq) FROM decisions WHERE case_id = '$other'")"
is "nobody else's decision" 404 "$status"

# --- employer and a fresh application
emp_form='{"business_number":"1234567891","name":"Path Precision (invented)","industry":"manufacturing","region":"Incheon","address":"invented","regular_workers":12,"insured_nationals":12,"foreign_workers_now":0,"capital_million_won":900,"sme_certificate":true,"root_industry":false,"returned_firm":false,"shortage_industry":false,"business_years":4,"employment_insurance_joined":true,"accident_insurance_joined":true,"departure_insurance_joined":true,"wage_guarantee_joined":true}'
no "a wrong check digit in the business number" 422 FIELD_CHECK_DIGIT officer employer.register "" "$(jq -c '.business_number="1234567890"' <<<"$emp_form")"
ok "the employer" officer employer.register "" "$emp_form"
emp=$(jq -r .case <<<"$answer"); account employer officer "$emp"; firm=$login
ok "domestic recruitment" "$firm" application.recruit "" "{\"employer\":\"$emp\",\"job\":\"press\",\"posts\":1,\"monthly_wage\":2300000}"
app=$(jq -r .case <<<"$answer")
file='{"effort_certificate":false,"media_days":0,"posts_filled":0,"refused_nationals":0,"had_layoffs":false,"had_arrears":false,"greenhouse_lodging":false,"building_report_filed":false}'
ok "filed on the same day" "$firm" application.file "$app" "$file"
is "the labour-market test refuses" refused "$(jq -r .outcome <<<"$answer")"
is "and the case goes on recruiting" recruiting "$(state "$app")"

# --- the path from here with a case of the demo
app=$(cases application applied | head -1)
emp=$(of officer "$app" .data.employer)
# the firm may have its account from the demo; its login then stands in the store of the invented corridor
known() { sqlite3 "$dir/s.store" "SELECT json_extract(data, '\$.login') FROM cases WHERE type = 'account' AND json_extract(data, '\$.party') = '$1' LIMIT 1"; }
firm=$(known "$emp"); [ -n "$firm" ] || { account employer officer "$emp"; firm=$login; }
ok "the officer decides on eligibility" officer application.decide "$app"
is "eligible" eligible "$(state "$app")"
ok "headcount" officer application.check_headcount "$app"
ok "a place of the round" officer application.give_place "$app"
ok "referral" officer application.refer "$app"
is "at least three are referred" yes "$(n=$(of officer "$app" '.data.referred|length'); [ "$n" -ge 3 ] && echo yes || echo "$n")"
first=$(of officer "$app" '.data.referred[0]')
referred=$(of officer "$app" '.data.referred[]'); stranger=$(cases candidate rostered | grep -vxF "$referred" | head -1)
no "a candidate who was not referred" 422 FIELD_CHOICE "$firm" application.select "$app" "{\"candidate\":\"$stranger\"}"
ok "selection" "$firm" application.select "$app" "{\"candidate\":\"$first\"}"
pla=$(cases placement chosen | while read -r p; do [ "$(of officer "$p" .data.candidate)" = "$first" ] && echo "$p"; done | head -1)
permit='{"permit_months":36,"had_layoffs":false,"had_arrears":false}'
ok "permit" officer placement.permit "$pla" "$permit"
is "against one numbered unit" number "$(of officer "$pla" '.data.unit.number|type')"
no "a second permit for the same case" 409 WRONG_STATE officer placement.permit "$pla" "$permit"
offer='{"standard_form":true,"term_months":36,"monthly_hours":209,"ordinary_wage":2156880,"probation_rate":false,"simple_labour":true,"workplace":"here","lodging":"house","dormitory_sheet_given":true,"deducted":"none","deduction":0,"deduction_consent":true}'
ok "a wage below the minimum" "$firm" placement.offer "$pla" "$(jq -c '.monthly_wage=1900000' <<<"$offer")"
is "is refused" refused "$(jq -r .outcome <<<"$answer")"
ok "contract" "$firm" placement.offer "$pla" "$(jq -c '.monthly_wage=2300000' <<<"$offer")"
worker=$(known "$first"); [ -n "$worker" ] || { account worker agency "$first"; worker=$login; }
ok "the worker accepts the contract" "$worker" placement.accept "$pla"
ok "visa requested" "$firm" placement.request_visa "$pla" '{"illegal_hiring_penalty":"none","neglected_reports":0}'
ok "visa confirmed" visa placement.confirm_visa "$pla" '{"visa_number":"V1"}'
ok "entry" visa placement.enter "$pla" "{\"entry_day\":\"$today\"}"
train() { jq -nc --argjson h "$1" --arg d "$today" '{training_hours:$h,training_finished_on:$d,returnee:false}'; }
ok "too few hours of training" hrd placement.finish_training "$pla" "$(train 15)"
is "are refused" refused "$(jq -r .outcome <<<"$answer")"
ok "training" hrd placement.finish_training "$pla" "$(train 16)"
ok "first day of work" "$firm" placement.start_work "$pla"
is "working" working "$(state "$pla")"
is "the candidate too" working "$(state "$first")"

# --- facts without a case, lists, the description
call officer GET '/api/v1/cases?type=candidate&limit=5'
is "a list comes in pages" '[5,true]' "$(jq -c '[(.cases|length),(.next_cursor!=null)]' <<<"$answer")"
is "and shows no personal data" '["due","id","state","type"]' "$(jq -c '[.cases[]|keys[]]|unique' <<<"$answer")"
call visa GET '/api/v1/cases?type=complaint'
is "complaints are for those who may read them" 403 "$status"
call visa GET '/api/v1/cases?limit=500'
is "and no list without a type shows them" "422 FIELD_MISSING" "$status $(jq -r .code <<<"$answer")"
call visa GET '/api/v1/cases?type=nothing'
is "an unknown type" "422 FIELD_CHOICE" "$status $(jq -r .code <<<"$answer")"
call officer GET '/api/v1/cases?limit=501'
is "a limit out of range" 422 "$status"
is "the description lists each route used" '[]' "$(curl -s "$url/api/openapi.json" | jq -c '["/api/v1/session","/api/v1/commands","/api/v1/cases","/api/v1/cases/{id}","/api/v1/decisions/{id}","/api/v1/steps"] - (.paths|keys|map(gsub("[{][a-z_]+[}]"; "{id}")))')"
is "with its security" '[{"bearer":[]}]' "$(curl -s "$url/api/openapi.json" | jq -c '.paths["/api/v1/commands"].post.security')"
is "the log verifies" 0 "$(out/goldenbridge verify --store "$dir/s.store" >/dev/null 2>&1; echo $?)"
verdict
