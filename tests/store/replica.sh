#!/usr/bin/env bash
# replica.sh: who only reads is served by a replica, who has written sees it: while the replica's replay stands still, after it was
# lost, and while there is no primary. Skipped by name where PostgreSQL is missing.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) servers=''
end() { [ -z "$servers" ] || kill $servers 2>/dev/null; tests/pg.sh stop-pair "$dir/pg" 2>/dev/null; rm -rf "$dir"; }
trap end EXIT
within() { local name=$1 limit=$2; shift 2 # seconds, then what must come true
           for _ in $(seq $((limit * 10))); do if "$@"; then good; return; fi; sleep 0.1; done
           bad "$name" "not within $limit s"; }

chmod 755 "$dir"
store=$(tests/pg.sh pair "$dir/pg"); status=$?
if [ $status = 77 ]; then skip "reading from a replica: postgresql is not installed"; fi
is "primary and replica start" 0 $status
primary="postgres://goldenbridge@/postgres?host=$dir/pg/a" replica="postgres://goldenbridge@/postgres?host=$dir/pg/b"
export GOLDENBRIDGE_KEY_FILE=$dir/keys
sql() { psql -XAtq "$@"; }
sql "$primary" -c "ALTER SYSTEM SET synchronous_standby_names = ''" -c "SELECT pg_reload_conf()" >/dev/null # it will be lost
out/goldenbridge demo --candidates 20 --employers 10 --store "$store" >"$dir/demo" 2>&1; is "a store is made" 0 $?

# What is no replica of the store is refused at once.
sql "$primary" -c "CREATE DATABASE other" >/dev/null
pg_dump -h "$dir/pg/a" -U goldenbridge postgres | psql -Xq -h "$dir/pg/a" -U goldenbridge other >/dev/null 2>&1
try() { timeout 20 out/goldenbridge serve --demo --port 0 "$@" 2>&1; echo "status $?"; }
is "another database to read from" "status 2" "$(try --store "$store" --read-from "postgres://goldenbridge@/other?host=$dir/pg/b" | tail -n 1)"
is "a replica of a file" "status 2" "$(unset GOLDENBRIDGE_KEY_FILE; out/goldenbridge init --store "$dir/s" >/dev/null 2>&1; try --store "$dir/s" --read-from "$replica" | tail -n 1)"

serve "$dir/one" --store "$store" --workers 2 --read-from "$store"; one=$url servers=$server # of both hosts: the one that follows
serve_port='' # the second takes another
serve "$dir/two" --store "$store" --workers 2 --read-from "$replica"; two=$url servers="$servers $server"
get() { curl -s "$@"; }
token() { get "$one/api/v1/session" -d '{"login": "officer"}' | jq -r .token; }
by() { get "$1/metrics" | sed -n "s/^goldenbridge_requests_total{from=\"$2\"} //p"; }
version() { local at=$1 who=$2; shift 2; get "$at/api/v1/cases/$case" -H "Authorization: Bearer $who" "$@" | jq -r .version; }
write() { # by WHO: the new version; what the sender is to see in $dir/written
  echo . >>"$dir/count"
  local count; count=$(wc -l <"$dir/count")
  get -D "$dir/head" "$one/api/v1/commands" -H "Content-Type: application/json" -H "Authorization: Bearer $1" -H "Idempotency-Key: k$count" -d "{\"step\": \"employer.update_figures\", \"case\": \"$case\",
    \"form\": {\"regular_workers\": 2$count, \"insured_nationals\": 9, \"foreign_workers_now\": 1, \"employment_insurance_joined\": true,
    \"accident_insurance_joined\": true, \"departure_insurance_joined\": true, \"wage_guarantee_joined\": true}}" | jq -r .version
  tr -d '\r' <"$dir/head" | sed -n 's/^Written: //p' >"$dir/written"
}
replay() { sql "$replica" -c "SELECT pg_wal_replay_$1()" >/dev/null; }
used() { # address: does the replica serve who has not written?
  local before; before=$(by "$1" replica); version "$1" "$reader" >/dev/null; [ "$(by "$1" replica)" -gt "$before" ]
}

