# serve.sh: sourced by tests that need a running server.
# SPDX-License-Identifier: Apache-2.0

# serve LOG [ARGUMENT…]: starts a server and waits until it listens, as long as it lives. Sets server (its process), url and
# serve_port. The system picks the port (one that was free a moment ago may be taken by now); a second start takes the same again.
serve() {
  local log=$1; shift
  : >"$log"
  out/goldenbridge serve --demo --port "${serve_port:-0}" "$@" >"$log" 2>&1 & server=$!
  for _ in $(seq 1200); do
    if url=$(grep -o 'http://[^ ]*' "$log"); then serve_port=${url##*:} url=http://127.0.0.1:$serve_port; return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  echo "FAIL the server starts: $(cat "$log")"; return 1
}

unserve() { [ -z "${server:-}" ] || { kill "$server" && wait "$server"; } 2>/dev/null; server=; }
