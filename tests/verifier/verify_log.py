#!/usr/bin/env python3
"""Checks the public log of Goldenbridge from its tiles and its checkpoint alone; shares no code with the program.

verify_log.py log WHERE VKEY [--since OLD_NOTE_FILE] [--witness VKEY]
    WHERE: a folder or an http(s) address that holds checkpoint and tile/….
    Reads every entry, rebuilds the tree, compares every tile, checks the signature, that the log still holds what an
    older checkpoint signed, and counts again: permits issued <= units approved, at every moment, each unit once. Checks
    every signature of an officer (signed_steps.py), and that none is missing where the log requires one.
verify_log.py entry PROOF_FILE VKEY
    Checks what one person took home: that their entry is in the signed tree, and that the salted commitment in it is
    that of the personal data they hold.
verify_log.py receipt RECEIPT_FILE VKEY [FORM_FILE]
    Checks what somebody got for what they filed: that the log signed it and, with the form as JSON, that it is for that form.

Exit 0: all is well. Exit 1: the first lines say what is wrong. Needs Python 3.8 and nothing else.
SPDX-License-Identifier: Apache-2.0
"""
import base64
import hashlib
import json
import os
import sys
import urllib.request

from signed_steps import SignedSteps

TILE = 256
NOTE_LIMIT = 1 << 16
FAULTS_SHOWN = 20


class Wrong(Exception):
    """What is checked does not hold."""


# ---- Ed25519 (RFC 8032, section 6), to be independent of every library -------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_times(s, p):
    q = (0, 1, 1, 0)
    while s > 0:
        if s & 1:
            q = point_add(q, p)
        p = point_add(p, p)
        s >>= 1
    return q


