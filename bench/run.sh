#!/usr/bin/env bash
# run.sh: measures this machine and prints figures beside their targets and other engines. It decides no test: its exit status
# says only whether it could measure. `bench/run.sh quick` leaves out the clean build and the other engines: under three minutes.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
server=""
end() { if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$dir"; }
trap end EXIT
line() { printf '%-46s %12s %-8s %-16s %s\n' "$1" "$2" "$3" "${4:-}" "${5:-}"; }
# line with the ratio to a limit that should not be passed
under() { line "$1" "$2" "$3" "target < $4" "$(awk -v a="$2" -v b="$4" 'BEGIN { printf "%.2f of it%s", a / b, a < b ? "" : ", MISSED" }')"; }

echo "machine: $(nproc) cores, $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo), load $(cut -d' ' -f1 /proc/loadavg); $(date -u +%FT%TZ)"
make -s -j"$(nproc)" all bench

# --- build, from a copy so that nothing of this tree is touched
if [ "${1:-}" != quick ]; then
  mkdir "$dir/copy"
  tar -c --exclude=./out --exclude=./.git --exclude=node_modules . | tar -x -C "$dir/copy"
  from=$(date +%s.%N)
  make -s -C "$dir/copy" -j"$(nproc)" all >/dev/null
  under "clean build" "$(awk -v a="$from" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')" s 60
  rm -rf "$dir/copy"
fi
strip -o "$dir/stripped" out/goldenbridge
under "stripped program" "$(awk -v n="$(stat -c %s "$dir/stripped")" 'BEGIN { printf "%.1f", n / 1e6 }')" MB 10

# --- server: first page, memory, pages under load
from=$(date +%s.%N)
out/goldenbridge demo --store "$dir/demo.store" >/dev/null 2>&1
line "demo corridor loaded (2,000 people)" "$(awk -v a="$from" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')" s
port=$((20000 + RANDOM % 20000))
first=$(python3 bench/http_bench.py first "$port" out/goldenbridge serve --demo --store "$dir/demo.store" --port "$port")
server=${first#* }
under "start to first page, demo store (median of 5)" "${first% *}" ms 100
memory() { awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$server/status"; }
under "resident memory, demo open" "$(memory)" MB 64
python3 bench/http_bench.py load "$port" | while IFS='|' read -r name value unit target; do
  if [ -n "$target" ]; then under "$name" "$value" "$unit" "$target"; else line "$name" "$value" "$unit"; fi
done
under "resident memory after that load" "$(memory)" MB 64
kill "$server"; wait "$server" 2>/dev/null || true; server=""

echo "--- decisions"; out/bench/dmn

echo "--- a change tried on the past, and the years ahead"
# processor time of a command, in seconds
cpu() { local TIMEFORMAT=%U+%S; { time "$@" >"$dir/out.json" 2>/dev/null; } 2>&1 | tail -n 1 | awk -F+ '{print $1 + $2}'; }
mkdir "$dir/draft"
sed 's/(score &lt; minimum score)/(score \&lt; minimum score + 40)/g' law/kr-eps/decisions/2010-04-10/exam-result.dmn >"$dir/draft/exam-result.dmn"
load=$(cpu out/goldenbridge law check --scheme kr-eps)
took=$(cpu out/goldenbridge law try --store "$dir/demo.store" --scheme kr-eps --draft "$dir/draft" --json)
line "law try, log to report, with reasons (1 core)" "$(jq -r --arg t "$took" --arg l "$load" '((.in_force.decisions + .draft_result.decided) / (($t | tonumber) - ($l | tonumber)) / 1000 * 10 | round / 10)' "$dir/out.json")" "k/s" "" "reads the sealed log anew"
out/bench/try "$dir/demo.store" "$dir/draft"
runs=10
under "simulation, processor time of one run" "$(awk -v a="$(cpu out/goldenbridge simulate --scheme kr-eps --runs $runs --threads 1 --json)" -v n=$runs 'BEGIN { printf "%.2f", a / n }')" s 1
from=$(date +%s.%N)
out/goldenbridge simulate --scheme kr-eps --runs $runs >/dev/null
under "simulation, $runs runs on all cores" "$(awk -v a="$from" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f", b - a }')" s "$(awk -v n=$runs 'BEGIN { print n * 60 / 100 }')"
echo "--- store"; mkdir "$dir/store"; chmod 755 "$dir" # PostgreSQL runs as a user of its own
pg=$(tests/pg.sh start "$dir/pg") || echo "postgres: not installed here, not measured"
out/bench/store "$dir/store" 100000 ${pg:+"$pg"}
if [ -n "$pg" ]; then tests/pg.sh stop "$dir/pg"; fi
echo "--- whole commands"; out/bench/command "$dir/demo.store" 1 8 48
echo "--- matching"; out/bench/match
if [ "${1:-}" != quick ]; then echo "--- decisions beside other engines"; bench/peers/run.sh; fi
