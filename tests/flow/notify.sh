#!/usr/bin/env bash
# notify.sh: notices from events and deadlines, in the product, by e-mail through a real SMTP server and by short message: in the
# reader's language, to confirmed addresses only, each once with several senders and after kill -9, tried again, erased with the person.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/sign_in.sh
. tests/flow/tools/npm.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
G() { out/goldenbridge "$@" --store "$dir/s.store"; }
wait_for() { for _ in $(seq 1200); do [ -s "$1" ] && return 0; sleep 0.05; done; bad "$1 did not come"; }
mail() { jq -s "map(select(.channel == \"email\"))|$1" "$dir/post" -r; }
sms() { jq -s "map(select(.channel == \"sms\"))|$1" "$dir/post" -r; }

post_office() { # refusals, slowness
  rm -f "$dir/ports"; SLOW_MS=${2:-0} node tests/flow/tools/post_office.cjs "$dir/ports" "$dir/post" "${1:-0}" & office=$!; pids+=($!)
  wait_for "$dir/ports"; read -r smtp http < "$dir/ports"
  export GOLDENBRIDGE_MAIL_URL=smtp://127.0.0.1:$smtp GOLDENBRIDGE_MAIL_PLAIN=1 GOLDENBRIDGE_MAIL_FROM=post@goldenbridge.example
  export GOLDENBRIDGE_SMS_URL=http://127.0.0.1:$http/sms GOLDENBRIDGE_SMS_TOKEN=test-token GOLDENBRIDGE_ORIGIN=https://goldenbridge.example
}
start() { serve "$dir/serve.out" --store "$dir/s.store"; pids+=("$server") origin=$url; }
C() { curl -s -b "$dir/$1.jar" -c "$dir/$1.jar" "${@:2}"; }
sign_in() { C "$1" -o /dev/null "$origin/language?to=${2:-en}"; sign_in_page "$dir/$1.jar" "$1" "$origin"; }
csrf() { C "$1" "$origin/contact" | grep -oP 'name="csrf" value="\K[^"]+' | head -1; }
post() { C "$1" -o "$dir/answer" -w '%{http_code}' --data-urlencode "csrf=$(csrf "$1")" "${@:2}"; }

: > "$dir/post"
ok "a demo" G demo --candidates 20 --employers 5
out/goldenbridge notify --store "$dir/s.store" --json > "$dir/first.json"
is "before anybody gave an address nothing is sent" 0 "$(jq .sent "$dir/first.json")"
is "the demo's last month made notices" true "$(jq '.made > 10' "$dir/first.json")"
is "a second time makes none" 0 "$(G notify --json | jq .made)"

post_office; start; sign_in worker kk
has "a worker sees their notices" "Хабарламалар" "$(C worker "$origin/notices")"
is "a number that is none" 422 "$(post worker -d sms=12345 "$origin/contact")"
is "an address that is none" 422 "$(post worker -d email=a@b@c "$origin/contact")"
is "a form without the secret" 409 "$(C worker -o /dev/null -w '%{http_code}' -d email=worker@example.org "$origin/contact")"
is "an address, a number, a language, wishes" 303 "$(post worker -d email=worker@example.org --data-urlencode 'sms=+7 (701) 123-45-67' -d language=kk -d email.event=1 -d email.deadline=1 -d sms.deadline=1 "$origin/contact")"
for _ in $(seq 100); do [ "$(wc -l < "$dir/post")" -ge 2 ] && break; sleep 0.1; done
is "the timer of the server sends two codes" "worker@example.org +77011234567" "$(mail '.[0].to[0]') $(sms '.[0].to[0]')"
code=$(mail '.[0].text' | grep -oE '[0-9]{8}'); code2=$(sms '.[0].text' | grep -oE '[0-9]{8}')
has "the code comes in the language asked for" "сіздің кодыңыз" "$(mail '.[0].text')"
is "a wrong code" 422 "$(post worker -d channel=email -d code=00000000 "$origin/contact/confirm")"
is "another channel's code" 422 "$(post worker -d channel=email -d code="$code2" "$origin/contact/confirm")"
is "the right code" 303 "$(post worker -d channel=email -d code="$code" "$origin/contact/confirm")"
is "the right code of the telephone" 303 "$(post worker -d channel=sms -d code="$code2" "$origin/contact/confirm")"
has "the page says that it is confirmed" "Расталған" "$(C worker "$origin/contact")"
for _ in 1 2 3 4 5 6 7 8 9 10 11; do last=$(post worker -d channel=email -d code=00000000 "$origin/contact/confirm"); done
is "guessing codes ends" 429 "$last"
hasnt "addresses do not stand in the store" "worker@example.org" "$(strings -a "$dir"/s.store* | grep -F worker@example.org)"
unserve

