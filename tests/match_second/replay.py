#!/usr/bin/env python3
# replay.py: a second implementation of `goldenbridge match replay`, written from FORMAT.md; Python's standard library only.
# SPDX-License-Identifier: Apache-2.0
"""Usage: replay.py FILE. Prints the same bytes as `goldenbridge match replay FILE`; exit status 1 for a faulty round.

It is slow and plain on purpose: each rule is applied by its definition (greedy choice over all contracts, the whole pool
sorted for each vacancy), so that it shares no cleverness with the engine in C."""
import hashlib
import json
import re
import sys

HEADERS = ["format", "round", "kind", "commitment", "secret", "root", "beacon",
           "one_per_pass", "pool", "exposure_first", "open_limit"]
ROWS = {("rank", "cell"): 4, ("match", "cell"): 4, ("rank", "held"): 3, ("rank", "application"): 4,
        ("refer", "candidate"): 5, ("refer", "vacancy"): 7, ("match", "seats"): 3, ("match", "worker"): 2}


class Fault(Exception):
    pass


def scalar(v):
    if v is True or v is False:
        return "true" if v else "false"
    text = "" if v is None else str(v)
    if isinstance(v, dict) or re.search(r"[,;:\x00-\x1f]", text):
        raise Fault("a value that cannot be a field")
    return text


def value(v, depth=0):
    return ",;:"[depth].join(value(x, depth + 1) for x in v) if isinstance(v, list) else scalar(v)


def lines_of(data):
    text = data.decode("utf-8")
    if not text.lstrip().startswith("{"):
        return text[:-1].split("\n") if text.endswith("\n") else text.split("\n")
    lines = []
    for key, v in json.loads(text).items():
        lines += [value(row) for row in v] if key == "rows" else [key + "," + scalar(v)]
    return lines


def integer(text, low=0, high=2**32 - 2):
    if not re.fullmatch(r"-?(0|[1-9][0-9]*)", text) or text == "-0" or not low <= int(text) <= high:
        raise Fault("not an integer in range: " + text)
    return int(text)


def wide(text):
    return integer(text, -2**63, 2**63 - 1)


class Round:
    def __init__(self, data):
        self.h = {"beacon": "", "one_per_pass": "false", "pool": "0", "exposure_first": "false", "open_limit": "0"}
        seen, self.rows = set(), []
        for line in lines_of(data):
            name, _, rest = line.partition(",")
            if name in HEADERS:
                if name in seen:
                    raise Fault("twice: " + name)
                seen.add(name)
                self.h[name] = rest
            else:
                self.rows.append(line)
        self.kind = self.h["kind"]
        for line in self.rows:
            fields = line.split(",")
            if ROWS.get((self.kind, fields[0])) != len(fields) - 1:
                raise Fault("no such row: " + line)
        self.rows.sort(key=lambda line: line.encode("utf-8"))
        rules = "".join("%s,%s\n" % (k, self.h[k])
                        for k in ["round", "kind", "one_per_pass", "pool", "exposure_first", "open_limit"])
        self.root = hashlib.sha256((rules + "".join(line + "\n" for line in self.rows)).encode("utf-8")).digest()
        self.pool = integer(self.h["pool"])

    def named(self, name):
        found = [line.split(",")[1:] for line in self.rows if line.startswith(name + ",")]
        if len({f[0] for f in found}) != len(found) and name != "held":
            raise Fault("an id is there twice")
        return found

    def make_seed(self):
        if self.root.hex() != self.h["root"].lower():
            raise Fault("the root is " + self.root.hex())
        secret = bytes.fromhex(self.h["secret"])
        if hashlib.sha256(b"goldenbridge match commit 1\n".ljust(32, b"\0") + secret).hexdigest() != self.h["commitment"].lower():
            raise Fault("not the committed secret")
        self.seed = hashlib.sha256(b"goldenbridge match seed 1\n".ljust(32, b"\0") + secret + self.root +
                                   bytes.fromhex(self.h["beacon"])).digest()

    def ticket(self, name):
        return int.from_bytes(hashlib.sha256(self.seed + name.encode("utf-8")).digest()[:8], "big")


