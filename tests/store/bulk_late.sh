#!/usr/bin/env bash
# bulk_late.sh: a row of an upload whose writes the database refuses only when they are sent, together with those of other rows, is
# named; the others are written. On both engines; PostgreSQL is skipped by name where it is missing.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d)
end() { tests/pg.sh stop "$dir/pg" 2>/dev/null; rm -rf "$dir"; }
trap end EXIT
chmod 755 "$dir"
G() { out/goldenbridge "$@" --store "$store"; }
sql() { if [ "$engine" = sqlite ]; then sqlite3 "$store" "$1"; else psql -XAtq -v ON_ERROR_STOP=1 "$store" -c "$1"; fi; }
send() { G bulk candidate.register "$1" --as agency --json "${@:2}" 2>"$dir/err"; }
count() { G list candidate --as agency --json --limit 1 | jq -r .total; }

# Words of a name are written late: no later statement of the row asks for them.
refuse() {
  if [ "$engine" = sqlite ]; then
    sql "CREATE TRIGGER poison BEFORE INSERT ON words WHEN NEW.word = 'POISON' BEGIN SELECT RAISE(ABORT, 'poison'); END"
  else
    sql "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN
           IF NEW.word = 'POISON' THEN RAISE check_violation USING MESSAGE = 'poison'; END IF; RETURN NEW; END\$\$;
         CREATE TRIGGER poison BEFORE INSERT ON words FOR EACH ROW EXECUTE FUNCTION poison()"
  fi
}
poisoned() { # rows file, which rows
  python3 - "$1" "${@:2}" <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8")))
at = next(i for i, h in enumerate(rows[0]) if h == "native_name")
for n in sys.argv[2:]:
    rows[int(n) - 1][at] = "Poison"
csv.writer(sys.stdout, lineterminator="\r\n").writerows(rows)
PY
}
told='"\(.state) \(.good) \(.faulty) \([.faults[].row]|unique)"'

both_engines uploads
for engine in $engines; do
  about=$engine
  store=$dir/s; [ "$engine" = sqlite ] || store=$pg
  export GOLDENBRIDGE_KEY_FILE=$dir/$engine.keys
  is "a demo" 0 "$(G demo --candidates 30 --employers 5 >"$dir/log" 2>&1; echo $?)"
  is "the database refuses a word" 0 "$(refuse >/dev/null; echo $?)"
  before=$(count)
  python3 tests/flow/tools/candidates.py 40 >"$dir/good.csv"; poisoned "$dir/good.csv" 9 23 >"$dir/bad.csv"
  is "the dry run, which writes nothing, sees nothing" "checked 40 0" "$(send "$dir/bad.csv" --dry-run | jq -r '"\(.state) \(.good) \(.faulty)"')"
  is "the refused rows are named, the others written" "done 38 2 [9,23]" "$(send "$dir/bad.csv" | jq -r "$told")"
  is "they are there" $((before + 38)) "$(count)"
  is "the same file again: nothing twice, the same rows refused" "done 38 2 [9,23]" "$(send "$dir/bad.csv" | jq -r "$told")"
  is "still" $((before + 38)) "$(count)"
  python3 tests/flow/tools/candidates.py 1300 5000 >"$dir/many.csv"; poisoned "$dir/many.csv" 1301 >"$dir/last.csv"
  is "the very last of many" "done 1299 1 [1301]" "$(send "$dir/last.csv" | jq -r "$told")"
  is "written once" $((before + 38 + 1299)) "$(count)"
  python3 tests/flow/tools/candidates.py 20 9000 >"$dir/all.csv"; poisoned "$dir/all.csv" 6 >"$dir/none.csv"
  send "$dir/none.csv" --all-or-none >"$dir/none.json"
  is "all or none: none, and it is named" "done 0 1 [6]" "$(jq -r "$told" "$dir/none.json")"
  is "as many as before" $((before + 38 + 1299)) "$(count)"
  is "the log verifies" 0 "$(G verify >/dev/null 2>&1; echo $?)"
  is "the read tables are what it says" 0 "$(G rebuild >"$dir/log" 2>&1; echo $?)"
done
verdict
