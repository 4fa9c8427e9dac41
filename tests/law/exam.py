#!/usr/bin/env python3
"""exam.py: asks `goldenbridge decide` the questions of exam.txt, as a clerk would write them, and compares the answers.
SPDX-License-Identifier: Apache-2.0

Usage: exam.py GOLDENBRIDGE [id ...]      Last line: N passed, N failed
"""
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def questions():
    for number, line in enumerate(open(os.path.join(HERE, 'exam.txt'), encoding='utf-8'), 1):
        line = line.strip()
        if line and not line.startswith('#'):
            parts = [p.strip() for p in line.split('|')]
            if len(parts) != 7:
                raise SystemExit('exam.txt:%d: %d parts instead of 7' % (number, len(parts)))
            yield parts


def ask(program, model, facts):
    p = subprocess.run([program, 'decide', model, '--json'] + [f.strip() for f in facts.split(';')], capture_output=True, text=True,
                       timeout=60, stdin=subprocess.DEVNULL)
    try:
        return json.loads(p.stdout)
    except ValueError:
        return {'outcome': 'no answer', 'text': (p.stdout + p.stderr)[:300]}


def text_of(value):
    return value if isinstance(value, str) else json.dumps(value)


def differences(answer, outcome, grounds, figures):
    got = answer.get('result') or {}
    ret = []
    if answer.get('outcome') != outcome:
        ret.append('outcome %s, not %s%s' % (answer.get('outcome'), outcome, ' ' + str(answer.get('faults') or answer.get('text') or got.get('missing') or '')))
    heard = [g['code'] for g in answer.get('grounds', [])]
    if sorted(heard) != sorted(grounds.split()):
        ret.append('grounds %s, not %s' % (' '.join(heard) or 'none', grounds or 'none'))
    for pair in [f for f in figures.split(';') if f.strip()]:
        key, _, want = [x.strip() for x in pair.partition('=')]
        if text_of(got.get(key)) != want:
            ret.append('%s is %s, not %s' % (key, text_of(got.get(key)), want))
    return ret


def main():
    program, only = sys.argv[1], set(sys.argv[2:])
    passed = failed = 0
    for ident, model, facts, outcome, grounds, figures, reading in questions():
        if only and ident not in only:
            continue
        wrong = differences(ask(program, model, facts), outcome, grounds, figures)
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong:
            print('FAIL %s (%s): %s' % (ident, model, '; '.join(wrong)))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
