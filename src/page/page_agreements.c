/* page_agreements.c: the agreements of the corridor with their terms, and for those who oversee them the work plan of
 * their obligations and what needs attention: terms that end, issues that fell silent.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* scheme.json: "agreements": {type, open: states of talks, running: states in force, and the names of fields; items:
 * {type, of: the field that names the agreement, open: states, and the names of fields}} */
typedef struct {
    const Json *rule, *item_rule;
    const CaseRow *rows, *items;
    size_t count, item_count;
    bool oversees; /* the reader sees the work plan and the alerts */
} Register;

static bool day_of(const Json *rule, const char *key, const CaseRow *row, Day *ret)
{
    return day_parse(page_rule_text(rule, key, row), ret);
}

static Str word(const PageView *v, const char *key, const char *name, Str value)
{
    Json *params = json_new_object(v->a);
    page_set_text(v, params, name, value);
    return view_text(v->a, v->language, key, params);
}

static Str words_of_day(const PageView *v, const char *key, Day day)
{
    return word(v, key, "day", day_print(v->a, day));
}

static bool is_alive(const Register *r, const CaseRow *row)
{
    return json_has_text(json_get(r->rule, "open"), row->state) ||
           json_has_text(json_get(r->rule, "running"), row->state);
}

/* ---- What needs attention ---- */

/* Months that the agreement itself states under `key`; they are data of the scheme's form, never a number of the
 * program. */
static bool lead_of(const Json *rule, const char *key, const CaseRow *row, int *ret)
{
    int64_t months;
    if (!str_to_int(page_rule_text(rule, key, row), &months)) {
        return false;
    }
    *ret = (int)months;
    return true;
}

/* Over, soon over, or silent for too long; empty where all is well. */
static Str alert_of(const PageView *v, const Register *r, const CaseRow *row)
{
    Day until, spoken;
    int months;
    if (!is_alive(r, row)) {
        return STR("");
    }
    bool ends = day_of(r->rule, "until", row, &until);
    if (ends && day_cmp(until, v->today) < 0) {
        return words_of_day(v, "agreements.over", until);
    }
    if (ends && lead_of(r->rule, "warn", row, &months) && day_cmp(day_add_months(until, -months), v->today) <= 0) {
        return words_of_day(v, "agreements.ends_soon", until);
    }
    if (day_of(r->rule, "spoken", row, &spoken) && lead_of(r->rule, "silence", row, &months) &&
        day_cmp(day_add_months(spoken, months), v->today) < 0) {
        return words_of_day(v, "agreements.silent", spoken);
    }
    return STR("");
}

static Str item_alert(const PageView *v, const Register *r, const CaseRow *item)
{
    Day due, speak;
    if (!json_has_text(json_get(r->item_rule, "open"), item->state)) {
        return STR("");
    }
    if (day_of(r->item_rule, "due", item, &due) && day_cmp(due, v->today) < 0) {
        return words_of_day(v, "agreements.item_late", due);
    }
    if (day_of(r->item_rule, "speak_by", item, &speak) && day_cmp(speak, v->today) < 0) {
        return words_of_day(v, "agreements.item_silent", speak);
    }
    return STR("");
}

static void add_alert(const PageView *v, Json *list, const CaseRow *row, Str text)
{
    if (text.len > 0) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", page_title_of(v, row));
        page_set_text(v, j, "text", text);
        page_set_text(v, j, "href", page_href_of_read(v, row));
    }
}

static void add_alerts(const PageView *v, Json *model, const Register *r)
{
    Json *list = page_list_in(v, model, "alerts");
    for (size_t i = 0; i < r->count; i++) {
        add_alert(v, list, &r->rows[i], alert_of(v, r, &r->rows[i]));
    }
    for (size_t i = 0; i < r->item_count; i++) {
        add_alert(v, list, &r->items[i], item_alert(v, r, &r->items[i]));
    }
    page_set_int(v, model, "alert_count", (int64_t)json_count(list));
}

/* ---- An agreement ---- */

static void add_item(const PageView *v, Json *list, const Register *r, const CaseRow *item)
{
    Json *j = page_add(v, list);
    bool open = json_has_text(json_get(r->item_rule, "open"), item->state);
    Str alert = item_alert(v, r, item);
    const Json *minutes = json_get_str(item->data, json_text_at(r->item_rule, "minutes"));
    page_set_text(v, j, "subject", page_said(v, page_rule_text(r->item_rule, "subject", item)));
    page_set_text(v, j, "href", page_href_of_read(v, item));
    page_set_text(v, j, "area", page_label(v, "choice", page_rule_text(r->item_rule, "area", item)));
    page_set_text(v, j, "owner", page_said(v, page_rule_text(r->item_rule, "owner", item)));
    page_set_text(v, j, "due", page_rule_text(r->item_rule, "due", item));
    page_set_text(v, j, "state", page_state_label(v, item->type, item->state));
    page_set_text(v, j, "tone", alert.len ? STR("warn") : open ? STR("") : STR("quiet"));
    page_set_text(v, j, "alert", alert);
    if (json_count(minutes) > 0) {
        page_set(v, j, "minutes", json_copy(v->a, minutes));
    }
}

