/* regex.c: runs the program of a pattern. Without back-references all alternatives go through the text together, so
 * that the time is bounded by text × program; with them it is a search with back-tracking whose steps the run pays
 * for. A repeated part that can match nothing in several ways, as in (a*?)+, may end at another place than in a
 * back-tracking engine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/regex_int.h"

#include "base/utf8.h"

#include <string.h>
#include <utf8proc.h>

/* ---- Characters ------------------------------------------------------------------------------------------------- */

/* One form for all characters that differ by case only. */
int32_t regex_fold(int32_t c)
{
    if (c < 128) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
    return utf8proc_tolower(utf8proc_toupper(c));
}

/* Name characters of XML 1.0, fifth edition; the first 15 ranges may start a name. */
static bool is_name_char(int32_t c, bool start)
{
    static const int32_t RANGES[][2] = {
        {':', ':'},       {'A', 'Z'},       {'_', '_'},       {'a', 'z'},         {0xC0, 0xD6},     {0xD8, 0xF6},
        {0xF8, 0x2FF},    {0x370, 0x37D},   {0x37F, 0x1FFF},  {0x200C, 0x200D},   {0x2070, 0x218F}, {0x2C00, 0x2FEF},
        {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}, {'-', '.'},       {'0', '9'},
        {0xB7, 0xB7},     {0x300, 0x36F},   {0x203F, 0x2040},
    };
    enum { START_COUNT = 16 };
    for (size_t i = 0; i < (start ? START_COUNT : COUNT_OF(RANGES)); i++) {
        if (c >= RANGES[i][0] && c <= RANGES[i][1]) {
            return true;
        }
    }
    return false;
}

static bool in_range(const RegexItem *item, int32_t c)
{
    return c >= item->low && c <= item->high;
}

/* Whether c, or a character that differs from it by case only, lies in the range. */
static bool in_range_any_case(const RegexItem *item, int32_t c)
{
    if (in_range(item, c) || in_range(item, utf8proc_tolower(c)) || in_range(item, utf8proc_toupper(c)) ||
        in_range(item, utf8proc_totitle(c))) {
        return true;
    }
    static const int32_t OTHERS[][2] = {{'k', 0x212A}, {0xE5, 0x212B}, {'s', 0x17F}, {0x3C3, 0x3C2}, {0x3C9, 0x2126}};
    int32_t folded = regex_fold(c);
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
        if (folded == regex_fold(OTHERS[i][0]) &&
            (in_range(item, OTHERS[i][1]) || in_range(item, folded) || in_range(item, utf8proc_toupper(folded)))) {
            return true;
        }
    }
    return false;
}

static bool item_has(const RegexItem *item, int32_t c, bool ignore_case)
{
    switch (item->kind) {
    case SET_RANGE: return (ignore_case ? in_range_any_case(item, c) : in_range(item, c)) != item->negated;
    case SET_CATEGORY: return (((item->categories >> utf8proc_category(c)) & 1) != 0) != item->negated;
    case SET_NAME_START: return is_name_char(c, true) != item->negated;
    case SET_NAME_CHAR: return is_name_char(c, false) != item->negated;
    }
    bug("part of a class");
}

bool regex_set_has(const RegexSet *set, int32_t c, bool ignore_case)
{
    bool found = false;
    for (size_t i = 0; i < set->count && !found; i++) {
        found = item_has(&set->items[i], c, ignore_case);
    }
    return found != set->negated && (set->minus == NULL || !regex_set_has(set->minus, c, ignore_case));
}

int regex_group_count(const Regex *re)
{
    return re->groups;
}

static bool step_takes(const Regex *re, const RegexStep *s, int32_t c)
{
    switch (s->op) {
    case RE_CHAR: return (re->ignore_case ? regex_fold(c) : c) == s->arg;
    case RE_ANY: return s->arg != 0 || (c != '\n' && c != '\r');
    case RE_SET: return regex_set_has(s->set, c, re->ignore_case);
    default: return false;
    }
}

static bool at_line_start(const Regex *re, Str input, size_t at)
{
    return at == 0 || (re->multi_line && at < input.len && input.ptr[at - 1] == '\n');
}

static bool at_line_end(const Regex *re, Str input, size_t at)
{
    return at == input.len || (re->multi_line && input.ptr[at] == '\n');
}

/* ---- All alternatives together (Pike) --------------------------------------------------------------------------- */

typedef struct {
    uint32_t *steps; /* which steps wait for a character, most wanted first */
    size_t *slots;   /* the spans of each, `width` slots */
    size_t count;
} Threads;

typedef struct {
    uint32_t step;
    int32_t slot; /* −1: visit step; else put old back into slot */
    size_t old;
} Todo;

typedef struct {
    const Regex *re;
    Str input;
    size_t width;
    uint32_t *seen; /* round in which a step was visited */
    uint32_t round;
    Todo *todo;
    size_t *slots; /* those of the thread that is being followed */
} Pike;

