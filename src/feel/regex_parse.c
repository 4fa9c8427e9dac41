/* regex_parse.c: pattern → program. The grammar is that of XML Schema, with ^ $ (?:) \1 and reluctant quantifiers of XPath.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/regex_int.h"

#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum { STEPS_MAX = 20000, NESTING_MAX = 100, REPEAT_MAX = 10000, SET_ITEMS_MAX = 1000 };

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
} Parser;

static bool refuse(Parser *p, const char *reason)
{
    p->reason = p->reason ? p->reason : reason;
    return false;
}

static bool is_next(const Parser *p, int32_t c)
{
    return p->at < p->len && p->p[p->at] == c;
}

static bool take(Parser *p, int32_t c)
{
    bool found = is_next(p, c);
    p->at += found;
    return found;
}

/* ---- Writing the program ---------------------------------------------------------------------------------------- */

static bool reserve(Parser *p, size_t more)
{
    if (p->count + more > STEPS_MAX) {
        return refuse(p, "the pattern is too large");
    }
    if (p->count + more > p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        while (cap < p->count + more) {
            cap *= 2;
        }
        if (!feel_room(p->run, cap * sizeof(RegexStep))) {
            return refuse(p, "the pattern is too large");
        }
        p->steps = arena_grow(p->run->arena, p->steps, p->cap * sizeof(RegexStep), cap * sizeof(RegexStep));
        p->cap = cap;
    }
    return true;
}

static bool emit(Parser *p, RegexStep step)
{
    if (!reserve(p, 1)) {
        return false;
    }
    p->steps[p->count++] = step;
    return true;
}

/* Makes room for a step at `at`; distances inside the part that moves stay right. */
static bool insert(Parser *p, size_t at, RegexStep step)
{
    if (!reserve(p, 1)) {
        return false;
    }
    memmove(p->steps + at + 1, p->steps + at, sizeof(RegexStep) * (p->count - at));
    p->steps[at] = step;
    p->count++;
    return true;
}

/* ---- Sets ------------------------------------------------------------------------------------------------------- */

typedef struct {
    RegexItem items[SET_ITEMS_MAX];
    size_t count;
} SetMaker;

static bool set_add(Parser *p, SetMaker *m, RegexItem item)
{
    if (m->count == SET_ITEMS_MAX) {
        return refuse(p, "a class with too many parts");
    }
    m->items[m->count++] = item;
    return true;
}

static const RegexSet *set_done(Parser *p, const SetMaker *m, bool negated, const RegexSet *minus)
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
    if (!take(p, '{')) {
        return refuse(p, "\\p without {");
    }
    while (p->at < p->len && !is_next(p, '}') && len + 1 < sizeof(name) && p->p[p->at] < 128) {
        name[len++] = (char)p->p[p->at++];
    }
    name[len] = 0;
    if (!take(p, '}')) {
        return refuse(p, "\\p without }");
    }
    if (len > 2 && name[0] == 'I' && name[1] == 's') {
        for (size_t i = 0; i < REGEX_BLOCK_COUNT; i++) {
            if (strcmp(name + 2, REGEX_BLOCKS[i].name) == 0) {
                *ret = (RegexItem){SET_RANGE, negated, REGEX_BLOCKS[i].low, REGEX_BLOCKS[i].high, 0};
                return true;
            }
        }
        return refuse(p, "an unknown block");
    }
    uint32_t mask = len == 1 || len == 2 ? category_mask(name) : 0;
    *ret = (RegexItem){SET_CATEGORY, negated, 0, 0, mask};
    return mask != 0 || refuse(p, "an unknown category");
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

static bool add_space(Parser *p, SetMaker *m)
{
    return set_add(p, m, (RegexItem){SET_RANGE, false, '\t', '\n', 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, '\r', '\r', 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, ' ', ' ', 0});
}

/* All but the four spaces. */
static bool add_not_space(Parser *p, SetMaker *m)
{
    return set_add(p, m, (RegexItem){SET_RANGE, false, 0, '\t' - 1, 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, '\n' + 1, '\r' - 1, 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, '\r' + 1, ' ' - 1, 0}) &&
           set_add(p, m, (RegexItem){SET_RANGE, false, ' ' + 1, 0x10FFFF, 0});
}

