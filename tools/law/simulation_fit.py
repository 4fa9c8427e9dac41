#!/usr/bin/env python3
"""Finds the rates of a simulation.json that bring the expected course nearest to the published figures marked "fit".
What lies after LAST is taken out of the data before the search begins: figures marked "test", entries, lengthened stays and changes of
status of later years. The search cannot see them, and --proof shows it: with every later number changed the same rates are found.
Expected values of the model of docs/adr/0007-simulation.md, month by month; a seeded search.
Usage: simulation_fit.py FILE [ROUNDS]           prints the file with the rates set
       simulation_fit.py --proof FILE [ROUNDS]   finds the rates with later numbers as they are and changed; both must be equal"""
import copy, json, random, sys

LAST = "2019-12"
TRUST = {"high": 0.02, "medium": 0.03, "low": 0.08} # how far a published figure may be from the truth, as a share: its weight

def month(d, text):
    y, m = map(int, d["first"].split("-")); a, b = map(int, text.split("-"))
    return (a - y) * 12 + b - m

def until_last(d):
    """The data as it could have been written at the end of LAST."""
    d = copy.deepcopy(d); year = int(LAST[:4])
    d["published"] = [p for p in d["published"] if p["use"] == "fit" and p["month"] <= LAST]
    d["years"] = [y for y in d["years"] if y["year"] <= year]
    d["longer"] = [l for l in d.get("longer", []) if l["from"] <= LAST]
    d["end_overstay"] = [e for e in d.get("end_overstay", []) if e["from"] <= LAST]; d["elsewhere"] = {}
    for then in (s["then"] for s in d["stages"] if "then" in s):
        if isinstance(then["gap"], list): then["gap"] = [g for g in then["gap"] if g["from"] <= LAST]
    return d

def rate(d, value, at, key="ppm"):
    """A number, {"value"}, or a list of {"from", key}: what holds in a month."""
    if isinstance(value, list): return next(r[key] for r in reversed(value) if month(d, r["from"]) <= at)
    return value["value"] if isinstance(value, dict) else value

def course(d, months, counted=None):
    """Expected [month] → values by series, flows of the month and stocks at its end."""
    stages = d["stages"]; index = {s["name"]: i for i, s in enumerate(stages)}; room = months + 200
    ends = [[0.0] * room for _ in stages]; back = [0.0] * room; early = [0.0] * room; over_in = [0.0] * room; rows = []
    places = [0.0] * months
    for y in d["years"]:
        at = month(d, "%d-01" % y["year"]); w = y.get("months", [1] * 12)
        for k in range(12):
            if 0 <= at + k < months: places[at + k] = y["places"] * y.get("fill_ppm", 1000000) / 1e6 * w[k] / sum(w)
    longer = [(month(d, l["from"]), month(d, l["to"]), l) for l in d.get("longer", [])]
    def begin(i, at, n, stay):
        s = stages[i]; lose = s["leave_ppm"] + s["desert_ppm"]; left = n; share = {0: 1.0} # by months longer
        for a, b, l in longer:
            for more, part in list(share.items()):
                if a <= at + stay + more <= b and (l["who"] == "all" or (l["who"] == "lengthened") == (more > 0)) and more <= l.get("before", 120):
                    took = part * l.get("takes_ppm", 1000000) / 1e6; share[more] -= took; share[more + l["months"]] = share.get(more + l["months"], 0) + took
                    if counted is not None: counted[id(l)] = counted.get(id(l), 0) + n * part * (1 - lose / 1e6) ** (stay + more)
        for k in range(1, stay + max(share) + 1):
            if at + k >= months: return
            out = left * lose / 1e6; left -= out
            early[at + k] += out * s["leave_ppm"] / max(1, lose); over_in[at + k] += out * s["desert_ppm"] / max(1, lose)
            if k >= stay and share.get(k - stay):
                rest = sum(part for more, part in share.items() if more >= k - stay); now = left * share[k - stay] / rest
                ends[i][at + k] += now; left -= now
    here = float(d["start_here"]["value"]); over = float(d["start_overstay"]["value"]); waiting = 0.0
    spread = [(index[g["stage"]], g["persons"], g["from"], g["to"]) for g in d.get("start", [])]
    spread.append((0, here - sum(g[1] for g in spread), 1, stages[0]["months"]))
    for i, n, a, b in spread:
        for k in range(a, b + 1): begin(i, 0, n / (b - a + 1), k)
    special = {}
    for e in d.get("end_overstay", []):
        for k in range(month(d, e["from"]), month(d, e["to"]) + 1): special[k] = e["ppm"] if "ppm" in e else e["times_ppm"] * d["end_overstay_ppm"]["value"] / 1e6
    again = next(i for i, s in enumerate(stages) if s.get("comes_in"))
    for t in range(months):
        over -= over * special.get(t, d["end_overstay_ppm"]["value"]) / 1e6
        here -= early[t] + over_in[t]; new = over_in[t]; stay_ends = 0.0
        for i, s in enumerate(stages):
            n = ends[i][t]; then = s.get("then"); go = 0.0
            if then and t >= month(d, then.get("from", d["first"])): go = n * then["ppm"] / 1e6
            if go and stages[index[then["stage"]]].get("comes_in"): here -= go; stay_ends += go; back[t + rate(d, then["gap"], t, "months")] += go
            elif go: begin(index[then["stage"]], t, go, stages[index[then["stage"]]]["months"])
            here -= n - go; stay_ends += n - go; new += (n - go) * rate(d, s["overstay_ppm"], t) / 1e6
        over += new; waiting += back[t]; used = min(waiting, places[t]); waiting -= used
        begin(again, t, used, stages[again]["months"]); begin(0, t, places[t] - used, stages[0]["months"]); here += places[t]
        rows.append({"stock": here + over, "overstay": over, "re_entries": used, "arrivals": places[t], "new_overstay": new, "stay_ends": stay_ends})
    return rows

