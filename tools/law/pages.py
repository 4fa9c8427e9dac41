#!/usr/bin/env python3
"""pages.py: writes docs/law (SCHEME=kz-flp: docs/law/kz-flp): one page per model with its facts, tables, articles, sources and cases.
SPDX-License-Identifier: Apache-2.0"""
import glob
import json
import os
import re

import gen

OUT = os.path.join(gen.ROOT, 'docs', 'law', '' if gen.SCHEME == 'kr-eps' else gen.SCHEME)
YES = ('no permit needed', 'permit stands', 'certificate stands', 'granted', 'in time', 'insured', 'scored', 'no restriction', 'stands', 'no penalty', 'may stay')
TYPES = {'Texts': 'list of texts', 'Dates': 'list of dates', 'Numbers': 'list of numbers', 'boolean': 'yes or no', 'string': 'text'}


HEADS = {
    'kr-eps': [
        '# The Employment Permit System as decisions', '',
        'One page per model, made from it. Sources: L statute text seen, N official notice or court, P press or another secondary source, '
        'M from memory; "P low" and M are unverified and shown as such.', '',
        'Citations: `act:25(1).2` is article 25, paragraph 1, item 2 of the Act; `decree:13-4.3` article 13-4, item 3 (no paragraphs); '
        '`rule` the Enforcement Rule; `ima`, `imr` the Immigration Act and its Rule; `mwa` Minimum Wage Act; `lsa`, `lsd` Labour Standards '
        'Act and Decree; `npa` National Pension Act; `notice`, `committee`, `guideline`, `memorandum` the other layers.', ''],
    'kz-flp': [
        '# The permit of Kazakhstan for foreign labour as decisions', '',
        'One page per model, made from it. No text of the Kazakh law is in the store: sources are excerpts. L an excerpt of the law, N an official '
        'page, P a law firm or the press, M from memory; M is unverified and shown as such. What is not a model, and why: [coverage](coverage.md).', '',
        'Citations: `order-279:refusal-4` is the fourth ground of refusal in Order No. 279 of 2023; where the item is not known, a word stands '
        'for the part meant (`order-279:transfer`).', ''],
}


def cell(text):
    return text.replace('|', '\\|').replace('\n', ' ')


def kind(node):
    if node.type in gen.TYPES:
        values = gen.TYPES[node.type]
        return 'one of: ' + ', '.join(values) if len(values) <= 30 else 'code (%s)' % node.type
    return TYPES.get(node.type, node.type)


UNITS = [(r'million won', 'million won'), (r'percent', 'percent'), (r'\bmonths?\b', 'months'), (r'weeks', 'weeks'), (r'hours', 'hours'),
         (r'days', 'days'), (r'\byears\b', 'years'), (r'plan year|quota year', 'calendar year'), (r'age$', 'years'),
         (r'deduction|wage$|payout|severance|pledge', 'won'), (r'area', 'square metres'), (r'tons', 'gross tons'),
         (r'points|score|minimum$', 'points'), (r'moves|extensions|reports|premiums|originals', 'how many'),
         (r'.', 'how many (persons, places)')]
if gen.SCHEME == 'kz-flp':
    UNITS = [(r'thousand MCI', 'thousand monthly calculation indices'), (r'share', 'per cent'), (r'months', 'months'), (r'days', 'days'),
             (r'plan year', 'calendar year'), (r'extensions|grounds|regions', 'how many'), (r'.', 'how many (persons, places)')]


def unit(node):
    """The unit of a number, by its name; a date is a civil day of the country."""
    if node.type in ('date', 'Dates'):
        return 'year-month-day'
    if node.type != 'number':
        return ''
    name = node.name
    if name in ('new permits this year', 'rank', 'asked', 'earlier extensions'):
        return {'rank': 'place in a ranking'}.get(name, 'how many')
    if name.startswith(('monthly wage', 'ordinary wage')):
        return 'won a month'
    return next(u for p, u in UNITS if re.search(p, name))


def needed(node):
    if node.name == 'holidays':
        return 'given by the program'
    if node.optional:
        return 'may be left out'
    return 'where `%s`' % node.when if node.when else 'always'


def table(out, node):
    columns = []
    for r in node.rules:
        for expr, _ in r.conds:
            if expr not in columns:
                columns.append(expr)
    out.append('| rule | ' + ' | '.join('`%s`' % cell(c) for c in columns) + (' | ' if columns else '') + 'gives | article | source |')
    out.append('|---' * (len(columns) + 4) + '|')
    for r in node.rules:
        tests = dict(r.conds)
        out.append('| ' + ' | '.join([r.id] + [cell(tests.get(c, '')) for c in columns] + ['`%s`' % cell(r.out), cell(r.article), cell(r.source)]) + ' |')
    out.append('')


