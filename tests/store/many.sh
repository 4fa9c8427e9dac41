#!/usr/bin/env bash
# many.sh: several servers on one PostgreSQL store. Clients send random commands for few cases to random servers; the answers are
# compared with a model that knows no concurrency. MANY_COMMANDS sets another number than the quick usual one.
# Skipped by name where PostgreSQL is missing.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) servers=()
end() {
  for s in ${servers[@]+"${servers[@]}"}; do kill "$s" 2>/dev/null; wait "$s" 2>/dev/null; done
  tests/pg.sh stop "$dir/pg" 2>/dev/null; rm -rf "$dir"
}
trap end EXIT

chmod 755 "$dir"
store=$(tests/pg.sh start "$dir/pg"); status=$?
if [ $status = 77 ]; then skip "several servers on one store: postgresql is not installed"; fi
is "PostgreSQL starts" 0 $status
export GOLDENBRIDGE_KEY_FILE=$dir/keys
out/goldenbridge demo --candidates 10 --employers 5 --store "$store" >"$dir/demo" 2>&1; is "the demonstration is made" 0 $?
urls=()
for n in 1 2 3; do
  serve_port='' # one for each
  serve "$dir/server$n" --store "$store"; servers+=("$server") urls+=("$url")
done

python3 tests/store/many_load.py "${MANY_COMMANDS:-200}" "${urls[@]}" >"$dir/load" 2>"$dir/load.err"; is "every client was served to its end" 0 $?
cat "$dir/load.err"
of() { jq -r ".$1" "$dir/load"; }
is "as many commands were acknowledged as were sent" "${MANY_COMMANDS:-200}" "$(of acknowledged)"
is "versions of a case have no gap and none was given twice" true "$(of in_order)"
is "each acknowledged command found the case as its version says" true "$(of as_the_model)"
is "the case is what its last command made of it, on every server" true "$(of same_end)"
is "conflicts were answered with 409 and a code" true "$(of clear_conflicts)"
is "there were conflicts" true "$([ "$(of conflicts)" -gt 0 ] 2>/dev/null && echo true || of conflicts)"
is "a key that was sent to another server again gives the first answer" true "$(of repeats_agree)"
out/goldenbridge verify --store "$store" >"$dir/verify" 2>&1; is "the log verifies" 0 $?
echo "$(of acknowledged) commands by 3 servers, $(of conflicts) conflicts, $(of repeats) sent twice"
verdict
