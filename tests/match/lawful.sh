#!/usr/bin/env bash
# lawful.sh: people are drawn and ranked by lawful criteria only: a scheme that looks at a personal field is refused whole.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
refused() { local name=$1 file=$2 from=$3 to=$4 out
  rm -rf "$dir/law"; mkdir "$dir/law"; cp -r law/kr-eps "$dir/law/"
  python3 - "$dir/law/kr-eps/processes/$file" "$from" "$to" <<'P'
import sys
path, a, b = sys.argv[1:]
s = open(path).read()
assert a in s, "the text to change is not there"
open(path, "w").write(s.replace(a, b))
P
  out=$(out/goldenbridge law list --law "$dir/law" 2>&1)
  if [[ $out == *LAW_BROKEN* && $out == *"personal field"* ]]; then good; else bad "$name" "${out:0:300}"; fi; }
refused "an age" application.json '"eligible": "item.roster_until >= today' '"eligible": "item.birth_date > date(\"1995-01-01\") and item.roster_until >= today'
refused "health" application.json '"rank": "floor(item.points)"' '"rank": "floor(item.points) + (if item.health_fit then 1 else 0)"'
refused "a name" application.json '"exposure": "item.referrals"' '"exposure": "item.referrals + string length(item.family_name)"'
if out/goldenbridge law list >/dev/null 2>&1; then good; else bad "the scheme as it is"; fi
verdict
