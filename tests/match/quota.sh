#!/usr/bin/env bash
# quota.sh: the tree of caps and its ledger: two people, moves between rounds, units that come back, many writers at once, and an
# outsider who counts again from the public log.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); server=
trap 'unserve; rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s
G() { out/goldenbridge "$@"; }
sql() { sqlite3 "$GOLDENBRIDGE_STORE" "$1"; }
total() { sql "SELECT total FROM approved WHERE allocation='$1'"; }
state() { G case "$1" --json | jq -r .state; }

ok "a demo store" G demo --candidates 300 --employers 90 --seed 5
of() { G list quota --json --limit 300 | jq -r ".cases[]|select(.data.industry==\"$1\" and .data.kind==\"$2\" and .state==\"in_force\" and (.data.year|tostring)==\"$year\")|.id" | tail -1; }
year=$(G list quota --json --limit 300 | jq -r '[.cases[]|select(.data.kind=="new" and .state=="in_force")|.data.year]|max')

# --- the tree: year → part → industry → region
quota=$(of service new)
decide() { G do quota.decide --as committee --json "year=$year" source=invented confidence=invented "$@" | jq -r .case; }
part=$(decide kind=new industry=service persons=300 "within=$quota" region=Jeonnam)
no "one person decides no quota" NEEDS_SECOND_PERSON G do quota.decide/confirm --as committee --case "$part"
ok "a region's share within an industry" G do quota.decide/confirm --as committee2 --case "$part"
no "the shares of regions are never more than their industry" FIELD_RANGE G do quota.decide --as committee "year=$year" kind=new industry=service persons=900 \
  source=invented confidence=invented "within=$quota" region=Busan
country=$(decide kind=new industry=service persons=50 "within=$part" country=KZ)
ok "a country's share within it" G do quota.decide/confirm --as committee2 --case "$country"
release() { G do allocation.release --as ministry --json "round=$1" "industry=$2" "places=$3" "quota=$4" opens_on=2026-01-01 closes_on=2026-12-31 \
              source=invented confidence=invented | jq -r .case; }
small=$(release r-1 service 50 "$country")
ok "a round of the country's share" G do allocation.release/confirm --as ministry2 --case "$small"
no "no second round beyond it" FIELD_RANGE G do allocation.release --as ministry round=r-2 industry=service places=1 "quota=$country" opens_on=2026-01-01 \
  closes_on=2026-12-31 source=invented confidence=invented

# --- moves: late issue and the flexible part
flexible=$(release flex-1 service 20 "$(of flexible flexible)")
ok "a flexible round" G do allocation.release/confirm --as ministry2 --case "$flexible"
move() { G do allocation.move --as ministry --case "$1" "moved_to=$2" "moved_units=$3" move_reason="late issue"; }
ok "places are proposed to move" move "$flexible" "$small" 15
no "never by one person" NEEDS_SECOND_PERSON G do allocation.move/confirm --as ministry --case "$flexible"
ok "two people move them" G do allocation.move/confirm --as ministry2 --case "$flexible"
is "fewer here" 5 "$(total "$flexible")"
is "more there" 65 "$(total "$small")"
no "not more than is there" FIELD_RANGE move "$flexible" "$small" 6
agri=$(G list allocation --json --limit 100 | jq -r '.cases[]|select(.data.round=="demo-2" and .data.industry=="agriculture")|.id')
no "an industry's own places do not move to another" FIELD_CHOICE move "$agri" "$small" 1

# --- many writers: forty permits at once against three units
round=$(G list allocation --json --limit 100 | jq -r '.cases[]|select(.data.round=="demo-1" and .data.industry=="manufacturing")|.id')
waiting() { G list placement --state chosen --json --limit 100 | jq -r '.cases[].id'; }
mapfile -t chosen < <(waiting)
taken=$(sql "SELECT COUNT(*) FROM units WHERE allocation='$round'")
free=2; target=$(G list allocation --json --limit 100 | jq -r '.cases[]|select(.data.round=="demo-2" and .data.industry=="manufacturing")|.id')
ok "the round is emptied but for $free" move "$round" "$target" $(($(total "$round") - taken - free))
ok "by two people" G do allocation.move/confirm --as ministry2 --case "$round"
no "units that carry a permit do not move" UNIT_TAKEN sh -c "out/goldenbridge do allocation.move --as ministry --case $round moved_to=$target moved_units=$((free + 1)) move_reason=x && out/goldenbridge do allocation.move/confirm --as ministry2 --case $round"
ok "the proposal is taken back" G do allocation.move/reject --as ministry2 --case "$round"
own=(); for p in $(G list placement --json --limit 200 | jq -r ".cases[]|select(.state==\"chosen\" and .data.allocation==\"$round\")|.id"); do own+=("$p"); done
is "more cases than units" true "$([ ${#own[@]} -gt $free ] && echo true || echo "only ${#own[@]}")"
writers=()
for p in "${own[@]}"; do for k in 1 2 3 4; do
  out/goldenbridge do placement.permit --as officer --case "$p" permit_months=36 had_layoffs=false had_arrears=false outcome=granted depart_reason=test >"$dir/w-$p-$k" 2>&1 & writers+=($!)
done; done
won=0; for w in "${writers[@]}"; do wait "$w" && won=$((won + 1)); done
is "${#writers[@]} writers for ${#own[@]} cases got the free units and no more" "$([ ${#own[@]} -lt $free ] && echo ${#own[@]} || echo $free)" "$won"
is "each unit carries one permit" 0 "$(sql "SELECT COUNT(*) FROM (SELECT 1 FROM units GROUP BY allocation, number HAVING COUNT(*) > 1)")"
is "issued is never above approved" 0 "$(sql "SELECT COUNT(*) FROM approved a WHERE a.total < (SELECT COUNT(*) FROM units u WHERE u.allocation = a.allocation)")"

# --- a unit that comes back
held() { sql "SELECT COUNT(*) FROM units WHERE allocation='$round'"; }
before=$(held)
back=$(sql "SELECT case_id FROM units WHERE allocation='$round' ORDER BY number DESC LIMIT 1")
ok "a permit is cancelled before the contract" G do placement.cancel --as officer --case "$back" cancel_reason="the employer closed down"
is "its unit is free again" $((before - 1)) "$(held)"
is "and the candidate waits to be put back" returned "$(state "$(G case "$back" --json | jq -r .data.candidate)")"

# --- outside
ok "the log verifies" G verify
ok "and rebuilds" G rebuild
is "the read table and the log say the same after moves" 65 "$(total "$small")"
ok "a checkpoint" G checkpoint
serve "$dir/server"
ok "an outsider counts again, moves and returns included" python3 tests/verifier/verify_log.py log "$url/log" "$(curl -s "$url/log/key")"
curl -s "$url/quota.csv?by=day" >"$dir/days.csv"
is "burn-down by the day" "round,group,day,approved,issued,left" "$(head -1 "$dir/days.csv" | tr -d '\r\357\273\277')"
is "for each day since the round opened" true "$([ "$(wc -l <"$dir/days.csv")" -gt 60 ] && echo true)"
unserve
verdict
