#!/bin/sh
# simulation.sh: the rates of the simulation are those that the fit finds, and the fit finds the same whatever came after 2019.
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
python3 tools/law/simulation_fit.py --proof law/kr-eps/simulation.json 40
python3 tools/law/simulation_fit.py law/kr-eps/simulation.json >"$out/again.json" 2>"$out/found.txt" || { cat "$out/found.txt"; exit 1; }
cmp "$out/again.json" law/kr-eps/simulation.json
# A figure of a later year cannot be marked "fit".
if sed 's/"use": "test"/"use": "fit"/' law/kr-eps/simulation.json >"$out/later.json" && python3 tools/law/simulation_fit.py --proof "$out/later.json" 40 2>/dev/null; then
    echo "a later figure marked fit was let through"
    exit 1
fi
echo "the simulation's rates: found again from figures until 2019, the same with every later number changed"
