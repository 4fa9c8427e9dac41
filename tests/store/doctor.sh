#!/usr/bin/env bash
# doctor.sh: a PostgreSQL whose settings would lose what was acknowledged is reported, and no longer once they are mended.
# Skipped by name where PostgreSQL is missing.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d)
end() { tests/pg.sh stop "$dir/pg" 2>/dev/null; rm -rf "$dir"; }
trap end EXIT

chmod 755 "$dir"
store=$(tests/pg.sh start "$dir/pg"); status=$?
if [ $status = 77 ]; then skip "unsafe settings of PostgreSQL: postgresql is not installed"; fi
is "PostgreSQL starts" 0 $status
export GOLDENBRIDGE_KEY_FILE=$dir/keys
out/goldenbridge demo --candidates 10 --employers 5 --store "$store" >"$dir/demo" 2>&1; is "a store is made" 0 $?
sql() { psql -X -q -h "$dir/pg" -U goldenbridge postgres "$@" >>"$dir/psql" 2>&1; }
# Settings are read again beside the sessions: until a new one sees them.
settle() { for _ in $(seq 50); do [ "$(psql -X -qAt -h "$dir/pg" -U goldenbridge postgres -c "SHOW $1")" = "$2" ] && return; sleep 0.1; done; }
found() { out/goldenbridge doctor --store "$store" 2>&1 | grep -c "$1"; }
for setting in fsync full_page_writes synchronous_commit; do
  is "$setting as it should be is not reported" 0 "$(found "$setting is off")"
  sql -c "ALTER SYSTEM SET $setting = off" -c "SELECT pg_reload_conf()"; settle "$setting" off
  is "$setting = off is reported" 1 "$(found "$setting is off")"
  sql -c "ALTER SYSTEM RESET $setting" -c "SELECT pg_reload_conf()"; settle "$setting" on
  is "$setting that was mended is not reported" 0 "$(found "$setting is off")"
done
verdict
