/* regex_parse_int.h: what the files that read patterns share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_REGEX_PARSE_INT_H
#define FEEL_REGEX_PARSE_INT_H

#include "feel/regex_int.h"

enum { REGEX_NESTING_MAX = 100, REGEX_SET_ITEMS_MAX = 1000 };

typedef struct {
    FeelRun *run;
    Regex *re;
    const int32_t *p; /* the pattern's code points */
    size_t len, at;
    RegexStep *steps;
    size_t count, cap;
    int nesting;
    bool closed[REGEX_GROUPS_MAX + 1];
    bool dot_all;
    const char *reason; /* why it is no pattern; NULL so far */
} RegexParser;

typedef struct {
    RegexItem items[REGEX_SET_ITEMS_MAX];
    size_t count;
} RegexSetMaker;

/* regex_set.c */
bool regex_refuse(RegexParser *p, const char *reason); /* notes the first reason; false */
bool regex_sees(const RegexParser *p, int32_t c);
bool regex_take(RegexParser *p, int32_t c);
/* What stands behind a backslash: added to the set, or one character. */
bool regex_escape(RegexParser *p, RegexSetMaker *m, int32_t *ret_char);
const RegexSet *regex_set_done(RegexParser *p, const RegexSetMaker *m, bool negated, const RegexSet *minus);
/* What stands in brackets, behind the first one. */
bool regex_class(RegexParser *p, const RegexSet **ret);

#endif
