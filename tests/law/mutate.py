#!/usr/bin/env python3
"""mutate.py: changes single cells of the tables and tells which changes no worked case notices.
SPDX-License-Identifier: Apache-2.0

Usage: mutate.py DMN_TOOL [model ...]
A cell is mutated in all versions of a model that hold the same rule with the same cell. Mutations: a test is dropped, each boundary
(number, day) moved by one up and down, an edge taken in or out, a word of a list left out, true and false exchanged, an output
changed. Prints the score and the survivors; survivors that no case can
notice stand in survivors.txt (survivors-kz.txt) with the reason, and the exit status is 1 if one of those is noticed after all.
"""
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import run_cases

NS = '{https://www.omg.org/spec/DMN/20191111/MODEL/}'
ET.register_namespace('', NS[1:-1])
SURVIVORS = {'kr-eps': 'survivors.txt', 'kz-flp': 'survivors-kz.txt'}
DATE = re.compile(r'date\("(\d{4}-\d\d-\d\d)"\)')


def moved(text):
    """The texts with one boundary, a day or a number outside of quotes, moved by one up and down."""
    ret = []
    for m in DATE.finditer(text):
        for by in (1, -1):
            day = datetime.date.fromisoformat(m.group(1)) + datetime.timedelta(days=by)
            ret.append(text[:m.start(1)] + day.isoformat() + text[m.end(1):])
    for m in re.finditer(r'\d+(\.\d+)?', '' if '"' in text else text):
        for by in (1, -1):
            ret.append(text[:m.start()] + str(round(float(m.group()) + by, 6)).removesuffix('.0') + text[m.end():])
    return ret


def edged(text):
    """The texts with one edge that belongs to a range taken out of it, or one that does not taken in."""
    ret = [text[:m.start()] + {'<': '<=', '<=': '<', '>': '>=', '>=': '>'}[m.group()] + text[m.end():]
           for m in re.finditer(r'[<>]=?', text)]
    other = {'(': '[', '[': '(', ')': ']', ']': ')'}
    for m in re.finditer(r'[\[(](?:[^()\[\]]|\([^()]*\))*\.\.(?:[^()\[\]]|\([^()]*\))*[\])]', text):
        for at in (m.start(), m.end() - 1):
            ret.append(text[:at] + other[text[at]] + text[at + 1:])
    return ret


def shortened(text):
    """The texts with one word of a list of words left out."""
    words = re.findall(r'"[^"]*"', text)
    if len(words) < 2 or 'date(' in text:
        return []
    lists = [','.join(words[:i] + words[i + 1:]) for i in range(len(words))]
    return ['not(%s)' % w if text.startswith('not(') else w for w in lists]


def input_mutants(text):
    ret = ['-']
    if text in ('true', 'false'):
        return ret + ['false' if text == 'true' else 'true']
    return ret + moved(text) + edged(text) + shortened(text)


def output_mutants(text):
    if re.match(r'^".*"$', text):
        return ['"MUTANT"']
    if text in ('true', 'false'):
        return ['false' if text == 'true' else 'true']
    if text == 'null':
        return []
    return moved(text) or ['null']


def cells(versions):
    """(rule id, column, kind, text) → set of version paths."""
    ret = {}
    for _, path in versions:
        for table in ET.parse(path).iter(NS + 'decisionTable'):
            columns = [i.get('label') for i in table.findall(NS + 'input')]
            for rule in table.findall(NS + 'rule'):
                for column, cell in zip(columns, rule.findall(NS + 'inputEntry')):
                    text = cell.find(NS + 'text').text
                    if text != '-':
                        ret.setdefault((rule.get('id'), column, 'in', text), set()).add(path)
                for cell in rule.findall(NS + 'outputEntry'):
                    ret.setdefault((rule.get('id'), '', 'out', cell.find(NS + 'text').text), set()).add(path)
    return ret


def mutate(xml, rule_id, column, kind, text, new):
    root = ET.fromstring(xml)
    for table in root.iter(NS + 'decisionTable'):
        columns = [i.get('label') for i in table.findall(NS + 'input')]
        for rule in table.findall(NS + 'rule'):
            if rule.get('id') != rule_id:
                continue
            if kind == 'out':
                rule.find(NS + 'outputEntry').find(NS + 'text').text = new
            else:
                rule.findall(NS + 'inputEntry')[columns.index(column)].find(NS + 'text').text = new
    return ET.tostring(root, encoding='unicode')


