#!/bin/sh
# run.sh: installs the peers from npm into a temporary folder and measures them; what cannot be installed is skipped by name.
# Arguments (may be left out): our own decisions per second, single and in batch, for the ratios; else out/bench/dmn is
# asked where it is built.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(cd "$(dirname "$0")" && pwd)
single=${1:-} batch=${2:-}
ours="$here/../../out/bench/dmn" # built by `make bench`; its first table is the same
if [ -z "$single" ] && [ -x "$ours" ]; then
    figures=$("$ours")
    figure() { printf '%s\n' "$figures" | awk -v what="$1" 'index($0, what) && !done { for (i = 1; i < NF; i++) if ($(i + 1) == "M/s") printf "%d", $i * 1000000; done = 1 }'; }
    single=$(figure "single, whole proof") batch=$(figure "batch")
    echo "ours: $single decisions per CPU second with the whole proof, $batch in batch"
fi
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
command -v npm > /dev/null || { echo "skipped: npm is not here"; exit 0; }
cp "$here/dmn_peers.mjs" "$temp/"
cd "$temp"
for peer in @gorules/zen-engine feelin @hbtgmbh/dmn-eval-js json-rules-engine; do
    npm install --no-audit --no-fund --loglevel=error "$peer" > /dev/null 2>&1 || echo "skipped: $peer cannot be installed"
done
OURS="$single" OURS_BATCH="$batch" node dmn_peers.mjs
