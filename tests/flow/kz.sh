#!/usr/bin/env bash
# kz.sh: the Kazakh permit by command line: from the vacancy to the permit, a refusal, fee and term, revocation.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
mkdir "$dir/law"; ln -s "$PWD/law/kz-flp" "$dir/law/kz-flp"
G() { out/goldenbridge "$@" --law "$dir/law" --store "$dir/s.store" --scheme kz-flp; }
state() { G case "$1" --json | jq -r .state; }
at() { local d=$1; shift; G "$@" --now "$d"; }
ok "the demo of this scheme" G demo --now 2026-01-10
ok "the demo of both schemes in one store" out/goldenbridge demo --store "$dir/both.store" --candidates 20 --employers 5
ok "it verifies" out/goldenbridge verify --store "$dir/both.store"
ok "it rebuilds" out/goldenbridge rebuild --store "$dir/both.store"
new() { at "$1" do permit.post_vacancy --as kz-employer2 --json "employer=KZE-000002" category=seasonal region=Almaty job=picker months=12 seasonal_days=200 | jq -r .case; }
p=$(new 2026-02-02)
is "the vacancy" searching "$(state "$p")"
w=$(G list worker --as kz-akimat --json --limit 100 | jq -r '[.cases[].id]|sort|.[1]')
is "fourteen days are too few" refused "$(at 2026-02-16 do permit.file --as kz-employer2 --case $p --json "worker=$w" publication_code=X | jq -r .outcome)"
no "the fifteenth day is no program's to decide" CANNOT_DECIDE at 2026-02-17 do permit.file --as kz-employer2 --case $p "worker=$w" publication_code=X
is "without the code" refused "$(at 2026-02-18 do permit.file --as kz-employer2 --case $p --json "worker=$w" | jq -r .outcome)"
ok "filed on day sixteen" at 2026-02-18 do permit.file --as kz-employer2 --case $p "worker=$w" publication_code=X
no "another firm may not" NOT_ALLOWED at 2026-02-18 do permit.withdraw --as kz-employer --case $p
ok "local content" at 2026-02-19 do permit.check_content --as kz-akimat --case $p
ok "a place" at 2026-02-19 do permit.give_place --as kz-akimat --case $p
ok "the decision" at 2026-03-02 do permit.decide --as kz-akimat --case $p papers_authentic=true qualification_met=true
is "ten working days" 2026-03-17 "$(G case $p --json | jq -r .data.pay_by)"
is "a day late is no permit" permit.payment_late "$(at 2026-03-18 dry-run permit.pay --as kz-akimat --case $p --json receipt=R | jq -rs '.[0].events[0].type')"
ok "paid on the last day" at 2026-03-17 do permit.pay --as kz-akimat --case $p receipt=R
is "36 indices of 4,325" 155700 "$(G case $p --json | jq -r .data.fee)"
ok "the permit" at 2026-03-18 do permit.issue --as kz-akimat --case $p
is "against a numbered unit" number "$(G case $p --json | jq -r '.data.unit.number|type')"
is "200 days" 2026-10-03 "$(G case $p --json | jq -r .data.permit_until)"
# After the permit: arrival, another worker in the same permit, extension.
ok "the arrival told on the third working day" at 2026-03-26 do permit.report_arrival --as kz-employer2 --case $p arrived_on=2026-03-19
no "it is told once" ALREADY_EXISTS at 2026-03-27 do permit.report_arrival --as kz-employer2 --case $p arrived_on=2026-03-19
q=$(at 2026-02-02 do permit.ask_transfer --as kz-employer2 --json employer=KZE-000002 "worker=$w" region=Almaty job=engineer months=36 position=specialist host_link=subsidiary sender_korean=true service_months=14 local_in_position=10 transferred_now=0 condition_chosen=true | jq -r .case)
for s in check_transfer give_place; do ok "transfer: $s" at 2026-02-03 do permit.$s --as kz-akimat --case $q; done
ok "transfer: decided" at 2026-02-03 do permit.decide --as kz-akimat --case $q papers_authentic=true qualification_met=true
ok "transfer: no fee" at 2026-02-03 do permit.pay --as kz-akimat --case $q receipt=0
is "no fee is due" 0 "$(G case $q --json | jq -r .data.fee)"
ok "transfer: issued" at 2026-02-03 do permit.issue_transfer --as kz-akimat --case $q
is "36 months" 2029-02-02 "$(G case $q --json | jq -r .data.permit_until)"
is "an arrival told late is kept as late" permit.arrival_told_late "$(at 2026-02-16 do permit.report_arrival --as kz-employer2 --case $q --json arrived_on=2026-02-10 | jq -r '.events[0].type // .event // empty')"
ok "an extension is asked a month before" at 2029-01-02 do permit.ask_extension --as kz-employer2 --case $q extend_months=12
is "five working days" 2029-01-09 "$(G case $q --json | jq -r .data.decide_by)"
ok "and granted" at 2029-01-10 do permit.extend --as kz-akimat --case $q
is "to the end of the next year" 2030-02-02 "$(G case $q --json | jq -r .data.permit_until)"
ok "a second one is asked" at 2029-12-20 do permit.ask_extension --as kz-employer2 --case $q extend_months=12
is "a transfer is extended once" refused "$(at 2029-12-21 do permit.extend --as kz-akimat --case $q --json | jq -r .outcome)"
is "the permit stands to its day" 2030-02-02 "$(G case $q --json | jq -r .data.permit_until)"
w2=$(at 2026-04-01 do worker.register --as kz-employer2 --json employer=KZE-000002 country=KR family_name=SHIN given_name=DAEHO birth_date=1990-02-02 passport_number=M00000777 occupation=welder | jq -r .case)
no "the same worker is no change" FIELD_CHOICE at 2026-04-01 do permit.ask_replacement --as kz-employer2 --case $p "new_worker=$w"
ok "another worker is asked for" at 2026-04-01 do permit.ask_replacement --as kz-employer2 --case $p "new_worker=$w2"
no "a seasonal one is no program's to decide" CANNOT_DECIDE at 2026-04-02 do permit.replace --as kz-akimat --case $p papers_authentic=true qualification_met=true
ok "the officer refuses with a reason" at 2026-04-02 do permit.replace --as kz-akimat --case $p papers_authentic=true qualification_met=true outcome=refused "depart_reason=no rule was found"
is "the worker stays" "$w" "$(G case $p --json | jq -r .data.worker)"
e=$(at 2026-02-02 do permit.post_vacancy --as kz-employer2 --json "employer=KZE-000002" category=3 region=Almaty job=engineer months=12 | jq -r .case)
ok "an engineer is filed for" at 2026-02-18 do permit.file --as kz-employer2 --case $e "worker=$w" publication_code=Y
for s in check_content give_place; do ok "engineer: $s" at 2026-02-19 do permit.$s --as kz-akimat --case $e; done
ok "engineer: decided" at 2026-02-19 do permit.decide --as kz-akimat --case $e papers_authentic=true qualification_met=true
ok "engineer: the officer takes the provisional fee" at 2026-02-20 do permit.pay --as kz-akimat --case $e receipt=R2 outcome=granted "depart_reason=table of 2016"
ok "engineer: issued" at 2026-02-20 do permit.issue --as kz-akimat --case $e
ok "engineer B is asked for" at 2026-07-20 do permit.ask_replacement --as kz-employer2 --case $e "new_worker=$w2"
is "decided within five working days" 2026-07-27 "$(G case $e --json | jq -r .data.decide_by)"
ok "and granted" at 2026-07-24 do permit.replace --as kz-akimat --case $e papers_authentic=true qualification_met=true
is "B stands in the permit" "$w2" "$(G case $e --json | jq -r .data.worker)"
is "it has a new number" "KZ-$e-1" "$(G case $e --json | jq -r .data.permit_no)"
is "the rest of the term" 2027-02-19 "$(G case $e --json | jq -r .data.permit_until)"
ok "C is not qualified" at 2026-08-03 do permit.ask_replacement --as kz-employer2 --case $e "new_worker=$w"
is "and refused" refused "$(at 2026-08-04 do permit.replace --as kz-akimat --case $e --json papers_authentic=true qualification_met=false | jq -r .outcome)"
rev() { at 2026-06-01 do permit.revoke --as kz-akimat --case $p "days_outside=$1" other_profession=false passed_on=false business_ended=false returned_by_employer=false; }
ok "ninety days outside" rev 90
is "it stands" active "$(state $p)"
ok "ninety-one" rev 91
is "it ends" revoked "$(state $p)"
ok "verify" G verify
ok "rebuild" G rebuild
verdict
