/* page.c: labels, values and the frame that every page shares.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

void page_set(const PageView *v, Json *j, const char *key, Json *value)
{
    json_set(v->a, j, str_from_c(key), value);
}

void page_set_text(const PageView *v, Json *j, const char *key, Str text)
{
    page_set(v, j, key, json_new_str(v->a, text));
}

void page_set_int(const PageView *v, Json *j, const char *key, int64_t n)
{
    page_set(v, j, key, json_new_int(v->a, n));
}

void page_set_bool(const PageView *v, Json *j, const char *key, bool b)
{
    page_set(v, j, key, json_new_bool(v->a, b));
}

Json *page_list_in(const PageView *v, Json *j, const char *key)
{
    return json_set(v->a, j, str_from_c(key), json_new_array(v->a));
}

Json *page_object_in(const PageView *v, Json *j, const char *key)
{
    return json_set(v->a, j, str_from_c(key), json_new_object(v->a));
}

Json *page_add(const PageView *v, Json *list)
{
    Json *j = json_new_object(v->a);
    json_push(v->a, list, j);
    return j;
}

Str page_rule_text(const Json *rule, const char *key, const CaseRow *row)
{
    return json_text(json_get_str(row->data, json_text_at(rule, key)));
}

/* ---- Labels ---- */

Str page_label(const PageView *v, const char *kind, Str name)
{
    return scheme_label(v->scheme, v->a, v->language, kind, name);
}

/* "kind.type.name", else "kind.name", else the name. */
static Str typed_label(const PageView *v, const char *kind, Str type, Str name)
{
    Str text =
        scheme_message(v->scheme, v->language, str_printf(v->a, "%s.%.*s.%.*s", kind, STR_ARG(type), STR_ARG(name)));
    return text.ptr ? text : page_label(v, kind, name);
}

Str page_said(const PageView *v, Str text)
{
    return text.len > 0 ? page_label(v, "said", text) : text;
}

Str page_state_label(const PageView *v, Str type, Str state)
{
    return typed_label(v, "state", type, state);
}

Str page_field_label(const PageView *v, const SchemeType *t, Str field)
{
    return typed_label(v, "field", t->name, field);
}

Str page_case_href(const PageView *v, Str id)
{
    return str_printf(v->a, "/case/%.*s", STR_ARG(id));
}

bool page_has_role(const PageView *v, Str role)
{
    for (size_t i = 0; v->caller != NULL && i < v->caller->role_count; i++) {
        if (str_eq(v->caller->roles[i], role)) {
            return true;
        }
    }
    return false;
}

/* scheme.json, "unverified_sources": layers ("apa") and places ("lsa:104") that nobody has compared with the text. */
static bool is_unverified_source(const PageView *v, Str layer, Str ref)
{
    const Json *list = json_get(scheme_info(v->scheme), "unverified_sources");
    for (size_t i = 0; i < json_count(list); i++) {
        Str one = json_text(list->items[i]);
        if (str_eq(one, layer) || (one.len > layer.len && str_starts(ref, one))) {
            return true;
        }
    }
    return false;
}

/* "Order 279 of 2023, item 57"; a place that the source does not number, but the scheme names as `place.PLACE`: "Order
 * 279 of 2023, transfers". */
static Str cite_label(const PageView *v, Str layer, Str place)
{
    Str source = page_label(v, "layer", layer),
        named = scheme_message(v->scheme, v->language, str_printf(v->a, "place.%.*s", STR_ARG(place)));
    if (named.ptr == NULL) {
        return str_printf(v->a, "%.*s %.*s", STR_ARG(source), STR_ARG(place));
    }
    size_t end = source.len;
    for (size_t i = 0; i < source.len; i++) {
        end = source.ptr[i] == ',' ? i : end;
    }
    return str_printf(v->a, "%.*s, %.*s", STR_ARG(str_sub(source, 0, end)), STR_ARG(named));
}

/* A reference such as "act:8(3)" leads to the article; other layers are named only, and told where nobody verified
 * them. */
