/* regex_parse.c: pattern → program. The grammar is that of XML Schema, with ^ $ (?:) \1 and reluctant quantifiers of
 * XPath.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/regex_parse_int.h"

#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

enum { STEPS_MAX = 20000, REPEAT_MAX = 10000 };

typedef RegexParser Parser;

/* ---- Writing the program ---------------------------------------------------------------------------------------- */

static bool reserve(Parser *p, size_t more)
{
    if (p->count + more > STEPS_MAX) {
        return regex_refuse(p, "the pattern is too large");
    }
    if (p->count + more > p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        while (cap < p->count + more) {
            cap *= 2;
        }
        if (!feel_room(p->run, cap * sizeof(RegexStep))) {
            return regex_refuse(p, "the pattern is too large");
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
        return regex_refuse(p, "a back-reference to a group that is not there");
    }
    p->re->has_back_references = true;
    return emit(p, (RegexStep){.op = RE_GROUP, .arg = n});
}

static bool read_outer_escape(Parser *p)
{
    if (p->at < p->len && p->p[p->at] >= '1' && p->p[p->at] <= '9') {
        return read_back_reference(p);
    }
    if (!feel_room(p->run, sizeof(RegexSetMaker))) {
        return regex_refuse(p, "the pattern is too large");
    }
    ArenaMark mark = arena_mark(p->run->arena);
    RegexSetMaker *m = ARENA_NEW(p->run->arena, RegexSetMaker);
    int32_t c;
    if (!regex_escape(p, m, &c)) {
        return false;
    }
    if (c != 0) {
        arena_rewind(p->run->arena, mark);
        return emit_char(p, c);
    }
    return emit_set(p, regex_set_done(p, m, false, NULL));
}

static bool read_group(Parser *p)
{
    int group = 0;
    if (regex_take(p, '?')) {
        if (!regex_take(p, ':')) {
            return regex_refuse(p, "(? without :");
        }
    } else {
        if (p->re->groups == REGEX_GROUPS_MAX) {
            return regex_refuse(p, "too many groups");
        }
        group = ++p->re->groups;
    }
    if (++p->nesting > REGEX_NESTING_MAX) {
        return regex_refuse(p, "nested too deeply");
    }
    if ((group != 0 && !emit(p, (RegexStep){.op = RE_SAVE, .arg = 2 * group})) || !read_branches(p)) {
        return false;
    }
    p->nesting--;
    if (!regex_take(p, ')')) {
        return regex_refuse(p, "( without )");
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
    case '[': return regex_class(p, &set) && emit_set(p, set);
    case '\\': return read_outer_escape(p);
    case '?':
    case '*':
    case '+': return regex_refuse(p, "a quantifier without something before it");
    case ']':
    case '{':
    case '}': return regex_refuse(p, "a bracket that must be escaped");
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
            return regex_refuse(p, "a count that is too large");
        }
    }
    *ret = n;
    return p->at > start || regex_refuse(p, "{ without a number");
}

/* {n}, {n,}, {n,m}; most −1: without end */
static bool read_counts(Parser *p, int *least, int *most)
{
    if (!read_count(p, least)) {
        return false;
    }
    *most = *least;
    if (regex_take(p, ',')) {
        *most = -1;
        if (!regex_sees(p, '}') && !read_count(p, most)) {
            return false;
        }
    }
    if (!regex_take(p, '}') || (*most >= 0 && *most < *least)) {
        return regex_refuse(p, "counts that are not in order");
    }
    return true;
}

static RegexStep split(bool greedy, size_t into, size_t past)
{
    return (RegexStep){
        .op = RE_SPLIT, .arg = (int32_t)(greedy ? into : past), .other = (int32_t)(greedy ? past : into)};
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
        return regex_refuse(p, "the pattern is too large");
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
    if (regex_take(p, '?')) {
        least = 0;
    } else if (regex_take(p, '*')) {
        least = 0;
        most = -1;
    } else if (regex_take(p, '+')) {
        most = -1;
    } else if (regex_take(p, '{')) {
        if (!read_counts(p, &least, &most)) {
            return false;
        }
    } else {
        quantified = false;
    }
    if (!quantified) {
        return true;
    }
    bool greedy = !regex_take(p, '?');
    return repeat(p, start, least, most, greedy);
}

static bool read_branches(Parser *p)
{
    int32_t chain = -1; /* jumps to the end, linked by their arg until it is known */
    for (;;) {
        size_t start = p->count;
        while (p->at < p->len && !regex_sees(p, '|') && !regex_sees(p, ')')) {
            if (!read_piece(p)) {
                return false;
            }
        }
        if (!regex_take(p, '|')) {
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
        default: return regex_refuse(p, "an unknown flag");
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
        ok = ok && read_branches(p) && (p->at == p->len || regex_refuse(p, ") without ("));
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
