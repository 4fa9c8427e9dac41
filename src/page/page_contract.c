/* page_contract.c: a contract side by side in the reader's language and the language of the statutes, as page and
 * paper.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "doc/doc.h"

/* scheme.json: "contract": {type, accept, refuse, states: [those in which there is a contract], signed: field,
 * sections: [{title: message key, fields: [field]}], terms: [message keys]} */
static const Json *rule_of(const PageView *v)
{
    return json_get(scheme_info(v->scheme), "contract");
}

typedef struct {
    PageView left, right; /* the same world in two languages */
    const CaseRow *row;
    const SchemeType *type;
} Contract;

static bool open_contract(const PageView *v, Str id, Contract *c, Err *err)
{
    const Json *rule = rule_of(v);
    c->left = c->right = *v;
    Str second = json_text_at(scheme_info(v->scheme), "statute_language");
    c->right.language = str_eq(v->language, second) ? STR("en") : second;
    if (!page_open(v, id, &c->row, err)) {
        return false;
    }
    bool there = rule != NULL && str_eq(c->row->type, json_text_at(rule, "type")) &&
                 json_has_text(json_get(rule, "states"), c->row->state);
    if (!there) {
        return err_set(err, NOT_FOUND, "There is no contract %.*s.", STR_ARG(id));
    }
    c->type = scheme_type(v->scheme, c->row->type);
    return true;
}

Str page_contract_href(const PageView *v, const CaseRow *row, Str step)
{
    const Json *rule = rule_of(v);
    bool answers = rule != NULL && row != NULL && str_eq(row->type, json_text_at(rule, "type")) &&
                   str_eq(step, json_text_at(rule, "accept"));
    return answers ? str_printf(v->a, "/contract/%.*s", STR_ARG(row->id)) : STR("");
}

Str page_contract_paper(const PageView *v, const CaseRow *row)
{
    const Json *rule = rule_of(v);
    bool has = rule != NULL && str_eq(row->type, json_text_at(rule, "type")) &&
               json_has_text(json_get(rule, "states"), row->state);
    return has ? str_printf(v->a, "/contract/%.*s/contract.pdf", STR_ARG(row->id)) : STR("");
}

static Str message(const PageView *v, Str key)
{
    Str text = scheme_message(v->scheme, v->language, key);
    return text.ptr ? text : key;
}

/* A value as its side's language writes days and amounts: the other side does not follow the page's. */
static Str written(const PageView *v, const Contract *c, Str field, const Json *value)
{
    Json *params = json_new_object(v->a);
    page_set_text(v, params, "value", page_value(v, c->type, field, value));
    return view_fill(v->a, v->language, STR("{value:fact}"), params);
}

static Str clause(const PageView *v, const Contract *c, Str field, const Json *value)
{
    return str_printf(v->a, "%.*s: %.*s", STR_ARG(page_field_label(v, c->type, field)),
                      STR_ARG(written(v, c, field, value)));
}

static void add_fields(const PageView *v, Json *clauses, const Contract *c, const Json *fields)
{
    for (size_t i = 0; i < json_count(fields); i++) {
        Str field = json_text(fields->items[i]);
        const Json *value = json_get_str(c->row->data, field);
        if (value != NULL && value->kind != JSON_NULL) {
            Json *j = page_add(v, clauses);
            page_set_text(v, j, "left", clause(&c->left, c, field, value));
            page_set_text(v, j, "right", clause(&c->right, c, field, value));
            page_set_text(v, j, "label", page_field_label(&c->left, c->type, field));
            page_set_text(v, j, "value", written(&c->left, c, field, value));
            page_set_text(v, j, "right_label", page_field_label(&c->right, c->type, field));
            page_set_text(v, j, "right_value", written(&c->right, c, field, value));
        }
    }
}

static Json *sections(const PageView *v, const Contract *c)
{
    Json *list = json_new_array(v->a);
    const Json *parts = json_get(rule_of(v), "sections");
    for (size_t i = 0; i < json_count(parts); i++) {
        Str title = json_text_at(parts->items[i], "title");
        Json *section = page_add(v, list), *clauses;
        page_set_text(v, section, "left_title", message(&c->left, title));
        page_set_text(v, section, "right_title", message(&c->right, title));
        clauses = page_list_in(v, section, "clauses");
        add_fields(v, clauses, c, json_get(parts->items[i], "fields"));
        const Json *terms = json_get(parts->items[i], "terms");
        for (size_t k = 0; k < json_count(terms); k++) {
            Json *j = page_add(v, clauses);
            page_set_text(v, j, "left", message(&c->left, json_text(terms->items[k])));
            page_set_text(v, j, "right", message(&c->right, json_text(terms->items[k])));
        }
    }
    return list;
}

static void add_side(const PageView *v, Json *model, const char *key, const PageView *side)
{
    Json *j = page_object_in(v, model, key);
    page_set_text(v, j, "lang", side->language);
    page_set_text(v, j, "label", view_text(v->a, side->language, "language.name", NULL));
}

