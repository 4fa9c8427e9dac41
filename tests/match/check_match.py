"""check_match.py ROUND.csv OUTCOME: is the printed matching stable under the caps? Knows the definition and nothing of any engine.

A worker has a claim to a wish if, everybody being where they are, the worker could be put there with nobody else leaving, or with
one lower key leaving whose going makes room in every set that is full. Also counts seats and caps again.
SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import sys

sys.setrecursionlimit(10000)
head, cells, seats, wishes = {}, {}, {}, {}
for line in open(sys.argv[1], encoding="utf-8"):
    f = line.rstrip("\n").split(",")
    if f[0] == "cell":
        cells[f[1]] = (f[2], int(f[3]) if f[3] else None)
        assert not f[4], "this check knows no flexible pool"
    elif f[0] == "seats":
        seats[f[1]] = (int(f[2]), f[3])
    elif f[0] == "worker":
        wishes[f[1]] = [(w.split(":")[0], int(w.split(":")[1])) for w in f[2].split(";") if w]
    else:
        head[f[0]] = f[1]
seed = hashlib.sha256(b"goldenbridge match seed 1\n".ljust(32, b"\0") + bytes.fromhex(head["secret"]) + bytes.fromhex(head["root"])
                      + bytes.fromhex(head.get("beacon", ""))).digest()
ticket = {w: int.from_bytes(hashlib.sha256(seed + w.encode()).digest()[:8], "big") for w in wishes}
held = {}
for line in open(sys.argv[2], encoding="utf-8"):
    f = line.split()
    if f[0] == "worker" and f[5] != "-":
        held[f[1]] = f[5]


def path(vacancy):
    sets, cell = ["v:" + vacancy], seats[vacancy][1]
    while cell:
        sets.append(cell)
        cell = cells[cell][0]
    return sets


def cap(name):
    return seats[name[2:]][0] if name.startswith("v:") else cells[name][1]


def key(worker, vacancy):
    points = dict(wishes[worker])[vacancy]
    return (points, -ticket[worker])


members = {}
for w, v in held.items():
    assert v in dict(wishes[w]), "%s holds what was not wished" % w
    for s in path(v):
        members.setdefault(s, []).append((key(w, v), w))
for s, m in members.items():
    assert cap(s) is None or len(m) <= cap(s), "%s holds %d of %d" % (s, len(m), cap(s))
for w, list_ in wishes.items():
    for v, _ in list_:
        if held.get(w) == v:
            break
        mine = set(path(held[w])) if w in held else set()
        full = [s for s in path(v) if s not in mine and cap(s) is not None and len(members.get(s, [])) >= cap(s)]
        assert full, "%s could have %s: a place is wasted" % (w, v)
        lowest = [(min(members[s]) if members.get(s) else None) for s in full]
        smallest = full[0]
        blocked = [s for s, low in zip(full, lowest) if low is None or low[0] > key(w, v)]
        assert blocked, "%s has a better claim to %s than one held in %s" % (w, v, smallest)
print("ok: %d workers, %d placed, %d openings, %d caps" % (len(wishes), len(held), len(seats), len(cells)))
