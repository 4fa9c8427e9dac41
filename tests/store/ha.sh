#!/usr/bin/env bash
# ha.sh: three PostgreSQL nodes under Patroni and etcd; the primary's power goes while clients write. No acknowledged command is
# lost, none is done twice, and writing resumes by itself. Skipped by name where the packages are missing.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) server=''
trap 'unserve; packaging/three-nodes.sh stop "$dir/nodes" 2>/dev/null; rm -rf "$dir"' EXIT

chmod 755 "$dir"
store=$(packaging/three-nodes.sh start "$dir/nodes"); status=$?
if [ $status = 77 ]; then skip "three nodes: patroni, etcd-server or postgresql is not installed"; fi
is "three nodes stand" 0 $status
[ $status = 0 ] || { verdict; exit; }
export GOLDENBRIDGE_KEY_FILE=$dir/keys
out/goldenbridge demo --candidates 30 --employers 10 --store "$store" >"$dir/demo" 2>&1; is "the demonstration is made" 0 $?
serve "$dir/server" --store "$store"

python3 tests/store/ha_load.py "$url" "${HA_SECONDS:-30}" >"$dir/load" 2>"$dir/load.err" &
load=$!
sleep 4
first=$(packaging/three-nodes.sh primary "$dir/nodes")
packaging/three-nodes.sh kill "$dir/nodes" "$first"
wait $load; is "every client was served to its end" 0 $?
cat "$dir/load.err"
second=$(packaging/three-nodes.sh primary "$dir/nodes")
is "another node took over" yes "$([ -n "$second" ] && [ "$second" != "$first" ] && echo yes || echo "$second after $first")"
of() { jq -r ".$1" "$dir/load"; }
is "commands were acknowledged" yes "$([ "$(of acknowledged)" -gt 100 ] 2>/dev/null && echo yes || of acknowledged)"
is "the loss was felt" yes "$([ "$(of tries_that_failed)" -gt 0 ] 2>/dev/null && echo yes || echo no)"
is "nothing acknowledged is missing and nothing was done twice" true "$(of exact)"
is "each case kept its order" true "$(of in_order)"
out/goldenbridge verify --store "$store" >"$dir/verify" 2>&1; is "the log verifies on the new primary" 0 $?
packaging/three-nodes.sh again "$dir/nodes" "$first"
packaging/three-nodes.sh whole "$dir/nodes"; is "the lost node follows the new primary" 0 $?
echo "writing resumed after $(of longest_silence) s, $(of acknowledged) commands acknowledged, $(of tries_that_failed) tries failed"
verdict
