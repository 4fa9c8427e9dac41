#!/usr/bin/env bash
# proofs.sh: what people outside may ask of the log: an entry's proof, growth, a witness's signature; and a restored backup.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) server=''
trap 'unserve; rm -rf "$dir"' EXIT
G="out/goldenbridge --store $dir/s"

$G demo --candidates 20 --employers 5 >"$dir/demo" 2>&1 || give_up "$dir/demo"
$G checkpoint >"$dir/first"
log=$(python3 - "$dir/s" <<'PY'
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT value FROM log_meta WHERE key = 'log'").fetchone()[0])
PY
)

# --- an entry, checked by other code than ours
cat >"$dir/check.py" <<'PY'
import base64, hashlib, json, sys
def node(a, b): return hashlib.sha256(b"\x01" + a + b).digest()
j = json.load(open(sys.argv[1]))
h = hashlib.sha256(b"\x00" + j["entry"].encode()).digest()
path = [base64.b64decode(p) for p in j.get("inclusion", j.get("proof"))]
size = j.get("size") or int(j["checkpoint"].split("\n")[1])
root = j.get("root") or j["checkpoint"].split("\n")[2]
fn, sn = j["index"], size - 1
for p in path:  # RFC 9162, 2.1.3.2
    assert sn > 0
    if fn & 1 or fn == sn:
        h = node(p, h)
        while not fn & 1 and fn:
            fn >>= 1; sn >>= 1
    else:
        h = node(h, p)
    fn >>= 1; sn >>= 1
assert sn == 0
print("proven" if base64.b64decode(root) == h else "not proven")
if "sealed" in j:
    c = json.loads(j["entry"])["c"]
    canonical = json.dumps(j["sealed"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    print("own" if hashlib.sha256(base64.urlsafe_b64decode(j["salt"] + "==") + canonical).hexdigest() == c else "not own")
PY
person=$(python3 - "$dir/s" <<'PY'
import sqlite3, sys
for seq, data in sqlite3.connect(sys.argv[1]).execute("SELECT seq, bytes FROM log_events ORDER BY seq"):
    if b'"candidate.registered"' in data:
        print(seq); break
PY
)
$G prove "$person" >"$dir/p.json"; is "an entry proves itself" proven "$(python3 "$dir/check.py" "$dir/p.json")"
is "personal data only where asked for" false "$(jq 'has("sealed")' "$dir/p.json")"
$G prove "$person" --sealed >"$dir/p.json"
is "the facts are there" true "$(jq 'has("sealed")' "$dir/p.json")"
jq '.entry |= sub("candidate"; "Candidate")' "$dir/p.json" >"$dir/bad.json"
is "a changed entry does not" "not proven" "$(python3 "$dir/check.py" "$dir/bad.json" | head -n 1)"
$G prove 9999999 >/dev/null 2>"$dir/e"; is "an entry that is not there" 1 "$([ $? != 0 ] && echo 1)"

# --- a witness
$G witness --key-file "$dir/w" --name witness.example --show-key >"$dir/wkey"
is "the key file is its owner's" 600 "$(stat -c %a "$dir/w")"
witness() { $G witness "$1" --log "$log" --key-file "$dir/w" --state "$dir/state" "${@:2}"; }
witness "$dir/first" >"$dir/signed" 2>"$dir/e"; is "the first checkpoint is signed" 0 $?
$G add-cosignature "$dir/signed" --witness "$(cat "$dir/wkey")" >/dev/null 2>"$dir/e"; is "and kept" 0 $?
$G add-cosignature "$dir/first" --witness "$(cat "$dir/wkey")" >/dev/null 2>"$dir/e"; is "a note that the witness did not sign is not" 1 "$([ $? != 0 ] && echo 1)"
old=$(sed -n 2p "$dir/first")
$G do employer.update_figures --case EMP-000001 --as officer regular_workers=9 insured_nationals=5 foreign_workers_now=1 employment_insurance_joined=true \
  accident_insurance_joined=true departure_insurance_joined=true wage_guarantee_joined=true >"$dir/do" 2>&1; is "the log grows" 0 $?
$G checkpoint >"$dir/second"
witness "$dir/second" >/dev/null 2>"$dir/e"; is "without proof of growth nothing is signed" 1 "$([ $? != 0 ] && echo 1)"
has "and it says why" "does not show" "$(cat "$dir/e")"
$G consistency "$old" >"$dir/grow"
jq '.consistency[0] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="' "$dir/grow" >"$dir/false"
witness "$dir/second" --proof "$dir/false" >/dev/null 2>"$dir/e"; is "nor with a false one" 1 "$([ $? != 0 ] && echo 1)"
witness "$dir/second" --proof "$dir/grow" >"$dir/signed2" 2>"$dir/e"; is "with proof it is" 0 $?
witness "$dir/first" >/dev/null 2>"$dir/e"; is "a shorter log is never signed again" 1 "$([ $? != 0 ] && echo 1)"

# --- the same by the API
serve "$dir/server" --store "$dir/s"
api=$url/api/v1/log
curl -s "$api/inclusion/$person" >"$dir/p.json"; is "inclusion by API" proven "$(python3 "$dir/check.py" "$dir/p.json")"
curl -s "$api/inclusion/$person?size=$old" >"$dir/p.json"; is "in the log as it was" proven "$(python3 "$dir/check.py" "$dir/p.json")"
is "consistency by API is the same proof" "$(jq -c .consistency "$dir/grow")" "$(curl -s "$api/consistency?from=$old" | jq -c .proof)"
is "a log that never was" 422 "$(curl -s -o "$dir/e" -w '%{http_code}' "$api/consistency?from=5&to=99999999")"
kill $server; wait $server 2>/dev/null; server=

# --- backup and restore
root() { $G verify --json --store "$1" | jq -r .root; }
$G backup "$dir/backup"; cp "$dir/s.key" "$dir/backup.key"
out/goldenbridge restore "$dir/backup" --store "$dir/new" >"$dir/restored" 2>&1; is "a backup is restored" 0 $?
has "with the same root" "$(root "$dir/s")" "$(cat "$dir/restored")"
is "which the new store verifies" "$(root "$dir/s")" "$(root "$dir/new")"
out/goldenbridge restore "$dir/backup" --store "$dir/new" >/dev/null 2>&1; is "a store that is there is left alone" 1 "$([ $? != 0 ] && echo 1)"
python3 - "$dir/backup" <<'PY'
import sqlite3, sys
d = sqlite3.connect(sys.argv[1]); d.execute("DROP TRIGGER IF EXISTS log_events_no_update")
for (name,) in d.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
    d.execute(f'DROP TRIGGER "{name}"')
d.execute("UPDATE log_events SET bytes = CAST(replace(bytes, 'agency', 'agencY') AS BLOB) WHERE seq = (SELECT min(seq) FROM log_events WHERE instr(bytes, 'agency') > 0)"); d.commit()
PY
out/goldenbridge restore "$dir/backup" --store "$dir/worse" >"$dir/e" 2>&1; is "a damaged backup is not restored" 1 "$([ $? != 0 ] && echo 1)"
has "and the first bad event is named" "Nothing was restored" "$(cat "$dir/e")"
is "nothing is left behind" no "$([ -e "$dir/worse" ] && echo yes || echo no)"

verdict