class Caps:
    """The tree of caps. Cells are in order of depth, then name."""

    def __init__(self, r):
        raw = {f[0]: f for f in r.named("cell")}
        depth = {}
        for name in raw:
            at, d = name, 0
            while raw[at][1]:
                at, d = raw[at][1], d + 1
                if at not in raw or d >= 16:
                    raise Fault("a cell without an end: " + name)
            depth[name] = d
        self.names = sorted(raw, key=lambda n: (depth[n], n.encode()))
        self.parent = {n: raw[n][1] for n in raw}
        self.cap = {n: integer(raw[n][2]) if raw[n][2] else None for n in raw}
        self.own = {n: integer(raw[n][3]) if raw[n][3] else None for n in raw}
        if len({self.parent[n] for n in raw if self.own[n] is not None}) > 1:
            raise Fault("flexible cells with different parents")
        self.pool = r.pool

    def path(self, leaf):
        while leaf:
            if leaf not in self.parent:
                raise Fault("no such cell: " + leaf)
            yield leaf
            leaf = self.parent[leaf]

    def series(self, leaf):
        for n in self.path(leaf):
            if self.own[n] is not None or not self.parent[n]:
                return n

    def counts(self, leaves):
        held = dict.fromkeys(self.names, 0)
        for leaf in leaves:
            for n in self.path(leaf):
                held[n] += 1
        return held

    def overflow(self, held):
        return sum(max(0, held[n] - self.own[n]) for n in self.names if self.own[n] is not None)

    def first_full(self, held, leaf):
        """The smallest cell that has no room for one more in the leaf, "pool", or None."""
        for n in self.path(leaf):
            if self.cap[n] is not None and held[n] >= self.cap[n]:
                return n
            if self.own[n] is not None and held[n] >= self.own[n] and self.overflow(held) >= self.pool:
                return "pool"
        return None


def put_cutoff(key, entry):
    """entry: None, "closed", or (points, ticket)."""
    if entry is None:
        return " %s - %s_ticket -" % (key, key)
    if entry == "closed":
        return " %s closed %s_ticket -" % (key, key)
    return " %s %d %s_ticket %016x" % (key, entry[0], key, entry[1])


def rank(r):
    caps = Caps(r)
    used = {}  # (series, number) to leaf; series "" is the pool
    held = dict.fromkeys(caps.names, 0)
    for series, number, leaf in r.named("held"):
        number = integer(number)
        limit = caps.pool if not series else caps.own[series] if caps.own[series] is not None else caps.cap[series]
        if (series, number) in used or number < 1 or (limit is not None and number > limit):
            raise Fault("no such unit")
        if series not in ("", caps.series(leaf)) or (not series and caps.own[caps.series(leaf)] is None):
            raise Fault("a unit of another series")
        used[series, number] = leaf
        for n in caps.path(leaf):
            held[n] += 1
            if caps.cap[n] is not None and held[n] > caps.cap[n]:
                raise Fault("a cap is broken before the round")
    apps = [{"id": f[0], "points": wide(f[1]), "asked": integer(f[2]), "cell": f[3], "ticket": r.ticket(f[0]), "units": [],
             "full": None} for f in r.named("application")]
    apps.sort(key=lambda x: (-x["points"], x["ticket"], x["id"].encode()))
    stops = set()

    def numbers_used(series):
        return sum(1 for s, _ in used if s == series)

    def full_for(leaf):
        for n in caps.path(leaf):
            if caps.cap[n] is not None and held[n] >= caps.cap[n]:
                return n
            if caps.own[n] is not None and numbers_used(n) >= caps.own[n] and numbers_used("") >= caps.pool:
                return "pool"
        return None

    def grant(app):
        if app["full"] is not None or len(app["units"]) == app["asked"]:
            return False
        full = full_for(app["cell"])
        if full is not None:
            app["full"] = full
            stops.add(full)
            return False
        series = caps.series(app["cell"])
        if caps.own[series] is not None and numbers_used(series) >= caps.own[series]:
            series = ""
        number = 1
        while (series, number) in used:
            number += 1
        used[series, number] = app["cell"]
        app["units"].append((series or "pool", number))
        for n in caps.path(app["cell"]):
            held[n] += 1
        return True

    if r.h["one_per_pass"] == "true":
        while any([grant(app) for app in apps]):
            pass
    else:
        for app in apps:
            while grant(app):
                pass
    out, queue = [], {}
    for place, app in enumerate(apps, 1):
        waiting = 0
        reason = "granted"
        if len(app["units"]) < app["asked"]:
            series = caps.series(app["cell"])
            waiting = queue[series] = queue.get(series, 0) + 1
            reason = "part_granted" if app["units"] else "waiting"
        units = ",".join("%s#%d" % u for u in app["units"]) or "-"
        out.append("application %s rank %d points %d ticket %016x granted %d units %s waiting %d reason %s full %s" % (
            app["id"], place, app["points"], app["ticket"], len(app["units"]), units, waiting, reason,
            app["full"] if waiting else "-"))

    def lowest(inside):
        got = [x for x in apps if x["units"] and inside(x)]
        return (got[-1]["points"], got[-1]["ticket"]) if got else None

    for n in caps.names:
        cutoff = lowest(lambda x: n in caps.path(x["cell"])) if n in stops else None
        out.append("cell %s held %d" % (n, held[n]) + put_cutoff("cutoff", cutoff))
    cutoff = lowest(lambda x: caps.own[caps.series(x["cell"])] is not None) if "pool" in stops else None
    out.append("pool - held %d" % numbers_used("") + put_cutoff("cutoff", cutoff))
    return out