/* Follows the steps that need no character, and lists those that do. */
static void pike_follow(Pike *p, Threads *to, uint32_t start, size_t at)
{
    size_t count = 0;
    p->todo[count++] = (Todo){.step = start, .slot = -1};
    while (count > 0) {
        Todo t = p->todo[--count];
        if (t.slot >= 0) {
            p->slots[t.slot] = t.old;
            continue;
        }
        if (p->seen[t.step] == p->round) {
            continue;
        }
        p->seen[t.step] = p->round;
        const RegexStep *s = &p->re->steps[t.step];
        uint32_t next = t.step + 1;
        switch (s->op) {
        case RE_JUMP: p->todo[count++] = (Todo){.step = (uint32_t)((int32_t)t.step + s->arg), .slot = -1}; break;
        case RE_SPLIT:
            p->todo[count++] = (Todo){.step = (uint32_t)((int32_t)t.step + s->other), .slot = -1};
            p->todo[count++] = (Todo){.step = (uint32_t)((int32_t)t.step + s->arg), .slot = -1};
            break;
        case RE_SAVE:
            p->todo[count++] = (Todo){.slot = s->arg, .old = p->slots[s->arg]};
            p->slots[s->arg] = at;
            p->todo[count++] = (Todo){.step = next, .slot = -1};
            break;
        case RE_LINE_START:
        case RE_LINE_END:
            if (s->op == RE_LINE_START ? at_line_start(p->re, p->input, at) : at_line_end(p->re, p->input, at)) {
                p->todo[count++] = (Todo){.step = next, .slot = -1};
            }
            break;
        case RE_MARK:
        case RE_CHECK: p->todo[count++] = (Todo){.step = next, .slot = -1}; break;
        case RE_CHAR:
        case RE_ANY:
        case RE_SET:
        case RE_GROUP:
        case RE_MATCH:
            memcpy(to->slots + to->count * p->width, p->slots, sizeof(size_t) * p->width);
            to->steps[to->count++] = t.step;
            break;
        }
    }
}

/* Lets each thread take character c; at a match the less wanted ones end. True if one matched. */
static bool pike_take(Pike *p, const Threads *now, Threads *next, int32_t c, size_t after, size_t *best)
{
    for (size_t i = 0; i < now->count; i++) {
        const RegexStep *s = &p->re->steps[now->steps[i]];
        const size_t *slots = now->slots + i * p->width;
        if (s->op == RE_MATCH) {
            memcpy(best, slots, sizeof(size_t) * p->width);
            return true;
        }
        if (c >= 0 && step_takes(p->re, s, c)) {
            memcpy(p->slots, slots, sizeof(size_t) * p->width);
            pike_follow(p, next, now->steps[i] + 1, after);
        }
    }
    return false;
}

static bool pike_search(FeelRun *run, const Regex *re, Str input, size_t from, size_t *best)
{
    size_t width = 2 * (size_t)re->groups + 2, n = re->count;
    size_t bytes =
        n * (4 * sizeof(uint32_t) + 2 * sizeof(Todo) + 2 * width * sizeof(size_t)) + 4 * width * sizeof(size_t);
    if (!feel_room(run, bytes)) {
        return false;
    }
    Arena *a = run->arena;
    ArenaMark mark = arena_mark(a);
    Pike p = {.re = re,
              .input = input,
              .width = width,
              .seen = ARENA_ARRAY(a, uint32_t, n),
              .todo = ARENA_ARRAY(a, Todo, 2 * n + 2),
              .slots = ARENA_ARRAY(a, size_t, width)};
    Threads lists[2];
    for (int i = 0; i < 2; i++) {
        lists[i] = (Threads){ARENA_ARRAY(a, uint32_t, n), ARENA_ARRAY(a, size_t, n * width), 0};
    }
    Threads *now = &lists[0], *next = &lists[1];
    bool found = false;
    size_t at = from;
    p.round = 1;
    for (;;) {
        if (!found) {
            memset(p.slots, 0xFF, sizeof(size_t) * width);
            pike_follow(&p, now, 0, at);
        }
        if (now->count == 0 && found) {
            break;
        }
        size_t after = at;
        int32_t c = utf8_next(input, &after);
        p.round++;
        next->count = 0;
        found |= pike_take(&p, now, next, c, after, best);
        if (c < 0 || !feel_spend(run, 1 + now->count / 8)) {
            break;
        }
        Threads *swap = now;
        now = next;
        next = swap;
        at = after;
    }
    arena_rewind(a, mark);
    return found && !run->failed;
}

/* ---- One alternative after the other ---------------------------------------------------------------------------- */

typedef struct {
    uint32_t step; /* UINT32_MAX: put old back into slot */
    uint32_t slot;
    size_t at; /* or the old value */
} Choice;

typedef struct {
    FeelRun *run;
    const Regex *re;
    Str input;
    size_t *slots; /* spans, then where the loops' bodies began */
    Choice *choices;
    size_t count, cap;
} Back;

