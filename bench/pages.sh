#!/usr/bin/env bash
# pages.sh: how long the pages of figures take on a store, each signed in as a ministry (nothing is kept for those): milliseconds,
# the median of five. A large store: out/bench/grow FROM TO TIMES. Usage: bench/pages.sh STORE [PROGRAM]; several servers, run
# in turn, are the fairest comparison on a machine that others use too.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/.."
. tests/flow/tools/sign_in.sh
store=$1 program=${2:-out/goldenbridge} times=${TIMES:-5}
dir=$(mktemp -d); trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
"$program" serve --demo --port 0 --store "$store" >"$dir/log" 2>&1 & server=$!
until origin=$(grep -o 'http://[^ ]*' "$dir/log"); do sleep 0.2; kill -0 "$server" || { cat "$dir/log"; exit 1; }; done
origin=http://127.0.0.1:${origin##*:}
page() { # JAR PATH
  for _ in $(seq "$times"); do curl -s -b "$1" -o "$dir/page" -w '%{time_total} %{http_code} %{size_download}\n' "$origin$2"; done |
    sort -n | awk -v n="$times" -v p="$2" 'NR == int((n + 1) / 2) { printf "%8.0f ms  %s %8d bytes  %s\n", $1 * 1000, $2, $3, p }'
}
for scheme in kr-eps kz-flp; do
  echo "--- $scheme"
  jar=$dir/$scheme login=ministry
  curl -s -c "$jar" -b "$jar" -o /dev/null "$origin/scheme?to=$scheme"
  [ "$scheme" = kr-eps ] || login=kz-ministry
  sign_in_page "$jar" "$login" "$origin"
  for path in / /dashboard /quota /quota.csv "/quota.csv?by=day" /figures /figures.csv /costs /costs.csv /agreements /agreements.csv /log /open-data; do
    page "$jar" "$path"
  done
  for set in $(jq -r '.figures.open.sets[].id' "law/$scheme/scheme.json"); do
    page "$jar" "/open-data/$set.csv"; page "$jar" "/open-data/$set.json"
  done
  curl -s -b "$jar" "$origin/dashboard" | grep -oE 'href="/cases/[^"]*of=[^"]*"' | cut -d'"' -f2 | sed 's/&amp;/\&/g' |
    awk '{ of = $0; sub(/.*of=/, "", of); sub(/&.*/, "", of); if (seen[of]++ < 2) print }' |
    while read -r path; do page "$jar" "$path"; done
done
