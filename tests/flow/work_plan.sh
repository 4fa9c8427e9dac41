#!/usr/bin/env bash
# work_plan.sh: an obligation stays with the ministry until it is done; six months of silence make it due again.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s.store
G() { out/goldenbridge "$@"; }
of() { G case "$1" --json | jq -r "$2"; }
ok "a demo" G demo --now 2026-12-01 --candidates 5 --employers 2
is "an item nobody spoke of since 2023 is overdue at the ministry" "ministry 2023-11-30" "$(of WPI-000001 '.holder + " " + .due')"
pact=$(G list instrument --as ministry --json --limit 100 | jq -r ".cases[] | select(.title | startswith(\"KK-16 \")) | .id")
plan() { G do work_item.plan --as ministry --now 2026-12-01 --json agreement=$pact "subject=Visa information" area="labour and migration" owner=consuls "due_on=$1" source=minutes confidence=invented; }
no "a day that has passed" FIELD_RANGE plan 2026-11-30
item=$(plan 2027-12-31 | jq -r .case)
is "six months from now, before its own day" 2027-06-01 "$(of "$item" .due)"
no "talks that have not been held" FIELD_RANGE G do work_item.record_talks --as ministry --now 2027-01-01 --case "$item" talks_on=2027-01-02 talks=later
waits() { G queue ministry --json | jq --arg c "$item" '[.cases[] | select(.id == $c)] | length'; }
is "it waits for the ministry" 1 "$(waits)"
ok "a round of talks" G do work_item.record_talks --as ministry --now 2027-01-01 --case "$item" talks_on=2026-12-30 "talks=both sides name a person"
ok "another" G do work_item.record_talks --as ministry --now 2027-09-01 --case "$item" talks_on=2027-09-01 "talks=nearly there"
is "the minutes of both stand" "2026-12-30 · both sides name a person|2027-09-01 · nearly there" "$(of "$item" '.data.minutes | join("|")')"
is "its own day comes first now" 2027-12-31 "$(of "$item" .due)"
no "another role" NOT_ALLOWED G do work_item.finish --as officer --case "$item" result=done
ok "done" G do work_item.finish --as ministry --now 2027-10-01 --case "$item" "result=a page in four languages"
is "and off the queue" 0 "$(waits)"
ok "verify" G verify
verdict
