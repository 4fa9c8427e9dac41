/* fn_range.c: the fourteen relations of points and ranges (DMN 1.5, 10.3.4.6), and range().
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

/* A range, or a point as the closed range [p, p]; `known` falls when two ends cannot be compared. */
typedef struct {
    FeelRange r;
    bool is_range;
} Side;

typedef struct {
    Side a, b;
    bool known;
} Pair;

static Side side_of(Value v)
{
    v = arg_unwrapped(v);
    if (v.kind == FEEL_RANGE) {
        return (Side){.r = *(const FeelRange *)v.p, .is_range = true};
    }
    return (Side){.r = {.low = v, .high = v, .low_closed = true, .high_closed = true}};
}

static int order(Pair *p, Value a, Value b)
{
    int ret = 0;
    if (!feel_order(a, b, &ret)) {
        p->known = false;
    }
    return ret;
}

typedef bool (*Relation)(Pair *p, const FeelRange *a, const FeelRange *b);
enum { POINT_POINT = 1, POINT_RANGE = 2, RANGE_POINT = 4, RANGE_RANGE = 8 };

static Value related(FeelRun *run, const Value *args, Relation relation, unsigned forms, const char *function)
{
    Pair p = {.a = side_of(args[0]), .b = side_of(args[1]), .known = true};
    unsigned form = p.a.is_range   ? (p.b.is_range ? RANGE_RANGE : RANGE_POINT)
                    : p.b.is_range ? POINT_RANGE
                                   : POINT_POINT;
    if (!(forms & form)) {
        return feel_error(run, "%s: not defined for these arguments", function);
    }
    bool result = relation(&p, &p.a.r, &p.b.r);
    return p.known ? feel_bool(result) : feel_error(run, "%s: values that have no order", function);
}

static bool is_before(Pair *p, const FeelRange *a, const FeelRange *b)
{
    int o = order(p, a->high, b->low);
    return o < 0 || (o == 0 && !(a->high_closed && b->low_closed));
}

static bool is_after(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return is_before(p, b, a);
}

static bool does_meet(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return order(p, a->high, b->low) == 0 && a->high_closed && b->low_closed;
}

static bool is_met_by(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return does_meet(p, b, a);
}

static bool does_overlap(Pair *p, const FeelRange *a, const FeelRange *b)
{
    bool left = is_before(p, a, b), right = is_before(p, b, a);
    return !left && !right;
}

static bool overlaps_first(Pair *p, const FeelRange *a, const FeelRange *b)
{
    int start = order(p, a->low, b->low), end = order(p, a->high, b->high);
    bool touches = !is_before(p, a, b);
    bool earlier = start < 0 || (start == 0 && a->low_closed && !b->low_closed);
    return earlier && touches && (end < 0 || (end == 0 && (!a->high_closed || b->high_closed)));
}

static bool overlaps_last(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return overlaps_first(p, b, a);
}

static bool does_finish(Pair *p, const FeelRange *a, const FeelRange *b)
{
    int start = order(p, a->low, b->low), end = order(p, a->high, b->high);
    return end == 0 && a->high_closed == b->high_closed &&
           (start > 0 || (start == 0 && (!a->low_closed || b->low_closed)));
}

static bool is_finished_by(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return does_finish(p, b, a);
}

static bool does_include(Pair *p, const FeelRange *a, const FeelRange *b)
{
    int start = order(p, a->low, b->low), end = order(p, a->high, b->high);
    return (start < 0 || (start == 0 && (a->low_closed || !b->low_closed))) &&
           (end > 0 || (end == 0 && (a->high_closed || !b->high_closed)));
}

static bool is_during(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return does_include(p, b, a);
}

static bool does_start(Pair *p, const FeelRange *a, const FeelRange *b)
{
    int start = order(p, a->low, b->low), end = order(p, a->high, b->high);
    return start == 0 && a->low_closed == b->low_closed &&
           (end < 0 || (end == 0 && (!a->high_closed || b->high_closed)));
}

static bool is_started_by(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return does_start(p, b, a);
}

