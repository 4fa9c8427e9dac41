#!/usr/bin/env bash
# pdfua.sh: every paper of the demo, in four languages, is PDF/UA-1 (tagged, with fonts and languages) by veraPDF of Maven, and the same
# bytes twice. A changed file is refused, so that the check can fail. Skipped where Java, Maven or the network are missing.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
. tests/flow/tools/sign_in.sh
. tests/flow/tools/serve.sh
command -v java >/dev/null && command -v mvn >/dev/null || skip "java and mvn are not installed"
lib=$PWD/out/verapdf/lib
if [ ! -f "$lib/.ready" ]; then
  mkdir -p out/verapdf
  cat > out/verapdf/pom.xml <<'P'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>goldenbridge</groupId><artifactId>pdfua</artifactId><version>1</version>
<dependencies><dependency><groupId>org.verapdf</groupId><artifactId>validation-model</artifactId><version>1.26.1</version></dependency></dependencies></project>
P
  (cd out/verapdf && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >/dev/null 2>&1) || skip "veraPDF cannot be installed (off line?)"
  touch "$lib/.ready"
fi
dir=$(mktemp -d); server=
trap 'unserve; rm -rf "$dir"' EXIT
vera() { java -cp "$lib/*" tests/doc/PdfUa.java "$@" 2>/dev/null; }

out/goldenbridge demo --store "$dir/s" --candidates 60 --employers 12 --seed 7 >/dev/null || exit 1
serve "$dir/out" --store "$dir/s"; origin=$url
get() { # account, language, path, file
  sign_in_page "$dir/$1.jar" "$1" "$origin"
  curl -s -b "language=$2; session=$(awk '$6 == "session" {print $7}' "$dir/$1.jar")" -o "$4" "$origin$3"
  [ "$(head -c 5 "$4")" = "%PDF-" ]
}
seq=$(sqlite3 "$dir/s" "SELECT seq FROM decisions WHERE outcome = 'refused' AND case_id NOT LIKE 'KZ%' ORDER BY seq LIMIT 1")
for language in en ko kk ru; do
  for paper in "worker-working /permit/PLA-000001/permit.pdf permit" "worker-working /contract/PLA-000001/contract.pdf contract" \
    "worker-working /me/data.pdf data" "officer /paper/PLA-000001/confirmation.pdf confirmation" "officer /paper/PLA-000001/notice.pdf notice" \
    "hrd /letter/$seq.pdf refusal"; do
    read -r who path name <<<"$paper"
    ok "$name in $language" get "$who" "$language" "$path" "$dir/$name-$language.pdf"
    ok "$name in $language again" get "$who" "$language" "$path" "$dir/again.pdf"
    case $name in data) ;; *) ok "$name in $language has the same bytes twice" cmp "$dir/$name-$language.pdf" "$dir/again.pdf" ;; esac # reading is itself recorded in data
    ok "$name in $language names its language" grep -aq "/Lang ($language)" "$dir/$name-$language.pdf"
  done
done
ok "all of them are PDF/UA-1" vera "$dir"/*-*.pdf
sed 's/pdfuaid:part>1</pdfuaid:part>9</' "$dir/permit-en.pdf" > "$dir/x.pdf"
if vera "$dir/x.pdf" > "$dir/x.txt"; then bad "a changed paper passes"; else ok "a changed paper is refused for what was changed" grep -q '  5-2\|  5-1' "$dir/x.txt"; fi
verdict
