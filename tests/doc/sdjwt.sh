#!/bin/sh
# Installs the outside libraries once into out/sdjwt and runs sdjwt.mjs on FOLDER. Exit 77: skipped, with the reason printed.
# SPDX-License-Identifier: Apache-2.0
set -eu
folder=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
modules=$root/out/sdjwt
command -v node >/dev/null && command -v npm >/dev/null || { echo "node and npm are not installed"; exit 77; }
if [ ! -f "$modules/.ready" ]; then
    mkdir -p "$modules"
    echo '{"private":true}' > "$modules/package.json"
    (cd "$modules" && npm install --silent --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-timeout=20000 \
        @sd-jwt/sd-jwt-vc@0.19.0 @sd-jwt/crypto-nodejs@0.19.0 @sd-jwt/jwt-status-list@0.19.0 jose@5.10.0) >/dev/null 2>&1 ||
        { echo "the npm libraries cannot be installed (off line?)"; exit 77; }
    touch "$modules/.ready"
fi
exec node "$root/tests/doc/sdjwt.mjs" "$folder" "$modules"