static void add_areas(const PageView *v, Json *j, const Json *areas)
{
    Json *list = page_list_in(v, j, "areas");
    for (size_t i = 0; i < json_count(areas); i++) {
        json_push(v->a, list, json_new_str(v->a, page_label(v, "choice", json_text(areas->items[i]))));
    }
}

static void add_agreement(const PageView *v, Json *list, const Register *r, const CaseRow *row)
{
    static const char *const TEXTS[] = {"parties", "signed", "from", "until", "stated",
                                        "content", "source", "url",  "owner", "spoken"};
    Json *j = page_add(v, list);
    Str alert = r->oversees ? alert_of(v, r, row) : STR("");
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        page_set_text(v, j, TEXTS[i], page_said(v, page_rule_text(r->rule, TEXTS[i], row)));
    }
    page_set_text(v, j, "id", row->id);
    page_set_text(v, j, "title", page_title_of(v, row));
    page_set_text(v, j, "kind", page_label(v, "choice", page_rule_text(r->rule, "kind", row)));
    Str renewal = page_rule_text(r->rule, "renewal", row), confidence = page_rule_text(r->rule, "confidence", row);
    page_set_text(v, j, "renewal", renewal.len ? page_label(v, "choice", renewal) : STR(""));
    page_set_text(v, j, "confidence", page_label(v, "choice", confidence));
    page_set_bool(v, j, "unverified", json_has_text(json_get(r->rule, "unverified"), confidence));
    page_set_text(v, j, "state", page_state_label(v, row->type, row->state));
    page_set_text(v, j, "tone", alert.len ? STR("warn") : is_alive(r, row) ? STR("ok") : STR("quiet"));
    page_set_text(v, j, "alert", alert);
    page_set_bool(v, j, "followed", is_alive(r, row) && page_rule_text(r->rule, "watch", row).len > 0);
    page_set_text(v, j, "href", page_href_of_read(v, row));
    add_areas(v, j, json_get_str(row->data, json_text_at(r->rule, "areas")));
    Json *items = page_list_in(v, j, "items");
    for (size_t i = 0; r->oversees && i < r->item_count; i++) {
        if (str_eq(page_rule_text(r->item_rule, "of", &r->items[i]), row->id)) {
            add_item(v, items, r, &r->items[i]);
        }
    }
}

/* Those with a term or talks first, by when they must be taken up again; then the others, the newest first. */
static bool stands_before(const Register *r, const CaseRow *x, const CaseRow *y)
{
    bool dead_x = !is_alive(r, x), dead_y = !is_alive(r, y);
    Str a = page_rule_text(r->rule, "watch", x), b = page_rule_text(r->rule, "watch", y);
    if (dead_x != dead_y) {
        return dead_y;
    }
    if ((a.len > 0) != (b.len > 0)) {
        return a.len > 0;
    }
    int order = str_cmp(a, b);
    return order < 0 || (order == 0 && str_cmp(x->id, y->id) > 0);
}

static const CaseRow **in_order(const PageView *v, const Register *r)
{
    const CaseRow **list = ARENA_ARRAY(v->a, const CaseRow *, r->count + 1);
    for (size_t i = 0; i < r->count; i++) {
        size_t at = i;
        for (; at > 0 && stands_before(r, &r->rows[i], list[at - 1]); at--) {
            list[at] = list[at - 1];
        }
        list[at] = &r->rows[i];
    }
    return list;
}

/* ---- Areas: what is in force, what is open, when it was last spoken of ---- */

static bool is_about(const Register *r, const CaseRow *row, Str area)
{
    return json_has_text(json_get_str(row->data, json_text_at(r->rule, "areas")), area);
}

static void take_later(Str *latest, Str day)
{
    *latest = str_cmp(day, *latest) > 0 ? day : *latest;
}

static void take_sooner(Str *next, Str day)
{
    *next = day.len > 0 && (next->len == 0 || str_cmp(day, *next) < 0) ? day : *next;
}

static void add_area(const PageView *v, Json *list, const Register *r, Str area)
{
    Json *j = page_add(v, list);
    int64_t agreements = 0, items = 0;
    Str spoken = STR(""), next = STR("");
    for (size_t i = 0; i < r->count; i++) {
        const CaseRow *row = &r->rows[i];
        if (is_alive(r, row) && is_about(r, row, area)) {
            agreements++;
            take_later(&spoken, page_rule_text(r->rule, "spoken", row));
            take_sooner(&next, page_rule_text(r->rule, "watch", row));
        }
    }
    for (size_t i = 0; i < r->item_count; i++) {
        const CaseRow *item = &r->items[i];
        if (json_has_text(json_get(r->item_rule, "open"), item->state) &&
            str_eq(page_rule_text(r->item_rule, "area", item), area)) {
            items++;
            take_later(&spoken, page_rule_text(r->item_rule, "spoken", item));
            take_sooner(&next, page_rule_text(r->item_rule, "speak_by", item));
        }
    }
    Day day;
    page_set_text(v, j, "label", page_label(v, "choice", area));
    page_set_int(v, j, "agreements", agreements);
    page_set_int(v, j, "items", items);
    page_set_text(v, j, "spoken", spoken);
    page_set_text(v, j, "next", next);
    page_set_bool(v, j, "late", day_parse(next, &day) && day_cmp(day, v->today) < 0);
}