static bool may_answer(const PageView *v, const Contract *c)
{
    const Json *steps = flow_steps(v->flow, v->run, v->scheme, v->caller, c->row, v->now);
    for (size_t i = 0; i < json_count(steps); i++) {
        if (str_eq(json_text_at(steps->items[i], "step"), json_text_at(rule_of(v), "accept"))) {
            return true;
        }
    }
    return false;
}

bool page_contract(const PageView *v, Str id, Str key, Page *ret, Err *err)
{
    Contract c;
    if (!open_contract(v, id, &c, err)) {
        return false;
    }
    *ret = (Page){"contract", json_new_object(v->a)};
    Json *m = ret->model, *back = page_object_in(v, m, "back");
    page_frame(v, m, page_label(v, "document", STR("contract")));
    page_set_text(v, back, "href", page_case_href(v, id));
    page_set_text(v, back, "label", id);
    page_set_text(v, m, "id", id);
    page_set_text(v, m, "state_label", page_state_label(v, c.row->type, c.row->state));
    page_set_text(v, m, "due", c.row->due);
    add_side(v, m, "left", &c.left);
    add_side(v, m, "right", &c.right);
    page_set(v, m, "sections", sections(v, &c));
    bool can = may_answer(v, &c);
    page_set_bool(v, m, "can_accept", can);
    page_set_text(v, m, "action",
                  str_printf(v->a, "/case/%.*s/do/%.*s", STR_ARG(id), STR_ARG(json_text_at(rule_of(v), "accept"))));
    page_set_text(v, m, "refuse_href",
                  str_printf(v->a, "/case/%.*s/do/%.*s", STR_ARG(id), STR_ARG(json_text_at(rule_of(v), "refuse"))));
    page_set_text(v, m, "key", key);
    page_set_text(v, m, "version", str_printf(v->a, "%lld", (long long)c.row->version));
    page_set_text(v, m, "pdf_href", str_printf(v->a, "/contract/%.*s/contract.pdf", STR_ARG(id)));
    return true;
}

/* ---- The paper ---- */

static Json *pair(const PageView *v, Str left, Str right)
{
    Json *j = json_new_array(v->a);
    json_push(v->a, j, json_new_str(v->a, left));
    json_push(v->a, j, json_new_str(v->a, right));
    return j;
}

static void add_language(const PageView *v, Json *list, Str code)
{
    Json *j = page_add(v, list);
    page_set_text(v, j, "code", code);
    page_set_text(v, j, "label", view_text(v->a, code, "language.name", NULL));
}

bool page_contract_pdf(const PageView *v, Str id, Buf *out, Err *err)
{
    Contract c;
    if (!open_contract(v, id, &c, err)) {
        return false;
    }
    Json *f = json_new_object(v->a), *meta = page_object_in(v, f, "metadata"), *number = page_object_in(v, f, "number"),
         *languages = page_list_in(v, f, "languages"), *clauses = page_list_in(v, f, "clauses");
    page_set_text(v, f, "title", page_label(&c.left, "document", STR("contract")));
    page_set_text(v, f, "second", page_label(&c.right, "document", STR("contract")));
    page_set_text(v, f, "language", v->language);
    page_set_text(v, meta, "created", str_printf(v->a, "%.*sT00:00:00Z", STR_ARG(day_print(v->a, c.row->since))));
    page_set_text(v, meta, "subject", id);
    page_set_text(v, number, "label", page_label(v, "type", c.row->type));
    page_set_text(v, number, "value", id);
    Json *authority = page_object_in(v, f, "authority"), *group = page_add(v, page_list_in(v, f, "groups"));
    page_set_text(v, authority, "name", page_title_of(v, c.row));
    page_set_text(v, group, "heading", page_label(v, "type", c.row->type));
    Json *state = page_add(v, page_list_in(v, group, "items"));
    page_set_text(v, state, "label", view_text(v->a, v->language, "list.state", NULL));
    page_set_text(v, state, "value", page_state_label(v, c.row->type, c.row->state));
    add_language(v, languages, c.left.language);
    add_language(v, languages, c.right.language);
    const Json *parts = sections(v, &c);
    for (size_t i = 0; i < json_count(parts); i++) {
        const Json *s = parts->items[i], *own = json_get(s, "clauses");
        Buf left = buf_new(v->a, 65536), right = buf_new(v->a, 65536);
        for (size_t k = 0; k < json_count(own); k++) {
            buf_printf(&left, "%s%.*s", k ? "\n" : "", STR_ARG(json_text_at(own->items[k], "left")));
            buf_printf(&right, "%s%.*s", k ? "\n" : "", STR_ARG(json_text_at(own->items[k], "right")));
        }
        Json *j = page_add(v, clauses);
        page_set(v, j, "heading", pair(v, json_text_at(s, "left_title"), json_text_at(s, "right_title")));
        page_set(v, j, "text", pair(v, buf_str(&left), buf_str(&right)));
    }
    page_set_text(v, f, "footer", str_printf(v->a, "%.*s%s", STR_ARG(id), v->demo ? " · DEMO" : ""));
    return doc_paper(v->a, STR("contract"), f, out, err);
}
