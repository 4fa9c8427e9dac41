#!/usr/bin/env bash
# make.sh: a small store as a given program leaves it, as SQL, so that later programs can prove that they carry it forward.
# Run once when a schema is released, with that release's program and its scheme of the imaginary country:
#
#   tests/store/schema/make.sh PROGRAM SCHEMES NUMBER     writes tests/store/schema/NUMBER (its keys open nothing else)
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
[ $# = 3 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 2; }
program=$(realpath "$1") schemes=$(realpath "$2") to=$(dirname "$(realpath "$0")")/$3
pg=$(realpath "$(dirname "$0")/../../pg.sh") dir=$(mktemp -d); chmod 755 "$dir"
trap '"$pg" stop "$dir/pg" 2>/dev/null; rm -rf "$dir"' EXIT
G() { "$program" "$@" --store "$store" --law "$schemes" --scheme xx-tiny --now 2026-03-02; }
first() { G list "$1" --state "$2" --json | jq -r '.cases[0].id'; }
account() { G do account.open_staff --as admin "login=$1" "name=$1" "roles=$2" language=en
            G do account.open_staff/confirm --as admin2 --case "$(first account proposed)"; }
apply() { G do card.apply --as clerk --key "$2" "name=$1" "town_number=$2" birth_date=2012-06-01 town=northmouth --json | jq -r .case; }

world() { # accounts, an allocation that two people approved, three persons, one permit, a key of a person destroyed, a checkpoint
  local shelf a b c x
  G init
  account keeper keeper; account keeper2 keeper; account clerk clerk
  G do shelf.approve --as keeper year=2026 cards=2
  shelf=$(first shelf proposed); G do shelf.approve/confirm --as keeper2 --case "$shelf"
  a=$(apply "First Reader" 12340); b=$(apply "Second Reader" 11114); c=$(apply "Third Reader" 22228)
  for x in "$a" "$b" "$c"; do
    G do account.open_reader --as clerk "login=reader$(echo "$x" | tr -dc 0-9)" name=Reader "party=$x" language=en
    G do card.accept --case "$x" --as "reader$(echo "$x" | tr -dc 0-9)"
  done
  G do card.issue --case "$a" --as clerk unpaid_fees=0 "shelf=$shelf"
  G do card.withdraw --case "$c" --as "reader$(echo "$c" | tr -dc 0-9)" reason=moved
  G erase "$c" --article bylaw:9
  G checkpoint
}
keep() { # engine: the keys, and the root that verify finds
  cp "$GOLDENBRIDGE_KEY_FILE" "$to/$1.keys"
  cp "$GOLDENBRIDGE_KEY_FILE".signed-* "$to/"
  G verify | grep -oE '[0-9a-f]{64}' >"$to/$1.root"
}

mkdir -p "$to"
store=$dir/s; export GOLDENBRIDGE_KEY_FILE=$dir/sqlite.keys; world; keep sqlite
sqlite3 "$store" .dump >"$to/sqlite.sql"
store=$("$pg" start "$dir/pg"); export GOLDENBRIDGE_KEY_FILE=$dir/postgres.keys; world; keep postgres
pg_dump --no-owner "$store" | grep -vE '^(--|\\(un)?restrict)' | cat -s >"$to/postgres.sql"