def counted_at(p, rows, at):
    """What the figure counts at the end of a month: its sum of months, less who came in too short a time before."""
    return sum(rows[k][p["series"]] for k in range(at - p.get("over", 1) + 1, at + 1)) - sum(rows[k]["arrivals"] for k in range(at - p.get("newcomers", 0) + 1, at + 1))

def seen(d, p, rows):
    """The same on the figure's day, before the share that a survey reaches: in the middle of a month, between its beginning and its end."""
    at = month(d, p["month"])
    return (counted_at(p, rows, at) + counted_at(p, rows, at - 1)) / 2 if p.get("middle") else counted_at(p, rows, at)

def apart(d, p, rows):
    return seen(d, p, rows) * p.get("covers_ppm", 1000000) / 1e6 / p["value"] - 1

# name, lowest, highest: where a rate can lie at all, so that what binds is a fact and not a guess. Overstay at the end of a stay is not above what it was before.
RATES = [("leave_ppm", 0, 10000), ("desert_ppm", 0, 10000), ("overstay_ppm", 0, 373000), ("extend", 0, 1000000),
         ("end_overstay_ppm", 1000, 60000), ("start_overstay", 20000, 80000)]

def put(d, v):
    abroad = {s["name"] for s in d["stages"] if s.get("comes_in")}
    for s in d["stages"]:
        for k in ("leave_ppm", "desert_ppm"): s[k] = v[k]
        s["overstay_ppm"][-1]["ppm"] = v["overstay_ppm"]
        if "then" in s and s["then"]["stage"] not in abroad: s["then"]["ppm"] = v["extend"]
    d["end_overstay_ppm"]["value"] = v["end_overstay_ppm"]; d["start_overstay"]["value"] = v["start_overstay"]

def table(d):
    """What sets the course, for the page: the rates found, and those given with their source."""
    first, again = d["stages"][0], next(s["then"] for s in d["stages"] if isinstance(s.get("then", {}).get("gap"), list))
    over = [{"name": "overstay", "from": o["from"], "ppm": o["ppm"], "use": "fit" if o is first["overstay_ppm"][-1] else "given", "source": o["source"]} for o in first["overstay_ppm"]]
    rows = [{"name": "leave", "ppm": first["leave_ppm"], "use": "fit"}, {"name": "desert", "ppm": first["desert_ppm"], "use": "fit"}, *over,
            {"name": "goes_on", "ppm": first["then"]["ppm"], "use": "fit"}, {"name": "again", "ppm": again["ppm"], "use": "given", "source": again["ppm_source"]},
            {"name": "end_overstay", "ppm": d["end_overstay_ppm"]["value"], "use": "fit"}, {"name": "start_overstay", "persons": d["start_overstay"]["value"], "use": "fit"},
            {"name": "start_here", "persons": d["start_here"]["value"], "use": "given", "source": d["start_here"]["source"]}]
    return rows + [{"name": k[:-4], "ppm": d[k]["value"], "use": "given", "source": d[k]["source"]} for k in ("change_ppm", "asked_ppm")]

def cover(d, rows):
    """The share of the stock that the survey counts: the mean over its figures used to fit."""
    shares = [p["value"] / seen(d, p, rows) for p in d["published"] if "covers_ppm" in p and p["use"] == "fit"]
    return int(1e6 * sum(shares) / len(shares)) if shares else None