def refer(r):
    pool = {f[0]: {"id": f[0], "group": f[1], "standing": wide(f[2]), "exposure": integer(f[3]), "open": integer(f[4]),
                   "ticket": r.ticket(f[0])} for f in r.named("candidate")}
    limit, exposure_first = integer(r.h["open_limit"]), r.h["exposure_first"] == "true"

    def key(c):
        levels = [c["exposure"], -c["standing"]] if exposure_first else [-c["standing"], c["exposure"]]
        return levels + [c["ticket"], c["id"].encode()]

    vacancies = []
    for name, places, multiple, priority, by, names, barred in r.named("vacancy"):
        names, barred = [x.split(";") if x else [] for x in (names, barred)]
        if by not in ("groups", "listed") or len(set(names)) < len(names) or len(set(barred)) < len(barred):
            raise Fault("a vacancy's lists")
        if any(x not in pool for x in barred + (names if by == "listed" else [])):
            raise Fault("a candidate who is not there")
        vacancies.append((-wide(priority), r.ticket("vacancy:" + name), name.encode(), name,
                          integer(places) * integer(multiple), by, set(names), set(barred)))
    out = []
    for turn, (_, _, _, name, wanted, by, names, barred) in enumerate(sorted(vacancies), 1):
        eligible = [c for c in pool.values() if c["id"] not in barred and (c["id"] if by == "listed" else c["group"]) in names]
        ready = sorted((c for c in eligible if limit == 0 or c["open"] < limit), key=key)
        taken = ready[:wanted]
        binding = taken and len(ready) > len(taken)
        cutoff = (taken[-1]["standing"], taken[-1]["ticket"]) if binding else None
        out.append("vacancy %s turn %d wanted %d eligible %d referred %d" % (name, turn, wanted, len(eligible), len(taken)) +
                   put_cutoff("cutoff", cutoff) +
                   " shown %d candidates %s" % (taken[-1]["exposure"] if binding else 0, ",".join(c["id"] for c in taken) or "-"))
        for c in taken:
            c["exposure"] += 1
            c["open"] += 1
    for c in sorted(pool.values(), key=lambda c: c["id"].encode()):
        out.append("candidate %s ticket %016x exposure %d open %d" % (c["id"], c["ticket"], c["exposure"], c["open"]))
    return out


