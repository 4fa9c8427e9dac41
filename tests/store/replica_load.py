"""replica_load.py URL SECONDS PAUSE: clients that write and read their own writes at once, while the replica's replay is stopped and
started by the shell lines of PAUSE ("stop;start" with $1). Prints one JSON line: writes, and reads that did not show the write.
SPDX-License-Identifier: Apache-2.0"""
import json
import subprocess
import sys
import threading
import time

from api_client import call

URL, SECONDS, TOGGLE, CLIENTS = sys.argv[1], float(sys.argv[2]), sys.argv[3], 4


def client(number, case, token, tally, ends):
    i = 0
    while time.monotonic() < ends:
        form = {"regular_workers": 10 + i % 90, "insured_nationals": 5 + i % 90, "foreign_workers_now": i % 5,
                "employment_insurance_joined": True, "accident_insurance_joined": True,
                "departure_insurance_joined": True, "wage_guarantee_joined": True}
        answer = call(URL + "/api/v1/commands", {"step": "employer.update_figures", "case": case, "form": form}, token, f"r-{number}-{i}")
        for _ in range(3):
            seen = call(URL + f"/api/v1/cases/{case}", token=token)["version"]
            tally.append(seen >= answer["version"])
            if not tally[-1]:
                print(f"client {number}, write {i}: wrote version {answer['version']}, saw {seen}", file=sys.stderr)
        i += 1


def main():
    token = call(URL + "/api/v1/session", {"login": "officer"})["token"]
    cases = [c["id"] for c in call(URL + "/api/v1/cases?type=employer&state=registered&limit=20", token=token)["cases"]][:CLIENTS]
    tally, ends = [], time.monotonic() + SECONDS
    threads = [threading.Thread(target=client, args=(n, c, call(URL + "/api/v1/session", {"login": "officer"})["token"], tally, ends))
               for n, c in enumerate(cases)]
    for t in threads:
        t.start()
    while time.monotonic() < ends:
        for what in ("pause", "resume"):
            subprocess.run([*TOGGLE.split(" "), "-c", f"SELECT pg_wal_replay_{what}()"], check=True, stdout=subprocess.DEVNULL)
            time.sleep(0.4)
    for t in threads:
        t.join()
    print(json.dumps({"clients": len(threads), "reads": len(tally), "stale": tally.count(False)}))


main()
