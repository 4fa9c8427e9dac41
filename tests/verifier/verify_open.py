#!/usr/bin/env python3
"""Checks a data set of /open-data against the public log: nothing that happened is missing from its total.

verify_open.py ORIGIN NAME [SCHEME]
    Reads ORIGIN/open-data/NAME.json and NAME.csv, then every entry of ORIGIN/log up to the size that the description names,
    counts the cases that have one of its events and those entries, and compares. Also: no small cell is shown or can be had by subtraction.
The log itself is checked by verify_log.py. Exit 0: all is well. Needs Python 3.8 and nothing else.
SPDX-License-Identifier: Apache-2.0
"""
import csv
import io
import json
import sys

from verify_log import Source, Wrong, read_entries, read_entry


def count_entries(origin, proof):
    """Entries with one of the events, and the cases they are of."""
    events, cases, entries = set(proof["events"]), set(), 0
    for i, entry in enumerate(read_entries(Source(origin + "/log"), proof["size"])):
        e = read_entry(i + 1, entry)
        if e["t"] in events:
            cases.add(e["s"])
            entries += 1
    return len(cases), entries


def compare(name, proof, total, cases, entries):
    """A set of cases counts each case of the log once. Stays and deadlines: each entry of the log begins one, which is counted or stands
    apart. Grounds: each entry is a decision, which has at least one."""
    kind = proof.get("of", "cases")
    if kind == "cases":
        if cases != total:
            raise Wrong("%s: the log holds %d cases, the table counts %d" % (name, cases, total))
        return
    if entries != proof["entries"]:
        raise Wrong("%s: the log holds %d entries, the table stands on %d" % (name, entries, proof["entries"]))
    if kind in ("terms", "waits") and total + proof["apart"] != entries:
        raise Wrong("%s: %d counted and %d apart are not the %d of the log" % (name, total, proof["apart"], entries))
    if kind == "grounds" and total < entries:
        raise Wrong("%s: %d grounds for %d decisions of the log" % (name, total, entries))


def check(origin, name, scheme=None):
    source, of = Source(origin), "?scheme=" + scheme if scheme else ""
    about = json.loads(source.read("open-data/%s.json%s" % (name, of)))
    rows = list(csv.DictReader(io.StringIO(source.read("open-data/%s.csv%s" % (name, of)).decode("utf-8-sig"))))
    proof, below, total = about["goldenbridge:proof"], about["goldenbridge:below"], about["goldenbridge:total"]
    cases, entries = count_entries(origin, proof)
    cells = [r for r in rows if r["cell"] != "total"]
    shown = [int(r["cases"]) for r in cells if r["cases"] != ""]
    hidden = len(cells) - len(shown)
    if [int(r["cases"]) for r in rows if r["cell"] == "total"] != [total]:
        raise Wrong("the table and its description name different totals")
    compare(name, proof, total, cases, entries)
    if any(0 < n < below for n in shown):
        raise Wrong("%s shows a cell below %d" % (name, below))
    left = total - sum(shown)
    if left < 0 or (hidden == 0) != (left == 0):
        raise Wrong("%s: the cells and the total do not fit" % name)
    if hidden and (hidden < 2 or left < 2 * below) and [r["cell"] for r in cells] != ["*"]:
        raise Wrong("%s: what is left out can be had by subtraction" % name)
    print("%s: %d cases and %d entries in the log, %d counted, %d cells shown, %d left out" % (name, cases, entries, total, len(shown), hidden))


if __name__ == "__main__":
    try:
        check(sys.argv[1].rstrip("/"), *sys.argv[2:4])
    except Wrong as e:
        print("WRONG %s" % e)
        sys.exit(1)
