"""many_load.py COMMANDS URL…: clients that read a case at one server and change it at another, at the version they read. Prints
one JSON line that says whether a sequential model agrees.
SPDX-License-Identifier: Apache-2.0"""
import json
import random
import sys
import threading
import urllib.error

from api_client import call

COMMANDS, URLS, CLIENTS, CASES = int(sys.argv[1]), sys.argv[2:], 6, 3
LOCK = threading.Lock()


class Record:
    def __init__(self):
        self.acks, self.conflicts, self.unclear, self.repeats, self.disagreed, self.left = [], 0, 0, 0, 0, COMMANDS

    def take(self):
        with LOCK:
            self.left -= 1
            return self.left >= 0


def one(rng, token, cases, record, key):
    """Until it is acknowledged; a conflict means: read again."""
    while True:
        case, value = rng.choice(cases), rng.randrange(1, 10**6)
        seen = call(rng.choice(URLS) + f"/api/v1/cases/{case}", token=token)
        body = {"step": "employer.update_figures", "case": case, "version": seen["version"],
                "form": {"regular_workers": value, "insured_nationals": 5, "foreign_workers_now": 1, "employment_insurance_joined": True,
                         "accident_insurance_joined": True, "departure_insurance_joined": True, "wage_guarantee_joined": True}}
        try:
            answer = call(rng.choice(URLS) + "/api/v1/commands", body, token, key)
        except urllib.error.HTTPError as e:
            said = json.load(e)
            with LOCK:
                record.conflicts += e.code == 409
                record.unclear += e.code == 409 and said.get("code") != "STALE_FORM"
            if e.code not in (409, 503):
                raise SystemExit(f"{key}: {e.code} {said}")
            continue
        again = rng.random() < 0.1 and call(rng.choice(URLS) + "/api/v1/commands", body, token, key)
        with LOCK:
            record.acks.append((case, answer["version"], seen["version"], value))
            if again:
                record.repeats += 1
                record.disagreed += (again["version"], again["case"]) != (answer["version"], answer["case"])
        return


def client(number, token, cases, record):
    rng, i = random.Random(number), 0
    while record.take():
        one(rng, token, cases, record, f"many-{number}-{i}")
        i += 1


def main():
    token = call(URLS[0] + "/api/v1/session", {"login": "officer"})["token"]
    cases = [c["id"] for c in call(URLS[0] + "/api/v1/cases?type=employer&state=registered&limit=20", token=token)["cases"]][:CASES]
    first = {c: call(URLS[0] + f"/api/v1/cases/{c}", token=token)["version"] for c in cases}
    record = Record()
    threads = [threading.Thread(target=client, args=(n, token, cases, record)) for n in range(CLIENTS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    in_order, as_model, same_end = True, True, True
    for c in cases:
        own = sorted((version, seen, value) for case, version, seen, value in record.acks if case == c)
        in_order &= [v for v, _, _ in own] == list(range(first[c] + 1, first[c] + 1 + len(own)))
        as_model &= all(version == seen + 1 for version, seen, _ in own)
        for url in URLS:
            now = call(url + f"/api/v1/cases/{c}", token=token)
            same_end &= not own or (now["version"] == own[-1][0] and now["data"]["regular_workers"] == own[-1][2])
    print(json.dumps({"acknowledged": len(record.acks), "conflicts": record.conflicts, "clear_conflicts": record.unclear == 0,
                      "repeats": record.repeats, "repeats_agree": record.disagreed == 0, "in_order": in_order, "as_the_model": as_model,
                      "same_end": same_end}))


main()
