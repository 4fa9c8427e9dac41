#!/usr/bin/env bash
# readme.sh: every command of the README's tours runs on the demonstration as `./dev run` loads it.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) server=''
trap 'unserve; rm -rf "$dir"' EXIT
G="out/goldenbridge --store $dir/demo.store"
out/goldenbridge demo --store "$dir/demo.store" >"$dir/demo" 2>&1 || give_up "$dir/demo"
serve "$dir/server" --store "$dir/demo.store"
# Those of the tours: lines of their own, and those between backquotes in the text. "…" stands for what the reader fills in.
{
  sed -n '/^## Tours/,/^## [^T]/{s/^    \(\$G\|out\/goldenbridge\|python3\) /\1 /p}' README.md
  sed -n '/^## Tours/,/^## [^T]/p' README.md | grep -v '^    ' | grep -o '`\$G [^`]*`' | tr -d '`'
} | sed "s#http://localhost:8080#$url#g; s/ #.*//" | grep -v … | sort -u >"$dir/commands"
while IFS= read -r line; do
  # a round and its file, the copy and the rest are written into a folder of their own
  command=${line//copy.store/$dir/copy.store} command=${command//round.csv/$dir/round.csv}
  if (eval "$command") >"$dir/out" 2>&1 </dev/null; then good; else
    bad "$line" "$(head -n 3 "$dir/out")"; fi
done <"$dir/commands"
count=$(wc -l <"$dir/commands")
[ "$count" -ge 15 ] || bad "the README has $count commands"
verdict
