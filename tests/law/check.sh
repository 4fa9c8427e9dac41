#!/bin/sh
# check.sh: writes everything of the law again and fails if that differs from what is committed, or a check or a case fails.
# SPDX-License-Identifier: Apache-2.0
# Usage: check.sh DMN_TOOL [DIR with the statute texts]
set -eu
cd "$(dirname "$0")/../.."
for t in gen cases pages; do
    SCHEME=kz-flp python3 "tools/law/$t.py"
done
python3 tools/law/kz_demo.py
for t in gen cases messages parameters holidays pages; do
    python3 "tools/law/$t.py"
done
git diff --exit-code --stat -- law/kr-eps law/kz-flp docs/law
python3 tools/law/check.py
if [ $# -gt 1 ]; then
    python3 tools/law/index.py "$2" | cmp - law/kr-eps/statutes.json
fi
for f in law/*/decisions/*/*.dmn; do
    "$1" check "$f" --profile law > /dev/null || { "$1" check "$f" --profile law; exit 1; }
done
python3 tests/law/run_cases.py "$1"
SCHEME=kr-eps python3 tests/law/missing.py "$1"
SCHEME=kz-flp python3 tests/law/missing.py "$1"
