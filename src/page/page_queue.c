/* page_queue.c: the work queue of staff by legal deadline, with filters and pages; and the search for people and firms.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include <string.h>

#include "base/fold.h"
#include "base/mrz.h"

enum { QUEUE_ROWS = 25, SEARCH_ROWS = 20, SOON_DAYS = 7 };

/* ---- The queue ---- */

static void add_item(const PageView *v, Json *list, const CaseRow *row, Str holder)
{
    Day due;
    Json *j = page_add(v, list);
    page_set_text(v, j, "href", page_case_href(v, row->id));
    Str proposed = row->title.len == 0 && row->pending != NULL ? json_text_at(row->pending, "step") : STR("");
    page_set_text(v, j, "title",
                  proposed.len
                      ? str_printf(v->a, "%.*s · %.*s", STR_ARG(page_step_label(v, proposed)), STR_ARG(row->id))
                      : page_title_of(v, row));
    page_set_text(v, j, "type_label", page_label(v, "type", row->type));
    page_set_text(v, j, "state_label", page_state_label(v, row->type, row->state));
    page_set_text(v, j, "holder", holder);
    if (row->due.len > 0 && day_parse(row->due, &due)) {
        int64_t days = due.n - v->today.n;
        page_set_text(v, j, "due", row->due);
        page_set_int(v, j, "due_in_days", days);
        page_set_bool(v, j, "overdue", days < 0);
        page_set_bool(v, j, "soon", days >= 0 && days <= SOON_DAYS);
    }
}

static bool add_for_second(const PageView *v, Json *items, Err *err)
{
    const CaseRow *rows;
    size_t count;
    QueryReach reach = page_reach(v);
    if (!query_pending_in(v->flow->store, v->a, &reach, &rows, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        Json *steps = json_new_array(v->a);
        page_steps(v, steps, &rows[i]);
        if (json_count(steps) > 0 && !str_eq(json_text_at(rows[i].pending, "by"), v->caller->account)) {
            add_item(v, items, &rows[i], view_text(v->a, v->language, "queue.second", NULL));
        }
    }
    return true;
}

/* ---- Filters ---- */

static Json *add_filter(const PageView *v, Json *filters, const char *name, const char *label)
{
    Json *f = page_add(v, filters), *choices = page_list_in(v, f, "choices"), *any = page_add(v, choices);
    page_set_text(v, f, "name", str_from_c(name));
    page_set_text(v, f, "label", view_text(v->a, v->language, label, NULL));
    page_set_text(v, any, "value", STR(""));
    page_set_text(v, any, "label", view_text(v->a, v->language, "list.any", NULL));
    return choices;
}

static void add_choice(const PageView *v, Json *choices, Str value, Str label, Str chosen)
{
    Json *c = page_add(v, choices);
    page_set_text(v, c, "value", value);
    page_set_text(v, c, "label", label);
    page_set_bool(v, c, "selected", value.len > 0 && str_eq(value, chosen));
}

/* scheme.json: "queue": {"region": field, "region_of": type whose field names the regions} */
static const SchemeField *region_field(const PageView *v)
{
    const Json *rule = json_get(scheme_info(v->scheme), "queue");
    const SchemeType *t = scheme_type(v->scheme, json_text_at(rule, "region_of"));
    return t ? scheme_field(t, json_text_at(rule, "region")) : NULL;
}

static bool is_held_by_caller(const PageView *v, const SchemeState *s)
{
    return s->holder.len > 0 && page_has_role(v, s->holder);
}

static void add_filters(const PageView *v, Json *model, const PageQueueAsk *ask)
{
    Json *filters = page_list_in(v, model, "filters"), *type = add_filter(v, filters, "type", "list.filter_type"),
         *state = add_filter(v, filters, "state", "list.state");
    const SchemeType *types;
    size_t count = scheme_types(v->scheme, &types);
    for (size_t i = 0; i < count; i++) {
        bool held = false;
        for (size_t k = 0; k < types[i].state_count; k++) {
            if (is_held_by_caller(v, &types[i].states[k])) {
                bool listed = ask->type.len == 0 || str_eq(ask->type, types[i].name);
                Str both = str_printf(v->a, "%.*s.%.*s", STR_ARG(types[i].name), STR_ARG(types[i].states[k].name));
                held = true;
                if (listed) {
                    add_choice(v, state, both, page_state_label(v, types[i].name, types[i].states[k].name), ask->state);
                }
            }
        }
        if (held) {
            add_choice(v, type, types[i].name, page_label(v, "types", types[i].name), ask->type);
        }
    }
    const SchemeField *region = region_field(v);
    Json *regions = region && region->choices.count > 0 ? add_filter(v, filters, "region", "queue.region") : NULL;
    for (size_t i = 0; regions != NULL && i < region->choices.count; i++) {
        add_choice(v, regions, region->choices.items[i], page_label(v, "choice", region->choices.items[i]),
                   ask->region);
    }
    Json *due = add_filter(v, filters, "due", "queue.due");
    add_choice(v, due, STR("overdue"), view_text(v->a, v->language, "queue.overdue_only", NULL), ask->due);
    add_choice(v, due, STR("soon"), view_text(v->a, v->language, "queue.soon_only", NULL), ask->due);
    Json *hand = add_filter(v, filters, "hand", "queue.hand");
    add_choice(v, hand, STR("mine"), view_text(v->a, v->language, "queue.mine", NULL), ask->hand);
    add_choice(v, hand, STR("nobody"), view_text(v->a, v->language, "queue.nobody", NULL), ask->hand);
    Json *search = page_object_in(v, model, "search");
    page_set_text(v, search, "name", STR("q"));
}

static Str page_link(const PageView *v, const PageQueueAsk *ask, int64_t page)
{
    const struct {
        const char *name;
        Str value;
    } PARTS[] = {
        {"type", ask->type}, {"state", ask->state}, {"region", ask->region}, {"due", ask->due}, {"hand", ask->hand}};
    Buf b = buf_new(v->a, 4000);
    buf_printf(&b, "/?page=%lld", (long long)page);
    for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
        if (PARTS[i].value.len > 0) {
            buf_printf(&b, "&%s=", PARTS[i].name);
            view_url(&b, PARTS[i].value);
        }
    }
    return buf_str(&b);
}

