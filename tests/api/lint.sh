#!/usr/bin/env bash
# lint.sh: an outside linter accepts the API's description, of each scheme and in each language; and it still finds what is wrong.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) server=
trap 'unserve; rm -rf "$dir"' EXIT

tool=tests/api/node_modules/.bin/redocly
[ -x $tool ] || (cd tests/api && npm ci --no-audit --no-fund --loglevel=error) >/dev/null 2>&1
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
if ! $tool --version >/dev/null 2>&1; then
  skip "the linter of OpenAPI cannot be installed or run here"
fi
out/goldenbridge demo --candidates 3 --employers 2 --store "$dir/s.store" >"$dir/out" 2>&1 || give_up "$dir/out"
serve "$dir/server" --store "$dir/s.store"

lint() { $tool lint "$1" --config tests/api/redocly.yaml --format stylish >"$dir/out" 2>&1; }
for scheme in kr-eps kz-flp; do
  curl -s "$url/api/openapi.json?scheme=$scheme" -H "Accept-Language: ko" >"$dir/$scheme.json"
  if lint "$dir/$scheme.json"; then good; else bad "the description of $scheme" "$(head -20 "$dir/out")"; fi
done
# what is broken is seen: a reference to nothing, an operation without an answer
jq '.paths["/api/v1/cases"].get.responses = {}' "$dir/kr-eps.json" >"$dir/broken-1.json"
jq '.components.schemas.Case.properties.type = {"$ref": "#/components/schemas/Nothing"}' "$dir/kr-eps.json" >"$dir/broken-2.json"
for n in 1 2; do if lint "$dir/broken-$n.json"; then bad "broken description $n passes"; else good; fi; done
verdict
