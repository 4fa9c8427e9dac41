#!/bin/sh
# run.sh: installs the peers from npm into a temporary folder and measures them; what cannot be installed is skipped by name.
# Argument (may be left out): our own decisions per second, for the ratios.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(cd "$(dirname "$0")" && pwd)
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
command -v npm > /dev/null || { echo "skipped: npm is not here"; exit 0; }
cp "$here/dmn_peers.mjs" "$temp/"
cd "$temp"
for peer in @gorules/zen-engine feelin @hbtgmbh/dmn-eval-js; do
    npm install --no-audit --no-fund --loglevel=error "$peer" > /dev/null 2>&1 || echo "skipped: $peer cannot be installed"
done
OURS="${1:-}" node dmn_peers.mjs
