#!/usr/bin/env bash
# law_check.sh: `law check` fails for each kind of broken law, in a scheme that passes as it is.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
law="$dir/law/xx" model="$dir/law/xx/decisions/2020-01-01/reader-eligibility.dmn" base=decisions/2020-01-01/reader-eligibility.dmn

# An index of the by-laws: two versions; the second one no longer has paragraph 2 of article 3 where GONE is set.
index() { cat > "$law/statutes.json" <<I
{"layers": {"bylaw": {"titles": {"3": "Readers", "5": "Fees"}, "versions": [
 {"from": "${1:-2020-01-01}", "promulgated": "2019-12-01", "number": "1", "sha256": "00", "articles": {"3": "00 (1) (2)", "5": "00"}},
 {"from": "${2:-2022-01-01}", "promulgated": "2021-12-01", "number": "2", "sha256": "11", "articles": {"3": "11 ${3-(1) (2)}", "5": "11"}}]}}}
I
}
fresh() { rm -rf "$dir/law"; mkdir "$dir/law"; cp -r tests/flow/schemes/tiny "$law"; index; }
check() { out/goldenbridge law check --law "$dir/law" --scheme xx-tiny > "$dir/out" 2>&1; }
passes() { if check; then good; else bad "$1" "$(grep FAIL "$dir/out" | head -3)"; fi; }
breaks() { if check; then bad "$1" "law check let it pass"
        elif grep -q -- "$2" "$dir/out"; then good; else bad "$1" "$(tail -3 "$dir/out")"; fi; }
edit() { python3 - "$model" "$1" "$2" <<'P'
import sys
path, old, new = sys.argv[1:]
text = open(path, encoding='utf-8').read()
assert old in text, old
open(path, 'w', encoding='utf-8').write(text.replace(old, new))
P
}
# A table of fees by day, UNIQUE, with the cells and figures given: DAYS1 DAYS2 SOURCE
table() { edit '  <decision id="d-missing"' "  <decision id=\"d-fee\" name=\"Fee\">
    <variable name=\"Fee\" typeRef=\"number\"/>
    <informationRequirement id=\"rf\"><requiredInput href=\"#in-day\"/></informationRequirement>
    <decisionTable id=\"d-fee-t\" hitPolicy=\"UNIQUE\">
      <input id=\"f1\"><inputExpression id=\"fe1\" typeRef=\"date\"><text>governing day</text></inputExpression></input>
      <output id=\"fo1\" typeRef=\"number\"/>
      <annotation name=\"article\"/>
      <annotation name=\"source\"/>
      <rule id=\"fee-1\"><description>bylaw:5</description><inputEntry id=\"fee-1-i\"><text>$1</text></inputEntry>
        <outputEntry id=\"fee-1-o\"><text>10</text></outputEntry><annotationEntry><text>bylaw:5</text></annotationEntry><annotationEntry><text>L</text></annotationEntry></rule>
      <rule id=\"fee-2\"><description>bylaw:5</description><inputEntry id=\"fee-2-i\"><text>$2</text></inputEntry>
        <outputEntry id=\"fee-2-o\"><text>12</text></outputEntry><annotationEntry><text>bylaw:5</text></annotationEntry><annotationEntry><text>$3</text></annotationEntry></rule>
    </decisionTable>
  </decision>
  <decision id=\"d-missing\""; }
before='&lt; date("2024-01-01")'
from='&gt;= date("2024-01-01")'

fresh; passes "the scheme passes with an index of its by-laws"
index 2020-01-01 2022-01-01 "(1)"; breaks "a paragraph that a later text in force no longer has" "elsewhere: cites what does not stand in the text in force while the rule applies: bylaw:3(2), text of 2022-01-01"
fresh; edit "bylaw:5" "bylaw:55"; breaks "an article that never was" "fees: cites what does not stand"
fresh; edit "<annotationEntry><text>bylaw:5</text></annotationEntry>" "<annotationEntry><text/></annotationEntry>"; breaks "a rule without an article" "fees: a rule without an article"
fresh; table "$before" "$from" L; passes "a dated table that is complete"
fresh; table "$before" '&gt;= date("2024-01-02")' L; breaks "a day without a rule" "Fee: gap"
fresh; table '&lt; date("2024-01-02")' "$from" L; breaks "a day with two rules" "Fee: overlap"
fresh; table "$before" "$from" ""; breaks "a figure without a source" "fee-2: a rule, with its figures, without a source"
index 2020-01-01 2020-01-01; fresh; index 2020-01-01 2020-01-01; breaks "a text that covers a period twice" "covers a period twice or none"
fresh; index 2022-01-01 2020-01-01; breaks "texts out of order" "covers a period twice or none"
fresh; index 2020-01-01 never; breaks "a text from no day" "covers a period twice or none"
fresh; sed -i 's/"languages": *\["en"\]/"languages": ["en", "ko"]/' "$law/scheme.json"; breaks "a language without its texts" "messages: ko has no"
fresh; python3 - "$law/messages/en.json" <<'P'
import json, sys
book = json.load(open(sys.argv[1], encoding='utf-8'))
del book['reasons']['FEES_UNPAID']
json.dump(book, open(sys.argv[1], 'w', encoding='utf-8'))
P
breaks "a ground without its sentence" "messages: en has no reasons.FEES_UNPAID"

# Notices name events and states that there are, and days in falling order.
notices() { fresh; jq --argjson n "$1" '.notices = $n' "$law/scheme.json" > "$dir/n.json"; mv "$dir/n.json" "$law/scheme.json"; }
broken() { notices "$1"; out=$(out/goldenbridge law check --law "$dir/law" --scheme xx-tiny 2>&1); if [[ $out == *"$2"* ]]; then good; else bad "notices $1" "$out"; fi; }
notices '{"deadlines": {"days": [30, 7, 0]}, "also": ["card.issued"]}'; passes "notices"
broken '{"quiet": ["card.eaten"]}' "no step writes the event card.eaten"
broken '{"deadlines": {"days": [7, 30]}}' "falling order"
broken '{"deadlines": {"days": [400]}}' "falling order"
broken '{"deadlines": {"states": {"card.nowhere": [1]}}}' "no state with a deadline: card.nowhere"

# A rule that ends before the text changes may cite what the later text no longer has.
fresh; index 2020-01-01 2022-01-01 "(1)"; edit 'bylaw:3(2)' 'bylaw:3(1)'; passes "the rule now cites what stands in both texts"
table '&lt; date("2022-01-01")' '&gt;= date("2022-01-01")' L
edit '<rule id="fee-1"><description>bylaw:5' '<rule id="fee-1"><description>bylaw:3(2)'
python3 - "$model" <<'P'
import re, sys
t = open(sys.argv[1], encoding='utf-8').read()
i = t.index('fee-1-o')
open(sys.argv[1], 'w', encoding='utf-8').write(t[:i] + t[i:].replace('bylaw:5', 'bylaw:3(2)', 1))
P
passes "a rule is held against the texts of its own days only"

fresh; python3 - "$law/scheme.json" <<'P'
import json, sys
scheme = json.load(open(sys.argv[1], encoding='utf-8'))
scheme['unverified_sources'] = ['custom:7']
json.dump(scheme, open(sys.argv[1], 'w', encoding='utf-8'))
P
passes "a source that nobody verified may be cited"
if grep -q "unverified source: custom:7" "$dir/out"; then good; else bad "an unverified source is not told"; fi

verdict
