/* page_form.c: the form of a step, with the proposal where the law proposes; "check my situation"; decisions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "base/country.h"

enum { MAX_CASE_CHOICES = 300, MANY_CHOICES = 6, LONG_TEXT = 500 };

static const char *const TYPES[] = {[SCHEME_TEXT] = "text",     [SCHEME_NUMBER] = "number", [SCHEME_DATE] = "date",
                                    [SCHEME_YES_NO] = "yes_no", [SCHEME_CHOICE] = "choice", [SCHEME_CASE] = "case",
                                    [SCHEME_MRZ] = "textarea",  [SCHEME_LIST] = "list",     [SCHEME_FILE] = "file"};

static void add_choice(const PageView *v, Json *list, Str value, Str label, Str selected)
{
    Json *j = page_add(v, list);
    page_set_text(v, j, "value", value);
    page_set_text(v, j, "label", label);
    page_set_bool(v, j, "selected", str_eq(value, selected));
}

/* Cases that may be chosen: those that the caller may see. */
static bool add_case_choices(const PageView *v, Json *j, const SchemeField *f, Str selected, Err *err)
{
    Json *list = page_list_in(v, j, "choices");
    const CaseRow *rows;
    size_t count;
    QueryReach reach = page_reach(v);
    if (f->of.len == 0 || !query_list_in(v->flow->store, v->a, &reach, f->of, MAX_CASE_CHOICES, &rows, &count, err)) {
        return f->of.len == 0;
    }
    for (size_t i = 0; i < count; i++) {
        add_choice(v, list, rows[i].id,
                   str_printf(v->a, "%.*s · %.*s", STR_ARG(rows[i].id), STR_ARG(page_title_of(v, &rows[i]))), selected);
    }
    page_set_bool(v, j, "many", true);
    if (list->count == 1) { /* nothing to choose */
        page_set_bool(v, list->items[0], "selected", true);
    }
    return true;
}

static Str plain_value(const PageView *v, const Json *value)
{
    if (value == NULL) {
        return STR("");
    }
    if (value->kind == JSON_BOOL) {
        return value->boolean ? STR("true") : STR("false");
    }
    if (value->kind == JSON_ARRAY) {
        Buf b = buf_new(v->a, 65536);
        for (size_t i = 0; i < value->count; i++) {
            buf_printf(&b, "%s%.*s", i ? "\n" : "", STR_ARG(json_text(value->items[i])));
        }
        return b.len ? buf_str(&b) : STR("");
    }
    return json_text(value);
}

static void add_fault(const PageView *v, Json *j, Str field, const ErrList *faults)
{
    for (size_t i = 0; faults != NULL && i < faults->count; i++) {
        if (str_eq_c(field, faults->items[i].field)) {
            page_set_text(v, j, "error", view_fault(v->a, v->language, &faults->items[i]));
            return;
        }
    }
}

/* By name: first the countries that the scheme itself speaks of, then all others. */
static void add_countries(const PageView *v, Json *list, Str selected)
{
    const Str *codes, *by_name = country_codes_by_name(v->language);
    size_t count = country_codes(&codes);
    for (int own = 1; own >= 0; own--) {
        for (size_t i = 0; i < count; i++) {
            Str key = str_printf(v->a, "choice.%.*s", STR_ARG(by_name[i]));
            if ((scheme_message(v->scheme, v->language, key).ptr != NULL) == (own == 1)) {
                add_choice(v, list, by_name[i], page_label(v, "choice", by_name[i]), selected);
            }
        }
    }
}