def point_equal(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P != 0:
        return None
    return P - x if (x & 1) != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def point_read(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def ed25519_holds(public, message, signature):
    a, r = point_read(public), point_read(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER or len(signature) != 64:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    return point_equal(point_times(s, BASE), point_add(r, point_times(h, a)))


# ---- Signed notes and checkpoints (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature) ---------------------------

def read_vkey(text):
    name, key_id, key = text.strip().split("+", 2)
    raw = base64.b64decode(key, validate=True)
    want = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[0] not in (1, 4) or want.hex() != key_id:
        raise Wrong("the verifier key %s is not well formed" % text)
    return name, want, raw[0], raw[1:]


def open_note(note, vkey):
    name, key_id, kind, public = read_vkey(vkey)
    if len(note) > NOTE_LIMIT:
        raise Wrong("the note is too long")
    cut = note.rfind(b"\n\n")
    if cut < 0:
        raise Wrong("this is not a signed note")
    text, lines = note[: cut + 1], note[cut + 2:].decode().splitlines()
    for line in lines:
        dash, who, blob = line.split(" ", 2)
        raw = base64.b64decode(blob, validate=True)
        if dash != "\u2014" or who != name or raw[:4] != key_id:
            continue
        message, signature = text, raw[4:]
        if kind == 4:
            message = b"cosignature/v1\ntime %d\n" % int.from_bytes(signature[:8], "big") + text
            signature = signature[8:]
        if not ed25519_holds(public, message, signature):
            raise Wrong("the signature of %s is wrong" % name)
        return text
    raise Wrong("the note is not signed by %s" % name)


def open_checkpoint(note, vkey):
    lines = open_note(note, vkey).decode().split("\n")
    if len(lines) < 4 or not lines[0] or str(int(lines[1])) != lines[1]:
        raise Wrong("this note is not a checkpoint")
    return lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)


# ---- The tree (RFC 9162, section 2.1) ----------------------------------------------------------------------------------

def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    return sha256(b"\0" + entry)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def tree_hash(leaves):
    """Root of a list of hashes: whole pairs first, the odd one goes up as it is."""
    if not leaves:
        return sha256(b"")
    while len(leaves) > 1:
        paired = [node_hash(leaves[i], leaves[i + 1]) for i in range(0, len(leaves) - 1, 2)]
        leaves = paired + leaves[len(leaves) & ~1:]
    return leaves[0]


def root_from_path(leaf, index, size, path):
    if index >= size:
        raise Wrong("the entry lies outside of the tree")
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            raise Wrong("the path is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise Wrong("the path is too short")
    return r


# ---- Tiles (c2sp.org/tlog-tiles) -----------------------------------------------------------------------------------------

def tile_path(level, index, width):
    parts = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        parts.insert(0, "x%03d" % (index % 1000))
    name = "tile/%s/%s" % (level, "/".join(parts))
    return name if width == TILE else "%s.p/%d" % (name, width)


class Source:
    def __init__(self, where):
        self.where = where.rstrip("/")
        self.is_web = where.startswith(("http://", "https://"))

    def read(self, path):
        try:
            if self.is_web:
                with urllib.request.urlopen(self.where + "/" + path, timeout=30) as answer:
                    return answer.read()
            with open(os.path.join(self.where, path), "rb") as f:
                return f.read()
        except OSError as e:
            raise Wrong("%s cannot be read: %s" % (path, e)) from e

    def tile(self, level, index, width):
        return self.read(tile_path(level, index, width))


def widths(count):
    """Index and width of each tile that holds `count` hashes."""
    for index in range((count + TILE - 1) // TILE):
        yield index, min(TILE, count - index * TILE)


def read_entries(source, size):
    for index, width in widths(size):
        bundle, at = source.tile("entries", index, width), 0
        for i in range(width):
            length = int.from_bytes(bundle[at: at + 2], "big")
            entry = bundle[at + 2: at + 2 + length]
            if at + 2 > len(bundle) or len(entry) != length:
                raise Wrong("event %d: the bundle of entries ends too early" % (index * TILE + i + 1))
            at += 2 + length
            yield entry
        if at != len(bundle):
            raise Wrong("a bundle of entries is longer than it should be, near event %d" % (index * TILE + width))


def check_tiles(source, leaves):
    """Compares every tile of every level with what the entries give. Returns the root."""
    hashes, level = leaves, 0
    while hashes:
        for index, width in widths(len(hashes)):
            own = hashes[index * TILE: index * TILE + width]
            served = source.tile(level, index, width)
            if served != b"".join(own):
                for i in range(width):
                    if served[32 * i: 32 * i + 32] != own[i]:
                        first = (index * TILE + i) * TILE**level + 1
                        raise Wrong("event %d: a tile of level %d differs from the entries" % (first, level))
                raise Wrong("a tile of level %d is too long" % level)
        hashes = [tree_hash(hashes[i: i + TILE]) for i in range(0, len(hashes) // TILE * TILE, TILE)]
        level += 1
    return tree_hash(leaves)


# ---- Issued <= approved ----------------------------------------------------------------------------------------------------

class Count:
    """public.allocation + public.approved: so many units are approved in all, from here on.
    public.unit {allocation, number}: a permit takes this unit. public.unit_returned {allocation, number}: gives it back.
    public.moved {from, to, units}: units go from one approval to another; the sum stays."""

    def __init__(self):
        self.approved, self.held, self.faults = {}, {}, []
        self.issued = 0

    def fault(self, seq, text):
        self.faults.append("event %d: %s" % (seq, text))

    def add(self, seq, facts):
        if "approved" in facts:
            self.approve(seq, facts)
        if "moved" in facts:
            self.move(seq, facts["moved"])
        if "unit" in facts:
            self.take(seq, facts["unit"])
        if "unit_returned" in facts:
            self.give_back(seq, facts["unit_returned"])

    def approve(self, seq, facts):
        name, approved = facts.get("allocation"), facts["approved"]
        if not isinstance(name, str) or not isinstance(approved, int) or approved < 0:
            self.fault(seq, "an approval must name its allocation and a whole number")
            return
        self.approved[name] = approved
        if len(self.held.get(name, ())) > approved:
            self.fault(seq, "%s: %d approved, but %d are issued already" % (name, approved, len(self.held[name])))

    def move(self, seq, moved):
        source, target, units = moved.get("from"), moved.get("to"), moved.get("units")
        if not isinstance(units, int) or units < 1 or source == target or source not in self.approved or target not in self.approved:
            self.fault(seq, "a move must name two approvals and how many units")
            return
        self.approved[source] -= units
        self.approved[target] += units
        if self.approved[source] < max(self.held.get(source) or {0}):
            self.fault(seq, "%s: unit %d is issued, but after the move only %d are approved"
                       % (source, max(self.held[source]), self.approved[source]))

    def take(self, seq, unit):
        name, number = unit.get("allocation"), unit.get("number")
        approved, held = self.approved.get(name), self.held.setdefault(name, set())
        self.issued += 1
        if approved is None:
            self.fault(seq, "a permit under %s, of which nothing was approved" % name)
        elif not isinstance(number, int) or not 1 <= number <= approved:
            self.fault(seq, "a permit takes unit %s of %s, of which %d are approved" % (number, name, approved))
        if number in held:
            self.fault(seq, "unit %s of %s is taken twice" % (number, name))
        held.add(number)
        if approved is not None and len(held) > approved:
            self.fault(seq, "%s: %d issued, %d approved" % (name, len(held), approved))

    def give_back(self, seq, unit):
        name, number = unit.get("allocation"), unit.get("number")
        if number not in self.held.get(name, ()):
            self.fault(seq, "unit %s of %s is given back, but was not taken" % (number, name))
        else:
            self.held[name].remove(number)

    def summary(self):
        held = sum(len(h) for h in self.held.values())
        return "%d permits issued, %d held, %d units approved" % (self.issued, held, sum(self.approved.values()))


def read_entry(seq, entry):
    def no_twins(pairs):
        if len({k for k, _ in pairs}) != len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)
    try:
        e = json.loads(entry.decode(), object_pairs_hook=no_twins)
        if not isinstance(e, dict) or not {"d", "h", "s", "t"} <= set(e) <= {"c", "d", "h", "p", "s", "t"}:
            raise ValueError("not the keys of an entry")
        return e
    except ValueError as error:
        raise Wrong("event %d: the entry cannot be read: %s" % (seq, error)) from error


# ---- The two checks ---------------------------------------------------------------------------------------------------------

def check_log(where, vkey, since=None, witness=None):
    source = Source(where)
    note = source.read("checkpoint")
    origin, size, root = open_checkpoint(note, vkey)
    if witness:
        open_note(note, witness)
    leaves, count, steps, seen = [], Count(), SignedSteps(ed25519_holds), {}
    for entry in read_entries(source, size):
        seq = len(leaves) + 1
        e = read_entry(seq, entry)
        if e["h"] in seen:
            raise Wrong("event %d is event %d again" % (seq, seen[e["h"]]))
        seen[e["h"]] = seq
        leaves.append(leaf_hash(entry))
        if isinstance(e.get("p"), dict):
            count.add(seq, e["p"])
        steps.add(seq, e)
    if check_tiles(source, leaves) != root:
        raise Wrong("the entries do not give the root that was signed over %d events" % size)
    if since:
        with open(since, "rb") as f:
            _, old_size, old_root = open_checkpoint(f.read(), vkey)
        if old_size > size:
            raise Wrong("%d events were signed before, only %d are left" % (old_size, size))
        if tree_hash(leaves[:old_size]) != old_root:
            raise Wrong("the first %d events are not those that were signed before" % old_size)
    faults = count.faults + steps.faults
    if faults:
        more = len(faults) - FAULTS_SHOWN
        tail = ["and %d more" % more] if more > 0 else []
        raise Wrong("\n".join(faults[:FAULTS_SHOWN] + tail + [count.summary()]))
    signed = "; %d steps signed by their officers" % steps.signed if steps.keys or steps.required else ""
    return "ok: %s, %d events, root %s; %s%s" % (origin, size, base64.b64encode(root).decode(), count.summary(), signed)


def check_entry(path, vkey):
    with open(path, "rb") as f:
        proof = json.loads(f.read().decode())
    origin, size, root = open_checkpoint(proof["checkpoint"].encode(), vkey)
    path = [base64.b64decode(h, validate=True) for h in proof["inclusion"]]
    entry = proof["entry"].encode()
    if root_from_path(leaf_hash(entry), proof["index"], size, path) != root:
        raise Wrong("the entry is not in the tree that was signed")
    e = read_entry(proof["index"] + 1, entry)
    if "sealed" in proof:
        data = json.dumps(proof["sealed"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        if sha256(proof["salt"].encode() + data).hex() != e.get("c"):
            raise Wrong("these personal data are not those that the entry commits to")
        return "ok: event %d of %s holds exactly these data" % (proof["index"] + 1, origin)
    return "ok: event %d is in the log of %s" % (proof["index"] + 1, origin)


def check_receipt(path, vkey, form=None):
    with open(path, "rb") as f:
        text = open_note(f.read(), vkey).decode()
    lines = text.splitlines()
    if lines[0] != "goldenbridge receipt 1":
        raise Wrong("this note is not a receipt")
    fields = dict(line.split(" ", 1) for line in lines[2:])
    if form:
        with open(form, "rb") as f:
            filed = json.dumps(json.loads(f.read().decode()), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        if sha256(filed).hex() != fields["filed"]:
            raise Wrong("the receipt is for another form")
    return "ok: %s received %s of %s at %s as entry %s" % (lines[1], fields["step"], fields["case"], fields["at"], fields["entry"])


def main(argv):
    options = {}
    while len(argv) > 2 and argv[-2] in ("--since", "--witness"):
        options[argv[-2][2:]] = argv[-1]
        argv = argv[:-2]
    if len(argv) not in (4, 5) or argv[1] not in ("log", "entry", "receipt") or (len(argv) == 5 and argv[1] != "receipt"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        check = {"log": check_log, "entry": check_entry, "receipt": check_receipt}[argv[1]]
        print(check(*argv[2:], **options))
        return 0
    except (Wrong, ValueError, KeyError, TypeError) as e:
        print("WRONG: %s" % e)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
