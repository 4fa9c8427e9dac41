#!/usr/bin/env bash
# kz.sh: the Kazakh permit by command line: from the vacancy to the permit, a refusal, fee and term, revocation.
set -uo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
mkdir "$dir/law"; ln -s "$PWD/law/kz-flp" "$dir/law/kz-flp"
G() { out/goldenbridge "$@" --law "$dir/law" --store "$dir/s.store" --scheme kz-flp; }
passed=0 failed=0
ok() { local name=$1; shift; if out=$("$@" 2>&1); then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $name: $out"; fi; }
no() { local name=$1 code=$2; shift 2; if out=$("$@" 2>&1) || [[ $out != *"$code"* ]]; then failed=$((failed + 1)); echo "FAIL $name: $out"; else passed=$((passed + 1)); fi; }
is() { if [ "$2" = "$3" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAIL $1: is $3, expected $2"; fi; }
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
rev() { at 2026-06-01 do permit.revoke --as kz-akimat --case $p "days_outside=$1" other_profession=false passed_on=false business_ended=false returned_by_employer=false; }
ok "ninety days outside" rev 90
is "it stands" active "$(state $p)"
ok "ninety-one" rev 91
is "it ends" revoked "$(state $p)"
ok "verify" G verify
ok "rebuild" G rebuild
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
