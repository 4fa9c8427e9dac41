/* functions.c: what the expressions of a scheme may call beyond FEEL: counting of periods, keys of names, passports.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

#include <stdlib.h>

#include "base/fold.h"
#include "base/mrz.h"

static bool civil_day(Value v, Day *ret)
{
    if (v.kind != FEEL_DATE || v.i < -700000 || v.i > 2900000) {
        return false;
    }
    *ret = (Day){(int32_t)v.i};
    return true;
}

static bool civil_period(Value v, Period *ret)
{
    *ret = (Period){0, 0};
    if (v.kind == FEEL_YEARS_DURATION && llabs(v.i) < 12000) {
        ret->months = (int)v.i;
        return true;
    }
    bool days = v.kind == FEEL_DAYS_DURATION && !v.boxed;
    ret->days = days ? (int)(v.i / (86400LL * 1000000000LL)) : 0;
    return days;
}

static Value call_period_end(FeelRun *run, void *host, const Value *args, size_t count)
{
    Day from;
    Period p;
    check_that(count == 2);
    if (!civil_day(args[0], &from) || !civil_period(args[1], &p)) {
        return feel_error(run, "period end: a date and a duration are expected");
    }
    return feel_date(scheme_period_end(host, from, p));
}

static Value call_paused_end(FeelRun *run, void *host, const Value *args, size_t count)
{
    Day from;
    Period p;
    check_that(count == 3);
    if (!civil_day(args[0], &from) || !civil_period(args[1], &p) || args[2].kind != FEEL_LIST) {
        return feel_error(run, "paused period end: a date, a duration and a list of pauses are expected");
    }
    Pause *pauses = ARENA_ARRAY(feel_run_arena(run), Pause, args[2].len + 1);
    for (size_t i = 0; i < args[2].len; i++) {
        Value one = feel_items(args[2])[i];
        if (!civil_day(feel_get(one, STR("from")), &pauses[i].from) ||
            !civil_day(feel_get(one, STR("to")), &pauses[i].to)) {
            return feel_error(run, "paused period end: a pause has the dates from and to");
        }
    }
    return feel_date(scheme_paused_end(host, from, p, pauses, args[2].len));
}

/* The last day on which something that must happen `days` before `end` is in time. */
static Value call_before_end(FeelRun *run, __attribute__((unused)) void *host, const Value *args, size_t count)
{
    Day end;
    int64_t days;
    check_that(count == 2);
    if (!civil_day(args[0], &end) || args[1].kind != FEEL_NUMBER || !dec_to_int(feel_dec(args[1]), &days) || days < 0 ||
        days > 100000) {
        return feel_error(run, "days before: a date and a number of days are expected");
    }
    return feel_date((Day){end.n - (int32_t)days});
}

static Value call_name_key(FeelRun *run, __attribute__((unused)) void *host, const Value *args, size_t count)
{
    check_that(count == 1);
    return feel_str(fold_name(feel_run_arena(run), feel_text(args[0])));
}

/* Two-digit years: a birth is not in the future of the expiry's century; expiry is read as 20YY. */
static Value yymmdd(Arena *a, Str text, int32_t century)
{
    Day day;
    Str full = str_printf(a, "%d%.*s-%.*s-%.*s", (int)century, STR_ARG(str_sub(text, 0, 2)),
                          STR_ARG(str_sub(text, 2, 4)), STR_ARG(str_sub(text, 4, 6)));
    return day_parse(full, &day) ? feel_date(day) : feel_null();
}

