/* feel_fuzz.c: libFuzzer entry: any text is compiled as an expression and as a cell and, if it compiles, run within
 * limits. Build: clang -std=c17 -D_POSIX_C_SOURCE=200809L -O1 -g -fsanitize=address,undefined,fuzzer -Isrc
 * tests/fuzz/feel_fuzz.c src/base/X.c src/feel/X.c and the libraries of base. Seeds: the texts of any DMN models.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/feel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static FeelScope *names(Arena *a, Value *frame)
{
    static const FeelEntry KIM[] = {{STR_INIT("v"), {.kind = FEEL_NUMBER, .i = 3}},
                                    {STR_INIT("first name"), {.kind = FEEL_STRING, .len = 3, .p = "Kim"}}};
    static const Value PEOPLE[] = {{.kind = FEEL_CONTEXT, .len = 2, .p = KIM}, {.kind = FEEL_NUMBER, .i = 7}};
    FeelScope *s = feel_scope_new(a, NULL);
    frame[feel_scope_add(s, STR("a"), feel_type_basic(FEEL_NUMBER))] = feel_int(42);
    frame[feel_scope_add(s, STR("b c"), NULL)] = feel_str(STR("text \xF0\x9F\x90\x8E"));
    frame[feel_scope_add(s, STR("list-x"), NULL)] = feel_list(PEOPLE, 2);
    frame[feel_scope_add(s, STR("d"), NULL)] = feel_date((Day){20000});
    feel_scope_add_type(s, STR("t Name"), feel_type_list(a, feel_type_basic(FEEL_NUMBER)));
    return s;
}

/* Plain data, not nested deeply: what can be written as a literal. */
static bool is_data(Value v, int depth)
{
    if (v.kind == FEEL_FUNCTION || depth > 20) {
        return false;
    }
    /* Arithmetic reaches durations that are longer than a literal may be. */
    if (v.kind == FEEL_YEARS_DURATION && (v.i > 100000000000 || v.i < -100000000000)) {
        return false;
    }
    if (v.kind == FEEL_DAYS_DURATION && v.boxed) {
        return false;
    }
    if (v.kind == FEEL_RANGE) {
        const FeelRange *r = v.p;
        return is_data(r->low, depth + 1) && is_data(r->high, depth + 1);
    }
    for (size_t i = 0; v.kind == FEEL_LIST && i < v.len; i++) {
        if (!is_data(feel_items(v)[i], depth + 1)) {
            return false;
        }
    }
    for (size_t i = 0; v.kind == FEEL_CONTEXT && i < v.len; i++) {
        if (!is_data(feel_entries(v)[i].value, depth + 1)) {
            return false;
        }
    }
    return true;
}

/* A value printed and read again is the same value. */
static void read_back(Value v)
{
    Arena *a = arena_new(0);
    Buf b = buf_new(a, 1 << 16);
    const FeelCode *code;
    Err err;
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    feel_print(&b, v);
    if (buf_ok(&b) && is_data(v, 0)) {
        check_that(feel_compile(a, NULL, buf_str(&b), &code, &err));
        check_that(feel_same(feel_eval(run, code, NULL), v));
    }
    (void)arena_free(a);
}

/* What comes out can be shown, compared with itself and asked for its type. */
static void use(FeelRun *run, Value v)
{
    Arena *a = feel_run_arena(run);
    Buf b = buf_new(a, 1 << 20);
    feel_print(&b, v);
    feel_print_plain(&b, v);
    (void)feel_to_json(a, v);
    (void)feel_equal(run, v, v);
    (void)feel_same(v, v);
    (void)feel_conforms(v, feel_type_list(a, NULL));
    (void)feel_coerce(run, v, feel_type_basic(FEEL_NUMBER));
    read_back(v);
}

/* Whether what a text hangs on is the same in two frames. */
static bool parts_same(FeelRun *run, const FeelPart *p, const Value *x, const Value *y)
{
    for (size_t i = 0; i < p->slot_count; i++) {
        if (!feel_same(x[p->slots[i]], y[p->slots[i]])) {
            return false;
        }
    }
    for (size_t i = 0; i < p->part_count; i++) {
        Value u = feel_eval(run, p->parts[i].code, x), v = feel_eval(run, p->parts[i].code, y);
        if (feel_run_failed(run, NULL) || !feel_same(u, v) || (u.reason != 0) != (v.reason != 0)) {
            return false;
        }
    }
    return true;
}

/* Frames that agree in all parts give the same value. */
static void parts_hold(FeelRun *run, const FeelPart *p, const Value *frame)
{
    const Value others[] = {feel_int(41), feel_str(STR("")), feel_list(NULL, 0), feel_date((Day){19999})};
    for (unsigned bits = 1; bits < 16; bits++) {
        Value other[4];
        for (size_t i = 0; i < 4; i++) {
            other[i] = bits >> i & 1 ? others[i] : frame[i];
        }
        feel_run_reset(run);
        if (parts_same(run, p, frame, other)) {
            Value x = feel_eval(run, p->code, frame), y = feel_eval(run, p->code, other);
            check_that(feel_run_failed(run, NULL) || !is_data(x, 0) || feel_same(x, y));
        }
    }
    feel_run_reset(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Value frame[4];
    FeelScope *s = names(a, frame);
    FeelLimits limits = {.steps = 20000, .bytes = 4 << 20, .depth = 40, .list_length = 5000};
    Str text = {(const char *)data, size};
    const FeelCode *code;
    Err err;
    FeelRun *run = feel_run_new(a, limits, (Instant){1700000000000});
    if (feel_compile(a, s, text, &code, &err)) {
        Buf b = buf_new(a, 1 << 20);
        feel_code_print(&b, code);
        use(run, feel_eval(run, code, frame));
        feel_run_reset(run);
        const FeelPart *whole;
        if (feel_parts(a, s, text, &whole, &err)) {
            parts_hold(run, whole, frame);
        } else {
            check_that(err.code == TOO_LARGE);
        }
    }
    if (feel_compile_tests(a, s, text, &code, &err)) {
        (void)feel_tests_shape(code);
        for (size_t i = 0; i < 4; i++) {
            use(run, feel_test(run, code, frame, frame[i]));
            feel_run_reset(run);
        }
    }
    (void)arena_free(a);
    return 0;
}
