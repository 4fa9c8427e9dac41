#!/usr/bin/env bash
# search.sh: people found by any spelling of their name, among a thousand others. Prints the recall; "found" is: on the first page of ten.
# SEARCH_STORE=postgres://… makes the store there.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
store=${SEARCH_STORE:-$dir/s.store}
G() { out/goldenbridge "$@" --store "$store"; }

# surname|given|birth|spellings, by comma: Latin, Cyrillic (Kazakh, Russian), Hangul, passport zone, slips of the pen
cat > "$dir/names" <<'NAMES'
SEITKALI|AIDA|1998-05-16|Сейтқали Аида,Сейткали Аида,Aida Seitkali,세이트칼리 아이다,SEITKALI<<AIDA,Seytkali,Sietkali Aida,Seitkaly Ayda
ZHUMABAYEV|YERLAN|1991-03-02|Жұмабаев Ерлан,Жумабаев,Jumabaev Erlan,주마바예프 예를란,ZHUMABAYEV<<YERLAN,Zhumabaev Yerlan,Zhumabyaev,Jumabayev
AKHMETOVA|GULNAR|1988-11-23|Ахметова Гүлнар,Ахметова Гульнар,Ahmetova Gulnar,아흐메토바 굴나르,AKHMETOVA<<GULNAR,Akhmetvoa,Achmetova Gulnara,Gulnar
NURSULTANOV|DAUREN|1995-07-30|Нұрсұлтанов Дәурен,Нурсултанов Даурен,Nursultanov,누르술타노프 다우렌,NURSULTANOV<<DAUREN,Nursultanof Dauren,Nusultanov,Dauren
QOZHAKHMETOV|RUSTEM|1990-01-15|Қожахметов Рүстем,Кожахметов Рустем,Kozhakhmetov,코자흐메토프 루스템,QOZHAKHMETOV<<RUSTEM,Kojahmetov,Qozhakmetov Rustem,Rustam
TOLEGENOVA|SHOLPAN|1993-09-09|Төлегенова Шолпан,Тулегенова Шолпан,Tulegenova,톨레게노바 숄판,TOLEGENOVA<<SHOLPAN,Tolegenova Sholpn,Tolegneova,Sholpan
BEKMURATOV|SHYNGYS|1987-12-01|Бекмұратов Шыңғыс,Бекмуратов Чингиз,Bekmuratov Chingiz,벡무라토프 싱기스,BEKMURATOV<<SHYNGYS,Bekmuratof,Bekmurtov Shyngys,Bekmuradov
YESSENBEKOVA|MADINA|1996-04-04|Есенбекова Мадина,Esenbekova,Essenbekova Madina,예센베코바 마디나,YESSENBEKOVA<<MADINA,Yesenbekova,Yessenbekvoa,Madyna
NAMES
{ echo "country,industry,family_name,given_name,iin,mrz,birth_date,test_application_day,prison_record,removed_before,departure_order_before,barred_from_leaving,e9_months,e10_months,epidemic_months"
  python3 - "$dir/names" <<'PY'
import csv, sys
sys.argv = ["x", "0"] + sys.argv[1:]
names = open(sys.argv[2], encoding="utf-8").read().splitlines()
source = open("tests/flow/tools/candidates.py", encoding="utf-8").read().split("out = csv.writer")[0]
exec(source)
for n, line in enumerate(names):
    surname, given, birth, _ = line.split("|")
    b, serial = birth[2:4] + birth[5:7] + birth[8:], 5000
    while iin(f"{b}3{serial}") is None:
        serial += 1
    csv.writer(sys.stdout, lineterminator="\n").writerow(["KZ", "service", surname, given, iin(f"{b}3{serial}"),
        zone(surname, given, f"U{n:08d}", b), birth, "2026-10-01", "no", "no", "no", "no", "0", "0", "0"])
PY
} > "$dir/named.csv"
python3 tests/flow/tools/candidates.py 1000 100 > "$dir/others.csv"
G demo --candidates 20 --employers 3 >/dev/null
is "the others are there" 1000 "$(G bulk candidate.register "$dir/others.csv" --as agency --json 2>/dev/null | jq .good)"
is "the named are there" 8 "$(G bulk candidate.register "$dir/named.csv" --as agency --json 2>/dev/null | jq .good)"
found=0 all=0 first=0
while IFS='|' read -r surname given _ spellings; do
  IFS=',' read -ra list <<<"$spellings"
  for s in "${list[@]}"; do
    all=$((all + 1))
    titles=$(G list candidate --as officer --json --limit 10 --find "$s" | jq -r '.cases[].title')
    if grep -qi "^$surname $given$" <<<"$titles"; then
      found=$((found + 1)); [ "$(head -n 1 <<<"$titles" | tr a-z A-Z)" = "$surname $given" ] && first=$((first + 1))
    else echo "  not found: $s ($surname $given)"; fi
  done
done < "$dir/names"
echo "  $found of $all spellings find the person, $first of them first, among $(G list candidate --as officer --json --limit 1 | jq .total)"
is "at least 95 of 100 are found" yes "$([ $((found * 100)) -ge $((all * 95)) ] && echo yes || echo no)"
is "at least 80 of 100 stand first" yes "$([ $((first * 100)) -ge $((all * 80)) ] && echo yes || echo no)"
is "a name that nobody bears finds nobody" 0 "$(G list candidate --as officer --json --find "Wolfgang Amadeus" | jq .total)"
verdict
