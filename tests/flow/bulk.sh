#!/usr/bin/env bash
# bulk.sh: one step many times from a spreadsheet: template, dry run, faults by row and column, run, resume, signed result.
# BULK_ROWS=100000 measures a large file besides (rows a second, dry run and run together).
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
G() { out/goldenbridge "$@" --store "$dir/s.store"; }
sheet() { python3 tests/flow/tools/candidates.py "$@"; }
send() { G bulk "$@" --as agency --json 2>/dev/null; }
count() { G list candidate --as agency --json --limit 1 | jq -r .total; }

ok "a demo" G demo --candidates 30 --employers 5
ok "template as XLSX" G bulk template candidate.register "$dir/t.xlsx" --as agency --language kk
ok "template as CSV" G bulk template candidate.register "$dir/t.csv" --as agency --language ko
is "headings carry the stable names" 1 "$(grep -c '\[country\].*\[mrz\]' "$dir/t.csv")"
no "a step that is not theirs" NOT_ALLOWED G bulk template candidate.record_test "$dir/t.csv" --as agency
no "an answer of a person is not for bulk" NOT_ALLOWED G bulk template candidate.accept "$dir/t.csv" --as worker

sheet 40 > "$dir/good.csv"
before=$(count)
is "the dry run finds no fault" "checked 40 0" "$(send candidate.register "$dir/good.csv" --dry-run | jq -r '"\(.state) \(.good) \(.faulty)"')"
is "and writes nothing" "$before" "$(count)"

# one wrong check digit (row 5), one choice that is none (row 8), one person twice (row 41)
python3 - "$dir/good.csv" > "$dir/bad.csv" <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], encoding="utf-8")))
rows[4][5] = rows[4][5][:11] + str((int(rows[4][5][11]) + 1) % 10)
rows[7][1] = "mining"
rows[40] = rows[1]
csv.writer(sys.stdout, lineterminator="\r\n").writerows(rows)
PY
faults='[.faults[]|"\(.row)\(.column) \(.code)"]|join(", ")'
is "every fault by row and column" "5F FIELD_CHECK_DIGIT, 8B FIELD_CHOICE, 41F ALREADY_EXISTS, 41 ALREADY_EXISTS, 41 ALREADY_EXISTS" \
  "$(send candidate.register "$dir/bad.csv" --dry-run | jq -r "$faults")"
is "in the user's language" "Бақылау саны сәйкес емес: құжатпен салыстырыңыз." "$(send candidate.register "$dir/bad.csv" --dry-run --language kk --result "$dir/kk.csv" >/dev/null; python3 -c "import csv;print([r for r in csv.reader(open('$dir/kk.csv',encoding='utf-8-sig'))][1][6])")"
send candidate.register "$dir/bad.csv" --all-or-none > "$dir/none.json"
is "all or none: none" "$before" "$(count)"
id=$(G bulk "list" --as agency --json | jq -r .[0].upload)
G bulk resume "$id" --as agency --all-or-none --json 2>/dev/null > "$dir/none.json"
is "all or none, ordered in spite of faults, takes everything back" "done 0 3 $before" "$(jq -r '"\(.state) \(.good) \(.faulty)"' "$dir/none.json") $(count)"
is "all good rows" "done 37 3" "$(send candidate.register "$dir/bad.csv" --result "$dir/r.xlsx" | jq -r '"\(.state) \(.good) \(.faulty)"')"
is "they are there" $((before + 37)) "$(count)"
ok "the signature fits" G bulk check "$dir/r.xlsx" "$dir/r.xlsx.note"
is "the note says how many" "rows 40 good 37 refused 0 waiting 0 repeated 0 faulty 3" "$(G bulk check "$dir/r.xlsx" "$dir/r.xlsx.note" | grep '^rows')"
cp "$dir/r.xlsx" "$dir/x.xlsx"; printf 'x' >> "$dir/x.xlsx"
no "a changed result does not" BAD_SIGNATURE G bulk check "$dir/x.xlsx" "$dir/r.xlsx.note"
sed 's/faulty 3/faulty 0/' "$dir/r.xlsx.note" > "$dir/x.note"
no "a changed note does not" BAD_SIGNATURE G bulk check "$dir/r.xlsx" "$dir/x.note"

is "the same file again does nothing twice" "37 37 3 $((before + 37))" "$(send candidate.register "$dir/bad.csv" | jq -r '"\(.good) \(.repeated) \(.faulty)"') $(count)"

