#!/usr/bin/env python3
"""run_cases.py: runs the worked cases of law/kr-eps through the decision engine and tells which do not come out as written.
SPDX-License-Identifier: Apache-2.0

Usage: run_cases.py DMN_TOOL [case id or model ...]
DMN_TOOL is the engine's command (`dmn run FILE --decision NAME --input JSON --json`).
"""
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'law', os.environ.get('SCHEME', 'kr-eps'))


def versions():
    """Model name → sorted list of (day, path)."""
    ret = {}
    base = os.path.join(ROOT, 'decisions')
    for day in sorted(os.listdir(base)):
        for f in os.listdir(os.path.join(base, day)):
            ret.setdefault(f[:-4], []).append((day, os.path.join(base, day, f)))
    return ret


def governing(found, day):
    ret = None
    for start, path in found:
        if start <= day:
            ret = path
    return ret


def title(path):
    text = open(path, encoding='utf-8').read()
    return re.search(r'<definitions[^>]*? name="([^"]*)"', text, re.S).group(1), '<inputData id="in-holidays"' in text


def run(tool, case, models, holidays):
    path = governing(models.get(case['model'], []), case['day'])
    if path is None:
        return 'no version of %s on %s' % (case['model'], case['day'])
    name, needs = title(path)
    facts = dict(case['facts'])
    if needs and 'holidays' not in facts:
        facts['holidays'] = holidays
    p = subprocess.run([tool, 'run', path, '--decision', name, '--input', json.dumps(facts), '--json'],
                       capture_output=True, text=True, timeout=60)
    try:
        got = json.loads(p.stdout)
    except ValueError:
        return 'engine: %s %s' % (p.stdout[:200], p.stderr[:300])
    errors = []
    if isinstance(got, dict) and 'value' in got and 'outcome' not in got:
        errors, got = got.get('messages', []), got['value']
    if not isinstance(got, dict):
        return 'no context: %s %s' % (p.stdout[:200], p.stderr[:300])
    faults = []
    for key, want in case['expect'].items():
        have = got.get(key)
        if key == 'grounds':
            have, want = sorted(set(have or [])), sorted(want)
        if have != want:
            faults.append('%s is %s, expected %s' % (key, json.dumps(have), json.dumps(want)))
    if errors and not got.get('missing'):
        faults.append('error values: ' + ', '.join(sorted(set(errors))))
    return '; '.join(faults) + (' (missing %s)' % got.get('missing') if faults else '')


def main():
    tool, only = sys.argv[1], set(sys.argv[2:])
    models = versions()
    holidays = [h['day'] for h in json.load(open(os.path.join(ROOT, 'holidays.json')))['holidays']]
    cases = []
    for f in sorted(os.listdir(os.path.join(ROOT, 'cases'))):
        cases += json.load(open(os.path.join(ROOT, 'cases', f), encoding='utf-8'))
    if only:
        cases = [c for c in cases if c['id'] in only or c['model'] in only]
    bad = 0
    with ThreadPoolExecutor(2) as pool:
        for case, fault in zip(cases, pool.map(lambda c: run(tool, c, models, holidays), cases)):
            if fault:
                bad += 1
                print('%s %s: %s' % (case['id'], case['model'], fault))
    print('%d cases run, %d as written, %d not' % (len(cases), len(cases) - bad, bad))
    sys.exit(1 if bad or not cases else 0)


if __name__ == "__main__":
    main()