static void add_cite(const PageView *v, Json *list, Str ref)
{
    size_t colon = str_find(ref, STR(":"), 0);
    if (colon == SIZE_MAX) {
        page_set_text(v, page_add(v, list), "label", ref);
        return;
    }
    Str layer = str_sub(ref, 0, colon), place = str_sub(ref, colon + 1, ref.len);
    Json *j = page_add(v, list);
    page_set_text(v, j, "label", cite_label(v, layer, place));
    if (is_unverified_source(v, layer, ref)) {
        Str told = view_text(v->a, v->language, "decision.unverified", NULL);
        page_set_text(v, j, "label", str_printf(v->a, "%.*s (%.*s)", STR_ARG(json_text_at(j, "label")), STR_ARG(told)));
        return;
    }
    if (json_get_str(json_get(scheme_statutes(v->scheme), "layers"), layer) != NULL) {
        Buf b = buf_new(v->a, 400);
        buf_printf(&b, "/law/article?act=%.*s&at=", STR_ARG(layer));
        view_url(&b, place);
        buf_printf(&b, "&day=%.*s", STR_ARG(day_print(v->a, v->today)));
        page_set_text(v, j, "href", buf_str(&b));
    }
}

Json *page_cites(const PageView *v, Str cites)
{
    Json *list = json_new_array(v->a);
    for (Str rest = cites, ref; cites.len > 0 && str_cut(&rest, ';', &ref);) {
        ref = str_trim(ref);
        if (ref.len > 0) {
            add_cite(v, list, ref);
        }
    }
    return list;
}

Str page_source_in_words(const PageView *v, Str source)
{
    Buf b = buf_new(v->a, 4000);
    for (Str rest = source, piece; source.len > 0 && str_cut(&rest, ';', &piece);) {
        Str place = str_trim(piece), layer;
        (void)str_cut(&place, ':', &layer);
        bool known = scheme_message(v->scheme, v->language, str_printf(v->a, "layer.%.*s", STR_ARG(layer))).ptr != NULL;
        Str words = known ? cite_label(v, layer, place) : str_trim(piece);
        buf_printf(&b, "%s%.*s", b.len > 0 ? "; " : "", STR_ARG(words));
    }
    return buf_ok(&b) ? buf_str(&b) : source;
}

/* ---- Values ---- */

static Str linked_title(const PageView *v, Str id)
{
    const CaseRow *row = NULL;
    Err err;
    return page_brief(v, id, &row, &err) && row != NULL ? page_title_of(v, row) : id;
}

static Str about_step(const PageView *v, const char *key, Str step)
{
    Json *params = json_new_object(v->a);
    page_set_text(v, params, "step", page_label(v, "step", step));
    return view_text(v->a, v->language, key, params);
}

Str page_step_label(const PageView *v, Str step)
{
    Str mode = step, name;
    (void)str_cut(&mode, '/', &name);
    if (str_eq_c(mode, "confirm")) {
        return about_step(v, "step.confirm", name);
    }
    return str_eq_c(mode, "reject") ? about_step(v, "step.reject", name) : page_label(v, "step", step);
}

Str page_event_label(const PageView *v, Str event)
{
    Str proposed = STR(".proposed"), rejected = STR(".rejected");
    if (str_ends(event, proposed)) {
        return about_step(v, "step.proposed", str_sub(event, 0, event.len - proposed.len));
    }
    if (str_ends(event, rejected)) {
        return about_step(v, "step.rejected", str_sub(event, 0, event.len - rejected.len));
    }
    return page_label(v, "event", event);
}

Str page_actor(const PageView *v, Str actor)
{
    Str party = STR("party:");
    return str_starts(actor, party) ? linked_title(v, str_sub(actor, party.len, actor.len)) : actor;
}

static Str list_value(const PageView *v, const SchemeField *f, const Json *value)
{
    Buf b = buf_new(v->a, 65536);
    for (size_t i = 0; i < value->count; i++) {
        Str item = json_text(value->items[i]);
        item = f != NULL && f->choices.count > 0 ? page_label(v, "choice", item) : item;
        buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(item));
    }
    return b.len ? buf_str(&b) : STR("–");
}

/* A reason of a decision that the scheme explains, such as OUTSIDE_ZONE. */
static bool is_reason(const PageView *v, Str value)
{
    return scheme_message(v->scheme, v->language, str_printf(v->a, "reasons.%.*s", STR_ARG(value))).ptr != NULL;
}

/* Whether the text is the country that a field of the case names. */
static bool is_its_country(const PageView *v, const CaseRow *row, Str text)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    for (size_t i = 0; t != NULL && i < t->field_count; i++) {
        if (t->fields[i].country && str_eq(json_text(json_get_str(row->data, t->fields[i].name)), text)) {
            return true;
        }
    }
    return false;
}

