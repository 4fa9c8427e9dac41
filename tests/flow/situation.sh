#!/usr/bin/env bash
# situation.sh: facts as people write them, at the API and on the page "check a situation" as at the command line: names, words, days and
# numbers, the law of the day that is told or named, and a hint in the visitor's language for what does not fit.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d)
trap 'unserve; rm -rf "$dir"' EXIT
same() { is "$1" "$3" "$2"; } # NAME ACTUAL EXPECTED
holds() { if grep -qF -- "$2" "$dir/page"; then good; else bad "$1" "the page does not say “$2”"; fi; }

out/goldenbridge init --store "$dir/s" >/dev/null 2>&1
serve "$dir/log" --store "$dir/s" || exit 1

api() { curl -s "$url/api/v1/decide/$1" -d "$2" > "$dir/page"; jq -r "$3" "$dir/page"; }
same "names and values of the API may be written loosely" \
  "$(api training '{"facts": {"Entry_Day": "2026.7.1", "finished-on": "2026년 7월 16일", "hours": "16", "Returnee": "no", "special re entry": "아니요"}}' .outcome)" granted
same "a number with marks is a number" \
  "$(api departure-pledge '{"facts": {"payout": "4,000,000", "cause": "workplace change", "change reason class": "r2", "pledge": "2 000 000"}}' .outcome)" granted
same "a country may be called by its name" "$(api country-status '{"day": "2026.12.1", "facts": {"country": "Казахстан", "designated on": "2026-08-14", "agreement from": "2026-12-01"}}' .outcome)" granted
same "the day of the body may be written loosely" "$(jq -r '.day + " " + .day_from' "$dir/page")" "2026-12-01 told"
same "the model's law day counts" "$(api work-period-extension '{"facts": {"applied on": "9.12.2009"}}' '.outcome + " " + .day_from + " " + .day')" "refused law day 2009-12-09"
same "what the law of that day does not ask is told" "$(api work-period-extension '{"facts": {"applied on": "2009-12-09", "extension months": "20"}}' '.ignored | join(",")')" "extension months"
same "every fault comes, with its field" \
  "$(api training '{"facts": {"hour": "3", "entry day": "soon", "returnee": "perhaps"}}' '[.faults[].field] | sort | join(",")')" "entry day,hour,returnee"
same "the nearest name is told" "$(jq -r '.faults[] | select(.field == "hour") | .detail' "$dir/page")" 'The model has no such fact. Did you mean "hours"?'
same "what is expected is told" "$(jq -r '.faults[] | select(.field == "entry day") | .detail' "$dir/page")" '"soon" does not fit. A day is expected, such as 2026-03-31.'
same "a day that is none is told" "$(api training '{"day": "soon", "facts": {}}' .code)" FIELD_FORMAT
same "command line and API answer alike" \
  "$(out/goldenbridge decide departure-pledge --json payout=4,000,000 'cause=workplace change' 'change reason class=r1' pledge=1 | jq -cS '[.outcome, .grounds[].code, .facts, .day_from]')" \
  "$(api departure-pledge '{"facts": {"payout": "4,000,000", "cause": "workplace change", "change reason class": "r1", "pledge": "1"}}' '.' >/dev/null; jq -cS '[.outcome, .grounds[].code, .facts, .day_from]' "$dir/page")"

# page MODEL LANGUAGE FIELD=VALUE…: sends the form of "check a situation"
page() {
  local model=$1 language=$2 csrf args=(); shift 2
  rm -f "$dir/cookies"
  curl -s -c "$dir/cookies" -H "Accept-Language: $language" "$url/check?model=$model" > "$dir/page"
  csrf=$(grep -o 'name="csrf" value="[^"]*"' "$dir/page" | head -1 | cut -d'"' -f4)
  for f in "$@"; do args+=(--data-urlencode "$f"); done
  curl -s -b "$dir/cookies" -H "Accept-Language: $language" -H "Origin: $url" "$url/check" --data-urlencode "csrf=$csrf" --data-urlencode "model=$model" "${args[@]}" > "$dir/page"
}
page contract-check en "signing_day=2026.6.1" "wage_day=1.6.2026" standard_form_used=true originals=2 term_months=36 "monthly_wage=2,156,880" monthly_hours=209 \
  probation_rate=false lodging=none deducted=none
holds "days and numbers of the page may be written loosely" '<p class="big">granted'
holds "the law of the day that the model names is used" 'datetime="2026-06-01"'
page contract-check kk "signing_day=2026-06-01" "wage_day=2026-06-01" "monthly_wage=екі миллион"
holds "a number that is none is told in the visitor's language" '«екі миллион» – сан емес.'
page contract-check ru "signing_day=завтра"
holds "a day that is none is told in the visitor's language" '«завтра» – не дата.'
page work-period-extension en applied_on=2009-12-09 extension_months=20 period_ends_on=2010-01-31
holds "the page decides under the law of the day told" 'On that day the law did not yet provide for an extension'
holds "and names what that law does not ask about" 'The law of that day does not ask about'
page workplace-change en governing_day=2007-06-01 applicant=worker special_track=false cause=redundancy
holds "the facts that an earlier law asks for can be told" 'name="moves_so_far"'
page workplace-change en governing_day=2007-06-01 applicant=worker special_track=false cause=redundancy moves_so_far=3 other_moves=2
holds "and decide" 'The changes of workplace allowed in this period are used up'
page workplace-change ko governing_day=1999-01-01
holds "a day before the first law is told" '그 날짜에 시행 중인 규정이 없습니다.'
page training kk entry_day=2026-07-01 finished_on=2026-06-30 hours=16 returnee=false special_re_entry=false
holds "days that contradict each other decide nothing" 'Тым ерте тұр: Оқыту аяқталған күн'

verdict
