#!/usr/bin/env python3
"""mutate.py: changes single cells of the tables and tells which changes no worked case notices.
SPDX-License-Identifier: Apache-2.0

Usage: mutate.py DMN_TOOL [model ...]
A cell is mutated in all versions of a model that hold the same rule with the same cell. Mutations: a test is dropped, a boundary
moved by one (number, day), true and false exchanged, an output changed. Prints the score and the survivors; exit status 0.
"""
import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import run_cases

NS = '{https://www.omg.org/spec/DMN/20191111/MODEL/}'
ET.register_namespace('', NS[1:-1])
DATE = re.compile(r'date\("(\d{4}-\d\d-\d\d)"\)')


def moved(text):
    """The text with its first boundary moved by one, or None."""
    m = DATE.search(text)
    if m:
        day = datetime.date.fromisoformat(m.group(1)) + datetime.timedelta(days=1)
        return text[:m.start(1)] + day.isoformat() + text[m.end(1):]
    if '"' in text:
        return None
    m = re.search(r'\d+(\.\d+)?', text)
    if m:
        return text[:m.start()] + str(round(float(m.group()) + 1, 6)).removesuffix('.0') + text[m.end():]
    return None


def input_mutants(text):
    ret = ['-']
    if text in ('true', 'false'):
        ret.append('false' if text == 'true' else 'true')
    elif moved(text):
        ret.append(moved(text))
    return ret


def output_mutants(text):
    if re.match(r'^".*"$', text):
        return ['"MUTANT"']
    if text == 'null':
        return []
    return [moved(text) or 'null']


def cells(model, versions):
    """(rule id, column, kind, text) → set of version paths."""
    ret = {}
    for _, path in versions:
        for table in ET.parse(path).iter(NS + 'decisionTable'):
            columns = [i.find(NS + 'inputExpression').find(NS + 'text').text for i in table.findall(NS + 'input')]
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
        columns = [i.find(NS + 'inputExpression').find(NS + 'text').text for i in table.findall(NS + 'input')]
        for rule in table.findall(NS + 'rule'):
            if rule.get('id') != rule_id:
                continue
            if kind == 'out':
                rule.find(NS + 'outputEntry').find(NS + 'text').text = new
            else:
                rule.findall(NS + 'inputEntry')[columns.index(column)].find(NS + 'text').text = new
    return ET.tostring(root, encoding='unicode')


def noticed(tool, cases, versions, holidays, paths, cell, new):
    with tempfile.TemporaryDirectory() as folder:
        changed = []
        for day, path in versions:
            if path in paths:
                copy = os.path.join(folder, day + '.dmn')
                with open(copy, 'w', encoding='utf-8') as f:
                    f.write(mutate(open(path, encoding='utf-8').read(), *cell, new))
                changed.append((day, copy))
            else:
                changed.append((day, path))
        for case in cases:
            if run_cases.governing(versions, case['day']) in paths and run_cases.run(tool, case, {case['model']: changed}, holidays):
                return True
    return False


def main():
    tool, only = sys.argv[1], set(sys.argv[2:])
    models = run_cases.versions()
    holidays = [h['day'] for h in json.load(open(os.path.join(run_cases.ROOT, 'holidays.json')))['holidays']]
    killed = total = 0
    survivors = []
    with ThreadPoolExecutor(2) as pool:
        for model in sorted(models):
            if only and model not in only:
                continue
            name = os.path.join(run_cases.ROOT, 'cases', model + '.json')
            cases = json.load(open(name, encoding='utf-8')) if os.path.exists(name) else []
            work = []
            for cell, paths in cells(model, models[model]).items():
                for new in (input_mutants(cell[3]) if cell[2] == 'in' else output_mutants(cell[3])):
                    work.append((cell, paths, new))
            results = pool.map(lambda w: noticed(tool, cases, models[model], holidays, w[1], w[0], w[2]), work)
            for (cell, paths, new), dead in zip(work, results):
                total += 1
                killed += dead
                if not dead:
                    survivors.append('%s | %s | %s → %s' % (cell[0], cell[1] or 'output', cell[3], new))
    for s in survivors:
        print(s)
    print('%d of %d changed cells noticed (%.1f %%), %d survive' % (killed, total, 100.0 * killed / max(total, 1), len(survivors)))


if __name__ == '__main__':
    main()
