/* regex_set.c: escapes and character classes of patterns.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/regex_parse_int.h"

#include <string.h>
#include <utf8proc.h>

typedef RegexParser Parser;

bool regex_refuse(Parser *p, const char *reason)
{
    p->reason = p->reason ? p->reason : reason;
    return false;
}

bool regex_sees(const Parser *p, int32_t c)
{
    return p->at < p->len && p->p[p->at] == c;
}

bool regex_take(Parser *p, int32_t c)
{
    bool found = regex_sees(p, c);
    p->at += found;
    return found;
}

static bool set_add(Parser *p, RegexSetMaker *m, RegexItem item)
{
    if (m->count == REGEX_SET_ITEMS_MAX) {
        return regex_refuse(p, "a class with too many parts");
    }
    m->items[m->count++] = item;
    return true;
}

const RegexSet *regex_set_done(Parser *p, const RegexSetMaker *m, bool negated, const RegexSet *minus)
{
    RegexItem *items = ARENA_ARRAY(p->run->arena, RegexItem, m->count + 1);
    memcpy(items, m->items, sizeof(RegexItem) * m->count);
    RegexSet *set = ARENA_NEW(p->run->arena, RegexSet);
    *set = (RegexSet){.items = items, .count = m->count, .negated = negated, .minus = minus};
    return set;
}

/* Lu, L, … as a mask of utf8proc's categories; 0 if there is no such category. */
static uint32_t category_mask(const char *name)
{
    uint32_t mask = 0;
    for (int k = UTF8PROC_CATEGORY_CN; k <= UTF8PROC_CATEGORY_CO; k++) {
        static const char NAMES[] = "CnLuLlLtLmLoMnMcMeNdNlNoPcPdPsPePiPfPoSmScSkSoZsZlZpCcCfCsCo";
        if (name[0] == NAMES[2 * k] && (name[1] == 0 || name[1] == NAMES[2 * k + 1])) {
            mask |= UINT32_C(1) << k;
        }
    }
    return mask;
}

/* What stands in \p{…} */
static bool read_property(Parser *p, bool negated, RegexItem *ret)
{
    char name[64];
    size_t len = 0;
    if (!regex_take(p, '{')) {
        return regex_refuse(p, "\\p without {");
    }
    while (p->at < p->len && !regex_sees(p, '}') && len + 1 < sizeof(name) && p->p[p->at] < 128) {
        name[len++] = (char)p->p[p->at++];
    }
    name[len] = 0;
    if (!regex_take(p, '}')) {
        return regex_refuse(p, "\\p without }");
    }
    if (len > 2 && name[0] == 'I' && name[1] == 's') {
        for (size_t i = 0; i < REGEX_BLOCK_COUNT; i++) {
            if (strcmp(name + 2, REGEX_BLOCKS[i].name) == 0) {
                *ret = (RegexItem){SET_RANGE, negated, REGEX_BLOCKS[i].low, REGEX_BLOCKS[i].high, 0};
                return true;
            }
        }
        return regex_refuse(p, "an unknown block");
    }
    uint32_t mask = len == 1 || len == 2 ? category_mask(name) : 0;
    *ret = (RegexItem){SET_CATEGORY, negated, 0, 0, mask};
    return mask != 0 || regex_refuse(p, "an unknown category");
}

/* \d \w \i \c \s and their opposites; \s is four ranges and is added by the caller. */
static bool class_escape(int32_t c, RegexItem *ret)
{
    const bool negated = c >= 'A' && c <= 'Z';
    switch (c | 32) {
    case 'd': *ret = (RegexItem){SET_CATEGORY, negated, 0, 0, category_mask("Nd")}; return true;
    case 'w': /* all but punctuation, separators and the rest */
        *ret = (RegexItem){SET_CATEGORY, !negated, 0, 0, category_mask("P") | category_mask("Z") | category_mask("C")};
        return true;
    case 'i': *ret = (RegexItem){SET_NAME_START, negated, 0, 0, 0}; return true;
    case 'c': *ret = (RegexItem){SET_NAME_CHAR, negated, 0, 0, 0}; return true;
    default: return false;
    }
}

