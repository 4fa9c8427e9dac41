#!/bin/sh
# exam.sh: the questions of tests/law/exam.txt, answered by reading the statutes, put to `goldenbridge decide`.
# SPDX-License-Identifier: Apache-2.0
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/law/exam.py "${GOLDENBRIDGE:-out/goldenbridge}"