/* One of several; of a list with choices any of them, as boxes. */
static void add_choices(const PageView *v, Json *j, const SchemeField *f, const Json *value, Str text)
{
    Json *choices = f->choices.count > 0 ? page_list_in(v, j, "choices") : NULL;
    for (size_t i = 0; !f->country && i < f->choices.count; i++) {
        Str name = f->choices.items[i];
        add_choice(v, choices, name, page_label(v, "choice", name),
                   f->kind == SCHEME_LIST && json_has_text(value, name) ? name : text);
    }
    if (f->country) {
        add_countries(v, choices, text);
    }
    page_set_bool(v, j, "many", f->choices.count > MANY_CHOICES);
    if (f->kind == SCHEME_LIST && choices != NULL) {
        page_set_text(v, j, "type", STR("boxes"));
    }
}

static bool add_field(const PageView *v, Json *list, const SchemeType *t, const SchemeStep *step, const SchemeField *f,
                      const CaseRow *row, const PageFormAsk *ask, Err *err)
{
    Json *j = page_add(v, list);
    const Json *value = json_get_str(ask->sent, f->name);
    value = value ? value : row ? json_get_str(row->data, f->name) : NULL;
    Str text = plain_value(v, value);
    page_set_text(v, j, "name", f->name);
    page_set_text(v, j, "label", page_field_label(v, t, f->name));
    Str help =
        scheme_message(v->scheme, v->language, str_printf(v->a, "help.%.*s.%.*s", STR_ARG(t->name), STR_ARG(f->name)));
    help = help.ptr ? help : scheme_message(v->scheme, v->language, str_printf(v->a, "help.%.*s", STR_ARG(f->name)));
    if (help.ptr != NULL) {
        page_set_text(v, j, "help", help);
    }
    bool hidden = str_eq(step->about, f->name), is_long = f->kind == SCHEME_TEXT && f->max_length > LONG_TEXT;
    page_set_text(v, j, "type", str_from_c(hidden ? "hidden" : is_long ? "textarea" : TYPES[f->kind]));
    page_set_bool(v, j, hidden ? "is_about" : "is_field", true);
    if (f->kind == SCHEME_FILE) {
        page_set_text(v, j, "accept", STR("image/jpeg,image/png,application/pdf"));
        page_set_text(v, j, "help", view_text(v->a, v->language, "form.file_help", NULL));
    }
    page_set_text(v, j, "value", text);
    page_set_bool(v, j, "required", !scheme_names_have(&step->optional, f->name));
    if (f->unit.len > 0) {
        page_set_text(v, j, "unit", f->unit);
    }
    add_fault(v, j, f->name, ask->faults);
    if (f->kind == SCHEME_CASE && !hidden) {
        return add_case_choices(v, j, f, text, err);
    }
    add_choices(v, j, f, value, text);
    return true;
}

static void add_errors(const PageView *v, Json *model, const SchemeType *t, const ErrList *faults)
{
    Json *list = page_list_in(v, model, "errors");
    for (size_t i = 0; faults != NULL && i < faults->count; i++) {
        Json *j = page_add(v, list);
        Str field = str_copy(v->a, str_from_c(faults->items[i].field));
        if (field.len > 0) {
            page_set_text(v, j, "field", field);
            page_set_text(v, j, "label", page_field_label(v, t, field));
        }
        page_set_text(v, j, "text", view_fault(v->a, v->language, &faults->items[i]));
    }
}

/* ---- The proposal: a dry run of the step as it stands ---- */

static bool proposes_without_form(const SchemeStep *step)
{
    return step->model.len > 0 && step->fields.count == step->optional.count;
}

static void add_proposal(const PageView *v, Json *model, const SchemeStep *step, const CaseRow *row)
{
    Command c = {
        .scheme = scheme_id(v->scheme), .step = step->name, .case_id = row ? row->id : STR(""), .expected_version = -1};
    c.form = json_new_object(v->a);
    FlowResult r;
    if (!proposes_without_form(step) || !flow_run(v->flow, v->run, v->caller, &c, FLOW_DRY, v->now, &r) ||
        !r.plan.decided) {
        /* "cannot decide" is a fault of the dry run; the officer sees it all the same */
        if (!proposes_without_form(step) || !r.plan.decided) {
            return;
        }
    }
    const Decision *d = &r.plan.decision;
    Json *changes = decision_is_granted(d) ? NULL : decision_changes(v->run, v->scheme, d, STR("granted"));
    page_set(v, model, "proposal", page_decision_model(v, r.plan.proof, d->facts, NULL, changes));
}

