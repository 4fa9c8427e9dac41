# candidates.py N [FROM]: a sheet (CSV) of N invented candidates with right check digits, for the tests of uploads.
# SPDX-License-Identifier: Apache-2.0
import csv
import sys

FIELDS = ("country industry family_name given_name native_name iin mrz birth_date test_application_day prison_record removed_before "
          "departure_order_before barred_from_leaving e9_months e10_months epidemic_months").split()
SURNAMES = "ABDRAKHMANOV SERIKOV NURLANOV OSPANOV KASYMOV TULEGENOV BEKOV AKHMETOV ZHUMABAYEV IBRAIMOV".split()
GIVEN = "AIBEK DANIYAR YERLAN NURLAN ASKAR MARAT TIMUR ALMAS RUSLAN SANZHAR".split()
INDUSTRIES = ["manufacturing", "construction", "agriculture", "fishery", "service"]


def iin(eleven):
    """The twelfth digit; None where the rule has none."""
    total = [sum(int(d) * ((i + first - 1) % 11 + 1) for i, d in enumerate(eleven)) % 11 for first in (1, 3)]
    digit = total[1] if total[0] == 10 else total[0]
    return None if digit == 10 else eleven + str(digit)


def check_digit(text):
    value = lambda c: 0 if c == "<" else int(c) if c.isdigit() else ord(c) - 55
    return str(sum(value(c) * [7, 3, 1][i % 3] for i, c in enumerate(text)) % 10)


def zone(surname, given, number, birth):
    first = f"P<KAZ{surname}<<{given}".ljust(44, "<")
    a = number.ljust(9, "<") + check_digit(number.ljust(9, "<"))
    b, c, d = birth + check_digit(birth), "330101" + check_digit("330101"), "<" * 15
    return f"{first}\n{a}KAZ{b}M{c}{d}{check_digit(a + b + c + d)}"


def letters(n):
    return "".join(chr(65 + n // 26 ** k % 26) for k in range(3))


def candidates(count, start):
    made = n = 0
    while made < count:
        n += 1
        year, month, day = 1980 + n % 20, n // 20 % 12 + 1, n // 240 % 28 + 1
        birth = f"{year % 100:02d}{month:02d}{day:02d}"
        number = iin(f"{birth}3{(n // 6720 + start) % 10000:04d}")
        if number is None:
            continue
        place = made + start * 10000
        surname, given = SURNAMES[made % 10] + letters(place), GIVEN[made // 10 % 10]
        yield ["KZ", INDUSTRIES[made % 5], surname, given, "", number, zone(surname, given, f"T{place % 10**8:08d}", birth),
               f"{year}-{month:02d}-{day:02d}", "2026-10-01", "no", "no", "no", "no", "0", "0", "0"]
        made += 1


out = csv.writer(sys.stdout, lineterminator="\r\n")
out.writerow(FIELDS)
for row in candidates(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7000):
    out.writerow(row)
