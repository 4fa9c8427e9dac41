#!/usr/bin/env bash
# tiny.sh: a scheme of an imaginary country, made for this test, runs a case from end to end with no C of its own.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
G() { out/goldenbridge "$@" --store "$dir/s" --law tests/flow/schemes --scheme xx-tiny --now "${now:-2026-03-02}"; }
state() { G case "$1" --json | jq -r .state; }
account() { G do account.open_staff --as admin "login=$1" "name=$1" "roles=$2" language=en && \
            G do account.open_staff/confirm --as admin2 --case "$(G list account --state proposed --json | jq -r '.cases[0].id')"; }
apply() { G do card.apply --as clerk "name=$1" "town_number=$2" birth_date=2012-06-01 town=northmouth --json | jq -r .case; }

ok "the worked cases of the scheme" G cases
ok "its models, citations and messages" G law check
ok "a store with its first accounts" G init
ok "a keeper" account keeper keeper
ok "a second keeper" account keeper2 keeper
ok "a clerk" account clerk clerk
ok "one keeper proposes two cards for the year" G do shelf.approve --as keeper year=2026 cards=2
shelf=$(G list shelf --json | jq -r '.cases[0].id')
is "nothing is open yet" proposed "$(state "$shelf")"
no "the same keeper confirms" NEEDS_SECOND_PERSON G do shelf.approve/confirm --as keeper --case "$shelf"
ok "another keeper confirms" G do shelf.approve/confirm --as keeper2 --case "$shelf"
is "open" open "$(state "$shelf")"
no "the scheme's own check digit" FIELD_CHECK_DIGIT G do card.apply --as clerk name=Reader town_number=12345 birth_date=2012-06-01 town=northmouth
a=$(apply "First Reader" 12340); b=$(apply "Second Reader" 11114); c=$(apply "Third Reader" 22228)
is "the reader must accept" filed "$(state "$a")"
no "the same person again" DUPLICATE_PERSON G do card.apply --as clerk name=Other town_number=12340 birth_date=2012-06-01 town=northmouth
for x in "$a" "$b" "$c"; do
  login=reader$(echo "$x" | tr -dc 0-9)
  ok "an account for $x" G do account.open_reader --as clerk "login=$login" name=Reader "party=$x" language=en
  ok "$x accepts" G do card.accept --case "$x" --as "$login"
done
is "a deadline as the scheme counts it" 2026-03-16 "$(G case "$a" --json | jq -r .due)"
is "refused with its ground" FEES_UNPAID "$(G do card.issue --case "$a" --as clerk unpaid_fees=3 "shelf=$shelf" --json | jq -r '.decision.grounds[0].code')"
is "and the case says so" refused "$(state "$a")"
ok "paid, and issued" G do card.issue --case "$a" --as clerk unpaid_fees=0 "shelf=$shelf"
is "against the first unit" 1 "$(G case "$a" --json | jq -r .data.unit.number)"
is "until a year later" 2027-03-02 "$(G case "$a" --json | jq -r .data.card_until)"
no "departing without a reason" FIELD_MISSING G do card.issue --case "$b" --as clerk unpaid_fees=1 "shelf=$shelf" outcome=granted
ok "departing with a reason" G do card.issue --case "$b" --as clerk unpaid_fees=1 "shelf=$shelf" outcome=granted depart_reason="paid at the desk"
is "issued" issued "$(state "$b")"
no "a third card of two" UNIT_TAKEN G do card.issue --case "$c" --as clerk unpaid_fees=0 "shelf=$shelf"
now=2027-01-04 no "no cards of another year" NOT_IN_FORCE G do card.issue --case "$c" --as clerk unpaid_fees=0 "shelf=$shelf"
ok "the third reader withdraws" G do card.withdraw --case "$c" --as "reader$(echo "$c" | tr -dc 0-9)" "reason=moved"
seq=$(G case "$a" --json | jq '[.history[]|select(.outcome)][-1].seq')
is "explain runs the decision again" true "$(G explain "$seq" --json | jq .same)"
ok "the log verifies" G verify
ok "and rebuilds" G rebuild
verdict