def version(out, model):
    for n in model.nodes:
        if n.kind == 'input':
            continue
        head = {'know': 'Knowledge model', 'collect': 'Table (every rule that applies is heard)', 'unique': 'Table (exactly one rule applies)'}
        out.append('### %s' % n.name)
        out.append('')
        out.append((head.get(n.kind, 'Expression') + '. ' + n.doc).strip())
        out.append('')
        if n.rules:
            table(out, n)
        else:
            params = '(%s)' % ', '.join(p[0] for p in n.params) if n.params else ''
            out += ['```', (params + '\n' if params else '') + '\n'.join(n.text), '```', '']


def page(path, cases):
    days = gen.Model(path).days
    models = [gen.Model(path, d).finish() for d in days]
    last = models[-1]
    out = ['# %s' % last.title, '', last.about, '',
           'Made from the model by tools/law/pages.py; the tables under law/%s/decisions are what is executed. ' % gen.SCHEME +
           'Versions in force from: %s.' % ', '.join(days), '', '## Facts', '',
           '| name | type | unit | needed | meaning | versions |', '|---|---|---|---|---|---|']
    seen = {}
    for m in models:
        for n in m.inputs():
            when = seen.get(n.name, (n, []))[1]
            seen[n.name] = (n, when + [m.day])  # the newest version tells when it is needed
    for name, (n, when) in seen.items():
        out.append('| %s | %s | %s | %s | %s | %s |' % (name, cell(kind(n)), unit(n), cell(needed(n)), cell(n.doc), 'all' if len(when) == len(days) else ', '.join(when)))
    out.append('')
    recent = [c for c in cases if c['day'] >= days[-1]]
    if recent:
        example = max(recent, key=lambda c: (c['expect']['outcome'] in YES, -len(c['expect']['grounds']), c['day'][:4]))
        out += ['## Example', '', 'Complete facts of case %s (%s), outcome "%s":' % (example['id'], example['title']['en'], example['expect']['outcome']),
                '', '```json', json.dumps(example['facts'], ensure_ascii=False, indent=1), '```', '']
    for m in models:
        out += ['## In force from %s' % m.day, '']
        version(out, m)
    out += ['## Worked cases', '', '| case | day | title | outcome | grounds | source | confidence |', '|---|---|---|---|---|---|---|']
    for c in cases:
        out.append('| %s | %s | %s | %s | %s | %s | %s |' % (c['id'], c['day'], cell(c['title']['en']), c['expect']['outcome'],
                                                             ' '.join(c['expect']['grounds']), cell(c['source']), c['confidence']))
    out.append('')
    return last, '\n'.join(out)


def main():
    os.makedirs(OUT, exist_ok=True)
    index = list(HEADS[gen.SCHEME]) + [
             'Every answer has `outcome`, `grounds` (reason codes), `missing` (facts that were needed and not given), and the figures named '
             'on the page. "cannot decide" goes to an officer.', '',
             'The day whose law counts is told with `--on`, as the fact `governing day`, or named by the model (`law day` in the answer). Where '
             'none of these is told the answer is about today and says so (`day_from` is `today` in JSON): right for a question about how things '
             'stand, but not for what happened earlier. Tell the day of the application or of the deed for that.', '',
             '`goldenbridge decide`, the API and the page "check a situation" read facts as people write them: names and words without regard to case, spaces, hyphens and underscores, or as '
             'a language of the scheme calls them; days such as 2026-03-31, 2026-3-31, 2026.3.31, 20260331, 2026년 3월 31일 or 31.03.2026 (not '
             '03/04/2026, which could be two days); numbers such as 2,156,880 or 65 %; yes, no, true, false, 1, 0; an empty value or `-` for what '
             'is left out. What does not fit is told with its name and what is expected. `--describe` lists the facts of a model, with '
             '`--language` by their names in that language.', '',
             'An expression has no value where a fact that it rests on was not told, so that the reasons that stand without that fact are heard all '
             'the same. The models test this first; the pages leave the test out.', '',
             '| model | about |', '|---|---|']
    for path in gen.sources():
        name = os.path.basename(path)[:-4]
        cases = os.path.join(gen.ROOT, 'law', gen.SCHEME, 'cases', name + '.json')
        model, text = page(path, json.load(open(cases, encoding='utf-8')) if os.path.exists(cases) else [])
        with open(os.path.join(OUT, name + '.md'), 'w', encoding='utf-8') as f:
            f.write(text)
        index.append('| [%s](%s.md) | %s |' % (model.title, name, cell(model.about)))
    with open(os.path.join(OUT, 'index.md'), 'w', encoding='utf-8') as f:
        f.write('\n'.join(index) + '\n')
    print('%d pages' % len(glob.glob(os.path.join(OUT, '*.md'))))


main()