/* A choice (also a text copied from one of another case: the firm's industry in its application), or a short code that
 * the scheme's texts explain, such as a country's. */
static bool has_label(const PageView *v, Str value)
{
    bool code = value.len == 2 &&
                scheme_message(v->scheme, v->language, str_printf(v->a, "choice.%.*s", STR_ARG(value))).ptr != NULL;
    return code || scheme_has_choice(v->scheme, value);
}

/* The parts of a title that are choices of the scheme are shown by their label: "2026 · manufacturing". */
Str page_title_of(const PageView *v, const CaseRow *row)
{
    static const Str GAP = STR_INIT(" · ");
    Buf b = buf_new(v->a, 65536);
    for (Str rest = row->title.len > 0 ? row->title : row->id;;) {
        size_t at = str_find(rest, GAP, 0);
        Str part = str_sub(rest, 0, at == SIZE_MAX ? rest.len : at);
        bool named = has_label(v, part) || is_its_country(v, row, part);
        buf_add(&b, named ? page_label(v, "choice", part) : page_said(v, part));
        if (at == SIZE_MAX) {
            return buf_str(&b);
        }
        buf_add(&b, GAP);
        rest = str_sub(rest, at + GAP.len, rest.len);
    }
}

Str page_value(const PageView *v, const SchemeType *t, Str field, const Json *value)
{
    const SchemeField *f = t ? scheme_field(t, field) : NULL;
    if (value == NULL) { /* another scheme may know no such field */
        return STR("–");
    }
    switch (value->kind) {
    case JSON_BOOL: return page_label(v, "choice", value->boolean ? STR("yes") : STR("no"));
    case JSON_ARRAY: return list_value(v, f, value);
    case JSON_NUMBER:
        return f && f->unit.len ? str_printf(v->a, "%.*s %.*s", STR_ARG(value->text), STR_ARG(f->unit)) : value->text;
    case JSON_STRING:
        if (f && f->kind == SCHEME_CHOICE) {
            return page_label(v, "choice", value->text);
        }
        if (f && f->kind == SCHEME_CASE) {
            return linked_title(v, value->text);
        }
        return f == NULL || f->personal    ? value->text
               : has_label(v, value->text) ? page_label(v, "choice", value->text)
                                           : page_said(v, value->text);
    case JSON_OBJECT: {
        if (f && f->kind == SCHEME_FILE) {
            int64_t kb = (json_to_int(json_get(value, "size"), 0) + 1023) / 1024;
            return str_printf(v->a, "%.*s (%lld KB)", STR_ARG(json_text_at(value, "name")), (long long)kb);
        }
        Buf b = buf_new(v->a, 65536);
        json_write(&b, value);
        return buf_str(&b);
    }
    case JSON_NULL: break;
    }
    return STR("–");
}

/* The case behind a link (brief), if the caller may read it. */
static const CaseRow *readable_case(const PageView *v, Str id)
{
    const CaseRow *row = NULL;
    Err err;
    return page_brief(v, id, &row, &err) ? row : NULL;
}

/* A link and the name copied beside it ("employer", "employer_name") say the same: the one that the caller can use is
 * shown. */
static bool is_said_by_other(const PageView *v, const SchemeType *t, const SchemeField *f, const Json *data)
{
    if (f->kind == SCHEME_CASE) {
        Str named = str_printf(v->a, "%.*s_name", STR_ARG(f->name));
        return json_get_str(data, named) != NULL && readable_case(v, json_text(json_get_str(data, f->name))) == NULL;
    }
    if (!str_ends(f->name, STR("_name"))) {
        return false;
    }
    Str linked = str_sub(f->name, 0, f->name.len - 5);
    const SchemeField *link = scheme_field(t, linked);
    return link != NULL && link->kind == SCHEME_CASE && readable_case(v, json_text(json_get_str(data, linked))) != NULL;
}

static Str plain_label(const PageView *v, Str text)
{
    return is_reason(v, text)   ? page_label(v, "reasons", text)
           : has_label(v, text) ? page_label(v, "choice", text)
                                : text;
}

static void add_items(const PageView *v, Json *fact, const Json *value)
{
    Json *items = page_list_in(v, fact, "items");
    for (size_t i = 0; i < value->count; i++) {
        Str text = json_text(value->items[i]);
        const CaseRow *row = readable_case(v, text);
        Json *j = page_add(v, items);
        page_set_text(v, j, "label", row ? page_title_of(v, row) : plain_label(v, text));
        if (row != NULL) {
            page_set_text(v, j, "href", page_case_href(v, text));
        }
    }
}

