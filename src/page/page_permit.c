/* page_permit.c: the permit as credential, QR code, page and paper; and the check of a permit by anybody.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include <string.h>

#include "doc/doc.h"

enum { DAY_S = 86400, MAX_HIDDEN = 16 };

/* scheme.json: "credential": {type, number, vct, from, until, open: [field], person: {field, fields: [field]}, revoked:
 * [state]} */
static const Json *rule_of(const PageView *v)
{
    return json_get(scheme_info(v->scheme), "credential");
}

static bool seed_of(const PageView *v, DocSeed *ret, Err *err)
{
    Hash h;
    if (!store_secret(v->flow->store, STR("credential-signing-key"), &h, err)) {
        return false;
    }
    memcpy(ret->b, h.b, sizeof ret->b);
    return true;
}

static bool salt_secret_of(const PageView *v, DocSeed *ret, Err *err)
{
    Hash h;
    if (!store_secret(v->flow->store, STR("credential-salts"), &h, err)) {
        return false;
    }
    memcpy(ret->b, h.b, sizeof ret->b);
    return true;
}

/* When a day begins where the scheme is at home: a permit from today is valid from that midnight, not from UTC's. */
static int64_t seconds_of(const PageView *v, Str day)
{
    Day d;
    return day_parse(day, &d) ? (int64_t)d.n * DAY_S - (int64_t)scheme_utc_offset(v->scheme) * 60 : 0;
}

/* Entries of the status list are the numbers at the end of case ids. */
static int64_t status_index(Str id)
{
    size_t dash = id.len;
    int64_t n = 0;
    while (dash > 0 && id.ptr[dash - 1] != '-') {
        dash--;
    }
    return str_to_int(str_sub(id, dash, id.len), &n) ? n : 0;
}

static Str status_uri(const PageView *v)
{
    return str_printf(v->a, "%.*s/status/%.*s", STR_ARG(v->origin), STR_ARG(scheme_id(v->scheme)));
}

typedef struct {
    const CaseRow *row, *person;
    const SchemeType *type, *person_type;
} Permit;

static bool find_permit(const PageView *v, Str id, Permit *ret, Err *err)
{
    const Json *rule = rule_of(v);
    if (!query_case(v->flow->store, v->a, id, &ret->row, err)) {
        return false;
    }
    bool is_permit = ret->row != NULL && rule != NULL && str_eq(ret->row->type, json_text_at(rule, "type")) &&
                     str_eq(ret->row->scheme, scheme_id(v->scheme)) &&
                     json_text(json_get_str(ret->row->data, json_text_at(rule, "number"))).len > 0;
    if (!is_permit) {
        return err_set(err, NOT_FOUND, "There is no permit %.*s.", STR_ARG(id));
    }
    Str person = json_text(json_get_str(ret->row->data, json_text(json_path(rule, "person.field"))));
    if (!query_case(v->flow->store, v->a, person, &ret->person, err)) {
        return false;
    }
    ret->type = scheme_type(v->scheme, ret->row->type);
    ret->person_type = ret->person ? scheme_type(v->scheme, ret->person->type) : NULL;
    return ret->person != NULL || err_set(err, NOT_FOUND, "The person of this permit is not there.");
}

static Json *pick(const PageView *v, const Json *names, const Json *data)
{
    Json *j = json_new_object(v->a);
    for (size_t i = 0; i < json_count(names); i++) {
        Json *value = json_get_str(data, json_text(names->items[i]));
        if (value != NULL && value->kind != JSON_NULL) {
            json_set(v->a, j, json_text(names->items[i]), value);
        }
    }
    return j;
}

static bool make_credential(const PageView *v, const Permit *p, Str *ret, Err *err)
{
    const Json *rule = rule_of(v);
    DocSeed seed, salts;
    if (!seed_of(v, &seed, err) || !salt_secret_of(v, &salts, err)) {
        return false;
    }
    Json *hidden = pick(v, json_path(rule, "person.fields"), p->person->data);
    Str from = json_text(json_get_str(p->row->data, json_text_at(rule, "from")));
    DocCredential c = {.issuer = v->origin,
                       .type = json_text_at(rule, "vct"),
                       .issued_s = seconds_of(v, from),
                       .starts_s = seconds_of(v, from),
                       .ends_s =
                           seconds_of(v, json_text(json_get_str(p->row->data, json_text_at(rule, "until")))) + DAY_S,
                       .status_uri = status_uri(v),
                       .status_index = status_index(p->row->id),
                       .open = pick(v, json_get(rule, "open"), p->row->data),
                       .hidden = hidden};
    Str number = json_text(json_get_str(p->row->data, json_text_at(rule, "number")));
    c.salts = doc_salts(v->a, &salts, number, hidden->count);
    return doc_credential_sign(v->a, &c, &seed, ret, err);
}