static Value call_passport(FeelRun *run, __attribute__((unused)) void *host, const Value *args, size_t count)
{
    Arena *a = feel_run_arena(run);
    Mrz mrz;
    ErrList faults = {.arena = a};
    check_that(count == 1);
    if (!mrz_parse(a, feel_text(args[0]), &mrz, &faults)) {
        return feel_error(run, "passport: the machine-readable zone has faults");
    }
    Value expiry = yymmdd(a, mrz.expiry, 20), birth = yymmdd(a, mrz.birth, 20);
    if (birth.kind == FEEL_DATE && expiry.kind == FEEL_DATE && birth.i > expiry.i - 366LL * 10) {
        birth = yymmdd(a, mrz.birth, 19); /* nobody holds a ten-year passport from before birth */
    }
    const FeelEntry from[] = {
        {STR("surname"), feel_str(mrz.surname)},
        {STR("given names"), feel_str(mrz.given_names)},
        {STR("number"), feel_str(mrz.number)},
        {STR("nationality"), feel_str(mrz.nationality)},
        {STR("birth date"), birth},
        {STR("sex"), feel_str(mrz.sex)},
        {STR("expiry date"), expiry},
        {STR("personal number"), feel_str(mrz.personal_number)},
    };
    FeelEntry *e = ARENA_ARRAY(a, FeelEntry, COUNT_OF(from));
    for (size_t i = 0; i < COUNT_OF(from); i++) {
        e[i] = from[i];
    }
    return feel_context(e, COUNT_OF(from));
}

/* host is the scheme: what was loaded is what is hashed. */
static Value call_law_hash(__attribute__((unused)) FeelRun *run, void *host, const Value *args, size_t count)
{
    Day day;
    check_that(count == 1);
    if (!civil_day(args[0], &day)) {
        return feel_null();
    }
    Str hash = scheme_law_hash(host, day);
    return hash.len > 0 ? feel_str(hash) : feel_null();
}

static const struct {
    SchemeSlot slot;
    FeelNative call;
    size_t count;
    const char *params[3];
    FeelKind kinds[3], result; /* FEEL_NULL: any */
} FUNCTIONS[] = {
    {SLOT_PERIOD_END, call_period_end, 2, {"from", "length", NULL}, {FEEL_DATE, FEEL_NULL, FEEL_NULL}, FEEL_DATE},
    {SLOT_BEFORE_END, call_before_end, 2, {"end", "days", NULL}, {FEEL_DATE, FEEL_NUMBER, FEEL_NULL}, FEEL_DATE},
    {SLOT_PAUSED_END, call_paused_end, 3, {"from", "length", "pauses"}, {FEEL_DATE, FEEL_NULL, FEEL_NULL}, FEEL_DATE},
    {SLOT_NAME_KEY, call_name_key, 1, {"name", NULL, NULL}, {FEEL_STRING, FEEL_NULL, FEEL_NULL}, FEEL_STRING},
    {SLOT_PASSPORT, call_passport, 1, {"mrz", NULL, NULL}, {FEEL_STRING, FEEL_NULL, FEEL_NULL}, FEEL_NULL},
    {SLOT_LAW_HASH, call_law_hash, 1, {"day", NULL, NULL}, {FEEL_DATE, FEEL_NULL, FEEL_NULL}, FEEL_STRING},
};

static const FeelType *type_of(FeelKind kind)
{
    return kind == FEEL_NULL ? feel_type_any() : feel_type_basic(kind);
}

void scheme_make_functions(Scheme *s)
{
    for (size_t i = 0; i < COUNT_OF(FUNCTIONS); i++) {
        FeelMember *params = ARENA_ARRAY(s->arena, FeelMember, FUNCTIONS[i].count);
        for (size_t k = 0; k < FUNCTIONS[i].count; k++) {
            params[k] = (FeelMember){str_from_c(FUNCTIONS[i].params[k]), type_of(FUNCTIONS[i].kinds[k])};
        }
        s->functions[FUNCTIONS[i].slot] =
            feel_native(s->arena, params, FUNCTIONS[i].count, type_of(FUNCTIONS[i].result), FUNCTIONS[i].call, s);
    }
}

void scheme_fill_frame(const Scheme *s, Value *frame)
{
    frame[SLOT_HOLIDAYS] = s->holiday_list;
    for (size_t i = 0; i < COUNT_OF(FUNCTIONS); i++) {
        frame[FUNCTIONS[i].slot] = s->functions[FUNCTIONS[i].slot];
    }
}