static void add_discretion(const PageView *v, Json *list, const SchemeStep *step, const PageFormAsk *ask)
{
    if (!step->discretion) {
        return;
    }
    Json *j = page_add(v, list);
    page_set_bool(v, j, "is_field", true);
    page_set_text(v, j, "name", STR("outcome"));
    page_set_text(v, j, "type", STR("choice"));
    page_set_text(v, j, "label", view_text(v->a, v->language, "form.outcome", NULL));
    page_set_text(v, j, "help", view_text(v->a, v->language, "form.outcome_help", NULL));
    Json *choices = page_list_in(v, j, "choices");
    Str sent = json_text_at(ask->sent, "outcome");
    add_choice(v, choices, STR(""), view_text(v->a, v->language, "form.as_proposed", NULL), sent);
    add_choice(v, choices, STR("granted"), page_label(v, "outcomes", STR("granted")), sent);
    add_choice(v, choices, STR("refused"), page_label(v, "outcomes", STR("refused")), sent);
    add_fault(v, j, STR("outcome"), ask->faults);
    j = page_add(v, list);
    page_set_bool(v, j, "is_field", true);
    page_set_text(v, j, "name", STR("depart_reason"));
    page_set_text(v, j, "type", STR("textarea"));
    page_set_text(v, j, "label", view_text(v->a, v->language, "form.depart_reason", NULL));
    page_set_text(v, j, "value", json_text_at(ask->sent, "depart_reason"));
    add_fault(v, j, STR("depart_reason"), ask->faults);
}

static bool add_fields(const PageView *v, Json *model, const CommandInput *in, const PageFormAsk *ask, Err *err)
{
    Json *list = page_list_in(v, model, "fields");
    for (size_t i = 0; in->mode == COMMAND_PLAIN && i < in->step->fields.count; i++) {
        const SchemeField *f = scheme_field(in->type, in->step->fields.items[i]);
        if (!add_field(v, list, in->type, in->step, f, in->row, ask, err)) {
            return false;
        }
        page_set_bool(v, model, "has_fields", true);
        if (f->kind == SCHEME_FILE) {
            page_set_bool(v, model, "has_files", true);
        }
    }
    if (in->mode == COMMAND_PLAIN) {
        add_discretion(v, list, in->step, ask);
    }
    return true;
}

/* What the first person filed, for the second to read. */
static void add_pending_facts(const PageView *v, Json *model, const CommandInput *in)
{
    const Json *form = json_get(in->row->pending, "form");
    Json *list = page_list_in(v, model, "facts");
    for (size_t i = 0; i < json_count(form); i++) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", page_field_label(v, in->type, form->members[i].key));
        page_set_text(v, j, "value", page_value(v, in->type, form->members[i].key, form->members[i].value));
    }
    page_set_bool(v, model, "has_facts", json_count(form) > 0);
}

/* What the step is about, for whom it only asks a yes or no: nobody consents to what they have not seen. */
static void add_case_facts(const PageView *v, Json *model, const CommandInput *in)
{
    bool asks = in->step->fields.count > in->step->optional.count || in->step->model.len > 0;
    if (in->row != NULL && !asks) {
        page_facts(v, page_list_in(v, model, "facts"), in->type, in->row->id, in->row->data);
        page_set_bool(v, model, "has_facts", json_count(json_get(model, "facts")) > 0);
    }
}

