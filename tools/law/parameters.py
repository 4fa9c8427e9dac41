#!/usr/bin/env python3
"""parameters.py: writes law/kr-eps/parameters/*.json: raw figures with their sources, taken from the sources of the models.
SPDX-License-Identifier: Apache-2.0"""
import json
import os
import re

import gen

OUT = os.path.join(gen.ROOT, 'law', 'kr-eps', 'parameters')

# Rounds of applications (chapter on rounds of the domain notes; all from the press).
ROUNDS = '''
2023-3 | 2023-05-15 | 2023-05-26 | 25000 | | the printed parts do not add up to the total; not for arithmetic
2024-1 | 2024-01-29 | 2024-02-08 | 34465 | manufacturing 23232, shipbuilding 1500, agriculture 4209, fishery 2595, construction 1632, service 1297 | total is approximate
2024-2 | 2024-04-22 | 2024-05-03 | 42080 | manufacturing 25906, shipbuilding 1824, agriculture 4955, fishery 2849, construction 2056, service 4490 | restaurants and hotels start
2024-5 | | | 33803 | manufacturing 20134, shipbuilding 1300, agriculture 3648, fishery 2249, construction 1414, service 5058 | November to December 2024, days not found
2025-1 | 2025-02-10 | 2025-02-21 | 22418 | manufacturing 16328, shipbuilding 625, agriculture 2347, fishery 2077, construction 445, service 596 |
2025-2 | 2025-04-21 | 2025-05-02 | 22418 | manufacturing 16328, shipbuilding 625, agriculture 2347, fishery 2077, construction 445, service 596 |
2025-4 | 2025-09-15 | 2025-09-26 | | manufacturing 13062, agriculture 1878 | other parts not found; new points table
2025-5 | 2025-11-24 | 2025-11-28 | 9326 | manufacturing 6530, shipbuilding 250, agriculture 940, fishery 832, construction 178, service 596 |
2026-1 | 2026-01-26 | 2026-02-10 | 15784 | manufacturing 11275, agriculture 2382, fishery 1495, construction 492, service 140 |
2026-2 | 2026-04-20 | 2026-05-06 | | |
2026-3 | 2026-07-06 | 2026-07-17 | | |
2026-4 | 2026-09-14 | 2026-09-29 | | |
2026-5 | 2026-11-23 | 2026-11-27 | | |
'''


def write(name, rows, note):
    with open(os.path.join(OUT, name + '.json'), 'w', encoding='utf-8') as f:
        f.write('{"note": %s,\n "rows": [\n' % json.dumps(note))
        f.write(',\n'.join('  ' + json.dumps(r, ensure_ascii=False) for r in rows) + '\n]}\n')


def table(model, name, day):
    node = [n for n in gen.Model(os.path.join(gen.HERE, 'models', model + '.law'), day).nodes if n.name == name][0]
    for r in node.rules:
        confidence, _, remark = r.source.partition(':')
        yield dict(r.conds), r.out, {'basis': r.article, 'confidence': confidence.strip(), 'remark': remark.strip()}


def dates(test):
    return re.findall(r'date\("([\d-]+)"\)', test)


def main():
    os.makedirs(OUT, exist_ok=True)
    rows = []
    for conds, out, facts in table('contract-check', 'Hourly minimum', '2010-04-10'):
        days = dates(conds['wage day'])
        if out != 'null':
            rows.append(dict({'from': days[0], 'until': days[1], 'won per hour': int(out), 'won per month of 209 hours': int(out) * 209}, **facts))
    write('minimum-wage', rows, 'minimum wage; the last day is the day before "until"')
    rows = []
    for conds, out, facts in table('quota-place', 'Published rows', '2010-04-10'):
        rows.append(dict({'year': int(conds['quota year']), 'industry': conds['quota industry'].strip('"'), 'persons': int(out)}, **facts))
    write('quota', rows, 'E-9 quota by year and industry; a change within the year is named in the remark')
    rows = []
    for line in ROUNDS.strip().splitlines():
        name, opens, closes, persons, parts, remark = [p.strip() for p in line.split('|')]
        split = {p.rsplit(' ', 1)[0].strip(): int(p.rsplit(' ', 1)[1]) for p in parts.split(',') if p.strip()}
        rows.append({'round': name, 'opens': opens or None, 'closes': closes or None, 'persons': int(persons) if persons else None,
                     'parts': split, 'confidence': 'P', 'remark': remark})
    write('rounds', rows, 'rounds of applications; null where not found')
    rows = []
    for name, first in (('Earliest agreement', True), ('Certain agreement', False)):
        for conds, out, facts in table('country-status', name, '2004-08-17'):
            code = conds['country'].strip('"')
            if len(code) != 2:
                continue
            day = dates(out)[0] if dates(out) else None
            if first:
                rows.append(dict({'country': code, 'earliest day': day}, **facts))
            else:
                [r for r in rows if r['country'] == code][0]['certain from'] = day
    write('sending-countries', rows, 'memoranda with sending countries: between the two days the day of signing is not known')


main()
