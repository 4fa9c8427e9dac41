#!/usr/bin/env bash
# moddle.sh: what we write, dmn-moddle (the reader under dmn-js) reads, and the other way round, for every model of law/.
# Skipped by name where npm or the package is not to be had.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v npm >/dev/null || { echo "SKIP npm is not here"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
(cd "$temp" && npm install --no-audit --no-fund --loglevel=error dmn-moddle@12.2.1 >/dev/null 2>&1) ||
    { echo "SKIP dmn-moddle cannot be installed"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
cp tests/dmn/moddle.mjs "$temp/"
find law -name '*.dmn' -print0 | sort -z | xargs -0 node "$temp/moddle.mjs" "$PWD/out/goldenbridge"