static void add_paging(const PageView *v, Json *model, const PageQueueAsk *ask, int64_t total)
{
    int64_t pages = (total + QUEUE_ROWS - 1) / QUEUE_ROWS;
    page_set_int(v, model, "page", ask->page);
    page_set_int(v, model, "pages", pages > 0 ? pages : 1);
    page_set_int(v, model, "total", total);
    if (ask->page > 1) {
        page_set_text(v, model, "previous_href", page_link(v, ask, ask->page - 1));
    }
    if (ask->page < pages) {
        page_set_text(v, model, "next_href", page_link(v, ask, ask->page + 1));
    }
}

static QueryQueue queue_of(const PageView *v, const PageQueueAsk *ask, const QueryReach *reach)
{
    const SchemeField *region = region_field(v);
    int limit_days = str_eq_c(ask->due, "overdue") ? 0 : str_eq_c(ask->due, "soon") ? SOON_DAYS + 1 : -1;
    Str state = ask->state;
    size_t dot = str_find(state, STR("."), 0);
    QueryQueue q = {.reach = reach,
                    .holders = v->caller->roles,
                    .holder_count = v->caller->role_count,
                    .type = ask->type,
                    .limit = QUEUE_ROWS,
                    .offset = (ask->page - 1) * QUEUE_ROWS};
    if (dot != SIZE_MAX) {
        q.type = str_sub(state, 0, dot);
        q.state = str_sub(state, dot + 1, state.len);
    }
    q.region_field = region ? region->name : STR("");
    q.region = region ? ask->region : STR("");
    q.due_before = limit_days >= 0 ? day_print(v->a, (Day){v->today.n + limit_days}) : STR("");
    q.assignee = str_eq_c(ask->hand, "mine") ? v->caller->account : str_eq_c(ask->hand, "nobody") ? STR("-") : STR("");
    return q;
}

/* scheme.json: "queue": {"first": [steps begun most often]}: in that order before all others. */
static void put_first(const PageView *v, Json *actions)
{
    const Json *first = json_path(scheme_info(v->scheme), "queue.first");
    size_t place = 0;
    for (size_t i = 0; i < json_count(first); i++) {
        for (size_t k = place; k < actions->count; k++) {
            Json *j = actions->items[k];
            if (str_eq(json_text_at(j, "name"), json_text(first->items[i]))) {
                memmove(actions->items + place + 1, actions->items + place, (k - place) * sizeof(Json *));
                actions->items[place++] = j;
                break;
            }
        }
    }
    for (size_t k = 0; place > 0 && k < actions->count; k++) {
        page_set_bool(v, actions->items[k], "primary", k == 0);
    }
}

/* What can be begun; on a telephone the first few stand before the queue and the rest is folded. */
static void add_actions(const PageView *v, Json *m)
{
    enum { IN_SIGHT = 3 };
    Json *actions = page_list_in(v, m, "actions");
    page_steps(v, actions, NULL);
    put_first(v, actions);
    if (actions->count > IN_SIGHT + 1) {
        page_set_bool(v, m, "folds", true);
        page_set_bool(v, actions->items[IN_SIGHT], "folds", true);
    }
}

