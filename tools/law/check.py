#!/usr/bin/env python3
"""check.py: checks the sources of the models against the index of statutes, and that every code has its message.
SPDX-License-Identifier: Apache-2.0

A citation must stand in every version of the text in force while its rule can apply: the days of the model's version, narrowed
by the rule's own date tests. Days before the oldest text known are judged by that text.
"""
import json
import os
import re
import sys

import gen

DATE = r'date\("(\d{4}-\d\d-\d\d)"\)'
STATUTES = ('act', 'decree', 'rule')
OTHERS = {'ima', 'imd', 'imr', 'mwa', 'lsa', 'lsd', 'rba', 'osh', 'npa', 'eia', 'notice', 'committee', 'guideline', 'memorandum', 'civil', 'case', 'addendum'}


def span(rule, lo, hi):
    for _, test in rule.conds:
        m = re.match(r'^\[%s\.\.%s\)$' % (DATE, DATE), test)
        if m:
            lo, hi = max(lo, m.group(1)), min(hi, m.group(2))
        m = re.match(r'^< %s$' % DATE, test)
        if m:
            hi = min(hi, m.group(1))
        m = re.match(r'^>= %s$' % DATE, test)
        if m:
            lo = max(lo, m.group(1))
    return lo, hi


class Index:
    def __init__(self, path):
        layers = json.load(open(path, encoding='utf-8'))['layers']
        self.versions = {}
        for layer, x in layers.items():
            vs = x['versions']
            self.versions[layer] = [(v['from'] if i else '0000', vs[i + 1]['from'] if i + 1 < len(vs) else '9999', v)
                                    for i, v in enumerate(vs)]

    def missing(self, layer, ref, lo, hi):
        """The first day of each version in [lo, hi) that lacks ref."""
        m = re.match(r'^(\d+(?:-\d+)?)((?:\(\d+\))?(?:\.\d+(?:-\d+)?)?(?:\.[a-n])?)$', ref)
        if not m:
            return ['malformed']
        ret = []
        for a, b, v in self.versions[layer]:
            if a < hi and b > lo:
                line = v['articles'].get(m.group(1))
                if line is None or (m.group(2) and m.group(2) not in line.split()[1:]):
                    ret.append(v['from'])
        return ret


def codes_of(models):
    codes = {}
    for m in models:
        for n in m.nodes:
            if n.kind == 'collect':
                for r in n.rules:
                    c = r.out.strip('"')
                    if re.match(r'^[A-Z][A-Z0-9_]+$', c):
                        codes.setdefault(c, set()).add(m.slug)
        if m.orders:
            codes.setdefault('FACTS_CONTRADICT', set()).add(m.slug)
    return codes


def main():
    index = Index(os.path.join(gen.ROOT, 'law', 'kr-eps', 'statutes.json'))
    faults, models, cites = [], [], 0
    for path in gen.sources():
        days = gen.Model(path).days
        for i, day in enumerate(days):
            model = gen.Model(path, day).finish()
            models.append(model)
            end = days[i + 1] if i + 1 < len(days) else '9999'
            for n in model.nodes:
                for r in n.rules:
                    where = '%s/%s %s.%s' % (day, model.slug, n.name, r.id)
                    lo, hi = span(r, day, end)
                    if not r.source:
                        faults.append(where + ': no source')
                    for cite in r.article.split('; '):
                        layer, _, ref = cite.partition(':')
                        cites += 1
                        if layer in STATUTES:
                            for v in index.missing(layer, ref, lo, hi):
                                faults.append('%s: %s is not in the text of %s' % (where, cite, v))
                        elif layer not in OTHERS:
                            faults.append('%s: unknown layer in %s' % (where, cite))
    codes = codes_of(models)
    inputs = {n.name for m in models for n in m.inputs()}
    values = {v for m in models for n in m.inputs() if n.type in gen.TYPES and n.type not in ('Country', 'KsicDivision')
              for v in gen.TYPES[n.type]}
    figures = {x.partition(':')[0].strip() for m in models for n in m.nodes for x in n.extras}
    outcomes = {w for m in models for n in m.nodes if n.name == m.title for w in n.words} | {'cannot decide', 'may be refused'}
    for lang in ('en', 'ko', 'kk', 'ru'):
        path = os.path.join(gen.ROOT, 'law', 'kr-eps', 'messages', lang + '.json')
        if not os.path.exists(path):
            faults.append('no messages in ' + lang)
            continue
        have = json.load(open(path, encoding='utf-8'))
        for c in sorted(codes):
            if not have['reasons'].get(c):
                faults.append('%s: no sentence for %s' % (lang, c))
        for name in sorted(inputs):
            if not have['inputs'].get(name):
                faults.append('%s: no label for "%s"' % (lang, name))
        for k in sorted(figures):
            if not have.get('figures', {}).get(k):
                faults.append('%s: no label for the figure "%s"' % (lang, k))
        for m in models:
            if not have['models'].get(m.title):
                faults.append('%s: no title for the model "%s"' % (lang, m.title))
        for o in sorted(outcomes):
            if not have['outcomes'].get(o):
                faults.append('%s: no word for the outcome "%s"' % (lang, o))
        for v in sorted(values):
            if not have.get('values', {}).get(v):
                faults.append('%s: no label for the value "%s"' % (lang, v))
        for c in have['reasons']:
            if c not in codes:
                faults.append('%s: %s is used by no model' % (lang, c))
    for f in faults:
        print(f)
    print('%d model versions, %d citations, %d codes, %d inputs, %d faults' % (len(models), cites, len(codes), len(inputs), len(faults)))
    sys.exit(1 if faults else 0)


main()
