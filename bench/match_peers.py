#!/usr/bin/env python3
# match_peers.py: the same instances, without quota cells (peers have none), through the peers that a registry installs.
# SPDX-License-Identifier: Apache-2.0
"""Usage: match_peers.py OUT/match_bench [LARGEST]. Needs `pip install matching algmatch` (here matching 1.4.3, algmatch 1.5.2).

Prints, for each size up to LARGEST workers (default 1000), CPU time of solving alone and of building the peer's objects, whether
the outcome is the same, and the ratio to ours. Ours starts from unsorted lists and includes the independent check."""
import subprocess
import sys
import tempfile
import threading
import time


def read(path):
    with open(path) as f:
        workers, vacancies = map(int, f.readline().split())
        seats = [int(f.readline()) for _ in range(vacancies)]
        lists, held, key = [], [], {}
        for w in range(workers):
            ticket, got, *wishes = f.readline().split()
            pairs = [tuple(map(int, x.split(":"))) for x in wishes]
            lists.append([v for v, _ in pairs])
            held.append(int(got))
            for v, points in pairs:
                key.setdefault(v, []).append((-points, int(ticket), w))
    order = {v: [w for _, _, w in sorted(ks)] for v, ks in key.items()}
    return seats, lists, order, held


def timed(fn):
    start = time.process_time()
    result = fn()
    return result, (time.process_time() - start) * 1e3


def run_matching(seats, lists, order):
    from matching.games import HospitalResident
    residents = {"r%d" % w: ["h%d" % v for v in wishes] for w, wishes in enumerate(lists)}
    hospitals = {"h%d" % v: ["r%d" % w for w in ws] for v, ws in order.items()}
    game, build = timed(lambda: HospitalResident.create_from_dictionaries(
        residents, hospitals, {"h%d" % v: seats[v] for v in order}))
    result, solve = timed(lambda: game.solve(optimal="resident"))
    held = [-1] * len(lists)
    for hospital, matched in result.items():
        for r in matched:
            held[int(r.name[1:])] = int(hospital.name[1:])
    return held, build, solve


def run_algmatch(seats, lists, order):
    from algmatch.hospitalResidentsProblem import HospitalResidentsProblem
    data = {"residents": {w + 1: [v + 1 for v in wishes] for w, wishes in enumerate(lists)},
            "hospitals": {v + 1: {"capacity": seats[v], "preferences": [w + 1 for w in ws]} for v, ws in order.items()}}
    problem, build = timed(lambda: HospitalResidentsProblem(dictionary=data, optimised_side="residents"))
    _, solve = timed(problem.hr_alg._while_loop)  # without its own check of stability, to be fair
    held = [-1] * len(lists)
    for w in range(len(lists)):
        got = problem.hr_alg.M["r%d" % (w + 1)]["assigned"]
        held[w] = int(got[1:]) - 1 if got else -1
    return held, build, solve


def main():
    largest = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as folder:
        ours = subprocess.run([sys.argv[1], "small", folder], capture_output=True, text=True, check=True).stdout
        for line in ours.splitlines():
            workers, ms = line.split()
            if int(workers) > largest:
                continue
            seats, lists, order, held = read("%s/%s.txt" % (folder, workers))
            print("%s x %d: ours %.3f ms, placed %d" % (workers, len(seats), float(ms), sum(h >= 0 for h in held)))
            for name, run in (("matching", run_matching), ("algmatch", run_algmatch)):
                try:
                    got, build, solve = run(seats, lists, order)
                except ImportError as e:
                    print("  %s: not installed (%s)" % (name, e))
                    continue
                print("  %s: solve %.1f ms = %.0f x ours; with building %.0f ms = %.0f x; outcome %s" % (
                    name, solve, solve / float(ms), build + solve, (build + solve) / float(ms),
                    "the same" if got == held else "DIFFERENT"), flush=True)


if __name__ == "__main__":
    sys.setrecursionlimit(1000000)  # `matching` proposes by recursion
    threading.stack_size(512 * 1024 * 1024)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
