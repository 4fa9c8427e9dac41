#!/usr/bin/env python3
"""pages.py: the pages of the law as a server gives them: unverified rules are marked on every model, two days are compared.
SPDX-License-Identifier: Apache-2.0

Usage: pages.py GOLDENBRIDGE      Last line: N passed, N failed
A server of its own runs on a free port with an empty store. A rule is unverified where its annotation "source" holds M or low.
"""
import html
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
NS = '{https://www.omg.org/spec/DMN/20191111/MODEL/}'
MARK = json.load(open(os.path.join(ROOT, 'web', 'messages', 'en.json'), encoding='utf-8'))['decision.unverified']


def rules_of(path):
    """rule id → whether its source is unverified"""
    ret = {}
    for table in ET.parse(path).iter(NS + 'decisionTable'):
        names = [a.get('name') for a in table.findall(NS + 'annotation')]
        for rule in table.findall(NS + 'rule'):
            texts = [e.find(NS + 'text').text or '' for e in rule.findall(NS + 'annotationEntry')]
            source = dict(zip(names, texts)).get('source', '')
            ret[rule.get('id')] = 'M' in source or 'low' in source
    return ret


def rows_of(page):
    """rule id → whether its row is marked; long tables show a row twice, alike"""
    ret = {}
    for row in re.findall(r'<tr.*?</tr>', page, re.S):
        rule = re.search(r'<span class="meta mono">([^<]*)</span>', row)
        if rule:
            own = re.search(r'class="chip warn">([^<]*)</span> <span class="meta mono">', row)
            ret[html.unescape(rule.group(1))] = bool(own and html.unescape(own.group(1)) == MARK)
    return ret


class Server:
    def __init__(self, program, folder):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            self.port = s.getsockname()[1]
        store = os.path.join(folder, 'a.store')
        subprocess.run([program, 'init', '--store', store], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.process = subprocess.Popen([program, 'serve', '--store', store, '--port', str(self.port)], cwd=ROOT, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def get(self, path):
        for _ in range(200):
            try:
                with urllib.request.urlopen('http://127.0.0.1:%d%s' % (self.port, path), timeout=60) as r:
                    return r.status, r.read().decode()
            except urllib.error.HTTPError as e:
                return e.code, e.read().decode()
            except OSError:
                time.sleep(0.1)
        raise SystemExit('the server does not answer')


def marks(server):
    decisions = os.path.join(ROOT, 'law', 'kr-eps', 'decisions')
    for day in sorted(os.listdir(decisions)):
        for name in sorted(os.listdir(os.path.join(decisions, day))):
            want = rules_of(os.path.join(decisions, day, name))
            got = rows_of(server.get('/law/model/%s?day=%s' % (name[:-4], day))[1])
            bad = sorted(r for r in want if got.get(r) != want[r])
            yield '%s of %s: %s' % (name[:-4], day, ', '.join(bad[:4])), not bad and len(got) == len(want)


def compared(server):
    status, page = server.get('/law/changes?from=2025-06-01&to=2026-06-01')
    yield 'a year is compared', status == 200 and '/law/model/employer-points?day=2026-06-01' in page and '10320' in page and '10030' in page
    rows = rows_of(page)
    yield 'a row that did not change is not shown', 'contract-check.hourly-minimum.y2024' not in rows and bool(rows)
    yield 'every changed table of a rule is shown', {'headcount-limit.place-uplift.u2', 'headcount-limit.base-rows.a1', 'headcount-limit.place-uplift.u1'} <= set(rows)
    yield 'the wage known from memory is marked', any(rows.values()) and not all(rows.values())
    page = server.get('/law/changes?from=2024-01-09&to=2024-01-10')[1]
    yield 'a changed article leads to both texts', all('/law/article?act=rule&amp;at=5-2&amp;day=%s' % d in page for d in ('2024-01-09', '2024-01-10'))
    yield 'the days may be told the wrong way round', server.get('/law/changes?from=2024-01-10&to=2024-01-09')[1].count('at=5-2') == page.count('at=5-2') > 0
    yield 'nothing is told as nothing', 'Nothing changed' in server.get('/law/changes?from=2024-03-04&to=2024-03-05')[1]
    yield 'what is no day is refused', 400 <= server.get('/law/changes?from=yesterday')[0] < 500


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        server = Server(os.path.abspath(sys.argv[1]), folder)
        try:
            for check in (marks, compared):
                for name, good in check(server):
                    passed, failed = passed + bool(good), failed + (not good)
                    if not good:
                        print('FAIL ' + name)
        finally:
            server.process.terminate()
            server.process.wait()
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
