/* inquiry.c: a question about a situation as a person puts it, wherever it is put: command line, API, page.
 * SPDX-License-Identifier: Apache-2.0 */
#include "inquiry.h"

#include "loose.h"

static const char GOVERNING[] = "governing day";

static Str asked(Arena *a, const Inquiry *q)
{
    return q->decision.len ? q->decision : decide_top(a, q->model);
}

/* By its name; by what a language calls it only where the model asks about it, for other facts bear that name too. */
static bool is_governing(Arena *a, const Inquiry *q, Str name)
{
    Str governing = str_from_c(GOVERNING);
    return loose_same(a, governing, name) || (loose_called(q->scheme, a, "inputs", governing, name) &&
                                              decide_takes(q->scheme, q->model, asked(a, q), q->today, governing));
}

bool inquiry_day(Arena *a, const Inquiry *q, Day *ret, bool *ret_told, ErrList *faults, Err *err)
{
    Str told = q->on;
    const char *field = "day";
    for (size_t i = 0; told.len == 0 && i < json_count(q->facts); i++) {
        if (is_governing(a, q, q->facts->members[i].key)) {
            told = str_trim(json_text(q->facts->members[i].value));
            field = GOVERNING;
        }
    }
    *ret = q->today;
    *ret_told = told.len > 0 && !str_eq(told, STR("-"));
    if (!*ret_told || loose_day(told, ret)) {
        return true;
    }
    err_field(err, FIELD_FORMAT, field, "A day such as 2026-03-31 is expected.");
    err_list_add(faults, *err);
    return false;
}

/* "governing day" picks the law also where the model does not ask about it. */
static const Json *without_day(Arena *a, const Inquiry *q, Str name, Day day)
{
    if (q->facts == NULL || q->facts->kind != JSON_OBJECT ||
        decide_takes(q->scheme, q->model, name, day, str_from_c(GOVERNING))) {
        return q->facts;
    }
    Json *ret = json_new_object(a);
    for (size_t i = 0; i < json_count(q->facts); i++) {
        if (!is_governing(a, q, q->facts->members[i].key)) {
            json_set(a, ret, q->facts->members[i].key, q->facts->members[i].value);
        }
    }
    return ret;
}

/* Decides under the version of ret->day. */
static bool decide_on_day(FeelRun *run, const Inquiry *q, Str name, InquiryAnswer *ret, ErrList *faults, Err *err)
{
    Json *tidy;
    Value values;
    Arena *a = feel_run_arena(run);
    const SchemeModel *m = scheme_model(q->scheme, q->model, ret->day);
    if (m != NULL && q->decision.len > 0 && dmn_find(scheme_compiled(m), DMN_DECISION, name) == NULL) {
        return err_field(err, FIELD_CHOICE, "decision", "The model has no such decision on that day.");
    }
    ret->ignored = json_new_array(a);
    ret->decision = (Decision){.whole_trace = true};
    return decide_tidy_facts(a, q->scheme, q->model, name, ret->day, without_day(a, q, name, ret->day), &tidy,
                             ret->ignored, faults, err) &&
           decide_facts(run, q->scheme, q->model, name, ret->day, tidy, &values, faults, err) &&
           decide(run, q->scheme, q->model, name, ret->day, values, &ret->decision, err);
}

bool inquiry_answer(FeelRun *run, const Inquiry *q, InquiryAnswer *ret, ErrList *faults, Err *err)
{
    Day law;
    bool told;
    Arena *a = feel_run_arena(run);
    Str name = asked(a, q);
    *ret = (InquiryAnswer){.day = q->today};
    if (!inquiry_day(a, q, &ret->day, &told, faults, err)) {
        return false;
    }
    ret->day_from = told ? STR("told") : STR("today");
    if (!decide_on_day(run, q, name, ret, faults, err)) {
        return false;
    }
    if (told || !day_parse(json_text_at(feel_to_json(a, ret->decision.result), "law day"), &law)) {
        return true;
    }
    ret->day_from = STR("law day");
    if (day_cmp(law, ret->day) == 0) {
        return true;
    }
    ret->day = law;
    return decide_on_day(run, q, name, ret, faults, err);
}