writer=$(token) reader=$(token)
case=$(get "$one/api/v1/cases?type=employer&state=registered&limit=1" -H "Authorization: Bearer $reader" | jq -r '.cases[0].id')
within "the replica serves readers" 5 used "$one"
within "of the other process too" 5 used "$two"
old=$(version "$one" "$reader")

# Replay stands still. Who wrote sees it, who did not is served what the replica has, and neither waits.
replay pause
new=$(write "$writer")
is "the step is taken" $((old + 1)) "$new"
is "another reader is served by the replica" "$old" "$(version "$one" "$reader")"
is "who wrote sees it" "$new" "$(version "$one" "$writer")"
is "of another process, which knows nothing of it, the replica's" "$old" "$(version "$two" "$writer")"
is "of another process, by the header of the answer" "$new" "$(version "$two" "$writer" -H "Written: $(cat "$dir/written")")"
is "of another process, by the cookie of the answer" "$new" "$(version "$two" "$writer" -H "Cookie: written=$(cat "$dir/written")")"
is "the cookie is that number" "$(cat "$dir/written")" "$(tr -d '\r' <"$dir/head" | sed -n 's/^Set-Cookie: written=\([0-9]*\);.*/\1/p')"
is "a session that the replica has not heard of" "$new" "$(version "$two" "$(token)")"
behind() { [ "$(version "$one" "$reader")" = "$new" ]; }
within "a replica too far behind serves nobody" 9 behind
replay resume
within "it serves again when it has caught up" 9 used "$one"
is "and shows what was written" "$new" "$(version "$one" "$reader")"
before=$(by "$one" replica); is "the writer too" "$new" "$(version "$one" "$writer")"
is "from the replica" $((before + 1)) "$(by "$one" replica)"

# The replica is lost, and comes back.
as() { if [ "$(id -u)" = 0 ]; then (cd / && setpriv --reuid=postgres --regid=postgres --init-groups "$@"); else "$@"; fi; }
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
node() { as "$bin/pg_ctl" -D "$dir/pg/$2/data" -m immediate -w -t 60 "$1" -l "$dir/pg/$2/server.log" \
           -o "-c listen_addresses='' -c unix_socket_directories='$dir/pg/$2'" >/dev/null 2>&1; }
node stop b
new=$(write "$writer")
for who in "$writer" "$reader"; do is "without a replica all is read from the primary" "$new $new" "$(version "$one" "$who") $(version "$two" "$who")"; done
node start b
within "the replica serves again" 15 used "$one"
within "of the other process too" 15 used "$two"

# Many write and read at once, with the replay going and standing.
python3 tests/store/replica_load.py "$one" 6 "psql -XAtq $replica" >"$dir/load" 2>"$dir/load.err"; is "clients write and read" 0 $?
cat "$dir/load.err"
is "each read shows what its reader wrote" 0 "$(jq -r .stale "$dir/load")"
is "there were many" yes "$([ "$(jq -r .reads "$dir/load")" -gt 100 ] && echo yes || cat "$dir/load")"

# The primary is lost: what it acknowledged is read on, nothing is written.
within "the replica serves" 9 used "$one"
new=$(version "$one" "$reader")
node stop a
is "reading goes on without a primary" "$new" "$(version "$one" "$reader")"
is "writing does not" 503 "$(get -o /dev/null -w '%{http_code}' "$one/api/v1/commands" -H "Content-Type: application/json" -H "Authorization: Bearer $reader" -d "{\"step\": \"employer.update_figures\", \"case\": \"$case\", \"form\": {}}")"
node start a
within "writing comes back" 20 eval '[ "$(write "$writer")" = "$((new + 1))" ]'
verdict