bool page_queue(const PageView *v, const PageQueueAsk *ask, Page *ret, Err *err)
{
    *ret = (Page){"home_queue", json_new_object(v->a)};
    Json *m = ret->model, *items = page_list_in(v, m, "items");
    QueryReach reach = page_reach(v);
    QueryQueue q = queue_of(v, ask, &reach);
    QueryQueuePage found;
    bool plain = ask->page == 1 && ask->type.len + ask->state.len + ask->region.len + ask->due.len + ask->hand.len == 0;
    page_frame(v, m, view_text(v->a, v->language, "queue.title", NULL));
    add_actions(v, m);
    if ((plain && !add_for_second(v, items, err)) || !query_queue_page(v->flow->store, v->a, &q, &found, err)) {
        return false;
    }
    for (size_t i = 0; i < found.count; i++) {
        Str who = found.assignees[i].len ? page_account(v, found.assignees[i]) : STR("");
        add_item(v, items, &found.rows[i], who);
    }
    add_filters(v, m, ask);
    add_paging(v, m, ask, found.total);
    page_set_bool(v, m, "filtered", !plain);
    return true;
}

/* ---- Search ---- */

/* A number names one case: its own, or a unique field's, such as a passport's (also from the two lines of one) or a
 * firm's. */
static bool by_number(const PageView *v, Str text, const CaseRow **ret, Err *err)
{
    const SchemeType *types;
    size_t count = scheme_types(v->scheme, &types);
    Mrz mrz;
    ErrList ignored = {.arena = v->a};
    Str number = mrz_parse(v->a, text, &mrz, &ignored) ? mrz.number : text;
    if (!page_find(v, number, ret, err) || *ret != NULL) {
        return *ret != NULL;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < types[i].field_count; k++) {
            Str id;
            if (!types[i].fields[k].unique) {
                continue;
            }
            if (!query_holder_of(v->flow->store, v->a, scheme_id(v->scheme), types[i].name, types[i].fields[k].name,
                                 number, &id, err)) {
                return false;
            }
            if (id.len > 0) {
                return page_find(v, id, ret, err);
            }
        }
    }
    return true;
}

static Str upper_case(const PageView *v, Str text)
{
    char *copy = arena_alloc(v->a, text.len + 1);
    for (size_t i = 0; i < text.len; i++) {
        copy[i] = text.ptr[i] >= 'a' && text.ptr[i] <= 'z' ? (char)(text.ptr[i] - 32) : text.ptr[i];
    }
    return (Str){copy, text.len};
}

bool page_search(const PageView *v, Str text, int64_t page, Page *ret, const CaseRow **ret_rows, size_t *ret_count,
                 Err *err)
{
    const CaseRow *one = NULL, *rows = NULL;
    size_t count = 0;
    int64_t total = 0;
    text = str_trim(text);
    *ret = (Page){"search", json_new_object(v->a)};
    Json *m = ret->model, *items = page_list_in(v, m, "items"), *search = page_object_in(v, m, "search");
    page_frame(v, m, view_text(v->a, v->language, "search.title", NULL));
    page_set_text(v, search, "value", text);
    *ret_count = 0;
    CaseRow *shown = ARENA_ARRAY(v->a, CaseRow, SEARCH_ROWS + 2);
    *ret_rows = shown;
    if (text.len == 0) {
        return true;
    }
    if (!by_number(v, text, &one, err) || (one == NULL && !by_number(v, upper_case(v, text), &one, err))) {
        return false;
    }
    QueryReach reach = page_reach(v);
    QueryPage q = {.reach = &reach, .text = text, .limit = SEARCH_ROWS, .offset = (page - 1) * SEARCH_ROWS};
    if (one == NULL && !query_page(v->flow->store, v->a, &q, &rows, &count, &total, err)) {
        return false;
    }
    if (one != NULL) {
        shown[(*ret_count)++] = *one;
        total = 1;
    }
    for (size_t i = 0; i < count; i++) {
        shown[(*ret_count)++] = rows[i];
    }
    for (size_t i = 0; i < *ret_count; i++) {
        add_item(v, items, &shown[i], shown[i].id);
    }
    page_set_bool(v, m, "asked", true);
    page_set_int(v, m, "total", total);
    int64_t pages = (total + SEARCH_ROWS - 1) / SEARCH_ROWS;
    page_set_int(v, m, "page", page);
    page_set_int(v, m, "pages", pages > 0 ? pages : 1);
    for (int step = -1; step <= 1; step += 2) {
        Buf href = buf_new(v->a, 4000);
        buf_printf(&href, "/search?page=%lld&q=", (long long)(page + step));
        view_url(&href, text);
        if (page + step >= 1 && page + step <= pages) {
            page_set_text(v, m, step < 0 ? "previous_href" : "next_href", buf_str(&href));
        }
    }
    return true;
}
