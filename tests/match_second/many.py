#!/usr/bin/env python3
# many.py: writes many random rounds, each with what the second implementation makes of it, into one folder.
# SPDX-License-Identifier: Apache-2.0
"""Usage: many.py FOLDER COUNT [SIZE]. Writes KIND-N.csv or .json and KIND-N.want; prints the names, one per line."""
import os
import sys

import make_round
import replay

folder, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 24
for n in range(count):
    for kind in ("rank", "refer", "match"):
        as_json = n % 3 == 0
        name = "%s-%d.%s" % (kind, n, "json" if as_json else "csv")
        data = make_round.text(kind, n, as_json, 1 + n % size).encode()
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
        with open(os.path.join(folder, name + ".want"), "w") as f:
            f.write(replay.replay(data))
        print(name)
