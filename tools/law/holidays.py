#!/usr/bin/env python3
"""holidays.py: writes law/kr-eps/holidays.json, the dated public holidays of Korea from the first day of the scheme to 2027.
SPDX-License-Identifier: Apache-2.0

Fixed-date holidays follow from the Regulation on Holidays of Public Offices (confidence N), some of them in some years only; days of the lunar calendar, substitutes and
single holidays (elections, decreed days, the two that came back or were new in 2026) are from memory (confidence M), compared with the days that
the Python package "holidays" lists, and shown as unverified. Saturdays and Sundays are not listed.
"""
import json
import os

FROM = '2004-08-17'
FIXED = {'01-01': 'New Year', '03-01': 'Independence Movement Day', '05-05': "Children's Day", '06-06': 'Memorial Day',
         '08-15': 'Liberation Day', '10-03': 'National Foundation Day', '12-25': 'Christmas'}
SOME_YEARS = {'04-05': ('Arbor Day', 2004, 2005), '07-17': ('Constitution Day', 2004, 2007), '10-09': ('Hangeul Day', 2013, 2027)}
MEMORY = {
    'Lunar New Year': '2005-02-08 2005-02-09 2005-02-10 2006-01-28 2006-01-29 2006-01-30 2007-02-17 2007-02-18 2007-02-19 '
                      '2008-02-06 2008-02-07 2008-02-08 2009-01-25 2009-01-26 2009-01-27 2010-02-13 2010-02-14 2010-02-15 '
                      '2011-02-02 2011-02-03 2011-02-04 2012-01-22 2012-01-23 2012-01-24 2013-02-09 2013-02-10 2013-02-11 '
                      '2014-01-30 2014-01-31 2014-02-01 2015-02-18 2015-02-19 2015-02-20 2016-02-07 2016-02-08 2016-02-09 '
                      '2017-01-27 2017-01-28 2017-01-29 2018-02-15 2018-02-16 2018-02-17 '
                      '2019-02-04 2019-02-05 2019-02-06 2020-01-24 2020-01-25 2020-01-26 2021-02-11 2021-02-12 2021-02-13 '
                      '2022-01-31 2022-02-01 2022-02-02 2023-01-21 2023-01-22 2023-01-23 2024-02-09 2024-02-10 2024-02-11 '
                      '2025-01-28 2025-01-29 2025-01-30 2026-02-16 2026-02-17 2026-02-18 2027-02-06 2027-02-07 2027-02-08',
    "Buddha's Birthday": '2005-05-15 2006-05-05 2007-05-24 2008-05-12 2009-05-02 2010-05-21 2011-05-10 2012-05-28 2013-05-17 2014-05-06 '
                         '2015-05-25 2016-05-14 2017-05-03 2018-05-22 '
                         '2019-05-12 2020-04-30 2021-05-19 2022-05-08 2023-05-27 2024-05-15 2025-05-05 2026-05-24 2027-05-13',
    'Chuseok': '2004-09-27 2004-09-28 2004-09-29 2005-09-17 2005-09-18 2005-09-19 2006-10-05 2006-10-06 2006-10-07 '
               '2007-09-24 2007-09-25 2007-09-26 2008-09-13 2008-09-14 2008-09-15 2009-10-02 2009-10-03 2009-10-04 '
               '2010-09-21 2010-09-22 2010-09-23 2011-09-11 2011-09-12 2011-09-13 2012-09-29 2012-09-30 2012-10-01 '
               '2013-09-18 2013-09-19 2013-09-20 2014-09-07 2014-09-08 2014-09-09 2015-09-26 2015-09-27 2015-09-28 '
               '2016-09-14 2016-09-15 2016-09-16 2017-10-03 2017-10-04 2017-10-05 2018-09-23 2018-09-24 2018-09-25 '
               '2019-09-12 2019-09-13 2019-09-14 2020-09-30 2020-10-01 2020-10-02 2021-09-20 2021-09-21 2021-09-22 '
               '2022-09-09 2022-09-10 2022-09-11 2023-09-28 2023-09-29 2023-09-30 2024-09-16 2024-09-17 2024-09-18 '
               '2025-10-05 2025-10-06 2025-10-07 2026-09-24 2026-09-25 2026-09-26 2027-09-14 2027-09-15 2027-09-16',
    'Substitute': '2014-09-10 2015-09-29 2016-02-10 2017-01-30 2017-10-06 2018-05-07 2018-09-26 '
                  '2019-05-06 2020-01-27 2021-08-16 2021-10-04 2021-10-11 2022-09-12 2022-10-10 2023-01-24 2023-05-29 '
                  '2024-02-12 2024-05-06 2025-03-03 2025-05-06 2025-10-08 2026-03-02 2026-05-25 2026-08-17 2026-10-05 '
                  '2027-02-09 2027-05-03 2027-07-19 2027-08-16 2027-10-04 2027-10-11 2027-12-27',
    'Election': '2006-05-31 2007-12-19 2008-04-09 2010-06-02 2012-04-11 2012-12-19 2014-06-04 2016-04-13 2017-05-09 2018-06-13 '
                '2020-04-15 2022-03-09 2022-06-01 2024-04-10 2025-06-03 2026-06-03',
    'Constitution Day': '2026-07-17 2027-07-17',
    'Labour Day': '2026-05-01 2027-05-01',
    'Decreed': '2015-08-14 2016-05-06 2017-10-02 2020-08-17 2023-10-02 2024-10-01 2025-01-27',
}


def main():
    days = {}
    for year in range(2004, 2028):
        for md, name in FIXED.items():
            days['%d-%s' % (year, md)] = (name, 'N')
        for md, (name, first, last) in SOME_YEARS.items():
            if first <= year <= last:
                days['%d-%s' % (year, md)] = (name, 'N')
    for name, text in MEMORY.items():
        for day in text.split():
            days.setdefault(day, (name, 'M'))
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with open(os.path.join(root, 'law', 'kr-eps', 'holidays.json'), 'w', encoding='utf-8') as f:
        f.write('{"country": "KR", "source": "Regulation on Holidays of Public Offices; confidence M = from memory, unverified",\n'
                ' "from": "2004-08-17", "until": "2027-12-31",\n "holidays": [\n')
        f.write(',\n'.join('  ' + json.dumps({'day': d, 'name': n, 'confidence': c}) for d, (n, c) in sorted(days.items()) if d >= FROM))
        f.write('\n]}\n')


main()
