#!/usr/bin/env bash
# refold.sh: what pages read is of an earlier program, so that the whole log is folded again at the next start, on both engines.
# Killed in the middle, however often, the store is as it was; the fold that ends gives what the steps had left one by one. A
# copy and a restore that are killed before their fold do not pass for whole.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d)
end() { tests/pg.sh stop "$dir/pg" 2>/dev/null; rm -rf "$dir"; }
trap end EXIT
chmod 755 "$dir"
export GOLDENBRIDGE_LAW=law
G() { out/goldenbridge "$@" --store "$store"; }
sql() { if [ "$engine" = sqlite ]; then sqlite3 -cmd ".timeout 5000" "$store" "$1"; else psql -XAtq "$store" -c "$1"; fi; }
# The rows themselves, by their names: the program has no part in this sum.
rows() {
  { sql "SELECT * FROM cases ORDER BY id"; sql "SELECT * FROM case_index ORDER BY case_id, field, value"; sql "SELECT * FROM uniques ORDER BY case_id, field"
    sql "SELECT * FROM links ORDER BY case_id, field"; sql "SELECT * FROM words ORDER BY case_id, word"; sql "SELECT * FROM units ORDER BY allocation, number"
    sql "SELECT * FROM approved ORDER BY allocation"; sql "SELECT * FROM stays ORDER BY case_id, version"; sql "SELECT * FROM decisions ORDER BY seq"
    sql "SELECT * FROM grounds ORDER BY seq, n"; sql "SELECT * FROM counters ORDER BY name"; sql "SELECT * FROM assigned ORDER BY case_id"
    sql "SELECT * FROM office_notes ORDER BY seq"; sql "SELECT * FROM file_reads ORDER BY seq"; sql "SELECT * FROM signing_keys ORDER BY id"
    sql "SELECT * FROM tallies WHERE n <> 0 ORDER BY type, kind, key, day"; } | LC_ALL=C sort | sha256sum
}
indexes() {
  if [ "$engine" = sqlite ]; then sql "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE '%\_by\_%' ESCAPE '\' ORDER BY name"
  else sql "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%\_by\_%' ORDER BY indexname"; fi
}
layout() { sql "SELECT layout FROM read_tables"; }
# kill_after SECONDS COMMAND…: kills it then, if it is still there; true if it was.
kill_after() {
  local seconds=$1 pid; shift
  "$@" >/dev/null 2>&1 & pid=$!
  sleep "$seconds"
  kill -9 "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; [ $? = 137 ]
}

refolded() {
  local made indexes_made tables killed=0 delay kept
  about=$engine
  ok "a store with work in it" G demo
  made=$(rows) indexes_made=$(indexes) tables=$(layout)
  sql "UPDATE read_tables SET layout = 0"
  for delay in 0.10 0.15 0.2 0.25 0.3 0.35 0.4 0.5 0.6 0.7; do
    kill_after "$delay" out/goldenbridge checkpoint --store "$store" || continue
    [ "$(layout)" = 0 ] || continue
    killed=$((killed + 1))
    is "killed after $delay s it is as it was" "$made" "$(rows)"
  done
  is "it was killed in the middle" yes "$([ "$killed" -ge 3 ] && echo yes || echo "$killed times")"
  [ "$(layout)" = 0 ] || sql "UPDATE read_tables SET layout = 0"
  sql "DELETE FROM words"; sql "UPDATE cases SET title = 'x'"; sql "DELETE FROM tallies"
  ok "the next start folds it to the end" G checkpoint
  is "and knows that" "$tables" "$(layout)"
  is "to the rows that its steps had left" "$made" "$(rows)"
  is "with all indexes" "$indexes_made" "$(indexes)"
  ok "folded again they are the same" G rebuild
  ok "the log verifies" G verify
  copied
}

# Between the log and its tables a copy is stopped: opened later, it makes them.
copied() {
  local cases delay stopped=0
  cases=$(sql "SELECT count(*) FROM cases")
  for delay in 0.2 0.3 0.4 0.5 0.6 0.8 1 1.3; do
    rm -f "$dir"/half*
    kill_after "$delay" out/goldenbridge copy "$dir/half" --store "$store" || continue
    [ "$(sqlite3 "$dir/half" "SELECT count(*) FROM log_events" 2>/dev/null || echo 0)" -gt 0 ] || continue
    stopped=$((stopped + 1))
    ok "a copy stopped after $delay s is opened" out/goldenbridge checkpoint --store "$dir/half"
    is "and holds all cases" "$cases" "$(sqlite3 "$dir/half" "SELECT count(*) FROM cases")"
  done
  [ "$stopped" -gt 0 ] || { echo "SKIP no copy was stopped between its log and its tables"; skipped=$((skipped + 1)); }
}

both_engines "a fold"
for engine in $engines; do
  store=$dir/s; [ "$engine" = sqlite ] || store=$pg
  export GOLDENBRIDGE_KEY_FILE=$dir/$engine.keys
  refolded
done
verdict
