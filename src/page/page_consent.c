/* page_consent.c: the two answers that need more than a form: a contract read in two languages, a choice among the referred.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* ---- The contract, side by side ---- */

static bool is_contract_field(const SchemeType *t, Str document, Str field)
{
    for (size_t i = 0; i < t->step_count; i++) {
        if (str_eq(t->steps[i].document, document) && scheme_names_have(&t->steps[i].fields, field)) {
            return true;
        }
    }
    return false;
}

/* A step without fields that makes the paper which another step of the type filled in: the other side's consent to it. */
bool page_is_contract(const PageView *v, const CommandInput *in)
{
    if (in->row == NULL || in->mode != COMMAND_PLAIN || in->step->document.len == 0 || in->step->fields.count > 0) {
        return false;
    }
    for (size_t i = 0; i < in->type->field_count; i++) {
        if (is_contract_field(in->type, in->step->document, in->type->fields[i].name)) {
            return v->caller->party.len > 0;
        }
    }
    return false;
}

static void add_clauses(const PageView *left, const PageView *right, Json *section, const CommandInput *in, bool terms)
{
    Json *l = json_new_array(left->a), *r = json_new_array(left->a), *clauses = page_list_in(left, section, "clauses");
    page_facts(left, l, in->type, in->row->data);
    page_facts(right, r, in->type, in->row->data);
    for (size_t i = 0; i < l->count; i++) {
        Str name = json_text_at(l->items[i], "name");
        if (is_contract_field(in->type, in->step->document, name) != terms || (!terms && !scheme_names_have(&in->type->list, name))) {
            continue;
        }
        Json *c = page_add(left, clauses);
        page_set_text(left, c, "label", json_text_at(l->items[i], "label"));
        page_set_text(left, c, "value", json_text_at(l->items[i], "value"));
        page_set_text(left, c, "right_label", json_text_at(r->items[i], "label"));
        page_set_text(left, c, "right_value", json_text_at(r->items[i], "value"));
    }
}

static void add_side(const PageView *v, Json *model, const char *key, Str language)
{
    Json *j = page_object_in(v, model, key);
    page_set_text(v, j, "lang", language);
    page_set_text(v, j, "label", view_text(v->a, language, "language.name", NULL));
}

/* In the reader's language beside the language of the statutes (for a reader of that one: beside English). */
void page_contract(const PageView *v, Json *m, const CommandInput *in)
{
    PageView other = *v;
    Str law = json_text_at(scheme_info(v->scheme), "statute_language");
    other.language = str_eq(law, v->language) ? STR("en") : law;
    add_side(v, m, "left", v->language);
    add_side(v, m, "right", other.language);
    Json *sections = page_list_in(v, m, "sections"), *parties = page_add(v, sections), *terms = page_add(v, sections);
    page_set_text(v, parties, "left_title", page_label(v, "type", in->type->name));
    page_set_text(v, parties, "right_title", page_label(&other, "type", in->type->name));
    add_clauses(v, &other, parties, in, false);
    page_set_text(v, terms, "left_title", view_text(v->a, v->language, "title.contract", NULL));
    page_set_text(v, terms, "right_title", view_text(v->a, other.language, "title.contract", NULL));
    add_clauses(v, &other, terms, in, true);
    page_set_text(v, m, "id", in->row->id);
    page_set_text(v, m, "state_label", page_state_label(v, in->type->name, in->row->state));
    page_set_text(v, m, "state_tone", STR("warn"));
    page_set_text(v, m, "due", in->row->due);
    page_set_bool(v, m, "can_accept", true);
}

/* ---- Choosing among the referred, who stay anonymous ---- */

static const Json *referred_of(const CommandInput *in)
{
    return in->row ? json_get(in->row->data, "referred") : NULL;
}

/* The step asks for one case only, and the case holds a list of those referred to it. */
bool page_is_choosing(const CommandInput *in)
{
    if (in->mode != COMMAND_PLAIN || in->step->fields.count != 1 || referred_of(in) == NULL) {
        return false;
    }
    const SchemeField *f = scheme_field(in->type, in->step->fields.items[0]);
    return f->kind == SCHEME_CASE && f->of.len > 0;
}

/* Only fields of lists that are not personal: what the law lets an employer choose by. */
static void add_open_facts(const PageView *v, Json *card, const SchemeType *t, const CaseRow *row)
{
    Json *facts = page_list_in(v, card, "facts");
    for (size_t i = 0; i < t->list.count; i++) {
        const SchemeField *f = scheme_field(t, t->list.items[i]);
        const Json *value = json_get_str(row->data, t->list.items[i]);
        if (f != NULL && !f->personal && value != NULL && value->kind != JSON_NULL) {
            Json *j = page_add(v, facts);
            page_set_text(v, j, "label", page_field_label(v, t, f->name));
            page_set_text(v, j, "value", page_value(v, t, f->name, value));
        }
    }
}

bool page_choosing(const PageView *v, Json *m, const CommandInput *in, Str selected, Err *err)
{
    const Json *referred = referred_of(in);
    Str of = scheme_field(in->type, in->step->fields.items[0])->of;
    Str waiting = json_text_at(json_get_str(json_get(scheme_info(v->scheme), "roster"), of), "state");
    const SchemeType *t = scheme_type(v->scheme, of);
    Json *list = page_list_in(v, m, "candidates");
    for (size_t i = 0; i < json_count(referred); i++) {
        const CaseRow *row;
        if (!query_case(v->flow->store, v->a, json_text(referred->items[i]), &row, err)) {
            return false;
        }
        if (row == NULL || t == NULL || (waiting.len > 0 && !str_eq(row->state, waiting))) {
            continue; /* chosen elsewhere, or gone */
        }
        Json *card = page_add(v, list);
        page_set_text(v, card, "ref", row->id);
        page_set_text(v, card, "value", row->id);
        page_set_bool(v, card, "selected", str_eq(row->id, selected));
        add_open_facts(v, card, t, row);
    }
    return true;
}
