#!/usr/bin/env python3
"""kz_demo.py: writes law/kz-flp/demo.json, an invented demo of the Kazakh permit.
SPDX-License-Identifier: Apache-2.0"""
import json
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
S = json.dumps


def bin_of(n):
    for k in range(9):
        t = '190%d40%05d' % (1 + n % 9, 100 + n * 9 + k)
        w = sum((i + 1) * int(t[i]) for i in range(11)) % 11
        if w == 10:
            w = sum([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2][i] * int(t[i]) for i in range(11)) % 11
        if w < 10:
            return t + str(w)


def day(n):
    return {'day': 'date(v.today) - duration("P%dD")' % n}


def step(name, who, form, **more):
    return dict({'step': name, 'as': S(who), 'form': {k: S(x) if isinstance(x, str) and not x.startswith('v.') else x
                                                      for k, x in form.items()}}, **more)


def main():
    out = [day(60)]
    for login, role, text in [('admin', 'admin', 'Administrator'), ('akimat', 'akimat', 'Akimat officer'), ('ministry', 'ministry', 'Ministry'),
                              ('inspector', 'inspector', 'Labour inspector'), ('auditor', 'auditor', 'Auditor')]:
        for second in ([''] if role == 'auditor' else ['', '2']):
            out.append({'account': {'login': S('kz-' + login + second), 'name': S(text + (', second' if second else '') + ' (invented)'), 'roles': S([role]), 'language': S('ru')}})
        if login == 'akimat':
            out.append({'account': {'login': S('kz-akimat-almaty'), 'name': S('Akimat officer, Almaty only (invented)'), 'roles': S(['akimat']), 'language': S('ru'), 'office': S('Almaty')}})
    for c, places in (('3', 60), ('seasonal', 60)):
        out.append({'let': {'year': '(date(v.today) - duration("P40D")).year'}})
        for y in ('v.year', 'v.year + 1'):
            out.append({'step': 'quota.divide', 'as': S('kz-ministry'), 'confirm_as': S('kz-ministry2'), 'save': 'q', 'form': {
                'year': y, 'region': S('Almaty'), 'category': S(c), 'places': places, 'source': S('invented: the split by region was not found'), 'confidence': S('invented')}})
    for n in range(1, 31):
        e = 'v.e%d.case' % n
        out.append(step('employer.register', 'kz-akimat', {
            'business_number': bin_of(n), 'name': 'Koreiskaya firma %d (invented)' % n, 'employer_kind': 'company', 'region': 'Almaty', 'sector_group': 'AB'[n % 2],
            'korean_share': 100, 'headcount': 180, 'income_thousand_mci': 900, 'local_staff_12': 20, 'foreign_staff_12': 2,
            'local_staff_34': 99 if n % 5 else 40, 'foreign_staff_34': 4, 'invented': True}, save='e%d' % n))
    out.append({'account': {'login': S('kz-employer'), 'name': S('Employer (invented)'), 'roles': S(['employer']), 'party': 'v.e1.case', 'language': S('ko')}})
    out.append({'account': {'login': S('kz-employer2'), 'name': S('Employer, second (invented)'), 'roles': S(['employer']), 'party': 'v.e2.case', 'language': S('ko')}})
    for n in range(1, 61):
        e, who = 'v.e%d.case' % ((n - 1) % 30 + 1), '"@" + v.e%d.case' % ((n - 1) % 30 + 1)
        cat, stage, p = ('seasonal' if n % 2 else '3'), n % 7, {'case': 'v.p.case'}
        out += [day(40), dict(step('permit.post_vacancy', '', {'employer': e, 'category': cat, 'region': 'Almaty', 'job': 'seasonal worker' if n % 2 else 'engineer', 'months': 12, 'seasonal_days': 200}, save='p'), **{'as': who})]
        out.append(dict(step('worker.register', '', {'employer': e, 'country': 'KR', 'family_name': ['KIM', 'LEE', 'PARK', 'CHOI'][n % 4], 'given_name': 'MINSU', 'birth_date': '1985-0%d-15' % (n % 9 + 1),
                                                     'passport_number': 'M%08d' % n, 'occupation': 'engineer', 'invented': True}, save='w'), **{'as': who}))
        if n == 1:
            out.append({'account': {'login': S('kz-worker'), 'name': S('Worker (invented)'), 'roles': S(['worker']), 'party': 'v.w.case', 'language': S('ko')}})
        if stage == 6:
            continue
        out += [day(20), dict(step('permit.file', '', {'worker': 'v.w.case', 'publication_code': 'DEMO-%d' % n}, **p), **{'as': who})]
        if stage == 5:
            continue
        out.append(step('permit.check_content', 'kz-akimat', {}, **p))
        body = [step('permit.give_place', 'kz-akimat', {}, **p)]
        if stage < 4:
            body.append(step('permit.decide', 'kz-akimat', {'papers_authentic': True, 'qualification_met': stage != 3}, **p))
        if stage < 2 and cat == 'seasonal':
            body += [step('permit.pay', 'kz-akimat', {'receipt': 'R-%d' % n}, **p), step('permit.issue', 'kz-akimat', {}, **p)]
        out.append({'if': 'case of(v.p.case).state = "content_checked"', 'do': body})
    # A vacancy that has stood open long enough: the company of kz-employer may file today.
    who = {'as': '"@" + v.e1.case'}
    out += [day(20), dict(step('permit.post_vacancy', '', {'employer': 'v.e1.case', 'category': '3', 'region': 'Almaty', 'job': 'process engineer', 'months': 12}), **who),
            dict(step('worker.register', '', {'employer': 'v.e1.case', 'country': 'KR', 'family_name': 'HAN', 'given_name': 'JIWOO', 'birth_date': '1988-04-11',
                                              'passport_number': 'M00000099', 'occupation': 'process engineer', 'invented': True}), **who)]
    with open(os.path.join(ROOT, 'law', 'kz-flp', 'demo.json'), 'w', encoding='utf-8') as f:
        json.dump({'notice': 'Everything here is invented: firms, people, numbers, the split of the quota.', 'sizes': {}, 'data': {}, 'script': out}, f, ensure_ascii=False, indent=1)
        f.write('\n')


main()
