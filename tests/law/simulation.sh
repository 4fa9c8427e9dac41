#!/usr/bin/env bash
# simulation.sh: the rates of the simulation are those that the fit finds, and the fit finds the same whatever came after 2019.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fit() { python3 tools/law/simulation_fit.py "$@"; }

fit --proof law/kr-eps/simulation.json 40 >"$dir/said" 2>&1; is "the same rates with every later number changed" 0 $?
fit law/kr-eps/simulation.json >"$dir/again.json" 2>"$dir/said"; is "the rates are found again" 0 $?
cmp "$dir/again.json" law/kr-eps/simulation.json >"$dir/said" 2>&1; is "the file is what the fit writes" 0 $?
sed 's/"use": "test"/"use": "fit"/' law/kr-eps/simulation.json >"$dir/later.json"
fit --proof "$dir/later.json" 40 >"$dir/said" 2>&1; is "a later figure cannot be marked \"fit\"" 1 "$(grep -c '^AssertionError: .* is marked fit$' "$dir/said")"
verdict
