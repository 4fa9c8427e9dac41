#!/usr/bin/env python3
# make_round.py: writes a random published round for the comparison of the two implementations; standard library only.
# SPDX-License-Identifier: Apache-2.0
"""Usage: make_round.py KIND NUMBER [json] [SIZE]. The same arguments give the same round."""
import hashlib
import json
import random
import sys

import replay


def cells(rng, size, flexible):
    def cap(high):
        return "" if rng.random() < 0.2 else rng.randrange(high)

    rows = [["cell", "kr", "", cap(size * 2), ""]]
    for i in ("agri", "manu", "fish"):
        rows.append(["cell", i, "kr", cap(size), rng.randrange(size // 2 + 1) if flexible else ""])
        rows += [["cell", i + "." + place, i, cap(size), ""] for place in ("north", "south")]
    return rows + [["cell", "late", "", cap(size), ""]]


LEAVES = ["agri.north", "agri.south", "manu.north", "manu.south", "fish", "late"]


def rank_rows(rng, size, head):
    rows = cells(rng, size, rng.random() < 0.7)
    head["one_per_pass"] = rng.random() < 0.5
    head["pool"] = rng.randrange(size // 3 + 2)
    for i in range(size):
        rows.append(["application", "a%d" % i, rng.randrange(-3, 5), rng.randrange(5), rng.choice(LEAVES)])
    late = next(r for r in rows if r[1] == "late")
    if late[3] == "" or late[3] >= 2:
        rows.append(["held", "late", 2, "late"])
    return rows


def refer_rows(rng, size, head):
    head["exposure_first"] = rng.random() < 0.5
    head["open_limit"] = rng.choice([0, 0, 1, 3])
    rows = [["candidate", "c%d" % i, "g%d" % rng.randrange(4), rng.randrange(-2, 4), rng.randrange(3), rng.randrange(2)]
            for i in range(size)]

    def some(n):
        return rng.sample(["c%d" % i for i in range(size)], min(size, n))

    for v in range(size // 3 + 1):
        groups = ["g%d" % g for g in range(5) if rng.random() < 0.4]
        by_list = rng.random() < 0.3
        rows.append(["vacancy", "v%d" % v, rng.randrange(4), 3, rng.randrange(-1, 2), "listed" if by_list else "groups",
                     some(rng.randrange(12)) if by_list else groups, some(rng.randrange(4)) if rng.random() < 0.4 else []])
    return rows


def match_rows(rng, size, head):
    flexible = rng.random() < 0.7
    rows = cells(rng, size // 2 + 2, flexible)
    head["pool"] = rng.randrange(size // 4 + 2)
    seats = ["v%d" % i for i in range(size // 4 + 1)]
    rows += [["seats", v, rng.randrange(5), rng.choice(LEAVES + [""])] for v in seats]
    for w in range(size):
        wishes = rng.sample(seats, min(len(seats), rng.randrange(7)))
        rows.append(["worker", "w%d" % w, [[v, rng.randrange(-2, 4)] for v in wishes]])
    return rows


def make(kind, number, size):
    rng = random.Random("%s %d %d" % (kind, number, size))
    secret = hashlib.sha256(b"secret %d" % number).digest()
    head = {"format": "goldenbridge-round/1", "round": "test-%d" % number, "kind": kind,
            "commitment": hashlib.sha256(b"goldenbridge match commit 1\n".ljust(32, b"\0") + secret).hexdigest()}
    rows = {"rank": rank_rows, "refer": refer_rows, "match": match_rows}[kind](rng, size, head)
    rng.shuffle(rows)
    if number % 2:
        head["beacon"] = hashlib.sha256(b"beacon").hexdigest()
    head["root"] = replay.Round(to_csv(head, rows).encode()).root.hex()
    head["secret"] = secret.hex()
    return head, rows


def to_csv(head, rows):
    return "".join("%s,%s\n" % (k, replay.scalar(v)) for k, v in head.items()) + "".join(replay.value(r) + "\n" for r in rows)


def text(kind, number, as_json, size):
    head, rows = make(kind, number, size)
    return json.dumps(dict(head, rows=rows)) if as_json else to_csv(head, rows)


if __name__ == "__main__":
    args = [a for a in sys.argv[1:] if a != "json"]
    sys.stdout.write(text(args[0], int(args[1]), "json" in sys.argv, int(args[2]) if len(args) > 2 else 24))
