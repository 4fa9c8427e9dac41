#!/usr/bin/env python3
"""Finds the rates of law/kr-eps/simulation.json that bring the expected course nearest to the figures marked "fit" (up to 2019),
without looking at those marked "test". Expected values of the same model, month by month; a seeded random search.
Usage: simulation_fit.py FILE [ROUNDS] prints the file with the rates set."""
import json, random, sys

def month(d, text):
    y, m = map(int, d["first"].split("-")); a, b = map(int, text.split("-"))
    return (a - y) * 12 + b - m

def course(d, months):
    """Expected stock and overstay at the end of each month."""
    stages = d["stages"]; index = {s["name"]: i for i, s in enumerate(stages)}
    ends = [[0.0] * (months + 200) for _ in stages]; back = [0.0] * (months + 200); early = [0.0] * (months + 200); over_in = [0.0] * (months + 200)
    longer = [(month(d, l["from"]), month(d, l["to"]), l["months"]) for l in d.get("longer", [])]
    places = [0.0] * months
    for y in d["years"]:
        at = month(d, "%d-01" % y["year"]); w = y.get("months", [1] * 12)
        for k in range(12):
            if 0 <= at + k < months: places[at + k] = y["places"] * y.get("fill_ppm", 1000000) / 1e6 * w[k] / sum(w)
    def begin(i, at, n, stay):
        for a, b, more in longer:
            if a <= at + stay <= b: stay += more; break
        s = stages[i]; h = (s["leave_ppm"] + s["desert_ppm"]) / 1e6; left = n
        for k in range(1, stay + 1):
            if at + k >= len(early): return
            out = left * h; left -= out
            early[at + k] += out * s["leave_ppm"] / max(1, s["leave_ppm"] + s["desert_ppm"])
            over_in[at + k] += out * s["desert_ppm"] / max(1, s["leave_ppm"] + s["desert_ppm"])
        if at + stay < len(ends[i]): ends[i][at + stay] += left
    here = float(d["start_here"]["value"]); over = float(d["start_overstay"]["value"]); waiting = 0.0; rows = []
    m0 = stages[0]["months"]
    for k in range(1, m0 + 1): begin(0, 0, here / m0, k)
    special = {}
    for e in d.get("end_overstay", []):
        for k in range(month(d, e["from"]), month(d, e["to"]) + 1): special[k] = e["ppm"]
    again = next(i for i, s in enumerate(stages) if s.get("comes_in"))
    for t in range(months):
        over -= over * special.get(t, d["end_overstay_ppm"]["value"]) / 1e6
        here -= early[t] + over_in[t]; over += over_in[t]
        for i, s in enumerate(stages):
            n = ends[i][t]; then = s.get("then"); go = n * then["ppm"] / 1e6 if then else 0
            if then and stages[index[then["stage"]]].get("comes_in"): here -= go; back[t + then["gap"]] += go
            elif then: begin(index[then["stage"]], t, go, stages[index[then["stage"]]]["months"])
            here -= n - go; over += (n - go) * s["overstay_ppm"] / 1e6
        waiting += back[t]; used = min(waiting, places[t]); waiting -= used
        begin(again, t, used, stages[again]["months"]); begin(0, t, places[t] - used, m0); here += places[t]
        rows.append((here + over, over))
    return rows

def apart(d, use):
    rows = course(d, max(month(d, p["month"]) for p in d["published"] if p["use"] == use) + 1)
    return [(p, rows[month(d, p["month"])][p["series"] == "overstay"] / p["value"] - 1) for p in d["published"] if p["use"] == use]

# name, where it stands, lowest, highest; bounds from what domain knowledge says of each
RATES = [("leave_ppm", 1000, 6000), ("desert_ppm", 500, 4000), ("overstay_ppm", 100000, 373000), ("extend", 700000, 980000),
         ("again", 100000, 700000), ("end_overstay_ppm", 5000, 30000), ("start_overstay", 25000, 45000), ("fill", 900000, 1150000)]

def put(d, v):
    for s in d["stages"]:
        for k in ("leave_ppm", "desert_ppm", "overstay_ppm"): s[k] = v[k]
        if "then" in s: s["then"]["ppm"] = v["again"] if s["then"]["gap"] else v["extend"]
    d["end_overstay_ppm"] = {"value": v["end_overstay_ppm"], "source": "fitted"}; d["start_overstay"]["value"] = v["start_overstay"]
    for y in d["years"]:
        if y["kind"] == "quota" and y["year"] < 2020: y["fill_ppm"] = v["fill"]

def main():
    d = json.load(open(sys.argv[1])); rng = random.Random(7); best = None
    for n in range(int(sys.argv[2]) if len(sys.argv) > 2 else 400):
        v = {k: rng.randint(a, b) if best is None or n % 4 == 0 and n < 150 else
             max(a, min(b, int(best[1][k] + rng.gauss(0, (b - a) / (8 + n / 20))))) for k, a, b in RATES}
        put(d, v); cost = sum((x / (p["limit_permille"] / 1000)) ** 2 for p, x in apart(d, "fit"))
        if best is None or cost < best[0]: best = (cost, v)
    put(d, best[1])
    for use in ("fit", "test"):
        for p, x in apart(d, use): print("%-5s %-9s %s %8d %+6.1f %%" % (use, p["series"], p["month"], p["value"], 100 * x), file=sys.stderr)
    print(best, file=sys.stderr)
    print(json.dumps(d, ensure_ascii=False, indent=1))

main()
