#!/bin/sh
# periods.sh: the periods of both schemes, against counting day by day (tests/law/periods.py).
# SPDX-License-Identifier: Apache-2.0
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/law/periods.py out/goldenbridge dmn