void page_facts(const PageView *v, Json *list, const SchemeType *t, Str id, const Json *data)
{
    for (size_t i = 0; i < t->field_count; i++) {
        const SchemeField *f = &t->fields[i];
        const Json *value = json_get_str(data, f->name);
        if (value == NULL || value->kind == JSON_NULL || str_eq(f->name, STR("person_key")) ||
            is_said_by_other(v, t, f, data)) {
            continue;
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "name", f->name);
        page_set_text(v, j, "label", page_field_label(v, t, f->name));
        page_set_text(v, j, "value", page_value(v, t, f->name, value));
        page_set_bool(v, j, "personal", f->personal);
        if (f->kind == SCHEME_CASE && readable_case(v, json_text(value)) != NULL) {
            page_set_text(v, j, "href", page_case_href(v, json_text(value)));
        } else if (f->kind == SCHEME_FILE) {
            page_set_text(
                v, j, "href",
                str_printf(v->a, "/case/%.*s/file/%.*s", STR_ARG(id), STR_ARG(json_text_at(value, "sha256"))));
        } else if (f->kind == SCHEME_LIST) {
            add_items(v, j, value);
        }
    }
}

void page_holder(const PageView *v, Json *j, const CaseRow *row)
{
    Day due;
    if (row->holder.len > 0) {
        page_set_text(v, j, "label", page_label(v, "role", row->holder));
    }
    page_set_text(v, j, "since", day_print(v->a, row->since));
    if (row->due.len > 0) {
        page_set_text(v, j, "due", row->due);
        page_set_bool(v, j, "overdue", day_parse(row->due, &due) && day_cmp(due, v->today) < 0);
        Json *cites = page_cites(v, row->due_rule);
        if (json_count(cites) > 0) {
            page_set_text(v, j, "rule", json_text_at(cites->items[0], "label"));
            page_set_text(v, j, "due_rule", json_text_at(cites->items[0], "label"));
        }
    }
}

/* ---- Steps ---- */

/* The page of a step: with its own form, or on the case. */
static Str step_href(const PageView *v, Str step, const CaseRow *row, Str about)
{
    Str contract = page_contract_href(v, row, step);
    if (contract.len > 0) {
        return contract;
    }
    if (row != NULL && about.len > 0) {
        return str_printf(v->a, "/do/%.*s?%.*s=%.*s", STR_ARG(step), STR_ARG(about), STR_ARG(row->id));
    }
    return row ? str_printf(v->a, "/case/%.*s/do/%.*s", STR_ARG(row->id), STR_ARG(step))
               : str_printf(v->a, "/do/%.*s", STR_ARG(step));
}

/* A step that leads nowhere (figures brought up to date) or out of the process (withdrawing): possible, but nobody
 * waits for it. */
static bool is_aside(const PageView *v, Str name, const CaseRow *row)
{
    CommandInput in = {.caller = v->caller};
    Err err;
    if (row == NULL || !command_resolve(v->scheme, name, &in, &err) || in.mode != COMMAND_PLAIN) {
        return false;
    }
    const SchemeState *to = scheme_state(in.type, in.step->to);
    if (in.step->corrects) {
        return true;
    }
    const SchemeState *now = scheme_state(in.type, row->state);
    if (in.type->beside && now != NULL && page_has_role(v, now->holder)) { /* a duty of the caller's own */
        return false;
    }
    for (size_t i = 0; i < in.step->outcome_count; i++) {
        const SchemeOutcome *o = &in.step->outcomes[i];
        if (str_eq(o->outcome, STR("granted")) && str_eq(o->to, row->state)) {
            return true; /* what can be asked for again and again, such as an extension */
        }
    }
    if (in.step->about.len > 0) { /* opens another case: nobody waits for it here */
        return true;
    }
    return (to != NULL && to->final) || (in.step->to.len == 0 && row->due.len == 0 && in.step->model.len == 0);
}

