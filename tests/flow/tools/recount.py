#!/usr/bin/env python3
"""Counts the dashboard's deadlines, waits and refusals again from the events, and compares the lists behind its figures.

recount.py EVENTS_JSONL DASHBOARD_HTML COOKIE_JAR ORIGIN SCHEME_JSON
    Every link of the page to the cases behind a figure must show that figure, and lead to a list with exactly the cases that the
    events give for the cell. Prints how many cells were compared. Needs Python 3.8 and curl.
SPDX-License-Identifier: Apache-2.0
"""
import datetime
import html
import json
import re
import subprocess
import sys
import urllib.parse

BINS = [(7, "000-007"), (14, "008-014"), (30, "015-030"), (60, "031-060"), (90, "061-090"), (180, "091-180"), (10**9, "181-")]


def day(text):
    return datetime.date.fromisoformat(text)


def stays_of(events, scheme):
    """(type, case) -> [[state, since, until or None, due]]; a step back into the same state does not end it."""
    cases = {}
    for e in events:
        d = e["data"]
        if e["scheme"] != scheme or not d.get("type"):
            continue
        stays = cases.setdefault((d["type"], e["stream"]), [])
        if "to" in d:
            if stays:
                stays[-1][2] = e["day"]
            stays.append([d["to"], e["day"], None, stays[-1][3] if stays else ""])
        if "due" in d and stays:
            stays[-1][3] = d["due"]
    return cases


def merged(stays, by_due):
    out = []
    for s in stays:
        if out and out[-1][0] == s[0] and (not by_due or out[-1][3] == s[3]):
            out[-1][2] = s[2]
        else:
            out.append(list(s))
    return out


def count(rule, cases, events, scheme, today):
    cells = {}

    def add(cell, case):
        cells.setdefault(cell, []).append(case)
    kind = rule.get("of", "cases")
    if kind == "grounds":
        for e in events:
            d = e["data"]
            decision = d.get("decision") or {}
            if e["scheme"] == scheme and d.get("type") in rule["types"] and decision.get("outcome") == rule["outcome"] \
                    and d.get("step") not in rule.get("apart", []):
                for g in decision.get("grounds", []) or [{"code": ""}]:
                    add("%s.%s" % (d["type"], g["code"]), e["stream"])
        return cells
    for (kind_of_case, case), stays in cases.items():
        for state, since, until, due in merged(stays, kind == "terms"):
            if state not in rule["stages"].get(kind_of_case, []):
                continue
            if kind == "terms" and due:
                end = until or today
                add("%s.%s:%s" % (kind_of_case, state, "missed" if end > due else "kept" if until else "running"), case)
            if kind == "waits" and until:
                days = (day(until) - day(since)).days
                add("%s.%s:%s" % (kind_of_case, state, next(name for last, name in BINS if days <= last)), case)
    return cells


def main(events_file, page, jar, origin, scheme_file):
    scheme = json.load(open(scheme_file, encoding="utf-8"))
    events = [json.loads(line) for line in open(events_file, encoding="utf-8")]
    text = open(page, encoding="utf-8").read()
    today = re.search(r'<time datetime="(\d{4}-\d\d-\d\d)"', text).group(1)
    cases = stays_of(events, scheme["id"])
    links = {}
    for href, figure in re.findall(r'<a href="(/cases/[a-z_]+\?of=[^"]+)">([\d,]+)</a>', text):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(html.unescape(href)).query)
        links[query["of"][0], query["cell"][0]] = (html.unescape(href), int(figure.replace(",", "")))
    compared = 0
    for rule in scheme["figures"]["open"]["sets"]:
        if rule.get("of") not in ("terms", "waits", "grounds"):
            continue
        cells = count(rule, cases, events, scheme["id"], today)
        on_page = {cell for of, cell in links if of == rule["id"]}
        hidden = {c for c in cells if c.split(".")[0] in ("change", "complaint", "claim")}  # not for the eyes of the ministry
        if on_page - set(cells) or set(cells) - on_page - hidden:
            sys.exit("%s: the page has %s, the log %s" % (rule["id"], sorted(on_page), sorted(cells)))
        for cell in sorted(on_page):
            href, figure = links[rule["id"], cell]
            if figure != len(cells[cell]):
                sys.exit("%s %s: the page says %d, the log %d" % (rule["id"], cell, figure, len(cells[cell])))
            listed = subprocess.run(["curl", "-s", "-b", jar, origin + href], capture_output=True, text=True, check=True).stdout
            ids = re.findall(r'<tr data-item>.*?href="/case/([^"]+)"', listed)
            wanted = sorted(set(cells[cell]), key=lambda i: (len(i), i), reverse=True)[:50]
            if ids != wanted:
                sys.exit("%s %s: the list has %s, the log %s" % (rule["id"], cell, ids[:5], wanted[:5]))
            compared += 1
    if compared < 20:
        sys.exit("only %d cells were compared" % compared)
    print("%d cells and the cases behind them are those of the log" % compared)


if __name__ == "__main__":
    main(*sys.argv[1:6])