static bool qr_text(const PageView *v, const Permit *p, Str *ret, Err *err)
{
    Str credential, compact;
    if (!make_credential(v, p, &credential, err) || !doc_compact_print(v->a, credential, &compact, err)) {
        return false;
    }
    *ret = str_printf(v->a, "%.*s/verify#%.*s", STR_ARG(v->origin), STR_ARG(compact));
    return true;
}

static bool is_revoked(const PageView *v, Str state)
{
    return json_has_text(json_get(rule_of(v), "revoked"), state);
}

static bool status_list(const PageView *v, DocStatusList *ret, Err *err)
{
    const CaseRow *rows;
    size_t count;
    int64_t opened;
    Str type = json_text_at(rule_of(v), "type");
    if (!query_counter(v->flow->store, v->a, scheme_id(v->scheme), type, &opened, err) ||
        !query_list(v->flow->store, v->a, scheme_id(v->scheme), type, NULL, 0, NULL, 0, &rows, &count, err)) {
        return false;
    }
    *ret = doc_status_new(v->a, status_uri(v), (size_t)opened + 1);
    for (size_t i = 0; i < count; i++) {
        doc_status_set(ret, (size_t)status_index(rows[i].id), is_revoked(v, rows[i].state));
    }
    ret->issued_s = v->now.ms / 1000;
    ret->ttl_s = 3600;
    return true;
}

bool page_status_list(const PageView *v, Str *ret_jwt, Err *err)
{
    DocStatusList list;
    DocSeed seed;
    if (rule_of(v) == NULL) {
        return err_set(err, NOT_FOUND, "This scheme issues no credentials.");
    }
    return status_list(v, &list, err) && seed_of(v, &seed, err) && doc_status_sign(v->a, &list, &seed, ret_jwt, err);
}

bool page_issuer(const PageView *v, Json **ret, Err *err)
{
    DocSeed seed;
    if (!seed_of(v, &seed, err)) {
        return false;
    }
    DocPublicKey key = doc_key_public(&seed);
    *ret = doc_issuer_metadata(v->a, v->origin, &key, 1);
    return true;
}

/* ---- The page and the picture ---- */

static void add_facts(const PageView *v, Json *list, const Json *names, const SchemeType *t, const Json *data)
{
    for (size_t i = 0; i < json_count(names); i++) {
        Str name = json_text(names->items[i]);
        const Json *value = json_get_str(data, name);
        if (value != NULL && value->kind != JSON_NULL) {
            Json *j = page_add(v, list);
            page_set_text(v, j, "label", page_field_label(v, t, name));
            page_set_text(v, j, "value", page_value(v, t, name, value));
        }
    }
}

static Str person_name(const Permit *p)
{
    return p->person->title;
}

static bool readable(const PageView *v, const Permit *p, Err *err)
{
    const CaseRow *own;
    return page_open(v, p->row->id, &own, err);
}

bool page_permit(const PageView *v, Str id, Page *ret, Err *err)
{
    Permit p;
    if (!find_permit(v, id, &p, err) || !readable(v, &p, err)) {
        return false;
    }
    *ret = (Page){"permit", json_new_object(v->a)};
    Json *m = ret->model, *holder = page_object_in(v, m, "holder"), *back = page_object_in(v, m, "back");
    bool valid = !is_revoked(v, p.row->state);
    Str title = page_label(v, "document", STR("permit"));
    page_frame(v, m, title);
    page_set_text(v, back, "href", page_case_href(v, id));
    page_set_text(v, back, "label", id);
    page_set_text(v, m, "type_label", title);
    page_set_text(v, m, "number", json_text(json_get_str(p.row->data, json_text_at(rule_of(v), "number"))));
    page_set_bool(v, m, "valid", valid);
    page_set_text(v, m, "status_label", view_text(v->a, v->language, valid ? "verify.valid" : "verify.not", NULL));
    page_set_text(v, holder, "name_latin", person_name(&p));
    page_set_text(v, holder, "name_native", json_text_at(p.person->data, "native_name"));
    page_set_text(v, m, "issuer", page_label(v, "role", json_text_at(rule_of(v), "authority")));
    page_set_text(v, m, "issued", json_text(json_get_str(p.row->data, json_text_at(rule_of(v), "from"))));
    page_set_text(v, m, "as_of", day_print(v->a, v->today));
    page_set_text(v, m, "qr_href", str_printf(v->a, "/permit/%.*s/qr.svg", STR_ARG(id)));
    page_set_text(v, m, "pdf_href", str_printf(v->a, "/permit/%.*s/permit.pdf", STR_ARG(id)));
    page_set_text(v, m, "verify_url", str_printf(v->a, "%.*s/verify", STR_ARG(v->origin)));
    add_facts(v, page_list_in(v, m, "facts"), json_get(rule_of(v), "open"), p.type, p.row->data);
    return true;
}