/* An escape that is one character; 0 if c is none. */
static int32_t single_escape(int32_t c)
{
    if (c > 0 && c < 128 && strchr("\\|.-^?*+{}()[]$", c) != NULL) {
        return c;
    }
    return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : 0;
}

static bool add_space(Parser *p, RegexSetMaker *m)
{
    return set_add(p, m, (RegexItem){SET_RANGE, false, '\t', '\n', 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, '\r', '\r', 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, ' ', ' ', 0});
}

/* All but the four spaces. */
static bool add_not_space(Parser *p, RegexSetMaker *m)
{
    return set_add(p, m, (RegexItem){SET_RANGE, false, 0, '\t' - 1, 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, '\n' + 1, '\r' - 1, 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, '\r' + 1, ' ' - 1, 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, ' ' + 1, 0x10FFFF, 0});
}

/* After a backslash: adds a class to m (*ret_char 0), or sets *ret_char to a single character. */
bool regex_escape(Parser *p, RegexSetMaker *m, int32_t *ret_char)
{
    if (p->at == p->len) {
        return regex_refuse(p, "a lone backslash at the end");
    }
    int32_t c = p->p[p->at++];
    RegexItem item;
    *ret_char = 0;
    if (c == 'p' || c == 'P') {
        return read_property(p, c == 'P', &item) && set_add(p, m, item);
    }
    if (c == 's' || c == 'S') {
        return c == 's' ? add_space(p, m) : add_not_space(p, m);
    }
    if (class_escape(c, &item)) {
        return set_add(p, m, item);
    }
    *ret_char = single_escape(c);
    return *ret_char != 0 || regex_refuse(p, "an unknown escape");
}

/* One character of a class, or (with *ret_char 0) a class of its own. */
static bool read_class_char(Parser *p, RegexSetMaker *m, int32_t *ret_char)
{
    if (p->at == p->len) {
        return regex_refuse(p, "a class without ]");
    }
    int32_t c = p->p[p->at++];
    if (c == '\\') {
        return regex_escape(p, m, ret_char);
    }
    *ret_char = c;
    return c != '[' || regex_refuse(p, "[ inside of a class");
}

/* Whether a '-' at p->at opens a subtraction "-[". */
static bool is_subtraction(const Parser *p)
{
    return p->at + 1 < p->len && p->p[p->at] == '-' && p->p[p->at + 1] == '[';
}

static bool read_class_part(Parser *p, RegexSetMaker *m)
{
    int32_t low, high;
    if (!read_class_char(p, m, &low)) {
        return false;
    }
    if (low == 0) {
        return true;
    }
    bool is_range = regex_sees(p, '-') && !is_subtraction(p) && p->at + 1 < p->len && p->p[p->at + 1] != ']';
    high = low;
    if (is_range) {
        p->at++;
        size_t before = m->count;
        if (!read_class_char(p, m, &high)) {
            return false;
        }
        if (high == 0 || m->count != before || high < low) {
            return regex_refuse(p, "a range whose ends are not in order");
        }
    }
    return set_add(p, m, (RegexItem){SET_RANGE, false, low, high, 0});
}

bool regex_class(Parser *p, const RegexSet **ret)
{
    if (++p->nesting > REGEX_NESTING_MAX || !feel_room(p->run, sizeof(RegexSetMaker))) {
        return regex_refuse(p, "nested too deeply");
    }
    RegexSetMaker *m = ARENA_NEW(p->run->arena, RegexSetMaker);
    bool negated = regex_take(p, '^');
    const RegexSet *minus = NULL;
    bool done = false;
    while (!done) {
        if (m->count > 0 && is_subtraction(p)) {
            p->at += 2;
            if (!regex_class(p, &minus)) {
                return false;
            }
            if (!regex_take(p, ']')) {
                return regex_refuse(p, "something after a subtraction");
            }
            done = true;
        } else if (m->count > 0 && regex_take(p, ']')) {
            done = true;
        } else if (regex_sees(p, ']') || !read_class_part(p, m)) {
            return regex_refuse(p, "an empty class");
        }
    }
    p->nesting--;
    *ret = regex_set_done(p, m, negated, minus);
    return true;
}
