#!/bin/sh
# law_pages.sh: the pages of the law: unverified rules are marked on every model, two days are compared (tests/law/pages.py).
# SPDX-License-Identifier: Apache-2.0
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/law/pages.py "${GOLDENBRIDGE:-out/goldenbridge}"
