"""surge.py PORT COUNT FOLDER: files COUNT applications as fast as the server takes them, each under its own idempotency key.
An answer that does not come is asked for again under the same key until it does. Writes each receipt to FOLDER.
SPDX-License-Identifier: Apache-2.0
"""
import http.client
import json
import os
import sys
import threading
import time

THREADS, PATIENCE = 8, 120
port, count, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
os.makedirs(folder, exist_ok=True)
lock, done, again, token = threading.Lock(), 0, 0, ""


def sign_in():
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    c.request("POST", "/api/v1/session", json.dumps({"login": "agent"}))
    return json.loads(c.getresponse().read())["token"]


def file_one(c, n):
    body = {"step": "application.recruit", "form": {"employer": "EMP-%06d" % (n % 6 + 1), "job": "surge %d" % n, "posts": 1, "monthly_wage": 2300000}}
    c.request("POST", "/api/v1/commands", json.dumps(body), {"Authorization": "Bearer " + token, "Idempotency-Key": "surge-%d" % n})
    answer = c.getresponse()
    text = answer.read()
    if answer.status >= 500:
        raise OSError("busy")
    if answer.status != 200:
        raise SystemExit("application %d: %d %s" % (n, answer.status, text[:300]))
    return json.loads(text)["receipt"]


def work(first):
    global done, again
    c, until = None, time.time() + PATIENCE
    for n in range(first, count, THREADS):
        while True:
            try:
                c = c or http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                receipt = file_one(c, n)
                break
            except (OSError, http.client.HTTPException):
                c = None
                with lock:
                    again += 1
                if time.time() > until:
                    raise
                time.sleep(0.05)
        with open(os.path.join(folder, "%06d" % n), "w", encoding="utf-8") as f:
            f.write(receipt)
        with lock:
            done += 1
            if done % 50 == 0:
                with open(folder + ".next", "w") as f:
                    f.write(str(done))
                os.replace(folder + ".next", folder + ".count")


token = sign_in()
start = time.time()
threads = [threading.Thread(target=work, args=(i,)) for i in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
seconds = time.time() - start
with open(folder + ".sum", "w") as f:
    json.dump({"done": done, "again": again, "seconds": seconds}, f)
print("%d applications in %.1f s with a kill in between (%.0f a minute), %d tries repeated" % (done, seconds, done / seconds * 60, again))
sys.exit(0 if done == count else 1)