static bool back_push(Back *b, Choice c)
{
    if (b->count == b->cap) {
        size_t cap = b->cap ? 2 * b->cap : 256;
        if (!feel_room(b->run, cap * sizeof(Choice))) {
            return false;
        }
        b->choices = arena_grow(b->run->arena, b->choices, b->cap * sizeof(Choice), cap * sizeof(Choice));
        b->cap = cap;
    }
    b->choices[b->count++] = c;
    return true;
}

static bool back_set(Back *b, uint32_t slot, size_t value)
{
    bool ok = back_push(b, (Choice){.step = UINT32_MAX, .slot = slot, .at = b->slots[slot]});
    b->slots[slot] = value;
    return ok;
}

/* Reads at *at what group n matched; a group that took no part matches nothing. */
static bool back_reference(const Back *b, int32_t n, size_t *at)
{
    size_t from = b->slots[2 * n], to = b->slots[2 * n + 1];
    if (from == SIZE_MAX || to == SIZE_MAX) {
        return true;
    }
    Str said = str_sub(b->input, from, to);
    size_t i = 0, k = *at;
    while (i < said.len) {
        int32_t x = utf8_next(said, &i), y = utf8_next(b->input, &k);
        if (y < 0 || (b->re->ignore_case ? regex_fold(x) != regex_fold(y) : x != y)) {
            return false;
        }
    }
    *at = k;
    return true;
}

/* One step at *pc, *at. False: this way ends (or the run failed). */
static bool back_step(Back *b, uint32_t *pc, size_t *at)
{
    const RegexStep *s = &b->re->steps[*pc];
    const uint32_t loops = 2 * (uint32_t)b->re->groups + 2;
    uint32_t here = (*pc)++;
    switch (s->op) {
    case RE_CHAR:
    case RE_ANY:
    case RE_SET: {
        int32_t c = utf8_next(b->input, at);
        return c >= 0 && step_takes(b->re, s, c);
    }
    case RE_SPLIT:
        *pc = (uint32_t)((int32_t)here + s->arg);
        return back_push(b, (Choice){.step = (uint32_t)((int32_t)here + s->other), .at = *at});
    case RE_JUMP: *pc = (uint32_t)((int32_t)here + s->arg); return true;
    case RE_SAVE: return back_set(b, (uint32_t)s->arg, *at);
    case RE_LINE_START: return at_line_start(b->re, b->input, *at);
    case RE_LINE_END: return at_line_end(b->re, b->input, *at);
    case RE_GROUP: return back_reference(b, s->arg, at);
    case RE_MARK: return back_set(b, loops + (uint32_t)s->arg, *at);
    case RE_CHECK: *pc += b->slots[loops + (uint32_t)s->arg] == *at; return true;
    case RE_MATCH: break;
    }
    bug("step of a pattern");
}

static bool back_match(Back *b, size_t from)
{
    uint32_t pc = 0;
    size_t at = from;
    b->count = 0;
    for (;;) {
        if (b->re->steps[pc].op == RE_MATCH) {
            return true;
        }
        if (!feel_spend(b->run, 1)) {
            return false;
        }
        if (back_step(b, &pc, &at)) {
            continue;
        }
        while (b->count > 0 && b->choices[b->count - 1].step == UINT32_MAX) {
            Choice c = b->choices[--b->count];
            b->slots[c.slot] = c.at;
        }
        if (b->count == 0 || b->run->failed) {
            return false;
        }
        pc = b->choices[--b->count].step;
        at = b->choices[b->count].at;
    }
}

static bool back_search(FeelRun *run, const Regex *re, Str input, size_t from, size_t *best)
{
    size_t width = 2 * (size_t)re->groups + 2, slots = width + (size_t)re->loops;
    if (!feel_room(run, slots * sizeof(size_t))) {
        return false;
    }
    Back b = {.run = run, .re = re, .input = input, .slots = ARENA_ARRAY(run->arena, size_t, slots)};
    for (size_t at = from;;) {
        memset(b.slots, 0xFF, sizeof(size_t) * slots);
        if (back_match(&b, at)) {
            memcpy(best, b.slots, sizeof(size_t) * width);
            return true;
        }
        if (run->failed || utf8_next(input, &at) < 0) {
            return false;
        }
    }
}

bool regex_search(FeelRun *run, const Regex *re, Str input, size_t from, RegexSpan spans[REGEX_GROUPS_MAX + 1])
{
    size_t best[2 * (REGEX_GROUPS_MAX + 1)];
    bool found =
        re->has_back_references ? back_search(run, re, input, from, best) : pike_search(run, re, input, from, best);
    if (!found) {
        return false;
    }
    for (int i = 0; i <= re->groups; i++) {
        bool set = best[2 * i] != SIZE_MAX && best[2 * i + 1] != SIZE_MAX;
        spans[i] = set ? (RegexSpan){best[2 * i], best[2 * i + 1]} : (RegexSpan){SIZE_MAX, SIZE_MAX};
    }
    return true;
}
