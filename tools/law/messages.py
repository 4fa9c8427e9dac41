#!/usr/bin/env python3
"""messages.py: writes law/kr-eps/messages/{en,ko,kk,ru}.json from reasons.txt, labels.txt and values.txt.
SPDX-License-Identifier: Apache-2.0"""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'law', 'kr-eps', 'messages')
LANGUAGES = ('en', 'ko', 'kk', 'ru')


def main():
    book = {lang: {'language': lang} for lang in LANGUAGES}
    for name, section in (('reasons.txt', 'reasons'), ('labels.txt', None), ('values.txt', None)):
        if not os.path.exists(os.path.join(HERE, name)):
            continue
        for number, line in enumerate(open(os.path.join(HERE, name), encoding='utf-8'), 1):
            line = line.strip()
            if line.startswith('# ') and line[2:] in ('inputs', 'outcomes', 'models', 'values', 'figures', 'decisions'):
                section = line[2:]
            if not line or line.startswith('#'):
                continue
            parts = [p.strip() for p in line.split('|')]
            if len(parts) != 5 or not all(parts):
                raise SystemExit('%s:%d: five parts are needed' % (name, number))
            for lang, text in zip(LANGUAGES, parts[1:]):
                if parts[0] in book[lang].setdefault(section, {}):
                    raise SystemExit('%s:%d: %s is there twice' % (name, number, parts[0]))
                book[lang][section][parts[0]] = text
    os.makedirs(OUT, exist_ok=True)
    for lang in LANGUAGES:
        with open(os.path.join(OUT, lang + '.json'), 'w', encoding='utf-8') as f:
            json.dump(book[lang], f, ensure_ascii=False, indent=1)
            f.write('\n')


main()
