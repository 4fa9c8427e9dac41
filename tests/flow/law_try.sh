#!/usr/bin/env bash
# law_try.sh: a draft against the past: the law in force gives every outcome again, a stricter draft takes from exactly those whom
# it must, other caps keep their sums, small groups are hidden, and a law that was changed behind the log's back is found.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s.store
G() { out/goldenbridge "$@"; }
no() { local name=$1 code=$2 word=$3 rc=0; shift 3; out=$("$@" 2>&1) || rc=$?; if [ "$rc" = "$code" ] && [[ $out == *"$word"* ]]; then good; else bad "$name" "status $rc, ${out:0:500}"; fi; }
G demo >/dev/null 2>&1
model=$(ls law/kr-eps/decisions/*/exam-result.dmn | tail -1)
before=$(G verify | tail -1)

same=$(G law try --draft "$model" --json); is "the law as it is: status" 0 $?
count=$(jq .in_force.decisions <<<"$same")
is "every past decision" "$(sqlite3 "$dir/s.store" "SELECT COUNT(*) FROM decisions d JOIN cases c ON c.id = d.case_id WHERE c.scheme = 'kr-eps'")" "$count"
is "comes out the same" "$count" "$(jq .in_force.same <<<"$same")"
is "and nobody gains or loses" "0 0 0" "$(jq -r '.draft_result | "\(.gain) \(.lose) \(.other)"' <<<"$same")"

# Forty points more than announced: who passed with fewer must lose, counted here from the cases and not by the trial.
mkdir "$dir/draft"
sed 's/(score &lt; minimum score)/(score \&lt; minimum score + 40)/g' "$model" >"$dir/draft/exam-result.dmn"
strict=$(G law try --draft "$dir/draft" --json)
sat=$(sqlite3 "$dir/s.store" "SELECT d.outcome || ' ' || c.data FROM decisions d JOIN cases c ON c.id = d.case_id WHERE d.step = 'candidate.record_test'")
losers=$(sed -n 's/^granted //p' <<<"$sat" | jq -s '[.[] | select(.score < .minimum_score + 40)] | length')
[ "$losers" -gt 20 ]; is "the demo has such candidates" 0 $?
others=$(sed -n 's/^refused //p' <<<"$sat" | jq -s '[.[] | select(.score >= .minimum_score and .score < .minimum_score + 40)] | length') # get a second ground
is "each decided alone: the same report" "$(md5sum <<<"$strict")" "$(G law try --draft "$dir/draft" --one-by-one --json | md5sum)"
is "as many lose" "0 $losers $others" "$(jq -r '.draft_result | "\(.gain) \(.lose) \(.other)"' <<<"$strict")"
is "each is named with its reason" "$losers" "$(jq '[.cases[] | select(.change == "lose" and .before.outcome == "granted" and .after.outcome == "refused" and (.after.grounds | length) > 0)] | length' <<<"$strict")"
is "the reason is told in four languages" "4 $losers" "$(jq -r '.reasons[] | select(.change == "lose") | "\(.text | length) \(.decisions)"' <<<"$strict")"
is "with its article" true "$(jq '.reasons[0].cites | length > 3' <<<"$strict")"
is "and the rule that fires anew" $((losers + others)) "$(jq '[.rules[] | select(.starts > 0)] | map(.starts) | max' <<<"$strict")"
sums=$(sed -n 's/^granted //p' <<<"$sat" | jq -sc '[.[] | select(.score < .minimum_score + 40) | .industry] | group_by(.) | map({(.[0]): length}) | add')
is "industries have their own counts" "" "$(jq -r --argjson s "$sums" '.by[] | select(.name == "industry") | .rows[] | select(.lose != null and .lose != ($s[.value] // 0)) | .value' <<<"$strict")"
is "groups of one to four are hidden" "" "$(jq -r '.by[].rows[] | [.decisions, .gain, .lose, .other][] | select(. != null and . > 0 and . < 5)' <<<"$strict")"
is "only from its day on" 0 "$(G law try --draft "$dir/draft" --from 2099-01-01 --json | jq .draft_result.decided)"
G law try --draft "$dir/draft" --language ko | grep -q "^lose" ; is "readable" 0 $?

# The other scheme: every share below the whole would be too small, so all lose for whom the ratio was applied.
mkdir "$dir/kz"
sed 's/<text>0\.[79]</<text>1</' law/kz-flp/decisions/2023-07-01/local-content.dmn >"$dir/kz/local-content.dmn"
whole=$(G law try --scheme kz-flp --draft "$dir/kz" --json)
is "the other scheme, each decided alone" "$(md5sum <<<"$whole")" "$(G law try --scheme kz-flp --draft "$dir/kz" --one-by-one --json | md5sum)"
is "the other scheme gives its past again" "$(jq .in_force.decisions <<<"$whole")" "$(jq .in_force.same <<<"$whole")"
applied=$(sqlite3 "$dir/s.store" "SELECT COUNT(*) FROM (SELECT CAST(bytes AS TEXT) AS e FROM log_events) WHERE json_extract(e, '$.data.decision.model') = 'local-content' AND json_extract(e, '$.data.decision.outcome') = 'granted' AND json_extract(e, '$.data.decision.result.applied') = 1")
[ "$applied" -gt 5 ]; is "the demo has such companies" 0 $?
is "and as many lose" "$applied" "$(jq .draft_result.lose <<<"$whole")"

# Caps of a round: the same lots, other caps.
round=$(jq -r '.rounds[0].round' <<<"$same")
rows=$(G match publish "$round"); cell=$(grep -m1 '^cell,' <<<"$rows"); name=$(cut -d, -f2 <<<"$cell"); within=$(cut -d, -f3 <<<"$cell")
granted=$(G match replay "$round" --json | jq '[.rows[] | select(.line == "application") | .granted | tonumber] | add')
printf 'cell,%s,%s,1,\n' "$name" "$within" >"$dir/caps.csv"
caps=$(G law try --draft "$dir/caps.csv" --json)
left=$(jq '[.rounds[0].rows[] | .after.granted | tonumber] | add' <<<"$caps") had=$(jq '[.rounds[0].rows[] | .before.granted | tonumber] | add' <<<"$caps")
is "a cap of one leaves one unit" 1 $((granted - had + left))
is "nobody gains by it" 0 "$(jq '[.rounds[0].rows[] | select(.change == "gain")] | length' <<<"$caps")"
printf 'cell,nowhere,,1,\n' >"$dir/other.csv"
no "a cell that no round has" 65 FIELD_CHOICE G law try --draft "$dir/other.csv"
no "and which it has" 65 "Cells of this round: $name" G law try --draft "$dir/other.csv"

# The law in force is changed and the log is not.
cp -r law "$dir/law"; cp "$dir/draft/exam-result.dmn" "$dir/law/kr-eps/decisions/$(cut -d/ -f4 <<<"$model")/"
no "an altered law is found" 1 "DIFFERS event" G --law "$dir/law" law try --draft "$model"
cp "$model" "$dir/nothing-known.dmn"
no "a model that the scheme has not" 65 MODEL_BROKEN G law try --draft "$dir/nothing-known.dmn"
head -c 900 "$model" >"$dir/draft/exam-result.dmn"
no "half a file" 65 "exam-result.dmn" G law try --draft "$dir/draft"
no "no draft" 2 "law try --draft" G law try
is "the store is as it was" "$before" "$(G verify | tail -1)"
verdict