void page_steps(const PageView *v, Json *list, const CaseRow *row)
{
    if (v->caller == NULL) {
        return;
    }
    const Json *steps = flow_steps(v->flow, v->run, v->scheme, v->caller, row, v->now);
    for (size_t i = 0; i < json_count(steps); i++) {
        Str name = json_text_at(steps->items[i], "step");
        Json *j = page_add(v, list);
        page_set_text(v, j, "name", name);
        page_set_text(v, j, "label", page_step_label(v, name));
        page_set_text(v, j, "href", step_href(v, name, row, json_text_at(steps->items[i], "about")));
        bool aside = is_aside(v, name, row);
        page_set_bool(v, j, "primary", i == 0 && !aside);
        page_set_text(v, j, "group", json_text_at(steps->items[i], "group"));
        page_set_bool(v, j, "aside", aside);
        page_set_bool(v, j, "needs_second", json_is_true(json_get(steps->items[i], "two_people")));
    }
}

void page_group_steps(const PageView *v, Json *steps, Json *ret_groups)
{
    size_t kept = 0;
    for (size_t i = 0; i < json_count(steps); i++) {
        Json *step = steps->items[i], *group = NULL;
        Str name = json_text_at(step, "group");
        if (name.len == 0) {
            steps->items[kept++] = step;
            continue;
        }
        for (size_t k = 0; k < ret_groups->count && group == NULL; k++) {
            group = str_eq(json_text_at(ret_groups->items[k], "name"), name) ? ret_groups->items[k] : NULL;
        }
        if (group == NULL) {
            group = page_add(v, ret_groups);
            page_set_text(v, group, "name", name);
            page_set_text(v, group, "label", page_label(v, "group", name));
            page_list_in(v, group, "steps");
        }
        json_push(v->a, json_get(group, "steps"), step);
    }
    if (steps != NULL) {
        steps->count = kept;
    }
}

/* ---- Frame ---- */

static void add_languages(const PageView *v, Json *model)
{
    Json *list = page_list_in(v, model, "languages");
    for (size_t i = 0; view_language(i).len > 0; i++) {
        Str code = view_language(i);
        Json *j = page_add(v, list);
        page_set_text(v, j, "code", code);
        page_set_text(v, j, "label", view_text(v->a, code, "language.name", NULL));
        Buf href = buf_new(v->a, 4096);
        buf_printf(&href, "/language?to=%.*s&back=", STR_ARG(code));
        view_url(&href, v->here.len ? v->here : v->path);
        page_set_text(v, j, "href", buf_str(&href));
        page_set_bool(v, j, "current", str_eq(code, v->language));
    }
}

static void add_nav_item(const PageView *v, Json *nav, Str href, Str label)
{
    Json *j = page_add(v, nav);
    page_set_text(v, j, "href", href);
    page_set_text(v, j, "label", label);
    page_set_bool(v, j, "current", str_eq(v->path, href));
}

/* Whether the caller's roles hold some state of the type. */
static bool holds_some(const PageView *v, const SchemeType *t)
{
    for (size_t i = 0; i < t->state_count; i++) {
        if (t->states[i].holder.len > 0 && page_has_role(v, t->states[i].holder)) {
            return true;
        }
    }
    return false;
}

static void add_nav_type(const PageView *v, Json *nav, const SchemeType *t)
{
    if (t->list.count > 0 && page_reads_type(v, t) &&
        (page_has_role(v, STR("admin")) || !str_eq(t->name, STR("account")))) {
        add_nav_item(v, nav, str_printf(v->a, "/cases/%.*s", STR_ARG(t->name)), page_label(v, "types", t->name));
    }
}

/* Home, and the pages that the caller's roles open. */
static void add_nav(const PageView *v, Json *model)
{
    if (v->caller == NULL) {
        return;
    }
    Json *nav = page_list_in(v, model, "nav");
    add_nav_item(v, nav, STR("/"), view_text(v->a, v->language, "nav.home", NULL));
    if (v->caller->party.len == 0 && json_get(json_get(scheme_info(v->scheme), "figures"), "quota") != NULL) {
        add_nav_item(v, nav, STR("/quota"), view_text(v->a, v->language, "nav.quota", NULL));
    }
    if (page_reads_figures(v)) {
        add_nav_item(v, nav, STR("/dashboard"), view_text(v->a, v->language, "nav.figures", NULL));
    }
    if (page_tries(v)) {
        add_nav_item(v, nav, STR("/law/try"), view_text(v->a, v->language, "nav.try", NULL));
    }
    if (page_simulates(v)) {
        add_nav_item(v, nav, STR("/simulate"), view_text(v->a, v->language, "nav.simulate", NULL));
    }
    if (v->caller->party.len == 0 && json_get(scheme_info(v->scheme), "agreements") != NULL) {
        add_nav_item(v, nav, STR("/agreements"), view_text(v->a, v->language, "agreements.title", NULL));
    }
    if (json_count(bulk_steps(v->a, v->scheme, v->caller)) > 0) {
        add_nav_item(v, nav, STR("/bulk"), view_text(v->a, v->language, "nav.bulk", NULL));
    }
}