/* After a backslash: adds a class to m (*ret_char 0), or sets *ret_char to a single character. */
static bool read_escape(Parser *p, SetMaker *m, int32_t *ret_char)
{
    if (p->at == p->len) {
        return refuse(p, "a lone backslash at the end");
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
    return *ret_char != 0 || refuse(p, "an unknown escape");
}

/* One character of a class, or (with *ret_char 0) a class of its own. */
static bool read_class_char(Parser *p, SetMaker *m, int32_t *ret_char)
{
    if (p->at == p->len) {
        return refuse(p, "a class without ]");
    }
    int32_t c = p->p[p->at++];
    if (c == '\\') {
        return read_escape(p, m, ret_char);
    }
    *ret_char = c;
    return c != '[' || refuse(p, "[ inside of a class");
}

/* Whether a '-' at p->at opens a subtraction "-[". */
static bool is_subtraction(const Parser *p)
{
    return p->at + 1 < p->len && p->p[p->at] == '-' && p->p[p->at + 1] == '[';
}

static bool read_class_part(Parser *p, SetMaker *m)
{
    int32_t low, high;
    if (!read_class_char(p, m, &low)) {
        return false;
    }
    if (low == 0) {
        return true;
    }
    bool is_range = is_next(p, '-') && !is_subtraction(p) && p->at + 1 < p->len && p->p[p->at + 1] != ']';
    high = low;
    if (is_range) {
        p->at++;
        size_t before = m->count;
        if (!read_class_char(p, m, &high)) {
            return false;
        }
        if (high == 0 || m->count != before || high < low) {
            return refuse(p, "a range whose ends are not in order");
        }
    }
    return set_add(p, m, (RegexItem){SET_RANGE, false, low, high, 0});
}

static bool read_class(Parser *p, const RegexSet **ret)
{
    if (++p->nesting > NESTING_MAX || !feel_room(p->run, sizeof(SetMaker))) {
        return refuse(p, "nested too deeply");
    }
    SetMaker *m = ARENA_NEW(p->run->arena, SetMaker);
    bool negated = take(p, '^');
    const RegexSet *minus = NULL;
    bool done = false;
    while (!done) {
        if (m->count > 0 && is_subtraction(p)) {
            p->at += 2;
            if (!read_class(p, &minus)) {
                return false;
            }
            if (!take(p, ']')) {
                return refuse(p, "something after a subtraction");
            }
            done = true;
        } else if (m->count > 0 && take(p, ']')) {
            done = true;
        } else if (is_next(p, ']') || !read_class_part(p, m)) {
            return refuse(p, "an empty class");
        }
    }
    p->nesting--;
    *ret = set_done(p, m, negated, minus);
    return true;
}

/* ---- Expressions ------------------------------------------------------------------------------------------------ */

static bool read_branches(Parser *p);

static bool emit_char(Parser *p, int32_t c)
{
    return emit(p, (RegexStep){.op = RE_CHAR, .arg = p->re->ignore_case ? regex_fold(c) : c});
}

static bool emit_set(Parser *p, const RegexSet *set)
{
    return emit(p, (RegexStep){.op = RE_SET, .set = set});
}

/* The longest number that names a group so far. */
static bool read_back_reference(Parser *p)
{
    int n = p->p[p->at++] - '0';
    while (p->at < p->len && p->p[p->at] >= '0' && p->p[p->at] <= '9' && n * 10 + p->p[p->at] - '0' <= p->re->groups) {
        n = n * 10 + p->p[p->at++] - '0';
    }
    if (n > p->re->groups || !p->closed[n]) {
        return refuse(p, "a back-reference to a group that is not there");
    }
    p->re->has_back_references = true;
    return emit(p, (RegexStep){.op = RE_GROUP, .arg = n});
}

static bool read_outer_escape(Parser *p)
{
    if (p->at < p->len && p->p[p->at] >= '1' && p->p[p->at] <= '9') {
        return read_back_reference(p);
    }
    if (!feel_room(p->run, sizeof(SetMaker))) {
        return refuse(p, "the pattern is too large");
    }
    ArenaMark mark = arena_mark(p->run->arena);
    SetMaker *m = ARENA_NEW(p->run->arena, SetMaker);
    int32_t c;
    if (!read_escape(p, m, &c)) {
        return false;
    }
    if (c != 0) {
        arena_rewind(p->run->arena, mark);
        return emit_char(p, c);
    }
    return emit_set(p, set_done(p, m, false, NULL));
}

static bool read_group(Parser *p)
{
    int group = 0;
    if (take(p, '?')) {
        if (!take(p, ':')) {
            return refuse(p, "(? without :");
        }
    } else {
        if (p->re->groups == REGEX_GROUPS_MAX) {
            return refuse(p, "too many groups");
        }
        group = ++p->re->groups;
    }
    if (++p->nesting > NESTING_MAX) {
        return refuse(p, "nested too deeply");
    }
    if ((group != 0 && !emit(p, (RegexStep){.op = RE_SAVE, .arg = 2 * group})) || !read_branches(p)) {
        return false;
    }
    p->nesting--;
    if (!take(p, ')')) {
        return refuse(p, "( without )");
    }
    p->closed[group] = group != 0;
    return group == 0 || emit(p, (RegexStep){.op = RE_SAVE, .arg = 2 * group + 1});
}

static bool read_atom(Parser *p)
{
    int32_t c = p->p[p->at++];
    const RegexSet *set;
    switch (c) {
    case '.': return emit(p, (RegexStep){.op = RE_ANY, .arg = p->dot_all});
    case '^': return emit(p, (RegexStep){.op = RE_LINE_START});
    case '$': return emit(p, (RegexStep){.op = RE_LINE_END});
    case '(': return read_group(p);
    case '[': return read_class(p, &set) && emit_set(p, set);
    case '\\': return read_outer_escape(p);
    case '?':
    case '*':
    case '+': return refuse(p, "a quantifier without something before it");
    case ']':
    case '{':
    case '}': return refuse(p, "a bracket that must be escaped");
    default: return emit_char(p, c);
    }
}

static bool read_count(Parser *p, int *ret)
{
    size_t start = p->at;
    int n = 0;
    for (; p->at < p->len && p->p[p->at] >= '0' && p->p[p->at] <= '9'; p->at++) {
        n = n * 10 + p->p[p->at] - '0';
        if (n > REPEAT_MAX) {
            return refuse(p, "a count that is too large");
        }
    }
    *ret = n;
    return p->at > start || refuse(p, "{ without a number");
}

/* {n}, {n,}, {n,m}; most −1: without end */
static bool read_counts(Parser *p, int *least, int *most)
{
    if (!read_count(p, least)) {
        return false;
    }
    *most = *least;
    if (take(p, ',')) {
        *most = -1;
        if (!is_next(p, '}') && !read_count(p, most)) {
            return false;
        }
    }
    if (!take(p, '}') || (*most >= 0 && *most < *least)) {
        return refuse(p, "counts that are not in order");
    }
    return true;
}

static RegexStep split(bool greedy, size_t into, size_t past)
{
    return (RegexStep){.op = RE_SPLIT, .arg = (int32_t)(greedy ? into : past), .other = (int32_t)(greedy ? past : into)};
}

/* The body at [start, count) once or more: mark, body, check, back. */
static bool loop(Parser *p, size_t start, bool greedy)
{
    int id = p->re->loops++;
    if (!insert(p, start, (RegexStep){.op = RE_MARK, .arg = id}) || !emit(p, (RegexStep){.op = RE_CHECK, .arg = id})) {
        return false;
    }
    int32_t back = (int32_t)start - (int32_t)p->count;
    return emit(p, (RegexStep){.op = RE_SPLIT, .arg = greedy ? back : 1, .other = greedy ? 1 : back});
}

/* `least` copies of the body, then a loop or nested optional copies. */
static bool repeat(Parser *p, size_t start, int least, int most, bool greedy)
{
    size_t size = p->count - start;
    if (least <= 1 && most < 0) {
        return loop(p, start, greedy) && (least == 1 || insert(p, start, split(greedy, 1, p->count - start + 1)));
    }
    RegexStep *body = ARENA_ARRAY(p->run->arena, RegexStep, size + 1);
    memcpy(body, p->steps + start, sizeof(RegexStep) * size);
    p->count = start;
    size_t copies = (size_t)(most < 0 ? least : most);
    if (size > STEPS_MAX || copies * (size + 1) > STEPS_MAX) {
        return refuse(p, "the pattern is too large");
    }
    for (size_t i = 0; i < copies; i++) {
        bool optional = i >= (size_t)least;
        if (!reserve(p, size + 1) || (optional && !emit(p, split(greedy, 1, (copies - i) * (size + 1))))) {
            return false;
        }
        if (i + 1 == copies && most < 0) {
            start = p->count;
        }
        memcpy(p->steps + p->count, body, sizeof(RegexStep) * size);
        p->count += size;
    }
    return most >= 0 || loop(p, start, greedy);
}

static bool read_piece(Parser *p)
{
    size_t start = p->count;
    int least = 1, most = 1;
    if (!read_atom(p)) {
        return false;
    }
    bool quantified = true;
    if (take(p, '?')) {
        least = 0;
    } else if (take(p, '*')) {
        least = 0;
        most = -1;
    } else if (take(p, '+')) {
        most = -1;
    } else if (take(p, '{')) {
        if (!read_counts(p, &least, &most)) {
            return false;
        }
    } else {
        quantified = false;
    }
    if (!quantified) {
        return true;
    }
    bool greedy = !take(p, '?');
    return repeat(p, start, least, most, greedy);
}

static bool read_branches(Parser *p)
{
    int32_t chain = -1; /* jumps to the end, linked by their arg until it is known */
    for (;;) {
        size_t start = p->count;
        while (p->at < p->len && !is_next(p, '|') && !is_next(p, ')')) {
            if (!read_piece(p)) {
                return false;
            }
        }
        if (!take(p, '|')) {
            break;
        }
        if (!insert(p, start, split(true, 1, p->count - start + 2)) ||
            !emit(p, (RegexStep){.op = RE_JUMP, .arg = chain})) {
            return false;
        }
        chain = (int32_t)p->count - 1;
    }
    while (chain >= 0) {
        int32_t next = p->steps[chain].arg;
        p->steps[chain].arg = (int32_t)p->count - chain;
        chain = next;
    }
    return true;
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

/* Flag x: spaces outside of classes are taken out. */
static size_t without_spaces(int32_t *p, size_t len)
{
    size_t kept = 0;
    int nesting = 0;
    for (size_t i = 0; i < len; i++) {
        int32_t c = p[i];
        if (nesting == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            continue;
        }
        p[kept++] = c;
        if (c == '\\' && i + 1 < len && nesting > 0) {
            p[kept++] = p[++i];
        } else if (c == '\\' && i + 1 < len && (p[i + 1] == '[' || p[i + 1] == ']' || p[i + 1] == '\\')) {
            p[kept++] = p[++i];
        } else if (c == '[') {
            nesting++;
        } else if (c == ']' && nesting > 0) {
            nesting--;
        }
    }
    return kept;
}

static bool read_flags(Parser *p, Str flags, bool *strip, bool *literal)
{
    for (size_t i = 0; i < flags.len; i++) {
        switch (flags.ptr[i]) {
        case 's': p->dot_all = true; break;
        case 'm': p->re->multi_line = true; break;
        case 'i': p->re->ignore_case = true; break;
        case 'x': *strip = true; break;
        case 'q': *literal = true; break;
        default: return refuse(p, "an unknown flag");
        }
    }
    return true;
}

static bool read_all(Parser *p, bool literal)
{
    bool ok = emit(p, (RegexStep){.op = RE_SAVE, .arg = 0});
    if (literal) {
        while (ok && p->at < p->len) {
            ok = emit_char(p, p->p[p->at++]);
        }
    } else {
        ok = ok && read_branches(p) && (p->at == p->len || refuse(p, ") without ("));
    }
    return ok && emit(p, (RegexStep){.op = RE_SAVE, .arg = 1}) && emit(p, (RegexStep){.op = RE_MATCH});
}

bool regex_compile(FeelRun *run, Str pattern, Str flags, const Regex **ret, const char **ret_reason)
{
    Regex *re = ARENA_NEW(run->arena, Regex);
    Parser p = {.run = run, .re = re};
    bool strip = false, literal = false;
    if (!feel_room(run, sizeof(int32_t) * (pattern.len + 1))) {
        *ret_reason = "the pattern is too large";
        return false;
    }
    int32_t *points = ARENA_ARRAY(run->arena, int32_t, pattern.len + 1);
    for (size_t at = 0; at < pattern.len;) {
        points[p.len++] = utf8_next(pattern, &at);
    }
    bool ok = read_flags(&p, flags, &strip, &literal);
    if (ok && strip && !literal) {
        p.len = without_spaces(points, p.len);
    }
    p.p = points;
    if (!ok || !read_all(&p, literal)) {
        *ret_reason = p.reason ? p.reason : "the pattern is too large";
        return false;
    }
    re->steps = p.steps;
    re->count = p.count;
    *ret = re;
    return true;
}
