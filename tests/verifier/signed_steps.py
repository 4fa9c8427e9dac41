"""Checks the signatures of officers in the public log of Goldenbridge (part of verify_log.py; shares no code with the program).

signing.required names events that must be signed from there on; account.key_added and account.key_removed say which public keys
count; a signed event carries public.signed {key, statement, client_data, authenticator_data, signature}: a WebAuthn assertion
whose challenge is SHA-256 of the statement's canonical JSON. The statement names account and case by SHA-256, as the log does.
SPDX-License-Identifier: Apache-2.0
"""
import base64
import hashlib
import json
from urllib.parse import urlsplit

ES256, EDDSA = -7, -8
PRESENT_AND_VERIFIED = 0x05
RP_HASH, HEAD = 32, 37

# ---- P-256 (FIPS 186-4), affine coordinates: slow and plain -------------------------------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], P - 2, P) % P
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], P - 2, P) % P
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    out = None
    while k:
        if k & 1:
            out = add(out, point)
        point, k = add(point, point), k >> 1
    return out


def read_der(signature):
    """SEQUENCE of two INTEGERs, and nothing else."""
    if len(signature) < 8 or signature[0] != 0x30 or signature[1] != len(signature) - 2:
        raise ValueError("not an ECDSA signature")
    out, at = [], 2
    for _ in range(2):
        length = signature[at + 1]
        if signature[at] != 2 or at + 2 + length > len(signature):
            raise ValueError("not an ECDSA signature")
        out.append(int.from_bytes(signature[at + 2: at + 2 + length], "big", signed=True))
        at += 2 + length
    if at != len(signature):
        raise ValueError("not an ECDSA signature")
    return out


def es256_holds(public, message, signature):
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    if len(public) != 64 or (y * y - x * x * x + 3 * x - B) % P != 0:
        return False
    r, s = read_der(signature)
    if not (0 < r < N and 0 < s < N):
        return False
    w, h = pow(s, N - 2, N), int.from_bytes(hashlib.sha256(message).digest(), "big")
    point = add(times(h * w % N, G), times(r * w % N, (x, y)))
    return point is not None and point[0] % N == r


# ---- The log --------------------------------------------------------------------------------------------------------------

def b64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SignedSteps:
    def __init__(self, ed25519_holds):
        self.holds = {EDDSA: ed25519_holds, ES256: es256_holds}
        self.keys, self.required, self.faults, self.signed = {}, set(), [], 0

    def add(self, seq, entry):
        facts = entry.get("p") if isinstance(entry.get("p"), dict) else {}
        if entry["s"] == hashlib.sha256(b"signing").hexdigest():
            self.learn(facts)
        elif "signed" in facts or entry["t"] in self.required:
            fault = self.fault_of(entry, facts["signed"]) if "signed" in facts else "must be signed with an officer's key, and is not"
            if fault:
                self.faults.append("event %d: %s" % (seq, fault))
            self.signed += not fault

    def learn(self, facts):
        if "key_added" in facts:
            self.keys[facts["key_added"]["id"]] = facts["key_added"]
        if "key_removed" in facts:
            self.keys.pop(facts["key_removed"]["id"], None)
        self.required |= set(facts.get("must_be_signed", ()))

    def fault_of(self, entry, said):
        key, statement = self.keys.get(said["key"]), said["statement"]
        if key is None:
            return "signed with a key that does not stand in the log"
        if statement["account"] != key["account"]:
            return "signed with the key of another account"
        if statement["case"] != entry["s"]:
            return "the signature is for another case"
        if statement["event"] != entry["t"]:
            return "the signature is for another outcome"
        try:
            return None if self.is_signed(key, said) else "the signature is wrong"
        except (ValueError, KeyError, TypeError) as e:
            return "the signature cannot be read: %s" % e

    def is_signed(self, key, said):
        data, client = b64(said["authenticator_data"]), b64(said["client_data"])
        told = json.loads(client.decode())
        statement = json.dumps(said["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        host = urlsplit(told["origin"]).hostname or ""
        return (told["type"] == "webauthn.get" and b64(told["challenge"]) == hashlib.sha256(statement).digest()
                and (host == key["rp_id"] or host.endswith("." + key["rp_id"]))
                and len(data) >= HEAD and data[:RP_HASH] == hashlib.sha256(key["rp_id"].encode()).digest()
                and data[RP_HASH] & PRESENT_AND_VERIFIED == PRESENT_AND_VERIFIED
                and self.holds[key["alg"]](b64(key["key"]), data + hashlib.sha256(client).digest(), b64(said["signature"])))
