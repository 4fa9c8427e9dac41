"""peers.py PROGRAM COUNT: random hospital-residents instances, each hospital with a ranking of its own, through `goldenbridge match
try` and through two libraries of others: the outcome must be theirs, and of all stable matchings (enumerated by one of them) the
one in which nobody who seeks a place could do better.
SPDX-License-Identifier: Apache-2.0
"""
import random
import subprocess
import sys

from algmatch.hospitalResidentsProblem import HospitalResidentsProblem
from algmatch.utils.enumerators.HR.hrEnumerator import HREnumerator
from matching.games import HospitalResident

chance = random.Random(20261126)
passed = failed = 0


def instance():
    if chance.random() < 0.5:  # long lists and single places: several stable matchings are likely
        residents = hospitals = chance.randint(4, 6)
        lists = [chance.sample(range(hospitals), hospitals) for _ in range(residents)]
        seats = [1] * hospitals
    else:
        residents, hospitals = chance.randint(2, 7), chance.randint(1, 4)
        lists = [chance.sample(range(hospitals), chance.randint(1, hospitals)) for _ in range(residents)]
        seats = [chance.randint(1, 3) for _ in range(hospitals)]
    orders = []
    for h in range(hospitals):
        wanted = [r for r in range(residents) if h in lists[r]]
        chance.shuffle(wanted)
        orders.append(wanted)
    return lists, seats, orders


def ours(lists, seats, orders):
    rows = ["format,goldenbridge-round/1", "round,peers", "kind,match"]
    rows += ["seats,h%d,%d," % (h, n) for h, n in enumerate(seats)]
    for r, wishes in enumerate(lists):
        rows.append("worker,r%d,%s" % (r, ";".join("h%d:%d" % (h, len(orders[h]) - orders[h].index(r)) for h in wishes)))
    text = subprocess.run([sys.argv[1], "match", "try", "-"], input="\n".join(rows) + "\n", capture_output=True, text=True, check=True).stdout
    held = [-1] * len(lists)
    for line in text.splitlines():
        words = line.split()
        if words[0] == "worker" and words[5] != "-":
            held[int(words[1][1:])] = int(words[5][1:])
    return held


def as_dictionary(lists, seats, orders):
    return {"residents": {r + 1: [h + 1 for h in wishes] for r, wishes in enumerate(lists)},
            "hospitals": {h + 1: {"capacity": seats[h], "preferences": [r + 1 for r in order]} for h, order in enumerate(orders) if order}}


def by_algmatch(lists, seats, orders):
    problem = HospitalResidentsProblem(dictionary=as_dictionary(lists, seats, orders), optimised_side="residents")
    problem.get_stable_matching()
    got = [problem.hr_alg.M["r%d" % (r + 1)]["assigned"] for r in range(len(lists))]
    return [int(g[1:]) - 1 if g else -1 for g in got]


def by_matching(lists, seats, orders):
    game = HospitalResident.create_from_dictionaries(
        {"r%d" % r: ["h%d" % h for h in wishes] for r, wishes in enumerate(lists)},
        {"h%d" % h: ["r%d" % r for r in order] for h, order in enumerate(orders) if order},
        {"h%d" % h: seats[h] for h, order in enumerate(orders) if order})
    held = [-1] * len(lists)
    for hospital, matched in game.solve(optimal="resident").items():
        for r in matched:
            held[int(r.name[1:])] = int(hospital.name[1:])
    return held


def all_stable(lists, seats, orders):
    enumerator = HREnumerator(as_dictionary(lists, seats, orders))
    enumerator.find_stable_matchings()
    for m in enumerator.stable_matching_list:
        sides = m["resident_sided"]
        yield [int(sides["r%d" % (r + 1)][1:]) - 1 if sides["r%d" % (r + 1)] else -1 for r in range(len(lists))]


def place(lists, r, h):
    return lists[r].index(h) if h >= 0 else len(lists[r])


def check(name, good, shown):
    global passed, failed
    passed, failed = passed + good, failed + (not good)
    if not good:
        print("FAIL %s: %s" % (name, shown))


several = 0
for n in range(int(sys.argv[2])):
    case = lists, seats, orders = instance()
    held = ours(*case)
    check("algmatch has the same outcome", held == by_algmatch(*case), (case, held))
    check("matching has the same outcome", held == by_matching(*case), (case, held))
    stable = list(all_stable(*case))
    several += len(stable) > 1
    check("the outcome is one of the stable ones", held in stable, (case, held, stable))
    check("and nobody could do better in another", all(place(lists, r, held[r]) <= place(lists, r, m[r]) for m in stable for r in range(len(lists))),
          (case, held, stable))
check("some instances have several stable matchings", several > 0, several)
print("  %d instances, %d of them with more than one stable matching" % (int(sys.argv[2]), several))
print("%d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
