#!/usr/bin/env bash
# roster.sh: a place on the roster: standing, why passed over, likely wait, extension, return after a failed match, one person once.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
. tests/flow/tools/sign_in.sh
dir=$(mktemp -d); server=
trap 'unserve; rm -rf "$dir"' EXIT
export GOLDENBRIDGE_STORE=$dir/s
G() { out/goldenbridge "$@"; }
state() { G case "$1" --json | jq -r .state; }
data() { G case "$1" --json | jq -r ".data.$2"; }

ok "a demo store" G demo --candidates 400 --employers 100 --seed 3
serve "$dir/server"
page() { rm -f "$dir/jar"; curl -s -c "$dir/jar" -b "$dir/jar" -o /dev/null "$url/language?to=en&back=/"
         sign_in_page "$dir/jar" "$1" "$url"; curl -s -b "$dir/jar" "$url/${2:-}" | tr '\n' ' '; }
home=$(page worker-roster)
has "the place" "Place " "$home"
has "the draws on the roster and why" "The last draws on this roster" "$home"
has "passed over, with the points of the last one" "Not referred: the last one had" "$home"
has "each draw has its entry in the log" 'href="/log/' "$home"
has "the likely wait comes from the log" "From the log: of the 1" "$home"
person=$(G list account --find worker-roster --json 2>/dev/null | jq -r '.cases[]|select(.data.login=="worker-roster")|.data.party' | head -1)
[ -n "$person" ] || person=$(G list account --json --limit 200 | jq -r '.cases[]|select(.data.login=="worker-roster")|.data.party')

# the referred see that, too, and whether another was chosen
shown=$(G list application --state referred --json --limit 100 | jq -r '[.cases[]|select((.data.chosen|length)>0)][0] as $a | $a.data.referred[] as $r | select(($a.data.chosen|index($r))==null) | $r' | while read -r c; do [ "$(state "$c")" = rostered ] && echo "$c" && break; done)
ok "an account for one who was referred" G do account.open_worker --as agency login=shown name=Shown "party=$shown" language=en
few=$(G list candidate --state rostered --json --limit 500 | jq -r '[.cases[]|select(.data.industry=="fishery")][0].id')
ok "an account in a small pool" G do account.open_worker --as agency login=few name=Few "party=$few" language=en
home=$(page shown)
has "where few were chosen it says so instead of guessing" "There are too few data" "$(page few)"
has "referred, but the employer chose another" "the employer chose another person" "$home"

# --- extension, expiry
until=$(data "$person" roster_until)
now=$(date -u -d "$until -10 days" +%F)
ok "an entry can be extended while the pass is valid" G do candidate.extend --as worker-roster --case "$person" --now "$now"
is "for a year from then" "$(date -u -d "$now +1 year" +%F)" "$(data "$person" roster_until)"
late=$(date -u -d "$now +13 months" +%F)
no "an entry that runs is not ended" OUTSIDE_WINDOW G do candidate.expire --as hrd --case "$person" --now "$now"
ok "an entry whose year is over ends" G do candidate.expire --as hrd --case "$person" --now "$late"
is "expired" expired "$(state "$person")"
past=$(date -u -d "$(data "$person" announced_on) +2 years +1 day" +%F)
is "after two years the pass is over, too" PASS_EXPIRED "$(G do candidate.extend --as worker-roster --case "$person" --now "$past" --json | jq -r '.decision.grounds[].code' | grep PASS)"
is "and it stays so" expired "$(state "$person")"

# --- return after a failed match
placement=$(G list placement --state chosen --json --limit 100 | jq -r '.cases[0].id'); who=$(data "$placement" candidate); app=$(data "$placement" application)
ok "the employer gives up before the contract" G do placement.cancel --as officer --case "$placement" cancel_reason="closed down"
is "the candidate waits to be put back" returned "$(state "$who")"
is "the application may choose another" null "$(data "$app" "chosen|index(\"$who\")")"
ok "back on the roster" G do candidate.return_to_roster --as hrd --case "$who"
is "on the roster" rostered "$(state "$who")"
is "for another year from the return" "$(TZ=Asia/Seoul date -d '+1 year' +%F)" "$(data "$who" roster_until)"
declined=$(G list placement --state offered --json --limit 100 | jq -r '.cases[0].id'); who=$(data "$declined" candidate)
login=$(G list account --json --limit 300 | jq -r ".cases[]|select(.data.party==\"$who\")|.data.login")
[ -n "$login" ] && ok "a contract is declined" G do placement.decline --as "$login" --case "$declined"
[ -n "$login" ] && is "the worker is on the roster again" rostered "$(state "$who")"

# --- once, however often registered: other number, other passport, other spelling of the name
again() { G case "$person" --json | jq -c '.data | {country,industry,family_name,given_name,birth_date}'; }
base=$(again)
make() { python3 - "$base" <<'P'
import json, sys
d = json.loads(sys.argv[1])
def cd(s):
    v = lambda c: 0 if c == '<' else int(c) if c.isdigit() else ord(c) - 55
    return str(sum(v(c) * [7, 3, 1][i % 3] for i, c in enumerate(s)) % 10)
y, m, day = d["birth_date"].split("-")
n, b, e, p = "N99887766", y[2:] + m + day, "331231", "<" * 14
mrz = ("P<KAZ" + d["family_name"] + "<<" + d["given_name"]).ljust(44, "<") + "\n" + n + cd(n) + "KAZ" + b + cd(b) + "M" + e + cd(e) + p + cd(p) + cd(n + cd(n) + b + cd(b) + e + cd(e) + p + cd(p))
for s in range(9000, 9999):
    x = b + "3" + "%04d" % s
    w = sum((i + 1) * int(x[i]) for i in range(11)) % 11
    if w == 10:
        w = sum(((i + 2) % 11 + 1) * int(x[i]) for i in range(11)) % 11
    if w < 10:
        break
d.update(family_name=d["family_name"].lower(), given_name=d["given_name"].lower(), iin=x + str(w), mrz=mrz, test_application_day=sys.stdin.readline().strip() or "2026-01-05", prison_record=False,
         removed_before=False, departure_order_before=False, barred_from_leaving=False, e9_months=0, e10_months=0, epidemic_months=0)
print(json.dumps(d))
P
}
no "the same person under another number and passport" DUPLICATE_PERSON G do candidate.register --as agency --form "$(make </dev/null)"

sqlite3 "$GOLDENBRIDGE_STORE" "SELECT COUNT(*) FROM stays" >"$dir/stays"
is "how long each case stood in each state is kept" true "$([ "$(cat "$dir/stays")" -gt 2000 ] && echo true)"
ok "the log verifies" G verify
ok "and rebuilds" G rebuild
is "to the same stays" true "$([ "$(sqlite3 "$GOLDENBRIDGE_STORE" "SELECT COUNT(*) FROM stays")" -ge "$(cat "$dir/stays")" ] && echo true)"
unserve
verdict
