#!/usr/bin/env bash
# law_version.sh: a version of the law takes effect only when two people signed it; what differs from the signature does not decide.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/flow/tools/expect.sh
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
mkdir "$dir/law" && cp -r law/kr-eps "$dir/law/"
G() { out/goldenbridge "$@" --store "$dir/s" --law "$dir/law" --scheme kr-eps --now "${now:-2026-03-02}"; }
account() { G do account.open_staff --as admin "login=$1" "name=$1" "roles=$2" language=en > "$dir/o" 2>&1 && \
            G do account.open_staff/confirm --as admin2 --case "$(G list account --state proposed --json | jq -r '.cases[0].id')" >> "$dir/o" 2>&1; }
unsigned() { G law versions --json | jq -r '[.[] | select(.signed | not) | .from] | join(" ")'; }
proposed() { G list law_version --state proposed --json | jq -r '.cases[0].id'; }
model="$dir/law/kr-eps/decisions/2004-08-17/country-status.dmn"

ok "a store is made" G init
is "every shipped folder is signed by the beginning" "" "$(unsigned)"
is "as one event" 1 "$(G list law_version --json | jq .total)"
is "of the system" law_version.shipped "$(G case LAW-000001 --json | jq -r '.history[0].type')"
for who in ministry:ministry ministry2:ministry committee:committee committee2:committee; do ok "account ${who%:*}" account "${who%:*}" "${who#*:}"; done

# A case that waits for a decision of the model.
step() { local name=$1; shift; ok "agreement: $name" G do "agreement.$name" --case AGR-000001 "$@"; }
ok "a country is selected" G do agreement.select --as ministry country=KZ source=test confidence=invented
step screen --as ministry source=test
step inspect --as ministry source=test
step designate --as committee designated_on=2026-01-10 meeting=49 source=test confidence=invented
step designate/confirm --as committee2
step sign --as ministry agreement_from=2026-01-20 agreement_until=2028-01-19 source=test confidence=invented
step start_testing --as ministry
ok "the shipped law decides" G dry-run agreement.start_sending --case AGR-000001 --as ministry

# A new folder: the same model with another id, in force from another day.
mkdir "$dir/law/kr-eps/decisions/2026-02-01"
sed 's/2004-08-17/2026-02-01/g' "$model" > "$dir/law/kr-eps/decisions/2026-02-01/country-status.dmn"
is "a new folder is not signed" 2026-02-01 "$(unsigned)"
no "a folder that nobody signed does not decide" LAW_NOT_SIGNED G do agreement.start_sending --case AGR-000001 --as ministry
now=2026-01-31 ok "before its first day the signed one decides" G dry-run agreement.start_sending --case AGR-000001 --as ministry
no "doctor tells" "2026-02-01 of kr-eps is not as two people signed it" G doctor
is "verify tells beside the log" 1 "$(G verify 2>&1 >/dev/null | grep -c 'folder 2026-02-01')"

no "an officer of another role may not sign" NOT_ALLOWED G law sign 2026-02-01 --as committee reason=try
no "a folder that is not there cannot be signed" NOT_FOUND G law sign 2026-02-02 --as ministry reason=try
no "another hash cannot be signed" FIELD_CHOICE G do law_version.sign --as ministry from=2026-02-01 \
    hash=$(printf '0%.0s' $(seq 64)) reason=try
ok "one of the ministry proposes" G law sign 2026-02-01 --as ministry reason=amendment
is "which is not enough" 2026-02-01 "$(unsigned)"
no "the same person cannot confirm" NEEDS_SECOND_PERSON G do law_version.sign/confirm --as ministry --case "$(proposed)"

# Between the two signatures somebody changes the file: the second signature fails.
cp "$dir/law/kr-eps/decisions/2026-02-01/country-status.dmn" "$dir/kept"
sed -i 's/description>The earliest day/description>An earliest day/' "$dir/law/kr-eps/decisions/2026-02-01/country-status.dmn"
no "files changed after the proposal are not signed" FIELD_CHOICE G do law_version.sign/confirm --as ministry2 --case "$(proposed)"
cp "$dir/kept" "$dir/law/kr-eps/decisions/2026-02-01/country-status.dmn"
ok "another person confirms" G do law_version.sign/confirm --as ministry2 --case "$(proposed)"
is "now it is signed" "" "$(unsigned)"
is "the event names the hash" "$(G law versions --json | jq -r '.[] | select(.from == "2026-02-01") | .hash')" \
    "$(G case LAW-000002 --json | jq -r .data.hash)"
ok "and decides" G dry-run agreement.start_sending --case AGR-000001 --as ministry
no "it cannot be signed twice" ALREADY_EXISTS G law sign 2026-02-01 --as ministry reason=again

# The file changes after the signature: it does not decide, until two people sign the new hash.
sed -i 's/description>The earliest day/description>An earliest day/' "$dir/law/kr-eps/decisions/2026-02-01/country-status.dmn"
is "a changed file is not signed" 2026-02-01 "$(unsigned)"
no "a changed file does not decide" LAW_NOT_SIGNED G do agreement.start_sending --case AGR-000001 --as ministry
ok "two people sign the change" G law sign 2026-02-01 --as ministry2 reason=wording
ok "the second of them" G do law_version.sign/confirm --as ministry --case "$(proposed)"
is "signed again" "" "$(unsigned)"
ok "and decides again" G do agreement.start_sending --case AGR-000001 --as ministry
ok "the log verifies" G verify
is "the earlier signature is replaced" superseded "$(G case LAW-000002 --json | jq -r .state)"
cp "$dir/kept" "$dir/law/kr-eps/decisions/2026-02-01/country-status.dmn"
is "going back to replaced files needs a signature too" 2026-02-01 "$(unsigned)"

verdict
