/* loose.h: names, days, numbers and yes or no as people write them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DECIDE_LOOSE_H
#define DECIDE_LOOSE_H

#include "scheme/scheme.h"

/* Whether `told` means `name`: the same letters and digits ("Entry_Day", "entry-day", "entryDay"). */
bool loose_same(Arena *a, Str name, Str told);
/* Whether `told` is how a language of the scheme calls `name`; kind as scheme_label() takes it. */
bool loose_called(const Scheme *s, Arena *a, const char *kind, Str name, Str told);
/* Whether `told` stands within what a language of the scheme calls `name`: "assault" in "harassment, assault
 * or abuse". */
bool loose_named_in(const Scheme *s, Arena *a, const char *kind, Str name, Str told);
/* 2026-03-31, 2026-3-31, 2026.03.31., 2026/3/31, 20260331, 2026년 3월 31일, 31.03.2026. False for all else, such as
 * 03/04/2026. */
MUST_USE bool loose_day(Str text, Day *ret);
/* "12", "2,156,880", "2 156 880", "65 %" → a JSON number; NULL for all else. */
const Json *loose_number(Arena *a, Str text);
/* yes, y, true, 1, no, n, false, 0, and what the scheme's languages call the values "true" and "false"; NULL for all
 * else. */
const Json *loose_bool(const Scheme *s, Arena *a, Str text);

#endif
