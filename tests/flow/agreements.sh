#!/usr/bin/env bash
# agreements.sh: agreements with terms and obligations; what ends or falls silent comes back; a successor; two people for a new term.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s.store
G() { out/goldenbridge "$@"; }
of() { G case "$1" --json | jq -r "$2"; }
ok "a demo" G demo --now 2026-12-01 --candidates 5 --employers 2
all=$(G list instrument --as ministry --json --limit 100)
named() { jq -r --arg n "$1 " '.cases[] | select(.title | startswith($n)) | .id' <<<"$all"; }
is "the published register is loaded" 26 "$(jq '.cases | length' <<<"$all")"
is "each with its source" 0 "$(jq -r '.cases[].id' <<<"$all" | while read -r id; do of "$id" '.data | select((.source // "") == "" or (.confidence // "") == "") | 1'; done | wc -l)"
is "the memorandum of 2023 was followed by the plan of 2025" "replaced $(named KK-16)" "$(of "$(named KK-14)" '.state + " " + .data.replaced_by')"
is "its obligation stands in the work plan, under the area it names" "labour and migration" "$(of WPI-000001 .data.area)"
start() { G do instrument.start --as ministry --now "$1" --json "name=Seasonal work" kind=memorandum country=KZ parties=both "areas=labour and migration,humanitarian" \
  in_force_from=2027-01-01 "in_force_until=$2" renewal="by agreement of both sides" owner="desk of the corridor" "obligations=labour and migration: A list of farms,humanitarian: Information in four languages" source="a protocol" confidence=invented "${@:3}"; }
no "a term that ends before it begins" FIELD_RANGE start 2027-01-01 2026-12-31
no "an area that nobody knows" FIELD_CHOICE G do instrument.record --as ministry name=x kind=treaty country=KZ parties=both areas=sports renewal="not stated" source="a source" confidence=P
no "without a source" FIELD_MISSING G do instrument.record --as ministry name=x kind=treaty country=KZ parties=both areas=trade renewal="not stated" confidence=P
no "by another role" NOT_ALLOWED G do instrument.record --as officer name=x kind=treaty country=KZ parties=both areas=trade renewal="not stated" source="a source" confidence=P
pact=$(start 2027-01-01 2029-01-01 warn_months=9 | jq -r .case)
is "six months of silence come first" 2027-07-01 "$(of "$pact" .due)"
items=$(G list work_item --as ministry --json --limit 100 | jq -r '.cases[].id' | while read -r id; do of "$id" "select(.data.agreement == \"$pact\") | [.id, .data.area, .data.owner, .data.due_on, .state] | join(\"|\")"; done | sort)
is "two obligations, two items" "labour and migration|desk of the corridor|2029-01-01|open humanitarian|desk of the corridor|2029-01-01|open" "$(cut -d'|' -f2- <<<"$items" | paste -sd' ')"
item=$(head -1 <<<"$items" | cut -d'|' -f1)
ok "talks on one of them" G do work_item.record_talks --as ministry --now 2027-06-10 --case "$item" talks_on=2027-06-10 "talks=forty farms"
is "are talks on the agreement" "2027-06-10 2027-12-10" "$(of "$pact" '.data.spoken_on + " " + .due')"
ok "talks on the whole" G do instrument.record_talks --as ministry --now 2027-12-01 --case "$pact" talks_on=2027-12-01 "talks=mid-term review"
is "its end comes before the next silence" 2028-04-01 "$(of "$pact" .due)"
waits() { G queue ministry --json --now "$1" | jq --arg c "$pact" '[.cases[] | select(.id == $c)] | length'; }
is "it waits for the ministry" 1 "$(waits 2028-04-02)"
no "a term that is not longer" FIELD_RANGE G do instrument.renew --as ministry --now 2028-05-01 --case "$pact" in_force_until=2029-01-01 source=protocol
ok "a new term is proposed" G do instrument.renew --as ministry --now 2028-05-01 --case "$pact" in_force_until=2031-01-01 "source=a second protocol"
is "and holds only with a second person" 2029-01-01 "$(of "$pact" .data.in_force_until)"
no "not the same" NEEDS_SECOND_PERSON G do instrument.renew/confirm --as ministry --now 2028-05-02 --case "$pact"
ok "who confirms it" G do instrument.renew/confirm --as ministry2 --now 2028-05-02 --case "$pact"
is "the earlier term stays visible" "2027-01-01 – 2029-01-01 · a protocol" "$(of "$pact" '.data.terms[0]')"
no "it has not expired" OUTSIDE_WINDOW G do instrument.expire --as ministry --now 2030-01-01 --case "$pact"
ok "it expires" G do instrument.expire --as ministry --now 2031-01-02 --case "$pact"
is "for good" expired "$(of "$pact" .state)"
ok "what is negotiated is signed" G do instrument.conclude --as ministry --now 2026-12-02 --case "$(named KK-19)" signed_on=2026-12-02 in_force_from=2026-12-02 in_force_until=2028-12-01 renewal="by agreement of both sides" source=protocol confidence=invented
is "and runs" running "$(of "$(named KK-19)" .state)"
ok "verify" G verify
ok "rebuild" G rebuild
verdict