/* The case that a new one will be about: its title stands above the form, and giving up leads back to it. */
static bool add_about(const PageView *v, Json *model, const CommandInput *in, const PageFormAsk *ask, Err *err)
{
    const CaseRow *row = NULL;
    Str id = json_text(json_get_str(ask->sent, in->step->about));
    if (in->step->about.len == 0 || in->mode != COMMAND_PLAIN) {
        return true;
    }
    if (!page_find(v, id, &row, err)) {
        return false;
    }
    if (row == NULL) {
        return err_set(err, NOT_FOUND, "There is no such case.");
    }
    if (!scheme_names_have(&in->step->from, row->state)) {
        return err_set(err, WRONG_STATE, "The case is in the state %.*s; this step cannot be taken from there.",
                       STR_ARG(row->state));
    }
    page_set_text(v, model, "case_title",
                  str_printf(v->a, "%.*s · %.*s", STR_ARG(row->id), STR_ARG(page_title_of(v, row))));
    page_set_text(v, model, "cancel_href", page_case_href(v, row->id));
    return true;
}

bool page_form(const PageView *v, const PageFormAsk *ask, Page *ret, Err *err)
{
    CommandInput in = {.caller = v->caller};
    if (v->caller == NULL) {
        return err_set(err, NOT_SIGNED_IN, "%s", err_plain(NOT_SIGNED_IN));
    }
    if (!command_resolve(v->scheme, ask->step, &in, err) ||
        (ask->case_id.len > 0 && !page_open(v, ask->case_id, &in.row, err))) {
        return false;
    }
    Command none = {.form = json_new_object(v->a)};
    in.command = &none;
    in.run = v->run;
    if ((in.row == NULL) != (in.step->opens && in.mode == COMMAND_PLAIN)) {
        return err_set(err, NOT_FOUND, "There is no such case.");
    }
    if (in.row != NULL && in.mode == COMMAND_PLAIN && !scheme_names_have(&in.step->from, in.row->state)) {
        return err_set(err, WRONG_STATE, "The case is in the state %.*s; this step cannot be taken from there.",
                       STR_ARG(in.row->state));
    }
    *ret = (Page){"form", json_new_object(v->a)};
    Json *m = ret->model;
    Str label = page_step_label(v, ask->step);
    page_frame(v, m, label);
    page_set_text(v, m, "step", ask->step);
    page_set_text(v, m, "label", label);
    Str help = scheme_message(v->scheme, v->language, str_printf(v->a, "step_help.%.*s", STR_ARG(ask->step)));
    if (help.ptr != NULL) {
        page_set_text(v, m, "help", help);
    }
    Str submit = scheme_message(v->scheme, v->language, str_printf(v->a, "submit.%.*s", STR_ARG(in.step->group)));
    if (in.step->group.len > 0 && submit.ptr != NULL) {
        page_set_text(v, m, "submit_label", submit);
    }
    page_set_text(v, m, "action", v->here.len ? v->here : v->path);
    page_set_text(v, m, "key", ask->key);
    page_set_text(v, m, "version", in.row ? str_printf(v->a, "%lld", (long long)in.row->version) : STR("-1"));
    page_set_text(v, m, "cancel_href", in.row ? page_case_href(v, in.row->id) : STR("/"));
    page_set_bool(v, m, "needs_second", in.step->two_people && in.mode == COMMAND_PLAIN);
    page_set(v, m, "cites", page_cites(v, in.step->cite));
    if (in.row != NULL) {
        page_set_text(v, m, "case_title",
                      str_printf(v->a, "%.*s · %.*s", STR_ARG(in.row->id), STR_ARG(page_title_of(v, in.row))));
    }
    if (!add_about(v, m, &in, ask, err)) {
        return false;
    }
    add_errors(v, m, in.type, ask->faults);
    if (page_choice_rule(v, ask->step) != NULL && in.row != NULL) {
        ret->template_name = "candidates";
        return page_choose(v, ask, in.row, m, err);
    }
    if (in.mode != COMMAND_PLAIN && in.row->pending != NULL) {
        add_pending_facts(v, m, &in);
    } else {
        add_proposal(v, m, in.step, in.row);
        add_case_facts(v, m, &in);
    }
    return add_fields(v, m, &in, ask, err);
}
