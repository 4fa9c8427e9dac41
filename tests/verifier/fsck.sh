#!/bin/sh
# fsck.sh FOLDER VKEY: a foreign tool checks our public files: fsck of transparency-dev/tessera, from PATH or in
# GOLDENBRIDGE_FSCK. Exit status 77 where it is not installed:
#   go install github.com/transparency-dev/tessera/cmd/fsck@v1.0.4
# It may wait for ever where it finds a fault, so it gets 20 seconds.
# SPDX-License-Identifier: Apache-2.0
set -eu
tool=${GOLDENBRIDGE_FSCK:-tessera-fsck}
command -v "$tool" >/dev/null 2>&1 || exit 77
key=$(mktemp)
trap 'rm -f "$key"' EXIT
printf '%s' "$2" >"$key"
timeout 20 "$tool" --storage_url="file://$1/" --public_key="$key" --ui=false