static bool does_coincide(Pair *p, const FeelRange *a, const FeelRange *b)
{
    return order(p, a->low, b->low) == 0 && order(p, a->high, b->high) == 0 && a->low_closed == b->low_closed &&
           a->high_closed == b->high_closed;
}

/* A point at the end (start) of a range: only that end is looked at. */
static bool ends_at(Pair *p, const FeelRange *point, const FeelRange *range)
{
    return range->high_closed && order(p, point->low, range->high) == 0;
}

static bool begins_at(Pair *p, const FeelRange *point, const FeelRange *range)
{
    return range->low_closed && order(p, point->low, range->low) == 0;
}

#define RELATION(fn, relation, forms, name)                     \
    Value fn(FeelRun *run, const Value *args, size_t count)     \
    {                                                           \
        (void)count;                                            \
        return related(run, args, (relation), (forms), (name)); \
    }
RELATION(fn_before, is_before, POINT_POINT | POINT_RANGE | RANGE_POINT | RANGE_RANGE, "before")
RELATION(fn_after, is_after, POINT_POINT | POINT_RANGE | RANGE_POINT | RANGE_RANGE, "after")
RELATION(fn_meets, does_meet, RANGE_RANGE, "meets")
RELATION(fn_met_by, is_met_by, RANGE_RANGE, "met by")
RELATION(fn_overlaps, does_overlap, RANGE_RANGE, "overlaps")
RELATION(fn_overlaps_before, overlaps_first, RANGE_RANGE, "overlaps before")
RELATION(fn_overlaps_after, overlaps_last, RANGE_RANGE, "overlaps after")
RELATION(fn_includes, does_include, RANGE_POINT | RANGE_RANGE, "includes")
RELATION(fn_during, is_during, POINT_RANGE | RANGE_RANGE, "during")
RELATION(fn_coincides, does_coincide, POINT_POINT | RANGE_RANGE, "coincides")

static Value related_to_point(FeelRun *run, const Value *args, bool swap, Relation point, Relation ranges)
{
    const Value sides[2] = {args[swap], args[!swap]};
    const char *function = point == ends_at ? (swap ? "finished by" : "finishes") : swap ? "started by" : "starts";
    bool is_point = arg_unwrapped(sides[0]).kind != FEEL_RANGE;
    return is_point ? related(run, sides, point, POINT_RANGE, function)
                    : related(run, args, ranges, RANGE_RANGE, function);
}

Value fn_finishes(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return related_to_point(run, args, false, ends_at, does_finish);
}

Value fn_finished_by(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return related_to_point(run, args, true, ends_at, is_finished_by);
}

Value fn_starts(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return related_to_point(run, args, false, begins_at, does_start);
}

Value fn_started_by(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return related_to_point(run, args, true, begins_at, is_started_by);
}

/* ---- range("[1..3]") -------------------------------------------------------------------------------------------- */

typedef struct {
    FeelRun *run;
    Str s;
    size_t at;
} RangeText;

static void skip_space(RangeText *t)
{
    while (t->at < t->s.len && (t->s.ptr[t->at] == ' ' || (t->s.ptr[t->at] >= '\t' && t->s.ptr[t->at] <= '\r'))) {
        t->at++;
    }
}

static bool take(RangeText *t, Str word)
{
    if (!str_starts(str_sub(t->s, t->at, t->s.len), word)) {
        return false;
    }
    t->at += word.len;
    return true;
}

/* A quoted text; its escapes are read by the language itself. */
static bool take_quoted(RangeText *t, Value *ret)
{
    size_t start = t->at;
    if (!take(t, STR("\""))) {
        return false;
    }
    while (t->at < t->s.len && t->s.ptr[t->at] != '"') {
        t->at += t->s.ptr[t->at] == '\\' ? 2 : 1;
    }
    if (t->at >= t->s.len) {
        return false;
    }
    t->at++;
    const FeelCode *code;
    return feel_compile(t->run->arena, NULL, str_sub(t->s, start, t->at), &code, NULL) &&
           feel_code_constant(code, ret) && ret->kind == FEEL_STRING;
}

/* Where the digits at `at` end. */
static size_t digits_to(Str s, size_t at)
{
    while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9') {
        at++;
    }
    return at;
}

