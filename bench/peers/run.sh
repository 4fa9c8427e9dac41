#!/bin/sh
# run.sh: installs the peers from npm, Maven and crates.io into out/peers and measures them; what cannot be installed is skipped by
# name. The first run takes some minutes, most of them for the Rust engine.
# Arguments (may be left out): our own decisions per second, single and in batch, for the ratios; else out/bench/dmn is
# asked where it is built.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/out/peers
ours=$root/out/bench/dmn # built by `make bench`
mkdir -p "$work"
figures=$([ -x "$ours" ] && "$ours" || true)
# figure TABLE WHAT: decisions per second of the TABLE-th model
figure() { printf '%s\n' "$figures" | awk -v table="$1" -v what="$2" '/answered/ {n++} n == table && index($0, what) { for (i = 1; i < NF; i++) if ($(i + 1) == "M/s") printf "%d", $i * 1000000 }'; }
single=${1:-$(figure 1 "single, whole proof")} batch=${2:-$(figure 1 "batch")} chain=$(figure 2 "single, whole proof")
[ -z "$single" ] || echo "ours: $single decisions per CPU second with the whole proof, $batch in batch${chain:+, $chain of the chain of six}"

npm_peers() {
    cp "$here/dmn_peers.mjs" "$work/"
    cd "$work"
    for peer in @gorules/zen-engine feelin @hbtgmbh/dmn-eval-js json-rules-engine; do
        [ -d "node_modules/$peer" ] || npm install --no-audit --no-fund --loglevel=error "$peer" > /dev/null 2>&1 || echo "skipped: $peer cannot be installed"
    done
    OURS="$single" OURS_BATCH="$batch" node dmn_peers.mjs
}

# maven_peer NAME GROUP ARTIFACT VERSION
maven_peer() {
    lib=$work/$1
    if [ ! -f "$lib/.ready" ]; then
        mkdir -p "$lib"
        printf '%s' "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion><groupId>goldenbridge</groupId>" \
            "<artifactId>peer</artifactId><version>1</version><dependencies><dependency><groupId>$2</groupId><artifactId>$3</artifactId>" \
            "<version>$4</version></dependency></dependencies></project>" > "$lib/pom.xml"
        (cd "$lib" && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib > /dev/null 2>&1) || { echo "skipped: $1 cannot be installed"; return; }
        touch "$lib/.ready"
    fi
    javac -cp "$lib/lib/*" -d "$lib/classes" "$here/Peer.java" "$here/$1Peer.java"
    java -cp "$lib/classes:$lib/lib/*" "$1Peer" "$work/table.dmn" "$work/table.tsv" "$single" 2> /dev/null
    java -cp "$lib/classes:$lib/lib/*" "$1Peer" "$work/chain.dmn" "$work/chain.tsv" "$chain" 2> /dev/null | sed 's/^/chain of six: /'
}

rust_peer() {
    mkdir -p "$work/dsntk"
    cp -r "$here/dsntk/." "$work/dsntk/" # the lock file and what is built stay there
    cargo build --release -q --manifest-path "$work/dsntk/Cargo.toml" 2> /dev/null || { echo "skipped: dsntk cannot be built"; return; }
    "$work/dsntk/target/release/dsntk-peer" "$work/table.dmn" "$work/table.tsv" "$single"
    "$work/dsntk/target/release/dsntk-peer" "$work/chain.dmn" "$work/chain.tsv" "$chain" | sed 's/^/chain of six: /'
}

if command -v npm > /dev/null; then (npm_peers); else echo "skipped: npm is not here"; fi
[ -x "$ours" ] || { echo "skipped: the engines of other languages, for which out/bench/dmn prints the models (make bench)"; exit 0; }
"$ours" 0 model > "$work/table.dmn"; "$ours" 0 cases > "$work/table.tsv"
"$ours" 1 model > "$work/chain.dmn"; "$ours" 1 cases > "$work/chain.tsv"
if command -v mvn > /dev/null && command -v javac > /dev/null; then
    maven_peer Drools org.kie kie-dmn-core 10.1.0
    maven_peer Camunda org.camunda.bpm.dmn camunda-engine-dmn 7.21.0
else echo "skipped: Drools and Camunda, there is no Maven or no Java here"; fi
if command -v cargo > /dev/null; then rust_peer; else echo "skipped: dsntk, there is no cargo here"; fi
