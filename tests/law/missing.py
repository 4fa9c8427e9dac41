#!/usr/bin/env python3
"""missing.py: leaves one fact out of every worked case and fails where a ground is heard that the full facts do not give, or one
that stands without that fact is not heard.
SPDX-License-Identifier: Apache-2.0

Usage: missing.py DMN_TOOL [model ...]
A fact that nobody told is no reason for a refusal: the answer is then "cannot decide" and names the fact, or rests on the grounds
that hold without it. Facts that may be left out by law (marked "?" in the sources) are let alone. Last line: N passed, N failed.
"""
import json
import os
import subprocess
import sys

import run_cases

sys.path.insert(0, os.path.join(run_cases.ROOT, '..', '..', 'tools', 'law'))
import gen  # noqa: E402

UNSURE, TOGETHER = 'Unsure grounds', 'FACTS_CONTRADICT'  # a contradiction needs both of its facts


def optional(model):
    """Names of the facts that may be left out, over all versions of a model."""
    path = os.path.join(gen.SOURCES, model + '.law')
    return {n.name for day in gen.Model(path).days for n in gen.Model(path, day).inputs() if n.optional}


def answers(tool, path, name, rows):
    p = subprocess.run([tool, 'batch', path, '--decision', name, '--json'], input='\n'.join(json.dumps(r) for r in rows) + '\n',
                       capture_output=True, text=True, timeout=300)
    return [json.loads(line).get('value') for line in p.stdout.splitlines()]


def faults_of(case, fact, got, unsure):
    full = case['expect']
    if not isinstance(got, dict):
        return 'no answer'
    lost = [g for g in full.get('grounds', []) if g not in unsure + [TOGETHER] and g not in (got.get('grounds') or [])]
    if lost:
        return 'no longer heard %s' % ', '.join(lost)
    new = [g for g in got.get('grounds') or [] if g not in full.get('grounds', [])]
    if got['outcome'] == 'cannot decide':
        return '' if got['missing'] or new or full['outcome'] == 'cannot decide' else 'cannot decide, and does not say why'
    return 'heard %s' % ', '.join(new) if new else '' if got['outcome'] == full['outcome'] or got['missing'] else 'became %s' % got['outcome']


def main():
    tool, only = sys.argv[1], set(sys.argv[2:])
    models = run_cases.versions()
    holidays = [h['day'] for h in json.load(open(os.path.join(run_cases.ROOT, 'holidays.json')))['holidays']]
    passed, failed = 0, {}
    for model in sorted(models):
        if only and model not in only:
            continue
        free, work = optional(model) | {'holidays'}, {}
        for case in json.load(open(os.path.join(run_cases.ROOT, 'cases', model + '.json'), encoding='utf-8')):
            path = run_cases.governing(models[model], case['day'])
            for fact in case['facts']:
                if fact not in free and path:
                    rest = {k: v for k, v in case['facts'].items() if k != fact}
                    work.setdefault(path, []).append((case, fact, rest))
        for path, rows in work.items():
            name, needs = run_cases.title(path)
            if needs:
                for _, _, rest in rows:
                    rest.setdefault('holidays', holidays)
            got = answers(tool, path, name, [r[2] for r in rows])
            if len(got) != len(rows):
                raise SystemExit('%s: %d answers for %d rows' % (path, len(got), len(rows)))
            unsure = answers(tool, path, UNSURE, [r[2] for r in rows]) if UNSURE in open(path, encoding='utf-8').read() else [[]] * len(rows)
            for (case, fact, _), one, doubts in zip(rows, got, unsure):
                fault = faults_of(case, fact, one, doubts or [])
                if fault:
                    failed.setdefault((model, os.path.basename(os.path.dirname(path)), fact, fault), []).append(case['id'])
                else:
                    passed += 1
    for (model, day, fact, fault), ids in sorted(failed.items()):
        print('%s of %s without "%s": %s (%d cases, such as %s)' % (model, day, fact, fault, len(ids), ids[0]))
    count = sum(len(ids) for ids in failed.values())
    print('%d passed, %d failed' % (passed, count))
    return count > 0


if __name__ == '__main__':
    sys.exit(main())