/* For staff a list for each case type of the scheme, in a menu of its own; what the caller works on stands first. */
static void add_nav_cases(const PageView *v, Json *model)
{
    const SchemeType *types;
    size_t count = scheme_types(v->scheme, &types);
    Json *nav = page_list_in(v, model, "nav_cases");
    for (int own = 1; own >= 0; own--) {
        for (size_t i = 0; v->caller != NULL && v->caller->party.len == 0 && i < count; i++) {
            if (holds_some(v, &types[i]) == (own == 1)) {
                add_nav_type(v, nav, &types[i]);
            }
        }
    }
}

void page_frame(const PageView *v, Json *model, Str title)
{
    page_set_text(v, model, "lang", v->language);
    page_set_text(v, model, "title", title);
    page_set_text(v, model, "csrf", v->csrf);
    page_set_text(v, model, "path", v->path);
    Json *site = page_object_in(v, model, "site");
    page_set_text(v, site, "name", STR("Goldenbridge"));
    page_set_bool(v, site, "demo", v->demo);
    add_languages(v, model);
    add_nav(v, model);
    add_nav_cases(v, model);
    page_add_keys(v, model);
    if (v->caller != NULL) {
        Json *user = page_object_in(v, model, "user");
        page_set_text(v, user, "name", v->caller->name);
        page_set_text(v, user, "role_label",
                      v->caller->role_count ? page_label(v, "role", v->caller->roles[0]) : STR(""));
        page_set_text(v, user, "party", v->caller->party);
        Json *links = page_list_in(v, user, "links");
        add_nav_item(v, links, STR("/me/access"), view_text(v->a, v->language, "access.title", NULL));
        page_add_notices(v, model, json_get(model, "nav"), links);
        if (v->caller->party.len == 0) {
            add_nav_item(v, links, STR("/shortcuts"), view_text(v->a, v->language, "keys.title", NULL));
        }
    }
}

/* Where one goes on: a form that did not arrive is opened again, after signing in if that is what it lacked. */
static void add_way_on(const PageView *v, Json *model, ErrCode code)
{
    bool form = str_find(v->path, STR("/do/"), 0) != SIZE_MAX, unknown = code == NOT_SIGNED_IN;
    bool again = code == STALE_FORM || code == STORE_BUSY || code == STORE_FULL;
    if (!unknown && !(form && again)) {
        return;
    }
    Str here = v->here.len ? v->here : v->path;
    Buf to = buf_new(v->a, 16 * 1024);
    buf_add(&to, unknown ? STR("/sign-in") : here);
    if (unknown && form) {
        buf_add_c(&to, "?next=");
        view_url(&to, here);
    }
    page_set_text(v, model, "back_href", buf_ok(&to) ? buf_str(&to) : STR("/"));
    page_set_text(v, model, "back_label",
                  view_text(v->a, v->language, unknown ? "error.sign_in" : "error.again", NULL));
}

bool page_error(const PageView *v, const Err *fault, Str ref, Page *ret, __attribute__((unused)) Err *err)
{
    *ret = (Page){"error", json_new_object(v->a)};
    Str key = str_printf(v->a, "error.%s", err_name(fault->code));
    Str plain = view_text(v->a, v->language, str_c(v->a, key), NULL);
    bool known = plain.len > 0 && !str_starts(plain, STR("⟦"));
    Str title = known ? plain : str_from_c(err_plain(fault->code));
    page_set_int(v, ret->model, "status", err_http_status(fault->code));
    page_set_text(v, ret->model, "code", str_from_c(err_name(fault->code)));
    if (!known ||
        str_eq(v->language, STR("en"))) { /* the details are English; the title says it in the reader's language */
        page_set_text(v, ret->model, "text", str_copy(v->a, str_from_c(fault->text)));
    }
    page_set_text(v, ret->model, "ref", ref);
    add_way_on(v, ret->model, fault->code);
    page_frame(v, ret->model, title);
    return true;
}
