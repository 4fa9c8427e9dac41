#!/usr/bin/env bash
# cohort.sh: the sending agency's groups of candidates, what it writes to them in their languages, and the fees it publishes.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/sign_in.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); trap 'unserve; rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s.store
G() { out/goldenbridge "$@"; }
of() { G case "$1" --json | jq -r "$2"; }
today=$(TZ=Asia/Seoul date +%F)
day() { date -u -d "$today ${1:-0} days" +%F; }

ok "a demo" G demo --candidates 20 --employers 4
A() { G do "$@" --as agency; }
open_group() { A cohort.open --json kind="$1" name=Trial country="${3:-KZ}" place=Astana "from_day=$(day 5)" "until_day=$(day "${4:-9}")" seats="$2"; }
no "a group for a country without an agreement" NOT_IN_FORCE open_group "training group" 2 FR
no "a group for a country that is none" FIELD_CHOICE open_group "training group" 2 XX
no "a group that ends before it begins" FIELD_RANGE open_group "training group" 2 KZ 4
no "a group of nobody" FIELD_RANGE open_group "training group" 0
no "only the agency opens one" NOT_ALLOWED G do cohort.open --as officer kind="training group" name=T country=KZ place=A "from_day=$(day 5)" "until_day=$(day 9)" seats=2
group=$(open_group "training group" 2 | jq -r .case); away=$(open_group "departure group" 2 | jq -r .case)
is "it waits for the agency until its first day" "agency $(day 5)" "$(of "$group" '.holder + " " + .due')"
mapfile -t who < <(G list candidate --state rostered --json --limit 100 | jq -r '.cases[] | select(.data.training_group == null) | .id' | head -4)
is "candidates without a group" 4 "${#who[@]}"

# --- who belongs to it
no "a group of another kind" FIELD_CHOICE A candidate.join_training --case "${who[0]}" training_group="$away"
no "nobody departs without a contract" WRONG_STATE A candidate.join_departure --case "${who[0]}" departure_group="$away"
no "an empty group does not start" NOT_IN_FORCE A cohort.start --case "$group"
no "and nobody is written to" NOT_IN_FORCE A cohort.message --case "$group" topic="day of departure" "message_day=$(day 6)" message_place=Airport
printf 'case,training_group\n%s,%s\n%s,%s\n' "${who[0]}" "$group" "${who[1]}" "$group" > "$dir/join.csv"
ok "two of them by spreadsheet" G bulk candidate.join_training "$dir/join.csv" --as agency
no "no more than it has places" NOT_IN_FORCE A candidate.join_training --case "${who[2]}" training_group="$group"
no "nobody twice" ALREADY_EXISTS A candidate.join_training --case "${who[0]}" training_group="$group"
ok "one leaves" A candidate.leave_training --case "${who[1]}"
is "and is in no group any more" "null null" "$(of "${who[1]}" '"\(.data.training_group) \(.data.training_group_name)"')"
no "who is in none does not leave" NOT_IN_FORCE A candidate.leave_training --case "${who[1]}"
ok "the place is free again" A candidate.join_training --case "${who[2]}" training_group="$group"
ok "an account for one" A account.open_worker login=first name=First party="${who[0]}" language=kk
ok "and for another" A account.open_worker login=third name=Third party="${who[2]}" language=ru
ok "and for the one who left" A account.open_worker login=second name=Second party="${who[1]}" language=ru