/* A numeric literal with its sign, fraction and exponent; two points begin the rest of the range. */
static bool take_number(RangeText *t, Value *ret)
{
    Str s = t->s;
    size_t end = digits_to(s, t->at + (t->at < s.len && s.ptr[t->at] == '-'));
    if (end + 1 < s.len && s.ptr[end] == '.' && s.ptr[end + 1] != '.') {
        end = digits_to(s, end + 1);
    }
    if (end > t->at && end < s.len && (s.ptr[end] | 0x20) == 'e') {
        size_t digits = end + 1 + (end + 1 < s.len && (s.ptr[end + 1] == '-' || s.ptr[end + 1] == '+'));
        end = digits_to(s, digits) > digits ? digits_to(s, digits) : end;
    }
    Dec d;
    if (!dec_parse(str_sub(s, t->at, end), &d)) {
        return false;
    }
    t->at = end;
    *ret = feel_number(t->run->arena, d);
    return true;
}

/* date("…"), time("…"), date and time("…"), duration("…") */
static bool take_call(RangeText *t, Value *ret)
{
    static const struct {
        const char *name;
        FeelBuiltinFn call;
    } CALLS[] = {{"date and time", fn_date_and_time}, {"date", fn_date}, {"time", fn_time}, {"duration", fn_duration}};
    for (size_t i = 0; i < COUNT_OF(CALLS); i++) {
        size_t start = t->at;
        if (take(t, str_from_c(CALLS[i].name))) {
            Value text;
            skip_space(t);
            if (take(t, STR("("))) {
                skip_space(t);
                if (!take_quoted(t, &text)) {
                    return false;
                }
                skip_space(t);
                *ret = CALLS[i].call(t->run, &text, 1);
                return take(t, STR(")")) && ret->kind != FEEL_NULL;
            }
            t->at = start;
        }
    }
    return false;
}

static bool take_end(RangeText *t, Value *ret)
{
    if (take(t, STR("@"))) {
        Value text;
        if (!take_quoted(t, &text)) {
            return false;
        }
        *ret = feel_temporal(t->run, feel_text(text));
        return ret->kind != FEEL_NULL;
    }
    if (t->at < t->s.len && t->s.ptr[t->at] == '"') {
        return take_quoted(t, ret);
    }
    return take_number(t, ret) || take_call(t, ret);
}

static bool range_read(RangeText *t, FeelRange *r)
{
    *r = (FeelRange){.low = feel_null(), .high = feel_null()};
    r->low_closed = take(t, STR("["));
    if (!r->low_closed && !take(t, STR("(")) && !take(t, STR("]"))) {
        return false;
    }
    skip_space(t);
    bool no_low = !r->low_closed && str_starts(str_sub(t->s, t->at, t->s.len), STR(".."));
    if (!no_low && !take_end(t, &r->low)) {
        return false;
    }
    skip_space(t);
    if (!take(t, STR(".."))) {
        return false;
    }
    skip_space(t);
    bool no_high = !no_low && t->at + 1 == t->s.len && t->s.ptr[t->at] != ']';
    if (!no_high && !take_end(t, &r->high)) {
        return false;
    }
    skip_space(t);
    r->high_closed = take(t, STR("]"));
    if (!r->high_closed && !take(t, STR(")")) && !take(t, STR("["))) {
        return false;
    }
    r->one_sided = no_low ? '<' : no_high ? '>' : 0; /* "[2..)" is >=2 */
    int o;
    return t->at == t->s.len && (r->one_sided != 0 || (feel_order(r->low, r->high, &o) && o <= 0));
}

Value fn_range(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s;
    FeelRange r;
    if (!arg_text(args[0], &s)) {
        return bad_argument(run, "range", args[0]);
    }
    RangeText t = {.run = run, .s = str_trim(s)};
    if (!range_read(&t, &r)) {
        return feel_error(run, "range: not a range of literals");
    }
    FeelRange *box = ARENA_NEW(run->arena, FeelRange);
    *box = r;
    return (Value){.kind = FEEL_RANGE, .p = box};
}
