#!/usr/bin/env bash
# peers.sh: outside judges: two libraries from the registry solve the same instances, one of them finds every stable matching.
# PEERS names a folder where they are installed; else pip puts them into a temporary one; without either it is skipped by name.
set -uo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
peers=${PEERS:-$dir/peers}
if ! PYTHONPATH=$peers python3 -c 'import matching, algmatch' 2>/dev/null &&
   ! python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$peers" matching==1.4.3 algmatch==1.5.2 >"$dir/pip" 2>&1; then
  echo "SKIP outside_judges_of_matching: pip does not offer matching and algmatch here"
  echo "0 passed, 0 failed, 1 skipped"; exit 0
fi
PYTHONPATH=$peers python3 tests/match/peers.py out/goldenbridge "${INSTANCES:-150}"
