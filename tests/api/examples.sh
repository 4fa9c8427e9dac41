#!/usr/bin/env bash
# examples.sh: every example of docs/api.md is run against the demo and gives what the document says.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) server=
trap 'unserve; rm -rf "$dir"' EXIT
out/goldenbridge demo --candidates 60 --employers 40 --seed 7 --store "$dir/s.store" >"$dir/demo" 2>&1 || give_up "$dir/demo"
serve "$dir/server" --store "$dir/s.store"; B=$url # as the document calls it
# block N ends with a comment that is what it prints; variables go from one block to the next
awk -v dir="$dir" '/^```sh$/ {n++; on = 1; next} /^```$/ {on = 0} on {print > (dir "/block-" n)}' docs/api.md
blocks=$(ls "$dir"/block-* | wc -l)
for n in $(seq "$blocks"); do
  want=$(sed -n '$s/^# //p' "$dir/block-$n")
  . "$dir/block-$n" >"$dir/out" 2>&1
  if [ -n "$want" ] && [ "$(tail -n 1 "$dir/out")" = "$want" ]; then good; else
    bad "example $n of docs/api.md" "gave $(tail -n 1 "$dir/out" | cut -c1-200), expected ${want:-a stated answer}"; sed 's/^/  /' "$dir/block-$n"; fi
done
[ "$blocks" -ge 10 ] || bad "docs/api.md has $blocks examples"
verdict
