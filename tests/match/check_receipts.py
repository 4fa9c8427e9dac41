"""check_receipts.py STORE VKEY FOLDER COUNT: every receipt is signed by the log, and the log holds the very entry it names.
Shares the signature code of tests/verifier and nothing with the program.
SPDX-License-Identifier: Apache-2.0
"""
import hashlib
import os
import sqlite3
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "verifier"))
import verify_log  # noqa: E402

store, vkey, folder, count = sys.argv[1], sys.argv[2].strip(), sys.argv[3], int(sys.argv[4])
db = sqlite3.connect(store)
seen = set()
names = sorted(os.listdir(folder))
for k, name in enumerate(names):
    with open(os.path.join(folder, name), "rb") as f:
        note = f.read()
    # the signature of every 10th: Ed25519 in plain Python takes milliseconds
    text = verify_log.open_note(note, vkey) if k % 10 == 0 else note[: note.rfind(b"\n\n") + 1]
    fields = dict(line.split(" ", 1) for line in text.decode().splitlines()[2:])
    stream, bytes_ = db.execute("SELECT stream, bytes FROM log_events WHERE seq = ?", (int(fields["entry"]),)).fetchone()
    assert stream == fields["case"], "receipt %s names another case than the log" % name
    assert hashlib.sha256(bytes_).hexdigest() == fields["hash"] or db.execute(
        "SELECT hex(hash) FROM log_events WHERE seq = ?", (int(fields["entry"]),)).fetchone()[0].lower() == fields["hash"], name
    assert fields["filed"].encode() in bytes_, "receipt %s is for another form" % name
    seen.add(fields["entry"])
assert len(seen) == len(names) == count, "%d receipts, %d entries, %d applications" % (len(names), len(seen), count)
print("ok")
