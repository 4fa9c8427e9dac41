#!/usr/bin/env python3
"""index.py: makes the index of facts (versions, articles, paragraphs, items, hashes) from folders of statute texts.
SPDX-License-Identifier: Apache-2.0

Usage: index.py DIR > law/kr-eps/statutes.json
DIR holds one folder per layer (act, decree, rule); a file per day in force, named YYYY-MM-DD.md.

Each article is one line of text: the first eight digits of the hash of its text, then what can be cited in it:
"(1)" a paragraph, "(1).2" an item of it, ".3" an item of an article without paragraphs, ".3.b" a letter of an item,
".3-2" a branch item. Deleted articles, paragraphs and items are left out.
"""
import hashlib
import json
import os
import re
import sys

HEAD = re.compile(r'^#####\s*제\s*(\d+)조(?:의\s*(\d+))?\s*(?:\((.*?)\)\s*)?')
PARA = re.compile(r'^\*\*([①-⑳])\*\*\s*(.*)')
ITEM = re.compile(r'^ {0,3}(\d+)(?:의(\d+))?\\?\.\s*(.*)')
LETTER = re.compile(r'^ {2,}([가나다라마바사아자차카타파하])\\?\.\s*(.*)')
LETTERS = '가나다라마바사아자차카타파하'


def numbered(main, branch):
    return main + ('-' + branch if branch else '')


def deleted(text):
    return text.strip().startswith('삭제')


class Article:
    def __init__(self, number, title):
        self.number, self.title, self.lines, self.refs = number, title or '', [], []
        self.para = self.item = ''
        self.gone = False

    def add(self, line):
        self.lines.append(line.rstrip())
        m = PARA.match(line)
        if m:
            self.para, self.item = '(%d)' % (ord(m.group(1)) - ord('①') + 1), ''
            if not deleted(m.group(2)):
                self.refs.append(self.para)
            return
        m = ITEM.match(line)
        if m:
            self.item = self.para + '.' + numbered(m.group(1), m.group(2))
            if not deleted(m.group(3)):
                self.refs.append(self.item)
            return
        m = LETTER.match(line)
        if m and self.item and not deleted(m.group(2)):
            self.refs.append(self.item + '.' + 'abcdefghijklmn'[LETTERS.index(m.group(1))])
        elif deleted(line) and not self.refs:
            self.gone = True

    def text(self):
        return '\n'.join(l for l in self.lines if l.strip())


def read(path):
    raw = open(path, 'rb').read()
    text = raw.decode('utf-8')
    facts = {'from': os.path.basename(path)[:-3]}
    m = re.search(r"^공포일자:\s*'?([\d-]+)", text, re.M)
    facts['promulgated'] = m.group(1) if m else ''
    m = re.search(r"^공포번호:\s*'?(\d+)", text, re.M)
    facts['number'] = str(int(m.group(1))) if m else ''
    facts['sha256'] = hashlib.sha256(raw).hexdigest()
    articles, now = [], None
    for line in text.splitlines():
        if re.match(r'^## 부칙', line):
            break
        m = HEAD.match(line)
        if m:
            now = Article(numbered(m.group(1), m.group(2)), m.group(3))
            articles.append(now)
            rest = line[m.end():].strip()
            if rest:
                now.add(rest)
        elif line.startswith('#'):
            now = None
        elif now is not None and line.strip():
            now.add(line)
    return facts, articles


def main():
    root = sys.argv[1]
    out = {'note': 'facts made from the statute texts by tools/law/index.py; the texts are not part of the project',
           'layers': {}}
    for layer in sorted(os.listdir(root)):
        folder = os.path.join(root, layer)
        if not os.path.isdir(folder):
            continue
        titles, versions = {}, []
        for name in sorted(os.listdir(folder)):
            facts, articles = read(os.path.join(folder, name))
            facts['articles'] = {}
            for x in articles:
                if x.gone or (not x.title and not x.refs and deleted(x.text())):
                    continue
                if x.title:
                    titles[x.number] = x.title
                digest = hashlib.sha256(x.text().encode()).hexdigest()[:8]
                facts['articles'][x.number] = ' '.join([digest] + x.refs)
            versions.append(facts)
        out['layers'][layer] = {'titles': titles, 'versions': versions}
    write(out)


def write(out):
    """One line per article, so that a difference of two indexes can be read."""
    w = sys.stdout.write
    q = lambda x: json.dumps(x, ensure_ascii=False)
    w('{"note": %s,\n "layers": {' % q(out['note']))
    for i, (layer, x) in enumerate(out['layers'].items()):
        w((',' if i else '') + '\n  %s: {"titles": {\n' % q(layer))
        w(',\n'.join('    %s: %s' % (q(k), q(v)) for k, v in x['titles'].items()))
        w('},\n   "versions": [')
        for j, v in enumerate(x['versions']):
            head = ', '.join('%s: %s' % (q(k), q(v[k])) for k in ('from', 'promulgated', 'number', 'sha256'))
            w((',' if j else '') + '\n    {%s,\n     "articles": {\n' % head)
            w(',\n'.join('      %s: %s' % (q(k), q(r)) for k, r in v['articles'].items()))
            w('}}')
        w(']}')
    w('}}\n')


main()
