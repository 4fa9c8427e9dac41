#!/bin/sh
# decide.sh: `goldenbridge decide` as a clerk uses it: loosely written facts, every fault at once, hints, days, files.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
G=${GOLDENBRIDGE:-out/goldenbridge}
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# says NAME TEXT COMMAND…: the command's output (both streams) holds TEXT
says() {
    name=$1 text=$2
    shift 2
    if "$@" > "$T/out" 2>&1 < /dev/null; [ -s "$T/out" ] && grep -qF -- "$text" "$T/out"; then
        good
    else
        bad "$name" "“$text” is not said: $(head -5 "$T/out")"
    fi
}

# stops NAME STATUS COMMAND…
stops() {
    name=$1 status=$2
    shift 2
    "$@" > "$T/out" 2>&1 < /dev/null
    got=$?
    if [ $got = "$status" ]; then good; else bad "$name" "status $got, not $status"; fi
}

training="finished_on=2026-07-16 hours=16 returnee=no special-re-entry=No"
says "facts may be written loosely" "granted" $G decide training --on 2026-07-16 Entry_Day=2026-07-01 $training
says "a fact of fifteen hours is refused" "TRAINING_TOO_SHORT" $G decide training --on 2026-07-16 entry_day=2026-07-01 $training hours=15
says "the article is named by its title" "rule 11 (" $G decide training --on 2026-07-16 entry_day=2026-07-01 $training hours=15
says "what would change it is said" 'if "hours" were 16' $G decide training --on 2026-07-16 entry_day=2026-07-01 $training hours=15
says "a misspelled fact gets a hint" 'Did you mean "hours"?' $G decide training hour=3
says "every fault comes at once, first" "Yes or no is expected" $G decide training hour=3 entry_day=x returnee=perhaps
says "every fault comes at once, second" "A day is expected" $G decide training hour=3 entry_day=x returnee=perhaps
says "every fault comes at once, third" "no such fact" $G decide training hour=3 entry_day=x returnee=perhaps
stops "faults have the status of bad data" 65 $G decide training hour=3
says "allowed values are listed" "Allowed: manufacturing, construction" $G decide workplace-scope industry=Manufacturin
says "the nearest allowed value is offered" 'Did you mean "manufacturing"?' $G decide workplace-scope industry=Manufacturin
says "an allowed value may be written otherwise" "granted" $G decide workplace-scope industry=HOTEL region=seoul "hotel job=Cleaner" --on 2026-06-01
says "a misspelled model gets a hint" "Did you mean training?" $G decide trainin
says "today is told as the day where none was told" "judged on today" $G decide reporting event=death known_on=2026-11-02
says "the day is told from where it comes" '"day_from": "told"' $G decide reporting event=death known_on=2026-11-02 governing_day=2026-11-20 --json
says "the law day is told as such" '"day_from": "law day"' $G decide training --json entry_day=2026-07-01 $training
says "a day before the first version is told" "is decided from 2012-04-01 on" $G decide round-selection --on 2011-01-01
says "missing facts are listed with their meaning" "day of entry into Korea" $G decide training --on 2026-07-16
says "nothing told is cannot decide" "cannot decide" $G decide training --on 2026-07-16
says "the governing day picks the version" "candidates for each post: 5" $G decide referral-count "governing day=2010-04-11" "application day=2010-04-01" posts=2 suitable=12
says "the governing day picks the next version" "candidates for each post: 3" $G decide referral-count "governing day=2010-04-12" "application day=2010-04-01" posts=2 suitable=12
says "facts of another day's law are left out and told" "not asked about by the law of that day: farm insurance undertaking" \
    $G decide employer-eligibility --on 2008-01-01 "farm insurance undertaking=yes"
says "inputs are listed" "nationals were separated by employment adjustment" $G decide employer-eligibility --inputs
says "the condition of an input is listed" "needed where had layoffs" $G decide employer-eligibility --inputs
says "models are listed" "roster-entry" $G decide
says "words come in Korean" "인정" $G decide training --on 2026-07-16 entry_day=2026-07-01 $training --language ko
says "a list is given with commas" "LAYOFF_IN_WINDOW" $G decide employer-eligibility --on 2026-06-05 filing_day=2026-05-20 had_layoffs=yes \
    layoff_days=2026-03-06,2026-04-10
