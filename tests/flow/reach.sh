#!/usr/bin/env bash
# reach.sh: on the demo, an officer of one office reads, counts, finds and acts on the cases of that office only.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) server=
trap 'unserve; rm -rf "$dir"' EXIT

out/goldenbridge demo --candidates 60 --employers 60 --seed 7 --store "$dir/s.store" >"$dir/demo" 2>&1 || give_up "$dir/demo"
serve "$dir/server" --store "$dir/s.store"
sql() { sqlite3 "$dir/s.store" "$1"; }
declare -A tokens=()
for login in officer officer-incheon officer-busan; do
  tokens[$login]=$(curl -s "$url/api/v1/session" -d "{\"login\":\"$login\"}" | jq -r '.token // ""')
done
call() { curl -s -G "$url$2" -H "Authorization: Bearer ${tokens[$1]}" "${@:3}"; }
total() { call "$1" /api/v1/cases --data-urlencode "type=$2" "${@:3}" | jq .total; }
page() { curl -s -o /dev/null -w '%{http_code}' -b "session=${tokens[$1]}" "$url$2"; }

for region in Incheon Busan; do
  login=officer-${region,,}
  is "employers of $region" "$(sql "SELECT COUNT(*) FROM cases WHERE scheme = 'kr-eps' AND type = 'employer' AND json_extract(data, '\$.region') = '$region'")" "$(total "$login" employer)"
  is "applications of $region" "$(sql "SELECT COUNT(*) FROM cases WHERE scheme = 'kr-eps' AND type = 'application' AND json_extract(data, '\$.region') = '$region'")" "$(total "$login" application)"
  is "duties of the firms of $region, and of the workers there" "$(sql "SELECT COUNT(*) FROM cases d LEFT JOIN cases p ON p.id = json_extract(d.data, '\$.placement')
    JOIN cases e ON e.id = COALESCE(json_extract(d.data, '\$.employer'), json_extract(p.data, '\$.employer')) WHERE d.type = 'duty' AND
    json_extract(e.data, '\$.region') = '$region'")" "$(total "$login" duty)"
  is "the roster is everybody's" "$(total officer candidate)" "$(total "$login" candidate)"
  other=$(sql "SELECT id FROM cases WHERE scheme = 'kr-eps' AND type = 'employer' AND json_extract(data, '\$.region') <> '$region' LIMIT 1")
  own=$(sql "SELECT id FROM cases WHERE scheme = 'kr-eps' AND type = 'employer' AND json_extract(data, '\$.region') = '$region' LIMIT 1")
  is "a firm elsewhere" "403 404" "$(page "$login" "/case/$other") $(call "$login" "/api/v1/cases/$other" | jq .status)"
  is "a firm of its own" "200 $own" "$(page "$login" "/case/$own") $(call "$login" "/api/v1/cases/$own" | jq -r .id)"
  name=$(sql "SELECT title FROM cases WHERE id = '$other'")
  is "search finds no firm elsewhere" 0 "$(call "$login" /api/v1/cases --data-urlencode type=employer --data-urlencode "q=$name" --data-urlencode limit=500 |
    jq --arg id "$other" '[.cases[] | select(.id == $id)] | length')"
  is "and a step there is refused" 403 "$(curl -s "$url/api/v1/commands" -H "Authorization: Bearer ${tokens[$login]}" -H "Idempotency-Key: reach-$region" \
    -d "{\"step\":\"employer.update_figures\",\"case\":\"$other\",\"form\":{}}" -o /dev/null -w '%{http_code}')"
  is "the list as CSV" "$(total "$login" employer)" "$(($(curl -s -b "session=${tokens[$login]}" "$url/cases/employer.csv" | wc -l) - 1))"
done
is "an officer of no office reads all" "$(sql "SELECT COUNT(*) FROM cases WHERE scheme = 'kr-eps' AND type = 'employer'")" "$(total officer employer)"
is "the sums of both offices are less than the whole" true "$([ $(($(total officer-incheon employer) + $(total officer-busan employer))) -lt "$(total officer employer)" ] && echo true)"
# the firm moves, its cases with it
firm=$(sql "SELECT json_extract(data, '\$.employer') FROM cases WHERE scheme = 'kr-eps' AND type = 'duty' AND json_extract(data, '\$.employer') IN
  (SELECT id FROM cases WHERE scheme = 'kr-eps' AND type = 'employer' AND json_extract(data, '\$.region') <> 'Busan') LIMIT 1")
before=$(total officer-busan duty)
duties=$(sql "SELECT COUNT(*) FROM cases d LEFT JOIN cases p ON p.id = json_extract(d.data, '\$.placement')
  WHERE d.type = 'duty' AND COALESCE(json_extract(d.data, '\$.employer'), json_extract(p.data, '\$.employer')) = '$firm'")
out/goldenbridge do employer.correct --store "$dir/s.store" --as officer --case "$firm" region=Busan correction_reason=moved >"$dir/out" 2>&1 &&
  out/goldenbridge do employer.correct/confirm --store "$dir/s.store" --as officer2 --case "$firm" >>"$dir/out" 2>&1 || cat "$dir/out"
is "a firm that moves takes its cases along" $((before + duties)) "$(total officer-busan duty)"
verdict