def match(r):
    caps = Caps(r)
    seats = {f[0]: (integer(f[1]), f[2]) for f in r.named("seats")}
    workers = {}
    for name, wishes in r.named("worker"):
        pairs = [w.split(":") for w in wishes.split(";")] if wishes else []
        if any(len(p) != 2 or p[0] not in seats for p in pairs):
            raise Fault("a wish for what is not there")
        workers[name] = [(p[0], integer(p[1], -2**31, 2**31 - 1)) for p in pairs]
    ticket = {w: r.ticket(w) for w in workers}

    def key(c):  # c: (worker, place in the list); the highest key first
        return (-workers[c[0]][c[1]][1], ticket[c[0]], c[0].encode(), c[1])

    def choice(contracts):
        """Greedy by key while no cap is broken: the whole rule of who is kept."""
        kept, filled, held = [], dict.fromkeys(seats, 0), dict.fromkeys(caps.names, 0)
        for c in sorted(contracts, key=key):
            vacancy = workers[c[0]][c[1]][0]
            if filled[vacancy] < seats[vacancy][0] and caps.first_full(held, seats[vacancy][1]) is None:
                kept.append(c)
                filled[vacancy] += 1
                for n in caps.path(seats[vacancy][1]):
                    held[n] += 1
        return kept

    # All free workers propose at once; choice is made among all held and proposed contracts; repeat.
    place, held = dict.fromkeys(workers, 0), []
    while True:
        busy = {c[0] for c in held}
        asking = [(w, place[w]) for w in workers if w not in busy and place[w] < len(workers[w])]
        if not asking:
            break
        kept = choice(held + asking)
        for c in set(held + asking) - set(kept):
            place[c[0]] = c[1] + 1
        held = kept
    given = dict(held)
    out = []
    for w in sorted(workers, key=str.encode):
        vacancy = workers[w][given[w]][0] if w in given else "-"
        out.append("worker %s ticket %016x vacancy %s choice %d of %d" % (w, ticket[w], vacancy, given.get(w, -1) + 1, len(workers[w])))

    def lowest(contracts):
        contracts = sorted(contracts, key=key)
        return (workers[contracts[-1][0]][contracts[-1][1]][1], ticket[contracts[-1][0]]) if contracts else "closed"

    def inside(c, cell):
        return cell in caps.path(seats[workers[c[0]][c[1]][0]][1])

    count = caps.counts([seats[workers[w][i][0]][1] for w, i in held])
    for v in sorted(seats, key=str.encode):
        mine = [c for c in held if workers[c[0]][c[1]][0] == v]
        out.append("seats %s filled %d of %d" % (v, len(mine), seats[v][0]) +
                   put_cutoff("cutoff", lowest(mine) if len(mine) >= seats[v][0] else None))
    over = {n for n in caps.names if caps.own[n] is not None and count[n] > caps.own[n]}
    pool_is_full = caps.overflow(count) >= caps.pool
    for n in caps.names:
        hard = lowest([c for c in held if inside(c, n)]) if caps.cap[n] is not None and count[n] >= caps.cap[n] else None
        soft = None
        if caps.own[n] is not None and count[n] >= caps.own[n] and pool_is_full:
            soft = lowest([c for c in held if any(inside(c, x) for x in over | {n})])
        out.append("cell %s filled %d" % (n, count[n]) + put_cutoff("cutoff", hard) + put_cutoff("pool_cutoff", soft))
    return out


def replay(data):
    r = Round(data)
    if r.h.get("format") != "goldenbridge-round/1":
        raise Fault("another format")
    r.make_seed()
    out = ["goldenbridge-replay/1", "round " + r.h["round"], "kind " + r.kind, "commitment " + r.h["commitment"].lower(),
           "root " + r.root.hex(), "seed " + r.seed.hex()]
    out += {"rank": rank, "refer": refer, "match": match}[r.kind](r)
    text = "".join(line + "\n" for line in out)
    return text + "result " + hashlib.sha256(text.encode()).hexdigest() + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(replay(open(sys.argv[1], "rb").read()))
    except (Fault, KeyError, ValueError) as e:
        sys.exit("replay.py: " + str(e))