# steps on cases that are there: by case number or by a unique field
sheet 3 7500 > "$dir/three.csv"
send candidate.register "$dir/three.csv" >/dev/null
first=$(G list candidate --as agency --json --limit 3 | jq -r '[.cases[].id]|sort|.[0]')
for n in 0 1 2; do c=CAN-$(printf %06d $((10#${first#CAN-} + n))); 
  ok "an account" G do account.open_worker --as agency "login=w$n" "name=W$n" "party=$c" language=kk
  ok "the person accepts" G do candidate.accept --as "w$n" --case "$c"
done
number=$(python3 -c "import csv;print(list(csv.DictReader(open('$dir/three.csv')))[1]['iin'])")
today=$(TZ=Asia/Seoul date +%F)
{ echo "case;iin;announced_on;score;minimum_score;rank;places;skills_score;skills_minimum;competency_points;cheated"
  echo "$first;;${today:8:2}.${today:5:2}.${today:0:4};150,5;120;10;100;90;60;5;жоқ"
  echo ";$number;$today;110;120;90;100;90;60;5;아니요"
  echo "CAN-999999;;$today;150;120;10;100;90;60;5;no"
  echo "$first;;$today;150;120;10;100;90;60;5;no"; } > "$dir/tests.csv"
sent=$(G bulk candidate.record_test "$dir/tests.csv" --as hrd --json 2>/dev/null --result "$dir/tests-result.csv" --language en)
is "tests by case number and by IIN, days and yes or no as people write them" "2 1 2" "$(jq -r '"\(.good) \(.refused) \(.faulty)"' <<<"$sent")"
is "the first passed" passed "$(G case "$first" --json | jq -r .state)"
is "no such case, and the same case twice" "4A NOT_FOUND, 5A WRONG_STATE" "$(jq -r '[.faults[]|"\(.row)\(if .column=="" then "A" else .column end) \(.code)"]|join(", ")' <<<"$sent")"

# a heading that does not fit
{ echo "country,colour"; echo "KZ,red"; } > "$dir/heading.csv"
no "a strange heading is told" FIELD_UNKNOWN G bulk candidate.register "$dir/heading.csv" --as agency
printf 'PK\003\004nonsense' > "$dir/broken.xlsx"
no "a broken workbook is told" BAD_FILE G bulk candidate.register "$dir/broken.xlsx" --as agency
printf '' > "$dir/empty.csv"
no "an empty file is told" FIELD_MISSING G bulk candidate.register "$dir/empty.csv" --as agency

# a workbook that came back: the result of an upload is one, and is no sheet of candidates
no "a workbook with other headings is told" FIELD_UNKNOWN G bulk candidate.register "$dir/r.xlsx" --as agency

# killed in the middle, and gone on with
sheet 6000 8000 > "$dir/many.csv"
before=$(count)
out/goldenbridge bulk candidate.register "$dir/many.csv" --as agency --store "$dir/s.store" >/dev/null 2>&1 & pid=$!
for _ in $(seq 200); do
  [ "$(count)" -gt "$before" ] && break
  sleep 0.02
done
kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
part=$(count)
id=$(G bulk list --as agency --json | jq -r .[0].upload)
is "a part was written when it was killed" yes "$([ "$part" -gt "$before" ] && [ "$part" -lt $((before + 6000)) ] && echo yes || echo "no, $part")"
for _ in $(seq 20); do
  G bulk resume "$id" --as agency --json > "$dir/resumed.json" 2>/dev/null; [ $? = 75 ] || break # still held by the one that was killed
  sleep 1
done
is "it goes on where it was" "done 6000 0 0 $((before + 6000))" "$(jq -r '"\(.state) \(.good) \(.faulty) \(.repeated)"' "$dir/resumed.json") $(count)"
ok "the store verifies" G verify
ok "and rebuilds" G rebuild
if [ -n "${BULK_ROWS:-}" ]; then
  sheet "$BULK_ROWS" 1000 > "$dir/large.csv"
  start=$(date +%s%N)
  send candidate.register "$dir/large.csv" --result "$dir/large.xlsx" | jq -c '{rows, good, faulty}'
  echo "$BULK_ROWS rows checked and written in $(( ($(date +%s%N) - start) / 1000000 )) ms"
fi
verdict