def faults(case, got):
    """Whether an answer of the engine differs from what the case expects, as run_cases.py compares them."""
    errors, value = got.get('messages', []), got.get('value')
    if not isinstance(value, dict):
        return True
    for key, want in case['expect'].items():
        have = value.get(key)
        if key == 'grounds':
            have, want = sorted(set(have or [])), sorted(want)
        if have != want:
            return True
    return bool(errors) and not value.get('missing')


class Cases:
    """The cases of a model, put together by the version that governs their day, ready for one run of the engine each."""
    def __init__(self, cases, versions, holidays):
        self.groups, self.holidays = {}, holidays
        for case in cases:
            path = run_cases.governing(versions, case['day'])
            if path:
                self.groups.setdefault(path, []).append(case)
        self.rows, self.names = {}, {}
        for path, group in self.groups.items():
            self.names[path], needs = run_cases.title(path)
            facts = [dict(c['facts'], **({'holidays': holidays} if needs and 'holidays' not in c['facts'] else {})) for c in group]
            self.rows[path] = ''.join(json.dumps(f) + '\n' for f in facts)

    def notice_alone(self, tool, folder, path, xml):
        """As notice(), one case at a time: only then the engine tells what went wrong inside, such as two rules of a UNIQUE table."""
        copy = os.path.join(folder, '%d.dmn' % threading.get_ident())
        with open(copy, 'w', encoding='utf-8') as f:
            f.write(xml)
        return any(run_cases.run(tool, c, {c['model']: [('', copy)]}, self.holidays) for c in self.groups.get(path, []))

    def notice(self, tool, folder, path, xml):
        if path not in self.groups:
            return False
        copy = os.path.join(folder, '%d.dmn' % threading.get_ident())
        with open(copy, 'w', encoding='utf-8') as f:
            f.write(xml)
        p = subprocess.run([tool, 'batch', copy, '--decision', self.names[path], '--json'], input=self.rows[path], capture_output=True,
                           text=True, timeout=300)
        try:
            answers = [json.loads(line) for line in p.stdout.splitlines()]
        except ValueError:
            return True
        group = self.groups[path]
        return len(answers) != len(group) or any(faults(c, g) for c, g in zip(group, answers))


def explained():
    """Survivors of survivors.txt, as they are printed, with the reason why no case can notice them."""
    ret = {}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), SURVIVORS[os.environ.get('SCHEME', 'kr-eps')])
    for line in open(path, encoding='utf-8') if os.path.exists(path) else []:
        if line.strip() and not line.startswith('#'):
            key, _, reason = line.strip().rpartition(' | ')
            ret[key] = reason
    return ret


def survivors_of(tool, pool, folder, versions, cases):
    """(number of mutants, list of the survivors) of one model"""
    texts = {path: open(path, encoding='utf-8').read() for _, path in versions}
    work = [(cell, paths, new) for cell, paths in cells(versions).items()
            for new in (input_mutants(cell[3]) if cell[2] == 'in' else output_mutants(cell[3]))]
    def noticed(w):
        mutants = [(p, mutate(texts[p], *w[0], w[2])) for p in sorted(w[1])]
        return any(cases.notice(tool, folder, *m) for m in mutants) or any(cases.notice_alone(tool, folder, *m) for m in mutants)

    dead = pool.map(noticed, work)
    return len(work), ['%s | %s | %s → %s' % (c[0], c[1] or 'output', c[3], new) for (c, _, new), d in zip(work, dead) if not d]


def main():
    tool, only = sys.argv[1], set(sys.argv[2:])
    models, known = run_cases.versions(), explained()
    holidays = [h['day'] for h in json.load(open(os.path.join(run_cases.ROOT, 'holidays.json')))['holidays']]
    total, survivors = 0, []
    with ThreadPoolExecutor(2) as pool, tempfile.TemporaryDirectory() as folder:
        for model in sorted(models):
            if only and model not in only:
                continue
            name = os.path.join(run_cases.ROOT, 'cases', model + '.json')
            cases = json.load(open(name, encoding='utf-8')) if os.path.exists(name) else []
            n, found = survivors_of(tool, pool, folder, models[model], Cases(cases, models[model], holidays))
            total, survivors = total + n, survivors + found
    stale = [] if only else sorted(set(known) - set(survivors))
    for s in survivors:
        print('%s%s' % (s, ' (explained: %s)' % known[s] if s in known else ''))
    for s in stale:
        print('explained, but it is noticed or gone: %s' % s)
    open_ones = [s for s in survivors if s not in known]
    killed = total - len(survivors)
    print('%d of %d changed cells noticed (%.1f %%), %d survive, %d of them explained' % (killed, total, 100.0 * killed / max(total, 1),
          len(survivors), len(survivors) - len(open_ones)))
    return 1 if stale else 0


if __name__ == '__main__':
    sys.exit(main())
