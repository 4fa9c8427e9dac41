#!/usr/bin/env bash
# office.sh: an error is corrected by two people; the old value stays, sealed with the new one.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
G() { out/goldenbridge "$@" --store "$dir/s.store"; }
field() { G case "$1" --json | jq -r ".data.$2"; }

ok "a demo" G demo --candidates 20 --employers 6
c=CAN-000005 state=$(G case CAN-000005 --json | jq -r .state)
no "a correction needs a reason" FIELD_MISSING G do candidate.correct --as agency --case $c native_name=Атын-түзету
no "and a change" FIELD_MISSING G do candidate.correct --as agency --case $c correction_reason=mistyped
no "and must fit the passport" FIELD_FORMAT G do candidate.correct --as agency --case $c family_name=QUITEANOTHER correction_reason=mistyped
old=$(field $c native_name) family=$(field $c family_name)
ok "the agency proposes" G do candidate.correct --as agency --case $c native_name=Атын-түзету "family_name=$family" correction_reason=mistyped
is "nothing changes yet" "$old" "$(field $c native_name)"
no "the same person cannot confirm" NEEDS_SECOND_PERSON G do candidate.correct/confirm --as agency --case $c
ok "another confirms" G do candidate.correct/confirm --as hrd --case $c
is "the new value stands" Атын-түзету "$(field $c native_name)"
is "where the case stands is as before" "$state" "$(G case $c --json | jq -r .state)"
ok "found by the new name" test "$(G list candidate --as officer --json --find Атын-түзету | jq .total)" -ge 1
a=APP-000001
ok "an officer corrects the wage" G do application.correct --as officer --case $a monthly_wage=2500000 correction_reason=typo
ok "the second officer rejects" G do application.correct/reject --as officer2 --case $a
is "it stays" no "$([ "$(field $a monthly_wage)" = 2500000 ] && echo yes || echo no)"
ok "again" G do application.correct --as officer --case $a monthly_wage=2500000 correction_reason=typo
ok "and confirmed" G do application.correct/confirm --as officer2 --case $a
is "it is corrected" 2500000 "$(field $a monthly_wage)"
no "an employer cannot correct" NOT_ALLOWED G do application.correct --as employer --case $a monthly_wage=1 correction_reason=typo
ok "the store verifies" G verify
ok "and rebuilds" G rebuild
ok "the person is erased" G erase $c --as admin --article act:1
ok "and it rebuilds still" G rebuild
verdict