bool page_permit_qr(const PageView *v, Str id, Buf *out, Err *err)
{
    Permit p;
    Str text;
    DocQr qr;
    if (!find_permit(v, id, &p, err) || !readable(v, &p, err) || !qr_text(v, &p, &text, err) ||
        !doc_qr_new(v->a, text, &qr, err)) {
        return false;
    }
    doc_qr_svg(out, &qr, json_text(json_get_str(p.row->data, json_text_at(rule_of(v), "number"))));
    return true;
}

/* ---- The paper ---- */

/* A label in the reader's language and, where that is another, in the language of the statutes. */
static Str second_label(const PageView *v, const char *kind, Str name)
{
    Str language = json_text_at(scheme_info(v->scheme), "statute_language");
    return str_eq(language, v->language) ? STR("") : scheme_label(v->scheme, v->a, language, kind, name);
}

static void add_items(const PageView *v, Json *group, const Json *names, const SchemeType *t, const Json *data)
{
    Json *items = page_list_in(v, group, "items");
    for (size_t i = 0; i < json_count(names); i++) {
        Str name = json_text(names->items[i]);
        const Json *value = json_get_str(data, name);
        if (value == NULL || value->kind == JSON_NULL) {
            continue;
        }
        Json *j = page_add(v, items);
        page_set_text(v, j, "label", page_field_label(v, t, name));
        page_set_text(v, j, "second", second_label(v, "field", name));
        page_set_text(v, j, "value", page_value(v, t, name, value));
    }
}

bool page_permit_pdf(const PageView *v, Str id, Buf *out, Err *err)
{
    Permit p;
    Str text;
    if (!find_permit(v, id, &p, err) || !readable(v, &p, err) || !qr_text(v, &p, &text, err)) {
        return false;
    }
    const Json *rule = rule_of(v);
    Str number = json_text(json_get_str(p.row->data, json_text_at(rule, "number")));
    Str from = json_text(json_get_str(p.row->data, json_text_at(rule, "from")));
    Json *f = json_new_object(v->a), *meta = page_object_in(v, f, "metadata"),
         *authority = page_object_in(v, f, "authority"), *num = page_object_in(v, f, "number"),
         *qr = page_object_in(v, f, "qr"), *groups = page_list_in(v, f, "groups");
    page_set_text(v, f, "title", page_label(v, "document", STR("permit")));
    page_set_text(v, f, "second", second_label(v, "document", STR("permit")));
    page_set_text(v, f, "language", v->language);
    page_set_text(v, meta, "created", str_printf(v->a, "%.*sT00:00:00Z", STR_ARG(from)));
    page_set_text(v, meta, "subject", number);
    page_set_text(v, authority, "name", page_label(v, "role", json_text_at(rule, "authority")));
    page_set_text(v, authority, "second", second_label(v, "role", json_text_at(rule, "authority")));
    page_set_text(v, num, "label", page_field_label(v, p.type, json_text_at(rule, "number")));
    page_set_text(v, num, "value", number);
    page_set_text(v, num, "note", from);
    page_set_text(v, qr, "text", text);
    page_set_text(v, qr, "label", number);
    page_set_text(v, qr, "caption", str_printf(v->a, "%.*s/verify", STR_ARG(v->origin)));
    page_set_int(v, qr, "size_mm", 62);
    Json *person = page_add(v, groups), *work = page_add(v, groups);
    page_set_text(v, person, "heading", page_label(v, "type", p.person->type));
    add_items(v, person, json_path(rule, "person.fields"), p.person_type, p.person->data);
    page_set_text(v, work, "heading", page_label(v, "type", p.row->type));
    page_set_int(v, work, "columns", 2);
    add_items(v, work, json_get(rule, "open"), p.type, p.row->data);
    page_set_text(v, f, "footer", str_printf(v->a, "%.*s%s", STR_ARG(number), v->demo ? " · DEMO" : ""));
    return doc_paper(v->a, STR("permit"), f, out, err);
}

/* ---- Checking ---- */

static void add_check(const PageView *v, Json *list, const char *key, bool passed)
{
    Json *j = page_add(v, list);
    page_set_text(v, j, "label", view_text(v->a, v->language, key, NULL));
    page_set_bool(v, j, "passed", passed);
}

/* key: "verify.valid", "verify.not" or "verify.unknown"; the template shows it by what follows the point. */
static Json *new_result(const PageView *v, Json *model, const char *key)
{
    Json *result = page_object_in(v, model, "result");
    page_set_text(v, result, "status", str_from_c(strchr(key, '.') + 1));
    page_set_text(v, result, "status_label", view_text(v->a, v->language, key, NULL));
    page_set_text(v, result, "as_of", instant_print(v->a, v->now));
    return result;
}

