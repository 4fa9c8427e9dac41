#!/usr/bin/env bash
# property.sh: a property tester (schemathesis) throws what the description allows, and what it does not, at every operation, as
# several people: no answer may be a 500, break its own schema, or let somebody in without a token. Bounded: SECONDS_EACH a person.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/serve.sh
dir=$(mktemp -d) server=
trap 'unserve; rm -rf "$dir"' EXIT
found() { grep -vE '^$' "$dir/out" | grep -A30 -E 'FAILURES|ERRORS' | head -40 | cut -c1-220 | sed 's/^/  /'; }

venv=out/schemathesis tool=out/schemathesis/bin/st
[ -x $tool ] || { python3 -m venv $venv && $venv/bin/pip install -q 'schemathesis==4.32.5'; } >/dev/null 2>&1
if ! $tool --version >/dev/null 2>&1; then
  skip "schemathesis cannot be installed here"
fi
out/goldenbridge demo --candidates 60 --employers 20 --seed 7 --store "$dir/s.store" >"$dir/out" 2>&1 || give_up "$dir/out"
serve "$dir/server" --store "$dir/s.store"

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,unsupported_method,ignored_auth
for who in officer worker admin; do
  token=$(curl -s "$url/api/v1/session" -d "{\"login\":\"$who\"}" | jq -r .token)
  if timeout 300 $tool run "$url/api/openapi.json" -H "Authorization: Bearer $token" --checks $checks --max-time "${SECONDS_EACH:-30}" --max-examples 25 \
    --seed 7 --continue-on-failure --request-timeout 20 --warnings off --generation-database none --no-color >"$dir/out" 2>&1; then good; else bad "as $who" "$(found)"; fi
  if grep -qE '^ +[1-9][0-9]+ generated' "$dir/out"; then good; else bad "as $who: nothing was tried" "$(found)"; fi
done
if kill -0 "$server" 2>/dev/null && curl -sf "$url/healthz" >/dev/null; then good; else bad "the server lives" "$(tail -n 5 "$dir/server")"; fi
if grep -q '^goldenbridge:' "$dir/server"; then bad "no failure in the server's log" "$(head -5 "$dir/server")"; else good; fi
if out/goldenbridge verify --store "$dir/s.store" >"$dir/out" 2>&1; then good; else bad "the log verifies after it" "$(cat "$dir/out")"; fi
verdict
