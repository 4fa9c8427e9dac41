#!/usr/bin/env bash
# run.sh: builds each tests/fuzz/*_fuzz.c with clang's libFuzzer and runs it. `run.sh [TARGET] [SECONDS]`: one target, such
# as feel, or all; 20 seconds each. What was found so far is kept under out/fuzz/corpus, a crash is left in out/fuzz.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
target=${1:-all}
seconds=${2:-20}
out=out/fuzz
mkdir -p "$out"
command -v clang >/dev/null || { echo "clang is not installed"; exit 77; }
[ "$target" = all ] || [ -f "tests/fuzz/${target}_fuzz.c" ] || { echo "there is no tests/fuzz/${target}_fuzz.c"; exit 2; }
names=$([ "$target" = all ] && (cd tests/fuzz && ls ./*_fuzz.c | sed 's/^\.\///; s/_fuzz\.c$//') || echo "$target")

# The rooms that read what strangers send; the linker takes from them what a target needs.
objects=()
for room in base feel dmn view doc; do
    for file in src/"$room"/*.c; do
        objects+=("$out/obj/${file%.c}.o")
    done
done
mains=()
for name in $names; do
    mains+=("$out/obj/tests/fuzz/${name}_fuzz.o")
done
make -j2 V=fuzz CC=clang "${objects[@]}" "${mains[@]}" "$out/gen/web_files.o" >"$out.log" 2>&1 || { tail -n 20 "$out.log"; exit 1; }
rm -f "$out/rooms.a"
ar rcs "$out/rooms.a" "${objects[@]}" "$out/gen/web_files.o"
read -ra packages <<<"$(sed -n 's/^PKGS := //p' Makefile)"
read -ra libraries <<<"$(pkg-config --libs "${packages[@]}")"

failed=0
for name in $names; do
    mkdir -p "$out/corpus/$name"
    seeds=()
    [ ! -d "tests/fuzz/seeds/$name" ] || seeds=("tests/fuzz/seeds/$name")
    clang -fsanitize=address,undefined,fuzzer -o "$out/$name" "$out/obj/tests/fuzz/${name}_fuzz.o" "$out/rooms.a" "${libraries[@]}" -lm -lpthread ||
        { failed=$((failed + 1)); continue; }
    if ASAN_OPTIONS=detect_leaks=0 "$out/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$out/$name-" \
        "$out/corpus/$name" "${seeds[@]}" >"$out/$name.log" 2>&1; then
        echo "$name: $(grep -o 'Done [0-9]* runs' "$out/$name.log" | tail -n 1)"
    else
        failed=$((failed + 1))
        echo "FAIL $name"
        tail -n 30 "$out/$name.log"
    fi
done
[ "$failed" = 0 ]
