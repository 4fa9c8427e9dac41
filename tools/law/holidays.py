#!/usr/bin/env python3
"""holidays.py: writes law/kr-eps/holidays.json, the dated public holidays of Korea 2019 to 2027.
SPDX-License-Identifier: Apache-2.0

Fixed-date holidays follow from the Regulation on Holidays of Public Offices (confidence N); days of the lunar calendar, substitutes and
single holidays (elections, decreed days) are from memory (confidence M) and shown as unverified. Saturdays and Sundays are not listed.
"""
import json
import os

FIXED = {'01-01': 'New Year', '03-01': 'Independence Movement Day', '05-05': "Children's Day", '06-06': 'Memorial Day',
         '08-15': 'Liberation Day', '10-03': 'National Foundation Day', '10-09': 'Hangeul Day', '12-25': 'Christmas'}
MEMORY = {
    'Lunar New Year': '2019-02-04 2019-02-05 2019-02-06 2020-01-24 2020-01-25 2020-01-26 2021-02-11 2021-02-12 2021-02-13 '
                      '2022-01-31 2022-02-01 2022-02-02 2023-01-21 2023-01-22 2023-01-23 2024-02-09 2024-02-10 2024-02-11 '
                      '2025-01-28 2025-01-29 2025-01-30 2026-02-16 2026-02-17 2026-02-18 2027-02-06 2027-02-07 2027-02-08',
    "Buddha's Birthday": '2019-05-12 2020-04-30 2021-05-19 2022-05-08 2023-05-27 2024-05-15 2025-05-05 2026-05-24 2027-05-13',
    'Chuseok': '2019-09-12 2019-09-13 2019-09-14 2020-09-30 2020-10-01 2020-10-02 2021-09-20 2021-09-21 2021-09-22 '
               '2022-09-09 2022-09-10 2022-09-11 2023-09-28 2023-09-29 2023-09-30 2024-09-16 2024-09-17 2024-09-18 '
               '2025-10-05 2025-10-06 2025-10-07 2026-09-24 2026-09-25 2026-09-26 2027-09-14 2027-09-15 2027-09-16',
    'Substitute': '2019-05-06 2020-01-27 2021-08-16 2021-10-04 2021-10-11 2022-09-12 2022-10-10 2023-01-24 2023-05-29 '
                  '2024-02-12 2024-05-06 2025-03-03 2025-05-06 2025-10-08 2026-03-02 2026-05-25 2026-08-17 2026-10-05 '
                  '2027-02-09 2027-08-16 2027-10-04 2027-10-11 2027-12-27',
    'Election': '2020-04-15 2022-03-09 2022-06-01 2024-04-10 2025-06-03 2026-06-03',
    'Decreed': '2020-08-17 2023-10-02 2024-10-01 2025-01-27',
}


def main():
    days = {}
    for year in range(2019, 2028):
        for md, name in FIXED.items():
            days['%d-%s' % (year, md)] = (name, 'N')
    for name, text in MEMORY.items():
        for day in text.split():
            days.setdefault(day, (name, 'M'))
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(root, 'law', 'kr-eps', 'holidays.json'), 'w', encoding='utf-8') as f:
        f.write('{"country": "KR", "source": "Regulation on Holidays of Public Offices; confidence M = from memory, unverified",\n'
                ' "from": "2019-01-01", "until": "2027-12-31",\n "holidays": [\n')
        f.write(',\n'.join('  ' + json.dumps({'day': d, 'name': n, 'confidence': c}) for d, (n, c) in sorted(days.items())))
        f.write('\n]}\n')


main()
