#!/usr/bin/env python3
"""cases.py: writes law/kr-eps/cases/*.json from the worked cases in tools/law/worked.
SPDX-License-Identifier: Apache-2.0

A file tools/law/worked/<model>.txt holds "base" lines (facts that a case has unless it says otherwise) and cases:

  base key = JSON | key = JSON ...
  C01 | 2026-05-20 | outcome | GROUND GROUND | key = JSON ; key = JSON | extra = JSON ; extra = JSON | source | confidence | title

"key = -" takes a fact of the base away. Every expectation is written by hand from the source it names.
"""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SCHEME = os.environ.get('SCHEME', 'kr-eps')


def pairs(text, sep):
    ret = {}
    for part in text.split(sep):
        if part.strip():
            key, _, value = part.partition('=')
            value = value.strip()
            try:
                ret[key.strip()] = None if value == '-' else json.loads(value)
            except ValueError:
                ret[key.strip()] = value
    return ret


def read(path):
    name, base, cases = os.path.basename(path)[:-4], {}, []
    for number, line in enumerate(open(path, encoding='utf-8'), 1):
        line = line.strip()
        if not line or line.startswith('#'):
            continue
        if line.startswith('base '):
            base.update(pairs(line[5:], '|'))
            continue
        parts = [p.strip() for p in line.split('|')]
        if len(parts) != 9:
            raise SystemExit('%s:%d: %d parts instead of 9' % (path, number, len(parts)))
        ident, day, outcome, grounds, facts, extras, source, confidence, title = parts
        merged = dict(base)
        merged.update(pairs(facts, ';'))
        for key, value in list(merged.items()):
            if value == 'day':
                merged[key] = day
        expect = {'outcome': outcome, 'grounds': grounds.split()}
        expect.update(pairs(extras, ';'))
        cases.append({'id': ident, 'title': {'en': title}, 'model': name, 'day': day,
                      'facts': {k: v for k, v in merged.items() if v is not None},
                      'expect': expect, 'source': source, 'confidence': confidence})
    return name, cases


def main():
    folder, seen = os.path.join(HERE, 'worked', '' if SCHEME == 'kr-eps' else SCHEME), set()
    total = 0
    for f in sorted(x for x in os.listdir(folder) if x.endswith('.txt')):
        name, cases = read(os.path.join(folder, f))
        for c in cases:
            if c['id'] in seen:
                raise SystemExit('%s: case id %s is used twice' % (f, c['id']))
            seen.add(c['id'])
        total += len(cases)
        with open(os.path.join(ROOT, 'law', SCHEME, 'cases', name + '.json'), 'w', encoding='utf-8') as out:
            out.write('[\n' + ',\n'.join(json.dumps(c, ensure_ascii=False) for c in cases) + '\n]\n')
    print('%d cases written' % total)


main()