def simplex(cost, start, low, high, rounds):
    """Nelder and Mead's method, within bounds, begun again around the best point until a turn no longer helps."""
    clamp = lambda x: [min(h, max(l, v)) for v, l, h in zip(x, low, high)]
    best = (cost(start), start); used = 1
    while used < rounds:
        points = [best] + [(cost(q), q) for q in (clamp([v + (h - l) * (0.15 if v < (l + h) / 2 else -0.15) * (i == k) for i, (v, l, h)
                  in enumerate(zip(best[1], low, high))]) for k in range(len(low)))]; used += len(low); before = best[0]
        while used < rounds:
            points.sort(key=lambda p: p[0]); worst = points[-1]
            if worst[0] - points[0][0] < 1e-6: break
            mid = [sum(p[1][i] for p in points[:-1]) / len(low) for i in range(len(low))]
            at = lambda t: clamp([m + t * (w - m) for m, w in zip(mid, worst[1])])
            new = at(-1.0); tried = (cost(new), new); used += 1
            if tried[0] < points[0][0]: new = at(-2.0); far = (cost(new), new); used += 1; tried = min(tried, far)
            elif tried[0] >= points[-2][0]: new = at(0.5 if tried[0] >= worst[0] else -0.5); tried = (cost(new), new); used += 1
            if tried[0] < worst[0]: points[-1] = tried
            else:
                points = [points[0]] + [(cost(q), q) for q in (clamp([(x + y) / 2 for x, y in zip(points[0][1], p[1])]) for p in points[1:])]; used += len(low)
        best = min(points)
        if before - best[0] < 1e-4: break
    return best

def search(data, rounds, seed=7):
    """The least distance: points drawn at random, then the simplex from the best of them. Returns (distance, rates, share of the survey)."""
    d = until_last(data); figures = [p for p in d["published"] if "covers_ppm" not in p]; rng = random.Random(seed); length = month(d, LAST) + 1
    def cost(x):
        put(d, {k: int(v) for (k, _, _), v in zip(RATES, x)}); rows = course(d, length)
        return sum((apart(d, p, rows) / TRUST[p["confidence"]]) ** 2 for p in figures)
    low = [a for _, a, _ in RATES]; high = [b for _, _, b in RATES]
    start = min((cost(x), x) for x in ([rng.uniform(a, b) for a, b in zip(low, high)] for _ in range(rounds // 5)))[1]
    found = simplex(cost, start, low, high, rounds)
    rates = {k: int(v) for (k, _, _), v in zip(RATES, found[1])}; put(d, rates)
    return (round(found[0], 3), rates, cover(d, course(d, length)))

def takes(data):
    """The share of those whose stay ends in a time of longer stays who got one: by the "persons" published, over those that the model
    counts from entries and rates ("part_ppm" of them where the provision holds for a part of the months). Looks at no stock and no overstay."""
    groups = {}
    for l in data["longer"]:
        if "persons" in l: groups.setdefault(l["group"], []).append(l)
    for lines in groups.values():
        counted = {}
        for l in lines: l["takes_ppm"] = 1000000
        course(data, month(data, max(l["to"] for l in lines)) + 1, counted)
        share = min(1.0, lines[0]["persons"] / sum(counted[id(l)] * l.get("part_ppm", 1000000) / 1e6 for l in lines))
        for l in lines: l["takes_ppm"] = int(share * l.get("part_ppm", 1000000))
        for l in data["longer"]:
            if l.get("takes_as") == lines[0]["from"]: l["takes_ppm"] = int(1e6 * share)

def main():
    args = [a for a in sys.argv[1:] if a != "--proof"]; data = json.load(open(args[0])); rounds = int(args[1]) if len(args) > 1 else 2000
    best = search(data, rounds)
    if "--proof" in sys.argv:
        other = copy.deepcopy(data)
        for p in other["published"]:
            if p["use"] != "fit": p["value"] *= 3
        for y in other["years"]:
            if y["year"] > int(LAST[:4]): y["places"] *= 2
        other["longer"] = []; other["elsewhere"] = {}; other["end_overstay"] = [e for e in other["end_overstay"] if e["from"] <= LAST]
        assert search(other, rounds) == best, "the fit depends on what came after " + LAST
        assert all(p["month"] <= LAST for p in data["published"] if p["use"] == "fit"), "a figure after " + LAST + " is marked fit"
        print("the same rates with every later number changed")
        return
    put(data, best[1])
    for p in data["published"]:
        if "covers_ppm" in p and best[2]: p["covers_ppm"] = best[2]
    takes(data); data["rates"] = table(data)
    print(best, [l.get("takes_ppm") for l in data["longer"]], file=sys.stderr)
    d = until_last(data); rows = course(d, month(d, LAST) + 1)
    for p in d["published"]: print("%-10s %s %8d %+6.1f %%" % (p["series"], p["month"], p["value"], 100 * apart(d, p, rows)), file=sys.stderr)
    print(json.dumps(data, ensure_ascii=False, indent=1))

if __name__ == "__main__": main()
