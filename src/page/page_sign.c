/* page_sign.c: between a form and its step: what will be recorded, to be signed with the officer's own key.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "flow/sign.h"

/* Every value of the form again, hidden, exactly as it came: the signature is over them. */
static void carry(const PageView *v, Json *model, const Json *form)
{
    Json *list = page_list_in(v, model, "carried");
    for (size_t i = 0; i < json_count(form); i++) {
        const Json *value = form->members[i].value;
        Json *j = page_add(v, list);
        Buf b = buf_new(v->a, 1 << 20);
        for (size_t k = 0; value->kind == JSON_ARRAY && k < value->count; k++) {
            buf_printf(&b, "%s%.*s", k ? "\n" : "", STR_ARG(json_text(value->items[k])));
        }
        page_set_text(v, j, "name", form->members[i].key);
        page_set_text(v, j, "value", value->kind == JSON_ARRAY ? buf_str(&b) : json_text(value));
    }
}

/* What a browser sent as text, for people. */
static Str said(const PageView *v, const SchemeType *t, Str field, const Json *value)
{
    const SchemeField *f = scheme_field(t, field);
    bool yes = str_eq(json_text(value), STR("true")), no = str_eq(json_text(value), STR("false"));
    return page_value(v, t, field, f->kind == SCHEME_YES_NO && (yes || no) ? json_new_bool(v->a, yes) : value);
}

static void tell_form(const PageView *v, Json *model, const SchemeType *t, const Json *form)
{
    Json *list = page_list_in(v, model, "facts");
    for (size_t i = 0; i < json_count(form); i++) {
        if (scheme_field(t, form->members[i].key) != NULL && json_text(form->members[i].value).len > 0) {
            Json *j = page_add(v, list);
            page_set_text(v, j, "label", page_field_label(v, t, form->members[i].key));
            page_set_text(v, j, "value", said(v, t, form->members[i].key, form->members[i].value));
        }
    }
}

static bool add_keys(const PageView *v, Json *model, Err *err)
{
    SignKey *keys;
    size_t count;
    if (!sign_keys(v->flow->store, v->a, v->caller->account, &keys, &count, err)) {
        return false;
    }
    Buf b = buf_new(v->a, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(keys[i].id));
    }
    page_set_text(v, model, "keys", buf_str(&b));
    page_set_text(v, model, "rp_id", count > 0 ? keys[0].rp_id : STR(""));
    return true;
}

bool page_sign(const PageView *v, const PageSignAsk *ask, Page *ret, Err *err)
{
    CommandInput in = {0};
    const Json *form = ask->command->form, *sign = json_get(ask->dry->outcome, "sign");
    if (!command_resolve(v->scheme, ask->command->step, &in, err) ||
        !page_open(v, ask->command->case_id, &in.row, err)) {
        return false;
    }
    *ret = (Page){"sign", json_new_object(v->a)};
    Json *m = ret->model;
    Str label = page_step_label(v, ask->command->step);
    page_frame(v, m, label);
    page_set_text(v, m, "label", label);
    page_set_text(v, m, "case_title",
                  str_printf(v->a, "%.*s · %.*s", STR_ARG(in.row->id), STR_ARG(page_title_of(v, in.row))));
    page_set(v, m, "cites", page_cites(v, in.step->cite));
    page_set_text(v, m, "what", page_event_label(v, json_text(json_path(sign, "statement.event"))));
    page_set_text(v, m, "action", v->path);
    page_set_text(v, m, "key", ask->command->key);
    page_set_text(v, m, "version", str_printf(v->a, "%lld", (long long)in.row->version));
    page_set_text(v, m, "cancel_href", page_case_href(v, in.row->id));
    page_set_text(v, m, "challenge", json_text_at(sign, "challenge"));
    page_set_bool(v, m, "wrong", ask->wrong);
    page_set_bool(v, m, "can_draft", in.mode == COMMAND_PLAIN && in.step->fields.count > 0);
    carry(v, m, in.mode == COMMAND_PLAIN ? form : NULL);
    tell_form(v, m, in.type, in.mode == COMMAND_PLAIN ? form : json_get(in.row->pending, "form"));
    if (ask->dry->plan.decided) {
        const Decision *d = &ask->dry->plan.decision;
        page_set(v, m, "proposal", page_decision_model(v, ask->dry->plan.proof, d->facts, NULL, NULL));
    }
    return add_keys(v, m, err);
}