# events: what others do is told, what one does oneself is not
of() { sqlite3 "$dir/s.store" "SELECT COUNT(*) FROM notices WHERE account='$1'"; }
party_of() { G list account --as admin --json --limit 500 | jq -r --arg l "$1" '.cases[]|select(.data.login == $l)|.data.party'; }
python3 tests/flow/tools/candidates.py 1 8800 > "$dir/one.csv"; G bulk candidate.register "$dir/one.csv" --as agency >/dev/null 2>&1
filed=$(G list candidate --as agency --json --limit 500 --state filed | jq -r '.cases[0].id')
ok "an account for who was filed" G do account.open_worker --as agency login=worker-filed name=Filed party="$filed" language=kk
G notify >/dev/null; n=$(of worker-filed)
ok "a worker accepts what was filed" G do candidate.accept --case "$filed" --as worker-filed --key a1
is "what one does oneself is no news" "$n" "$(G notify >/dev/null; of worker-filed)"
ok "the test result comes" G do candidate.record_test --case "$filed" --as hrd --key a2 announced_on="$(date -u +%F)" score=120 minimum_score=80 rank=1 places=10 skills_score=90 skills_minimum=60 competency_points=1 cheated=false
is "what others do is" $((n + 1)) "$(G notify >/dev/null; of worker-filed)"
firm=$(party_of employer); before=$(of employer)
ok "a restriction is proposed" G do employer.restrict --case "$firm" --as officer --key r1 restricted_until="$(date -u -d '+300 days' +%F)" restriction_reason=test
is "what waits for a second person is told to nobody" "$before" "$(G notify >/dev/null; of employer)"
ok "and signed by another" G do employer.restrict/confirm --case "$firm" --as officer2 --key r2
is "then the firm is told" $((before + 1)) "$(G notify >/dev/null; of employer)"

# deadlines ahead, each lead once, whatever the number of senders
due=$(G list candidate --as hrd --json --limit 500 --state rostered | jq -r '[.cases[]|select(.due != null and .due != "")][0]|"\(.id) \(.due)"')
read -r other until <<<"$due"
login=$(G list account --as admin --json --limit 500 | jq -r --arg p "$other" '[.cases[]|select(.data.party == $p)][0].data.login // empty')
if [ -z "$login" ]; then login=reached; ok "an account for a candidate on the roster" G do account.open_worker --as agency login=$login name=Reached party="$other" language=ru; fi
start; sign_in "$login" ru
is "they give both" 303 "$(post "$login" -d email=roster@example.org -d sms=%2B77020000001 -d language=ru -d email.deadline=1 -d sms.deadline=1 -d email.event=1 -d email.message=1 "$origin/contact")"
for _ in $(seq 100); do [ "$(mail 'map(select(.to[0] == "roster@example.org"))|length')" -ge 1 ] && break; sleep 0.1; done
for channel in email sms; do
  code=$(jq -rs --arg c $channel 'map(select(.channel == $c and (.to[0] == "roster@example.org" or .to[0] == "+77020000001")))[0].text' "$dir/post" | grep -oE '[0-9]{8}')
  is "confirmed: $channel" 303 "$(post "$login" -d channel=$channel -d code="$code" "$origin/contact/confirm")"
done
unserve
theirs() { jq -rs --arg m "$1" 'map(select(.to[0] == "roster@example.org" or .to[0] == "+77020000001"))|map(select((.text|test("[0-9]{8}")|not)))|'"$2" "$dir/post"; }
for lead in 30 30 29 7 1; do # a day inside the same lead tells nothing new
  day=$(date -u -d "$until - $lead days" +%Y-%m-%dT09:00:00Z)
  for _ in 1 2 3 4; do out/goldenbridge notify --store "$dir/s.store" --now "$day" >>"$dir/log" 2>&1 & done; wait $(jobs -p | grep -vE "^($office)$")
