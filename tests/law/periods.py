#!/usr/bin/env python3
"""periods.py: periods in the models of both schemes, against counting day by day on a wall calendar.
SPDX-License-Identifier: Apache-2.0

Usage: periods.py DMN_TOOL      Last line: N passed, N failed

Random days (a fixed seed) and every end of a month, 2019 to 2027: the first day is not counted, months end on the same number or the
month's last day, an end on a Saturday, a Sunday or a public holiday rolls on; a pause starts the clock anew; seven days before an end do
not roll; in Kazakhstan ten working days are counted one by one.
"""
import calendar
import datetime
import glob
import json
import os
import random
import subprocess
import sys

LAW = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'law')
DAY = datetime.timedelta(days=1)


def holidays(scheme):
    return {h['day'] for h in json.load(open(os.path.join(LAW, scheme, 'holidays.json'), encoding='utf-8'))['holidays']}


def free(day, off):
    return day.weekday() >= 5 or day.isoformat() in off


def rolled(day, off):
    while free(day, off):
        day += DAY
    return day


def months_later(day, n):
    """One month after the other, the number of the day kept where the month has it."""
    year, month = day.year, day.month
    for _ in range(n):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_later(day, n):
    for _ in range(n):
        day += DAY
    return day


def working_days_later(day, n, off):
    while n:
        day += DAY
        n -= not free(day, off)
    return day


def sample():
    dice, first, ret = random.Random(20190101), datetime.date(2019, 1, 1), []
    for i in range(108):
        y, m = 2019 + i // 12, 1 + i % 12
        ret += [datetime.date(y, m, calendar.monthrange(y, m)[1]), datetime.date(y, m, 1)]
    return [d for d in ret + [first + DAY * dice.randrange(3100) for _ in range(400)] if d < datetime.date(2027, 6, 1)]


def newest(scheme, model, day):
    paths = [p for p in glob.glob(os.path.join(LAW, scheme, 'decisions', '*', model + '.dmn')) if os.path.basename(os.path.dirname(p)) <= day]
    return max(paths)


def ask(tool, scheme, model, title, figure, rows):
    off = sorted(holidays(scheme))
    text = ''.join(json.dumps(dict(r, holidays=off)) + '\n' for r in rows)
    p = subprocess.run([*tool, 'batch', newest(scheme, model, '2026-01-01'), '--decision', title, '--json'], input=text, capture_output=True, text=True,
                       timeout=300)
    return [json.loads(line)['value'][figure] for line in p.stdout.splitlines()]


def questions(kr, kz):
    """(scheme, model, title, figure, facts of a day, the day expected)"""
    def pause(d):
        return months_later(d, 1) - DAY * 3

    return [
        ('kr-eps', 'alien-registration', 'Alien registration', 'register by', lambda d: {'entry day': d, 'governing day': d},
         lambda d: rolled(days_later(d, 90), kr)),
        ('kr-eps', 'reporting', 'Reporting', 'report by', lambda d: {'event': 'death', 'known on': d, 'governing day': d},
         lambda d: rolled(days_later(d, 15), kr)),
        ('kr-eps', 'contract-signing', 'Contract signing', 'sign by', lambda d: {'issue day': d, 'governing day': d},
         lambda d: rolled(months_later(d, 3), kr)),
        ('kr-eps', 'employer-education', 'Employer education', 'take by',
         lambda d: {'permit day': max(d, datetime.date(2021, 10, 14)), 'first permit': True, 'governing day': d},
         lambda d: rolled(months_later(max(d, datetime.date(2021, 10, 14)), 6), kr)),
        ('kr-eps', 'change-deadlines', 'Change deadlines', 'apply by', lambda d: {'contract ended on': d, 'pause': False, 'governing day': d},
         lambda d: rolled(months_later(d, 1), kr)),
        ('kr-eps', 'change-deadlines', 'Change deadlines', 'apply by',
         lambda d: {'contract ended on': d, 'pause': True, 'pause ended on': pause(d), 'governing day': d}, lambda d: rolled(months_later(pause(d), 1), kr)),
        ('kr-eps', 'change-deadlines', 'Change deadlines', 'permission by',
         lambda d: {'contract ended on': d, 'applied on': d, 'pause': True, 'pause ended on': pause(d), 'governing day': d},
         lambda d: rolled(months_later(pause(d), 3), kr)),
        ('kr-eps', 'work-period-extension', 'Work period extension', 'apply by',
         lambda d: {'period ends on': d, 'applied on': d, 'applicant': 'employer', 'contract from': d - DAY * 400, 'contract until': d,
                    'extended before': False, 'extension months': 20, 'moved without fault': False}, lambda d: d - DAY * 7),
        ('kz-flp', 'permit-fee', 'Permit fee', 'pay by',
         lambda d: {'notice day': d, 'payment day': d, 'category': '3', 'months': 12, 'sector group': 'A', 'regions': 1},
         lambda d: working_days_later(d, 10, kz)),
    ]


def main():
    kr, kz, passed, failed, days = holidays('kr-eps'), holidays('kz-flp'), 0, 0, sample()
    for scheme, model, title, figure, facts, expected in questions(kr, kz):
        rows = [{k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in facts(d).items()} for d in days]
        got = ask(sys.argv[1:], scheme, model, title, figure, rows)
        if len(got) != len(days):
            raise SystemExit('%s: %d answers for %d days' % (model, len(got), len(days)))
        for d, one in zip(days, got):
            passed, failed = passed + (one == expected(d).isoformat()), failed + (one != expected(d).isoformat())
            if one != expected(d).isoformat():
                print('FAIL %s of %s: %s, not %s' % (figure, d, one, expected(d)))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
