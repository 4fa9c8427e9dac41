/* regex_int.h: the program that regex_parse.c makes of a pattern and regex.c runs. Only for regex*.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_REGEX_INT_H
#define FEEL_REGEX_INT_H

#include "feel/lib_int.h"

typedef enum {
    RE_CHAR = 1, /* arg: code point, folded if the program ignores case */
    RE_ANY,      /* arg: 1 if line ends count too */
    RE_SET,      /* set */
    RE_SPLIT,    /* try pc + arg first, then pc + other */
    RE_JUMP,     /* pc + arg */
    RE_SAVE,     /* arg: slot of a span's end */
    RE_LINE_START,
    RE_LINE_END,
    RE_GROUP, /* arg: back-reference to this group */
    RE_MARK,  /* arg: loop; notes where its body begins */
    RE_CHECK, /* arg: loop; skips the next step if the body matched nothing */
    RE_MATCH
} RegexOp;

typedef enum { SET_RANGE = 1, SET_CATEGORY, SET_NAME_START, SET_NAME_CHAR } RegexItemKind;

typedef struct {
    RegexItemKind kind;
    bool negated;
    int32_t low, high;   /* SET_RANGE */
    uint32_t categories; /* SET_CATEGORY: bit per utf8proc category */
} RegexItem;

typedef struct RegexSet RegexSet;
struct RegexSet {
    const RegexItem *items;
    size_t count;
    bool negated;
    const RegexSet *minus; /* class subtraction, or NULL */
};

typedef struct {
    RegexOp op;
    int32_t arg, other;
    const RegexSet *set;
} RegexStep;

struct Regex {
    const RegexStep *steps;
    size_t count;
    int groups, loops;
    bool ignore_case, multi_line, has_back_references;
};

typedef struct {
    const char *name;
    int32_t low, high;
} RegexBlock;
extern const RegexBlock REGEX_BLOCKS[];
extern const size_t REGEX_BLOCK_COUNT;

int32_t regex_fold(int32_t c);
bool regex_set_has(const RegexSet *set, int32_t c, bool ignore_case);

#endif