printf '{"entry day": "2026-07-01", "finished on": "2026-07-17", "hours": "16", "returnee": false, "special re entry": false}' > "$T/facts.json"
says "facts are read from a file" "TRAINING_LATE" $G decide training --on 2026-07-17 --facts "@$T/facts.json"
says "an argument goes before the file" "granted" $G decide training --on 2026-07-17 --facts "@$T/facts.json" finished_on=2026-07-16
stops "a file that is not there is told" 66 $G decide training --facts "@$T/none.json"
$G decide training --on 2026-07-17 --facts "@$T/facts.json" --json > "$T/j"
says "JSON names outcome and grounds" "refused TRAINING_LATE" jq -r '"\(.outcome) \(.grounds[0].code)"' "$T/j"
$G decide training hour=3 entry_day=x --json > "$T/j"
says "faults as JSON name their fields" "entry day,hour" jq -r '[.faults[].field] | sort | join(",")' "$T/j"
$G decide employer-eligibility --inputs --json > "$T/j"
says "every input has a meaning" "true" jq '[.[].meaning | length > 0] | all' "$T/j"

says "--list lists the models" "roster-entry" $G decide --list
says "--describe tells the facts of a model" "needed where had layoffs" $G decide employer-eligibility --describe
extension="period_ends_on=2023-12-31 applicant=employer extended_before=no extension_months=20 moved_without_fault=yes contract_until=2023-12-31"
says "the law of the day of the request counts, not today's" "CONTRACT_UNDER_ONE_MONTH" $G decide work-period-extension applied_on=2023-12-20 \
    contract_from=2023-12-15 $extension
says "--on goes before the model's own law day" "granted" $G decide work-period-extension --on 2024-01-10 applied_on=2023-12-20 \
    contract_from=2023-12-15 $extension
says "a governing day picks the law of a model that does not ask about it" "2021-10-14" $G decide sanctions "governing day=2026-06-01" "offence=overstay"
says "what nobody told is no ground" "cannot decide" $G decide workplace-change "cause=harassment by others" special_track=no counted_moves=0 \
    extension_running=no --on 2026-06-01

says "days and thousands are read as people write them" "granted" $G decide training --on 2026.7.16 "Entry Day=2026년 7월 1일" finishedOn=16.07.2026 hours=16 \
    returnee=0 special_re_entry=no
says "yes and no are read in the scheme's languages" "the duty applies: false" $G decide employer-education "permit day=2026-3-31" "first permit=아니요" --on 2026-06-01
says "names and values are read in the scheme's languages" "신고 기한: 2026-03-17" $G decide reporting "발생 사유=사망" "known on=2026-03-02" \
    --on 2026-03-10 --language ko
says "what does not fit is told as it was written" '"six" does not fit. A number is expected' $G decide training "hours=six"
says "a day that the calendar has not is told" '"2026-02-30" does not fit. A day is expected' $G decide training "entry day=2026-02-30"
says "an empty fact is left out" "cannot decide" $G decide training --on 2026-07-16 "entry day=2026-07-01" "finished on=" "hours=-"
says "a model may be written otherwise, and its scheme is found" "865000" $G decide Fine "deed=no permit" "offender=medium firm" "governing day=2026-02-01"
says "a category told as a number is one of the words" "granted" $G decide permit-term --facts '{"category": 2, "months": 12, "governing day": "2026-02-01"}'
says "a word of a value's label leads to it" 'Did you mean "harassment by employer"?' $G decide workplace-change cause=assault
says "a long list of values ends whole" "… (--describe lists all)" $G decide workplace-change cause=nothing_like_it
says "facts are described in a language of the scheme" "contract ended = 근로계약 해지" $G decide reporting --describe --language ko

verdict
