"""ha_load.py URL SECONDS: clients that send commands until the time is over, each until it is acknowledged, with the same
idempotency key. Prints one JSON line: acknowledged commands by case, failed tries, the longest silence in seconds.
SPDX-License-Identifier: Apache-2.0"""
import json
import sys
import threading
import time
import urllib.error

from api_client import call

URL, SECONDS, CLIENTS, PATIENCE = sys.argv[1], float(sys.argv[2]), 6, 90


def ask(path, body=None, token=None, key=None):
    return call(URL + path, body, token, key, timeout=40)


def until_acknowledged(tries, path, body, token, key):
    """The same command again and again; only what may pass by itself is tried again."""
    start = time.monotonic()
    while True:
        try:
            return ask(path, body, token, key)
        except urllib.error.HTTPError as e:
            if e.code not in (500, 503):
                raise SystemExit(f"{key}: {e.code} {e.read().decode()}")
        except OSError:
            pass
        tries.append(key)
        if time.monotonic() - start > PATIENCE:
            raise SystemExit(f"{key}: not acknowledged within {PATIENCE} s")
        time.sleep(0.3)


def client(number, case, token, done, tries, ends):
    i = 0
    while time.monotonic() < ends:
        key = f"ha-{number}-{i}"
        figures = {"regular_workers": 10 + i % 90, "insured_nationals": 5 + i % 90, "foreign_workers_now": i % 5,
                   "employment_insurance_joined": True, "accident_insurance_joined": True,
                   "departure_insurance_joined": True, "wage_guarantee_joined": True}
        answer = until_acknowledged(tries, "/api/v1/commands", {"step": "employer.update_figures", "case": case, "form": figures}, token, key)
        done[case].append((time.monotonic(), answer["version"]))
        i += 1


def main():
    token = ask("/api/v1/session", {"login": "officer"})["token"]
    cases = [c["id"] for c in ask("/api/v1/cases?type=employer&state=registered&limit=20", token=token)["cases"]][:CLIENTS]
    first = {c: ask(f"/api/v1/cases/{c}", token=token)["version"] for c in cases}
    done, tries, ends = {c: [] for c in cases}, [], time.monotonic() + SECONDS
    threads = [threading.Thread(target=client, args=(n, c, token, done, tries, ends)) for n, c in enumerate(cases)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    times = sorted(t for list_ in done.values() for t, _ in list_)
    silence = max(b - a for a, b in zip(times, times[1:]))
    last = {c: ask(f"/api/v1/cases/{c}", token=token)["version"] for c in cases}
    print(json.dumps({"acknowledged": len(times), "tries_that_failed": len(tries), "longest_silence": round(silence, 1),
                      "clients_at_the_end": sum(1 for c in cases if done[c]),
                      "exact": all(last[c] - first[c] == len(done[c]) for c in cases),
                      "in_order": all(v == first[c] + 1 + i for c in cases for i, (_, v) in enumerate(done[c]))}))


main()
