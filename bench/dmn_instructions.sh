#!/bin/sh
# dmn_instructions.sh: instructions per decision with whole proof, counted by callgrind, so that it does not hang on the
# machine's load. Argument: the built dmn_bench (see bench/dmn_bench.c).
# SPDX-License-Identifier: Apache-2.0
set -eu
bench=${1:?the path of the built dmn_bench}
command -v valgrind > /dev/null || { echo "skipped: valgrind is not here"; exit 0; }
count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null "$bench" "$1" "$2" 2>&1 | sed -n 's/.*Collected : *//p'; }
for which in 0 1; do
    name=$([ "$which" = 0 ] && echo "table of 30 rules" || echo "chain of six decisions")
    few=$(count "$which" 1000) many=$(count "$which" 11000)
    echo "$name: $(((many - few) / 10000)) instructions per decision"
done