/* *ret_known: the scheme issued it. */
static bool check_credential(const PageView *v, Json *model, Str text, bool *ret_known, Err *err)
{
    DocSeed seed;
    DocReading reading;
    DocStatusList list;
    Err fault;
    if (!seed_of(v, &seed, err) || !status_list(v, &list, err)) {
        return false;
    }
    DocPublicKey key = doc_key_public(&seed);
    bool genuine = doc_credential_verify(v->a, str_trim(text), &key, 1, &reading, &fault);
    DocState state = genuine ? doc_state_at(&reading, &list, v->now.ms / 1000) : DOC_STATUS_UNKNOWN;
    *ret_known = genuine && str_eq(reading.type, json_text_at(rule_of(v), "vct"));
    bool ours_listed = genuine && str_eq(reading.status_uri, list.uri);
    bool valid = genuine && state == DOC_VALID;
    Json *result = new_result(v, model,
                              valid                                    ? "verify.valid"
                              : genuine && state == DOC_STATUS_UNKNOWN ? "verify.unknown"
                                                                       : "verify.not");
    Json *checks = page_list_in(v, result, "checks");
    add_check(v, checks, "verify.check_signature", genuine);
    add_check(v, checks, "verify.check_time", genuine && state != DOC_NOT_YET && state != DOC_ENDED);
    add_check(v, checks, "verify.check_status", ours_listed && state != DOC_REVOKED && state != DOC_SUSPENDED);
    if (!genuine) {
        return true;
    }
    const Json *rule = rule_of(v);
    const SchemeType *t = scheme_type(v->scheme, json_text_at(rule, "type"));
    Json *facts = page_list_in(v, result, "facts");
    add_facts(v, facts, json_path(rule, "person.fields"), t, reading.claims);
    add_facts(v, facts, json_get(rule, "open"), t, reading.claims);
    return true;
}

static bool check_number(const PageView *v, Json *model, Str number, Str birth, bool *ret_known, Err *err)
{
    const Json *rule = rule_of(v);
    Str id;
    Permit p;
    Err fault;
    if (!query_holder_of(v->flow->store, v->a, scheme_id(v->scheme), json_text_at(rule, "type"),
                         json_text_at(rule, "number"), number, &id, err)) {
        return false;
    }
    bool found = id.len > 0 && find_permit(v, id, &p, &fault) &&
                 str_eq(json_text(json_get_str(p.person->data, json_text(json_path(rule, "person.secret")))), birth);
    *ret_known = found;
    bool valid =
        found && !is_revoked(v, p.row->state) &&
        seconds_of(v, json_text(json_get_str(p.row->data, json_text_at(rule, "until")))) + DAY_S > v->now.ms / 1000;
    Json *result = new_result(v, model, valid ? "verify.valid" : "verify.not");
    if (found) {
        add_facts(v, page_list_in(v, result, "facts"), json_get(rule, "open"), p.type, p.row->data);
    }
    return true;
}

/* A permit may be of any scheme that runs here: asks each until one knows it. */
static bool check_with_all(const PageView *v, Json *model, Str text, const PageVerifyAsk *ask, Err *err)
{
    bool known = false;
    for (size_t k = 0; k < v->flow->scheme_count && !known; k++) {
        PageView other = *v;
        other.scheme = v->flow->schemes[k];
        if (rule_of(&other) == NULL) {
            continue;
        }
        if (!(text.len > 0 ? check_credential(&other, model, text, &known, err)
                           : check_number(&other, model, str_trim(ask->number), ask->birth, &known, err))) {
            return false;
        }
    }
    return true;
}

bool page_verify(const PageView *v, const PageVerifyAsk *ask, Page *ret, Err *err)
{
    *ret = (Page){"verify", json_new_object(v->a)};
    Json *m = ret->model;
    Str text = ask->text, read;
    Err fault = {0};
    page_frame(v, m, view_text(v->a, v->language, "verify.title", NULL));
    page_set_text(v, m, "list_href", str_printf(v->a, "/status/%.*s", STR_ARG(scheme_id(v->scheme))));
    page_set_text(v, m, "text", text);
    page_set_text(v, m, "number", ask->number);
    page_set_text(v, m, "birth", ask->birth);
    page_set_text(v, m, "list_day", day_print(v->a, v->today));
    if (ask->picture.len > 0 && text.len == 0) {
        if (!doc_qr_read(v->a, ask->picture, &read, &fault)) {
            page_set_text(v, page_add(v, page_list_in(v, m, "errors")), "text", str_copy(v->a, str_from_c(fault.text)));
            return true;
        }
        text = read;
    }
    return (text.len == 0 && ask->number.len == 0) || check_with_all(v, m, text, ask, err);
}