/* ---- The page ---- */

static bool read_register(const PageView *v, Register *ret, Err *err)
{
    Register r = {.rule = json_get(scheme_info(v->scheme), "agreements")};
    Str id = scheme_id(v->scheme);
    r.item_rule = json_get(r.rule, "items");
    r.oversees = page_reads_figures(v);
    *ret = r;
    return query_list(v->flow->store, v->a, id, json_text_at(r.rule, "type"), NULL, 0, NULL, 0, &ret->rows, &ret->count,
                      err) &&
           query_list(v->flow->store, v->a, id, json_text_at(r.item_rule, "type"), NULL, 0, NULL, 0, &ret->items,
                      &ret->item_count, err);
}

/* The reader's own scheme, or else the first that keeps a register. */
static const Scheme *keeper(const PageView *v)
{
    const Scheme *s = json_get(scheme_info(v->scheme), "agreements") ? v->scheme : NULL;
    for (size_t i = 0; s == NULL && i < v->flow->scheme_count; i++) {
        s = json_get(scheme_info(v->flow->schemes[i]), "agreements") ? v->flow->schemes[i] : NULL;
    }
    return s;
}

bool page_agreements(const PageView *reader, Day on, Page *ret, Err *err)
{
    PageView view = *reader, *v = &view;
    Register r;
    view.scheme = keeper(reader);
    view.visits = view.scheme != reader->scheme;
    view.caller = view.scheme == reader->scheme ? reader->caller : NULL; /* a role of another scheme is nobody here */
    if (view.scheme == NULL) {
        return err_set(err, NOT_FOUND, "No scheme here keeps a register of agreements.");
    }
    *ret = (Page){"agreements", json_new_object(v->a)};
    page_frame(reader, ret->model, view_text(v->a, v->language, "agreements.title", NULL));
    if (!read_register(v, &r, err)) {
        return false;
    }
    page_set_text(v, ret->model, "csv_href", STR("/agreements.csv"));
    page_set_bool(v, ret->model, "oversees", r.oversees);
    if (r.oversees) {
        add_alerts(v, ret->model, &r);
    }
    const SchemeType *t = scheme_type(v->scheme, json_text_at(r.rule, "type"));
    const SchemeField *areas = t ? scheme_field(t, json_text_at(r.rule, "areas")) : NULL;
    Json *area_list = page_list_in(v, ret->model, "areas"), *list = page_list_in(v, ret->model, "agreements");
    for (size_t i = 0; areas != NULL && i < areas->choices.count; i++) {
        add_area(v, area_list, &r, areas->choices.items[i]);
    }
    const CaseRow **rows = in_order(v, &r);
    for (size_t i = 0; i < r.count; i++) {
        add_agreement(v, list, &r, rows[i]);
    }
    return page_countries(v, on, ret->model, err);
}

static Str joined(const PageView *v, const Json *list)
{
    Buf b = buf_new(v->a, 4096);
    for (size_t i = 0; i < json_count(list); i++) {
        buf_printf(&b, "%s%.*s", i ? "; " : "", STR_ARG(json_text(list->items[i])));
    }
    return b.len ? buf_str(&b) : STR("");
}

bool page_agreements_csv(const PageView *v, Json **ret, Err *err)
{
    static const char *const COLUMNS[] = {"title",  "kind",    "parties", "areas",   "signed", "from", "until",
                                          "stated", "renewal", "state",   "content", "source", "url",  "confidence"};
    Page page;
    if (!page_agreements(v, v->today, &page, err)) {
        return false;
    }
    *ret = json_new_object(v->a);
    Json *columns = page_list_in(v, *ret, "columns"), *rows = page_list_in(v, *ret, "rows");
    for (size_t i = 0; i < COUNT_OF(COLUMNS); i++) {
        json_push(v->a, columns, json_new_str_c(v->a, COLUMNS[i]));
    }
    const Json *list = json_get(page.model, "agreements");
    for (size_t i = 0; i < json_count(list); i++) {
        Json *cells = page_list_in(v, page_add(v, rows), "cells");
        for (size_t k = 0; k < COUNT_OF(COLUMNS); k++) {
            const Json *value = json_get(list->items[i], COLUMNS[k]);
            json_push(v->a, cells,
                      json_new_str(v->a, value && value->kind == JSON_ARRAY ? joined(v, value) : json_text(value)));
        }
    }
    return true;
}
