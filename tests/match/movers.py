"""movers.py PORT COUNT: fills a store of the scheme xx-movers: two firms (one closes), openings in two zones, COUNT workers with wishes.
SPDX-License-Identifier: Apache-2.0
"""
import http.client
import json
import random
import sys
import threading

port, count = int(sys.argv[1]), int(sys.argv[2])
local, lock, fault = threading.local(), threading.Lock(), []
chance = random.Random(7)


def call(path, body, token=None):
    if not hasattr(local, "c"):
        local.c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    local.c.request("POST", path, json.dumps(body), {"Authorization": "Bearer " + token} if token else {})
    answer = local.c.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise SystemExit("%s: %d %s" % (body, answer.status, text[:300]))
    return json.loads(text)


token = call("/api/v1/session", {"login": "clerk"})["token"]


def do(step, form, case=""):
    return call("/api/v1/commands", {"step": step, "case": case, "form": form}, token)["case"]


firms = [do("firm.register", {"name": "Firm %d" % i, "zone": zone}) for i, zone in enumerate(("north", "south"))]
openings = []
for k in range(max(6, count // 8)):
    openings.append(do("opening.offer", {"firm": firms[1], "job": "job %d" % k, "zone": ("north", "south")[k % 2], "seats": chance.randint(0, 9)}))
plans = [{"firm": firms[n % 2], "points": chance.randint(0, 30), "wishes": chance.sample(openings, chance.randint(1, 6))} for n in range(count)]
workers = [None] * count


def each(first, step):
    try:
        for n in range(first, count, 8):
            step(n)
    except BaseException as e:  # noqa: BLE001
        fault.append(e)


def everybody(step):
    threads = [threading.Thread(target=each, args=(i, step)) for i in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if fault:
        raise SystemExit(str(fault[0]))


def register(n):
    workers[n] = do("worker.register", {"name": "Mover %d" % n, "firm": plans[n]["firm"], "points": plans[n]["points"]})


def wish(n):
    if plans[n]["firm"] == firms[1]:
        do("worker.leave", {}, workers[n])
    do("worker.wish", {"wishes": plans[n]["wishes"]}, workers[n])


everybody(register)
do("firm.close_down", {}, firms[0])
everybody(wish)