# --- what they are told
M() { A cohort.message --case "$group" "$@"; }
no "a prepared text without its day" FIELD_MISSING M topic="bring papers" message_place=Office
no "a prepared text without its place" FIELD_MISSING M topic="bring papers" "message_day=$(day 6)"
no "a day that has passed" FIELD_RANGE M topic="bring papers" "message_day=$(day -1)" message_place=Office
no "a time that is none" FIELD_FORMAT M topic="bring papers" "message_day=$(day 6)" message_time=9.30 message_place=Office
no "own words in one language alone" FIELD_MISSING M topic="own words" text_kk="Сәлем"
no "a line break in own words" FIELD_FORMAT M topic="own words" text_kk=$'a\nb' text_ru=c
no "an unknown topic" FIELD_CHOICE M topic=holiday text_kk=a text_ru=b
ok "papers to bring" M topic="bring papers" "message_day=$(day 6)" message_time=09:30 message_place="Dostyk 1" text_kk="Екі көшірме <керек>." text_ru="Нужны <две> копии."
is "one message was sent" 1 "$(of "$group" .data.messages_sent)"
ok "one to a single candidate" A candidate.message --case "${who[0]}" topic="call the agency"
no "own words that are none" FIELD_MISSING A candidate.message --case "${who[0]}" topic="words to one"
ok "own words to this candidate alone" A candidate.message --case "${who[0]}" topic="words to one" text_kk="Аттестат түпнұсқасын <алыңыз>."
in_log() { sqlite3 "$dir/s.store" "SELECT count(*) FROM log_events WHERE instr(CAST(bytes AS TEXT), '$1') > 0"; }
is "which stand in no event readably, as those to a group do" "0 1" "$(in_log Аттестат) $(in_log көшірме)"
G notify >/dev/null
told() { sqlite3 "$dir/s.store" "SELECT COUNT(*) FROM notices WHERE account = '$1' AND kind = 'message'"; }
is "each who belongs to it" "3 1" "$(told first) $(told third)"
is "not who left" 0 "$(told second)"
is "a second look tells nobody twice" 0 "$(G notify --json | jq .made)"
serve "$dir/serve.out" --store "$dir/s.store"; origin=$url
C() { curl -s -b "$dir/$1.jar" -c "$dir/$1.jar" "${@:2}"; }
read_as() { C "$1" -o /dev/null "$origin/language?to=$2"; C "$1" "$origin/notices"; }
for login in first third agency; do sign_in_page "$dir/$login.jar" "$login" "$origin"; done
page=$(read_as first kk)
has "in Kazakh, with the sender's words in Kazakh, escaped" "Екі көшірме &lt;керек&gt;." "$page"
has "with day, time and place" ", 09:30 дейін әкеліңіз, орны: Dostyk 1" "$page"
has "and the message to this candidate alone" "Ісіңіз бойынша агенттікке қоңырау шалыңыз." "$page"
has "and what the agency wrote to them" "Агенттік сізге жазады: Аттестат түпнұсқасын &lt;алыңыз&gt;." "$page"
has "in Russian for who reads Russian" "Нужны &lt;две&gt; копии." "$(read_as third ru)"
has "who reads neither gets the first of them, the prepared text in their own" "Bring your passport and the papers of your case by" "$(read_as third en)"
has "the download has it too" "Екі көшірме" "$(C first "$origin/language?to=kk" -o /dev/null; C first "$origin/me/data" | jq -r '.notices[].text')"
page=$(C agency "$origin/language?to=en" -o /dev/null; C agency "$origin/case/$group")
has "the agency follows who belongs to it" "/case/${who[2]}" "$page"
if [[ $page != *"/case/${who[1]}"* ]]; then good; else bad "who left is still shown"; fi
is "a candidate does not read the group" 403 "$(C first -o /dev/null -w '%{http_code}' "$origin/case/$group")"
has "but sees which it is" "Trial · Astana · $(day 5)" "$(C first "$origin/case/${who[0]}")"

# --- published fees
page=$(curl -s -b lang=en "$origin/costs")
has "anybody reads what is asked" "18,000 KZT" "$page"
has "who published it" "Sending agency" "$page"
has "and when" "$(day -110)" "$page"
has "and for what nothing is published" "No amount is published for:" "$page"
is "the file names both too" "publisher,published" "$(curl -s "$origin/costs.csv" | head -1 | tr -d '\r' | grep -o 'publisher,published$')"
fee=$(G list cost --json --limit 100 | jq -r '.cases[] | select(.data.item == "medical check") | .id')
ok "the ministry changes one" G do cost.revise --as ministry --case "$fee" amount=19000 "from_day=$today" source=test
is "then it stands as the ministry's" "ministry $today" "$(of "$fee" '.data.publisher + " " + .data.published_on')"

# --- on the way and over
ok "the group starts" A cohort.start --case "$group"
no "and is not over before its last day" OUTSIDE_WINDOW A cohort.finish --case "$group"
ok "over" A cohort.finish --case "$group" --now "$(day 9)"
no "a group that is over takes nobody" NOT_IN_FORCE A candidate.join_training --case "${who[3]}" training_group="$group"
last=$(open_group "training group" 5 | jq -r .case)
ok "another one" A candidate.join_training --case "${who[3]}" training_group="$last"
ok "dissolved" A cohort.dissolve --case "$last" cancel_reason=test
is "its candidates are free" null "$(of "${who[3]}" .data.training_group)"
has "the read tables are what the log says" identical "$(G rebuild)"
ok "verify" G verify

# --- a scheme whose message is no choice of the form is refused whole
mkdir -p "$dir/law"; cp -r law/kr-eps "$dir/law/"
jq '.steps["cohort.message"].message.topic = "text_kk"' law/kr-eps/processes/cohort.json > "$dir/law/kr-eps/processes/cohort.json"
no "a topic that nobody can list" "no choice of the form" env GOLDENBRIDGE_LAW="$dir/law" out/goldenbridge law check --scheme kr-eps
jq 'del(.steps["cohort.message"].message.to)' law/kr-eps/processes/cohort.json > "$dir/law/kr-eps/processes/cohort.json"
no "a message to nobody" "topic" env GOLDENBRIDGE_LAW="$dir/law" out/goldenbridge law check --scheme kr-eps
cp law/kr-eps/processes/cohort.json "$dir/law/kr-eps/processes/"
jq 'del(.message["day of departure"])' law/kr-eps/messages/cohort.ru.json > "$dir/law/kr-eps/messages/cohort.ru.json"
no "a topic without its text" "message.day of departure" env GOLDENBRIDGE_LAW="$dir/law" out/goldenbridge law check --scheme kr-eps
verdict
