# npm.sh: sourced by flow tests after expect.sh: outside libraries from npm, installed once into out/notify. Ends the test as skipped where they cannot be.
# SPDX-License-Identifier: Apache-2.0
modules=out/notify
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then skip "node and npm are not installed"; fi
if [ ! -f "$modules/.ready" ]; then
  mkdir -p "$modules"; echo '{"private":true}' > "$modules/package.json"
  (cd "$modules" && npm install --silent --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-timeout=20000 \
    smtp-server@3.13.8 mailparser@3.7.2 standardwebhooks@1.0.0) >/dev/null 2>&1 || skip "the npm libraries cannot be installed (off line?)"
  touch "$modules/.ready"
fi
export NODE_PATH="$PWD/$modules/node_modules"