done
is "three leads, e-mail and short message, once each with four senders" "3 3" "$(theirs x '"\(map(select(.channel=="email"))|length) \(map(select(.channel=="sms"))|length)"')"
is "no message twice" "$(theirs x 'map(.id)|length')" "$(theirs x 'map(.id)|unique|length')"
has "in the reader's language" "Последний день" "$(theirs x '.[0].subject // .[0].text')"
has "the days that are left" "через 30 дней" "$(theirs x 'map(.text)|join(" ")')"
has "a link to the notices" "https://goldenbridge.example/notices" "$(theirs x '.[0].text')"
is "an automatic message that names the language" "ru auto-generated" "$(theirs x 'map(select(.channel=="email"))[0]|"\(.language) \(.auto)"')"
name=$(G case "$other" --as hrd --json | jq -r '.data.family_name')
hasnt "without anybody's name" "$name" "$(theirs x 'map(.text + (.subject // ""))|join(" ")')"

# refused, then taken: the wait grows, the id stays
kill "$office"; wait "$office" 2>/dev/null; post_office 2
at=$(date -u -d "$until + 1 day" +%s)
now() { date -u -d "@$((at + $1))" +%Y-%m-%dT%H:%M:%SZ; }
n=$(theirs x 'map(select(.channel=="sms"))|length')
is "the gateway refuses" 1 "$(G notify --json --now "$(now 32400)" | jq .failed)"
is "at once it is not tried again" "0 0" "$(G notify --json --now "$(now 32401)" | jq -r '"\(.sent) \(.failed)"')"
is "after five seconds it is, and refused again" 1 "$(G notify --json --now "$(now 32406)" | jq .failed)"
is "after five minutes it is taken" 1 "$(G notify --json --now "$(now 32800)" | jq .sent)"
is "once" $((n + 1)) "$(theirs x 'map(select(.channel=="sms"))|length')"
has "it says that the day is over" "Последний день был" "$(theirs x 'map(.text)|last')"

# killed between "taken" and "settled": nothing is lost, at most the message in hand comes twice, with the same id
kill "$office"; wait "$office" 2>/dev/null; post_office 0 300
mark=$(wc -l < "$dir/post"); base=$((at + 86400 * 400));
sqlite3 "$dir/s.store" "UPDATE outbox SET state='waiting', attempts=0, next_at=0 WHERE about LIKE 'due/%' AND channel='email'"
want=$(sqlite3 "$dir/s.store" "SELECT COUNT(*) FROM outbox WHERE state='waiting' AND channel='email'")
out/goldenbridge notify --store "$dir/s.store" --now "$(date -u -d @$base +%FT%TZ)" >/dev/null 2>&1 & victim=$!
for _ in $(seq 100); do [ "$(wc -l < "$dir/post")" -gt "$mark" ] && break; sleep 0.02; done
kill -9 $victim; wait $victim 2>/dev/null
out/goldenbridge notify --store "$dir/s.store" --now "$(date -u -d @$((base + 60)) +%FT%TZ)" >/dev/null 2>&1
out/goldenbridge notify --store "$dir/s.store" --now "$(date -u -d @$((base + 200)) +%FT%TZ)" >/dev/null 2>&1
got() { tail -n +$((mark + 1)) "$dir/post" | jq -rs "map(select(.channel == \"email\"))|$1"; }
is "after kill -9 every message came" "$want" "$(got 'map(.id)|unique|length')"
is "the one in hand twice at most" true "$(got "length <= $want + 1")"
is "and nothing waits" 0 "$(sqlite3 "$dir/s.store" "SELECT COUNT(*) FROM outbox WHERE state='waiting'")"

# erasure takes address, notices and what was sent
ok "the person is erased" G erase "$other" --article "pipa:36"
is "nothing is left to reach them" "0 0 0" "$(sqlite3 "$dir/s.store" "SELECT (SELECT COUNT(*) FROM contacts WHERE account='$login') || ' ' || (SELECT COUNT(*) FROM notices WHERE account='$login') || ' ' || (SELECT COUNT(*) FROM outbox WHERE account='$login')")"
ok "the log verifies" G verify
ok "the read tables fold again" G rebuild
verdict
