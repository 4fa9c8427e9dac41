#!/usr/bin/env bash
# migrate.sh: a store of each schema that was ever released, as that release's program left it, is opened by this one on both
# engines: it keeps its root hash and its read tables, goes on, and cannot be mistaken for one of another schema.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d)
end() { tests/pg.sh stop "$dir/pg" 2>/dev/null; rm -rf "$dir"; }
trap end EXIT
chmod 755 "$dir"
G() { out/goldenbridge "$@" --store "$store" --law tests/flow/schemes --scheme xx-tiny --now "${now:-2026-03-03}"; }
sql() { if [ "$engine" = sqlite ]; then sqlite3 "$store" "$1"; else psql -XAtq "$store" -c "$1"; fi; }
root() { G verify | grep -oE '[0-9a-f]{64}'; }
of() { G case "$1" --json | jq -r "$2"; }

fixture() { # folder of one schema: its store in $store, its keys beside
  export GOLDENBRIDGE_KEY_FILE=$dir/$engine.keys
  rm -f "$dir/$engine.keys"* "$dir/s"*
  cp "$1/$engine.keys"* "$dir/"; chmod 600 "$dir/$engine.keys"*
  if [ "$engine" = sqlite ]; then store=$dir/s; sqlite3 "$store" <"$1/sqlite.sql"; return; fi
  store=${pg/\/postgres\?/\/schema$(basename "$1")?}
  psql -Xq "$pg" -c "CREATE DATABASE schema$(basename "$1")" && psql -Xq -v ON_ERROR_STOP=1 "$store" -f "$1/postgres.sql" >/dev/null
}

carried() { # folder of a schema, its number
  local root seq
  about="schema $2 on $engine"
  fixture "$1"; is "the old store is laid out" 0 $?
  root=$(cat "$1/$engine.root")
  is "it is of its schema" "$2" "$(sql "SELECT value FROM log_meta WHERE key = 'version'")"
  if [ "$2" != "$newest" ]; then
    no "who only reads leaves it alone and says what to do" "open it once for writing" G list card
    rm -f "$dir"/copied*
    ok "it is copied as it is" G copy "$dir/copied"
    is "with its root" "$root" "$(store=$dir/copied root)"
    is "and its cases" 3 "$(store=$dir/copied G list card --json | jq '.cases | length')"
    rm -f "$dir"/kept*
    if [ "$engine" = sqlite ]; then
      ok "a backup is made before it is brought forward" G backup "$dir/kept"
      ok "and restored" out/goldenbridge restore "$dir/kept" --store "$dir/kept.again" --law tests/flow/schemes
      is "to the same root" "$root" "$(store=$dir/kept.again root)"
    fi
    is "it is still of its schema" "$2" "$(sql "SELECT value FROM log_meta WHERE key = 'version'")"
  fi
  ok "opened for writing: its read tables are what its log says" G rebuild
  is "it is of the newest schema" "$newest" "$(sql "SELECT value FROM log_meta WHERE key = 'version'")"
  is "its root is the one it was left with" "$root" "$(root)"
  is "a person's entry is read" "Second Reader" "$(of CAR-000002 .data.name)"
  is "an erased one stays erased" null "$(of CAR-000003 .data.name)"
  seq=$(of CAR-000001 '[.history[]|select(.outcome)][-1].seq')
  is "explain runs the old decision again" true "$(G explain "$seq" --json | jq .same)"
  # It goes on: a command of then is remembered, a person is known, the units taken are taken.
  ok "a command of then, sent again" G do card.apply --as clerk --key 12340 "name=First Reader" town_number=12340 birth_date=2012-06-01 town=northmouth
  is "was not done twice" 3 "$(G list card --json | jq '.cases | length')"
  no "a person of then, again" DUPLICATE_PERSON G do card.apply --as clerk name=Other town_number=11114 birth_date=2012-06-01 town=northmouth
  ok "the second card is issued" G do card.issue --case CAR-000002 --as clerk unpaid_fees=0 shelf=SHE-000001
  is "against the second unit" 2 "$(of CAR-000002 .data.unit.number)"
  ok "a new case is opened" G do card.apply --as clerk name=Fourth town_number=33332 birth_date=2012-06-01 town=northmouth
  ok "a checkpoint over both" G checkpoint
  ok "the log verifies" G verify
  ok "the read tables are what the log says" G rebuild
  ok "the log only grew since its old size" G consistency "$(sql "SELECT min(size) FROM log_checkpoints")"
  is "nobody may change it, as before" refused "$(sql "UPDATE log_events SET version = 9 WHERE seq = 1" >/dev/null 2>&1 && echo changed || echo refused)"
  if [ "$engine" = postgres ]; then
    is "its columns are ordered by their bytes" 3 "$(sql "SELECT count(*) FROM information_schema.columns WHERE collation_name = 'C'
      AND (table_name, column_name) IN (('log_events', 'stream'), ('log_commands', 'key'), ('log_person_keys', 'person'))")"
    is "the index by case is used" 1 "$(sql "SET enable_seqscan = off; EXPLAIN SELECT version, hash FROM log_events WHERE stream = 'x' ORDER BY version DESC LIMIT 1" | grep -c 'log_events_stream')"
  fi
  sql "UPDATE log_meta SET value = '$((newest + 1))' WHERE key = 'version'"
  no "a store of a later schema is refused" STORE_VERSION G do card.apply --as clerk name=Fifth town_number=44446 birth_date=2012-06-01 town=northmouth
}

newest=$(find tests/store/schema -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort -n | tail -n 1)
both_engines "old schemas"
for engine in $engines; do
  about=$engine
  store=$dir/new-$engine; [ "$engine" = sqlite ] || store=$pg
  export GOLDENBRIDGE_KEY_FILE=$dir/new-$engine.keys
  ok "a new store" G init
  ok "a password is set" G password admin <<<"a long enough word 7"
  ok "a backup is written" G backup "$dir/backup-$engine"
  whole=$store; store=$dir/restored-$engine
  ok "and restored" G restore "$dir/backup-$engine"
  is "with the password" "$(store=$whole sql "SELECT hash FROM secrets WHERE login = 'admin'")" "$(sqlite3 "$store" "SELECT hash FROM secrets WHERE login = 'admin'")"
  store=$whole
  is "there is a fixture of the schema that this program makes: tests/store/schema/make.sh" "$newest" "$(sql "SELECT value FROM log_meta WHERE key = 'version'")"
  for schema in tests/store/schema/[0-9]*; do carried "$schema" "$(basename "$schema")"; done
done
verdict
