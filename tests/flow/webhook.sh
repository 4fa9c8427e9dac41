#!/usr/bin/env bash
# webhook.sh: events told to another system: signed as Standard Webhooks says (checked by its own npm package), only what the account
# may read, tried again with the same id, never to a private address unless the operator allows it, with a log of deliveries.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/sign_in.sh
. tests/flow/tools/npm.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d); pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
unset GOLDENBRIDGE_MAIL_URL GOLDENBRIDGE_SMS_URL
G() { out/goldenbridge "$@" --store "$dir/s.store"; }
wait_for() { for _ in $(seq 1200); do [ -s "$1" ] && return 0; sleep 0.05; done; bad "$1 did not come"; }
got() { jq -rs "$1" "$dir/got"; }
A() { local who=$1; shift; curl -s -H "Authorization: Bearer $(cat "$dir/$who.token")" -H 'Content-Type: application/json' "$@"; }
token() { rm -f "$dir/jar"; sign_in_page "$dir/jar" "$1" "$origin"; awk '$6 == "session" {print $7}' "$dir/jar" > "$dir/$1.token"; }
start() { serve "$dir/serve.out" --store "$dir/s.store"; pids+=("$server") origin=$url; }
receiver() { rm -f "$dir/port"; node tests/flow/tools/hook_receiver.cjs "$dir/port" "$dir/got" "$dir/keys" "$1" & receiver=$!; pids+=($!); wait_for "$dir/port"; port=$(cat "$dir/port"); }

: > "$dir/got"; echo '{}' > "$dir/keys"
ok "a demo" G demo --candidates 20 --employers 5
receiver 1
start; for who in ministry employer worker officer agency; do token $who; done
is "without leave no address without TLS" 422 "$(A ministry -o /dev/null -w '%{http_code}' -d "{\"url\": \"http://127.0.0.1:$port/all\"}" "$origin/api/v1/webhooks")"
hidden=$(A ministry -d "{\"url\": \"https://127.0.0.1:$port/hidden\"}" "$origin/api/v1/webhooks" | jq -r .id)
unserve
export GOLDENBRIDGE_HOOKS_PRIVATE=1
start; for who in ministry employer worker officer agency; do token $who; done
for bad in 'ftp://a.example/' 'https://user@a.example/' 'https://a.example/#x' 'https://' 'javascript:alert(1)'; do
  is "no address: $bad" 422 "$(A ministry -o /dev/null -w '%{http_code}' -d "{\"url\": \"$bad\"}" "$origin/api/v1/webhooks")"
done
is "an event that there is not" 422 "$(A ministry -o /dev/null -w '%{http_code}' -d '{"url": "https://a.example/", "events": ["cake.eaten"]}' "$origin/api/v1/webhooks")"
is "a worker has none" 403 "$(A worker -o /dev/null -w '%{http_code}' "$origin/api/v1/webhooks")"
is "nor has an officer" 403 "$(A officer -o /dev/null -w '%{http_code}' -d "{\"url\": \"http://127.0.0.1:$port/\"}" "$origin/api/v1/webhooks")"
A ministry -d "{\"url\": \"http://127.0.0.1:$port/all\"}" "$origin/api/v1/webhooks" > "$dir/keys"
mine=$(jq -r .id "$dir/keys")
is "a secret and a public key" "whsec whpk" "$(jq -r '"\(.secret[0:5]) \(.public_key[0:4])"' "$dir/keys")"
is "nobody else's to see" 404 "$(A employer -o /dev/null -w '%{http_code}' "$origin/api/v1/webhooks/$mine")"
is "nor to remove" 404 "$(A employer -o /dev/null -w '%{http_code}' -d '{"action": "remove"}' "$origin/api/v1/webhooks/$mine")"
A employer -d "{\"url\": \"http://127.0.0.1:$port/firm\", \"events\": [\"employer.restricted\", \"employer.restriction_lifted\"]}" "$origin/api/v1/webhooks" > "$dir/firm"
gone=$(A agency -d "{\"url\": \"http://127.0.0.1:$port/gone\"}" "$origin/api/v1/webhooks" | jq -r .id)
A ministry -o /dev/null -d '{"action": "test"}' "$origin/api/v1/webhooks/$mine"
for _ in $(seq 100); do [ -s "$dir/got" ] && break; sleep 0.1; done
is "the timer of the server sends" webhook.test "$(got '.[0].body.type')"
unserve
is "refused once, so it waits" "1 waiting" "$(sqlite3 "$dir/s.store" "SELECT attempts || ' ' || state FROM outbox WHERE id LIKE 'hook:$mine/test%'")"

