#!/bin/sh
# fsck.sh FOLDER VKEY [SECONDS]: a foreign tool checks our public files: fsck of transparency-dev/tessera, from PATH, in GOLDENBRIDGE_FSCK, or
# built once into out/fsck where there is go. Exit status 77 where none of that is.
# It may wait for ever where it finds a fault, so it gets 20 seconds, or as many as are named.
# SPDX-License-Identifier: Apache-2.0
set -eu
built=out/fsck/fsck
tool=${GOLDENBRIDGE_FSCK:-tessera-fsck}
if ! command -v "$tool" >/dev/null 2>&1; then
    command -v go >/dev/null 2>&1 || exit 77
    mkdir -p out/fsck
    # Of suites that run side by side one builds. Without a network it is skipped.
    flock out/fsck/lock sh -c "[ -x $built ] || GOBIN=\$PWD/out/fsck timeout 300 go install github.com/transparency-dev/tessera/cmd/fsck@v1.0.4" >out/fsck/log 2>&1 || exit 77
    tool=$built
fi
key=$(mktemp)
trap 'rm -f "$key"' EXIT
printf '%s' "$2" >"$key"
timeout "${3:-20}" "$tool" --storage_url="file://$1/" --public_key="$key" --ui=false