firm=$(G list account --as admin --json --limit 500 | jq -r '.cases[]|select(.data.login == "employer")|.data.party')
other=$(G list employer --as officer --json --limit 50 | jq -r --arg f "$firm" '[.cases[]|select(.id != $f and .state == "registered")][0].id')
for id in "$firm" "$other"; do
  ok "a restriction of $id" G do employer.restrict --case "$id" --as officer restricted_until="$(date -u -d '+300 days' +%F)" restriction_reason=test
  ok "signed by another" G do employer.restrict/confirm --case "$id" --as officer2
done
for _ in 1 2 3; do G notify --now "$(date -u -d '+10 seconds' +%FT%TZ)" >/dev/null & done; wait $(jobs -p | grep -vE "^($receiver|$server)$")
is "the same id when tried again" "2 1" "$(got 'map(select(.path == "/all" and .body.type == "webhook.test"))|"\(length) \(map(.id)|unique|length)"')"
is "the ministry is told of all four events, once each with three senders" "4 4" "$(got 'map(select(.path == "/all" and .body.type != "webhook.test"))|"\(length) \(map(.id)|unique|length)"')"
is "the firm of what it asked for, in its own case" "employer.restricted $firm" "$(got 'map(select(.path == "/firm"))|map("\(.body.type) \(.body.data.case)")|join(", ")')"
is "every message to the ministry passes the verifier of Standard Webhooks" true "$(got 'map(select(.path == "/all"))|all(.hmac)')"
is "and its Ed25519 signature" true "$(got 'map(select(.path == "/all"))|all(.ed25519)')"
is "changed it passes neither, nor under another secret" true "$(got 'all((.changed or .other or .ed25519Changed)|not)')"
is "the secret of one is not that of another" true "$(got 'map(select(.path == "/firm"))|all(.hmac|not)')"
is "it holds no personal data" "case case_type day scheme seq url version" "$(got 'map(select(.path == "/all" and .body.type != "webhook.test"))[0].body.data|keys|join(" ")')"
is "410 ends a webhook" gone "$(sqlite3 "$dir/s.store" "SELECT state FROM webhooks WHERE id = '$gone'")"
is "after what three senders had in hand" true "$(got 'map(select(.path == "/gone"))|length <= 3')"

start; token ministry; token employer
is "the log of deliveries" "5 sent" "$(A ministry "$origin/api/v1/webhooks/$mine" | jq -r '.deliveries|"\(length) \(map(.state)|unique|join(","))"')"
n=$(got 'map(select(.path == "/all"))|length'); last=$(A ministry "$origin/api/v1/webhooks/$mine" | jq -r '.deliveries[0].id')
is "sent again on request" true "$(A ministry -d "{\"action\": \"again\", \"delivery\": \"$last\"}" "$origin/api/v1/webhooks/$mine" | jq .done)"
for _ in $(seq 100); do [ "$(got 'map(select(.path == "/all"))|length')" -gt "$n" ] && break; sleep 0.1; done
is "it came" $((n + 1)) "$(got 'map(select(.path == "/all"))|length')"
moved=$(A employer -d "{\"url\": \"http://127.0.0.1:$port/moved\"}" "$origin/api/v1/webhooks" | jq -r .id)
A employer -o /dev/null -d '{"action": "test"}' "$origin/api/v1/webhooks/$moved"
for _ in $(seq 100); do [ "$(got 'map(select(.path == "/moved"))|length')" -gt 0 ] && break; sleep 0.1; done
sleep 0.5
is "a redirect is not followed" 0 "$(got 'map(select(.path == "/landed"))|length')"
is "removed" true "$(A employer -d '{"action": "remove"}' "$origin/api/v1/webhooks/$moved" | jq .done)"
unserve

# without leave nothing goes inside, whatever the address looks like
unset GOLDENBRIDGE_HOOKS_PRIVATE
for host in 127.0.0.1 localhost '[::1]' '[::ffff:127.0.0.1]' 0x7f000001 2130706433 0.0.0.0 169.254.169.254 10.0.0.1; do
  id=$(printf '%s' "$host" | sha256sum | cut -c1-24)
  sqlite3 "$dir/s.store" "INSERT INTO webhooks VALUES ('$id', 'kr-eps', 'ministry', 'https://$host:$port/inside', '[]', 'active', 0, 0); INSERT INTO outbox VALUES ('hook:$id/test-1', 'hook', 'ministry', '$id/test-1', 'waiting', 0, 0, 0, 0, '')"
done
G notify >/dev/null
is "nine ways inside, none taken" 9 "$(sqlite3 "$dir/s.store" "SELECT COUNT(*) FROM outbox WHERE id LIKE 'hook:%/test-1' AND answer LIKE '%private network%'")"
is "nothing arrived" 0 "$(got 'map(select(.path == "/inside" or .path == "/hidden"))|length')"
ok "the log verifies" G verify
verdict
