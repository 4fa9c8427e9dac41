/* page_law.c: the law by date: statutes, articles with their text where it is known, and the decision tables that
 * execute them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "base/fold.h"
#include "flow/statute.h"

Str page_article_href(const PageView *v, Str layer, Str article, Day day)
{
    return str_printf(v->a, "/law/article?act=%.*s&at=%.*s&day=%.*s", STR_ARG(layer), STR_ARG(article),
                      STR_ARG(day_print(v->a, day)));
}

Str page_model_href(const PageView *v, Str name, Day day)
{
    return str_printf(v->a, "/law/model/%.*s?day=%.*s", STR_ARG(name), STR_ARG(day_print(v->a, day)));
}

static const Json *version_on(const Json *layer, Day day, Day *ret_from)
{
    const Json *versions = json_get(layer, "versions"), *best = NULL;
    for (size_t i = 0; i < json_count(versions); i++) {
        Day from;
        if (day_parse(json_text_at(versions->items[i], "from"), &from) && day_cmp(from, day) <= 0) {
            best = versions->items[i];
            *ret_from = from;
        }
    }
    return best;
}

/* `wanted` in small letters. */
static bool has_word(const PageView *v, Str text, Str wanted)
{
    return wanted.len == 0 || str_find(fold_case(v->a, text), wanted, 0) != SIZE_MAX;
}

static void add_statute(const PageView *v, Json *list, Str layer, const Json *index, Day day, Str wanted)
{
    Day from = {0};
    const Json *version = version_on(index, day, &from), *articles = json_get(version, "articles");
    Json *j = page_add(v, list);
    page_set_text(v, j, "title", page_label(v, "statute", layer));
    page_set_text(v, j, "kind", page_label(v, "statute_kind", layer));
    page_set_int(v, j, "versions", (int64_t)json_count(json_get(index, "versions")));
    page_set_text(v, j, "official_href", json_text_at(scheme_info(v->scheme), "official_site"));
    page_set_bool(v, j, "texts", true);
    if (version == NULL) {
        return;
    }
    page_set_text(v, j, "in_force_from", day_print(v->a, from));
    Json *out = page_list_in(v, j, "articles");
    for (size_t i = 0; i < json_count(articles); i++) {
        Str number = articles->members[i].key, heading = json_text(json_get_str(json_get(index, "titles"), number));
        if (!str_eq(number, wanted) && !has_word(v, heading, wanted)) {
            continue;
        }
        Json *a = page_add(v, out);
        page_set_text(v, a, "href", page_article_href(v, layer, number, day));
        page_set_text(v, a, "label", number);
        page_set_text(v, a, "heading", heading);
        page_set_bool(v, a, "found", wanted.len > 0);
    }
}

static void add_model(const PageView *v, Json *list, const SchemeModel *model, Day day, Str wanted)
{
    Str label = page_label(v, "models", decide_top(v->a, model->name));
    if (!has_word(v, label, wanted)) {
        return;
    }
    Json *j = page_add(v, list);
    page_set_text(v, j, "href", page_model_href(v, model->name, day));
    page_set_text(v, j, "label", label);
    page_set_text(v, j, "in_force_from", day_print(v->a, model->from));
}

static void add_group(const PageView *v, Json *groups, Str heading, Json *models)
{
    if (json_count(models) > 0) {
        Json *group = page_add(v, groups);
        page_set_text(v, group, "heading", heading);
        json_set(v->a, group, STR("models"), models);
    }
}

/* In the order and under the headings that the scheme gives; of a scheme without them all in one list. */
static void add_models(const PageView *v, Json *model, Day day, Str wanted)
{
    const Json *groups = json_get(scheme_info(v->scheme), "law_groups");
    Json *out = page_list_in(v, model, "groups");
    for (size_t i = 0; i < json_count(groups); i++) {
        Json *found = json_new_array(v->a);
        for (size_t k = 0; k < json_count(groups->members[i].value); k++) {
            const SchemeModel *m = scheme_model(v->scheme, json_text(groups->members[i].value->items[k]), day);
            if (m != NULL) {
                add_model(v, found, m, day, wanted);
            }
        }
        add_group(v, out, page_label(v, "law_group", groups->members[i].key), found);
    }
    const SchemeModel *all;
    size_t count = groups ? 0 : scheme_models(v->scheme, &all);
    Json *found = json_new_array(v->a);
    for (size_t i = 0; i < count; i++) {
        if (scheme_model(v->scheme, all[i].name, day) == &all[i]) {
            add_model(v, found, &all[i], day, wanted);
        }
    }
    add_group(v, out, STR(""), found);
}

bool page_law(const PageView *v, Day day, Str wanted, Page *ret, __attribute__((unused)) Err *err)
{
    *ret = (Page){"law_list", json_new_object(v->a)};
    Json *m = ret->model, *statutes = page_list_in(v, m, "statutes"), *search = json_new_object(v->a);
    const Json *layers = json_get(scheme_statutes(v->scheme), "layers");
    page_frame(v, m, view_text(v->a, v->language, "law.title", NULL));
    page_set_text(v, m, "day", day_print(v->a, day));
    page_set_text(v, search, "value", wanted);
    json_set(v->a, m, STR("search"), search);
    wanted = fold_case(v->a, wanted);
    for (size_t i = 0; i < json_count(layers); i++) {
        add_statute(v, statutes, layers->members[i].key, layers->members[i].value, day, wanted);
    }
    add_models(v, m, day, wanted);
    return true;
}

/* ---- One article ---- */

/* The whole article; the part that was asked for is marked in it. */
static void add_lines(const PageView *v, Json *model, const StatutePlace *p)
{
    Json *list = page_list_in(v, model, "text");
    bool *named;
    size_t n = 0;
    bool is_part = statute_named(v->scheme, v->a, p, &named).len < p->text.len;
    Str line;
    for (Str rest = p->text; p->text.len > 0 && str_cut(&rest, '\n', &line); n++) {
        line = str_trim(line);
        Buf plain = buf_new(v->a, line.len + 1); /* without the marks of Markdown */
        for (size_t i = 0; i < line.len; i++) {
            if (line.ptr[i] != '*' && line.ptr[i] != '\\') {
                buf_byte(&plain, line.ptr[i]);
            }
        }
        if (plain.len > 0) {
            Json *j = page_add(v, list);
            page_set_text(v, j, "text", buf_str(&plain));
            page_set_bool(v, j, "named", is_part && named[n]);
        }
    }
}

static void add_versions(const PageView *v, Json *model, const StatutePlace *p)
{
    Day *days;
    size_t count = statute_versions(v->scheme, v->a, p->ref.layer, &days);
    Json *list = page_list_in(v, model, "versions");
    for (size_t i = count; i > 0; i--) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", day_print(v->a, days[i - 1]));
        page_set_text(v, j, "href", page_article_href(v, p->ref.layer, p->ref.article, days[i - 1]));
        page_set_bool(v, j, "current", day_cmp(days[i - 1], p->from) == 0);
    }
}

bool page_law_article(const PageView *v, Str layer, Str at, Day day, Page *ret, Err *err)
{
    StatuteRef ref;
    StatutePlace p;
    if (!statute_parse(v->scheme, v->a, str_printf(v->a, "%.*s:%.*s", STR_ARG(layer), STR_ARG(at)), &ref, err) ||
        !statute_find(v->scheme, v->flow->store, v->a, ref, day, &p, err)) {
        return false;
    }
    *ret = (Page){"law_article", json_new_object(v->a)};
    Json *m = ret->model, *back = page_object_in(v, m, "back");
    Str label = str_printf(v->a, "%.*s %.*s%.*s", STR_ARG(page_label(v, "layer", ref.layer)), STR_ARG(ref.article),
                           STR_ARG(ref.rest));
    page_frame(v, m, label);
    page_set_text(v, back, "href", STR("/law"));
    page_set_text(v, back, "label", view_text(v->a, v->language, "law.title", NULL));
    page_set_text(v, m, "statute", page_label(v, "statute", ref.layer));
    page_set_text(v, m, "article_label", label);
    page_set_text(v, m, "heading", p.title);
    page_set_text(v, m, "lang_of_text", json_text_at(scheme_info(v->scheme), "statute_language"));
    page_set_text(v, m, "day", day_print(v->a, day));
    page_set_text(v, m, "as_of", day_print(v->a, day));
    page_set_text(v, m, "in_force_from", day_print(v->a, p.from));
    page_set_text(v, m, "official_href", json_text_at(scheme_info(v->scheme), "official_site"));
    page_set_text(v, m, "hash", p.hash);
    add_lines(v, m, &p);
    add_versions(v, m, &p);
    Json *cited = page_list_in(v, m, "cited_by"), *rules = statute_cited_by(v->scheme, v->a, ref);
    Map seen = {.arena = v->a};
    for (size_t i = 0; i < json_count(rules); i++) {
        Str name = json_text_at(rules->items[i], "model");
        if (map_get(&seen, name) == NULL && scheme_model(v->scheme, name, day) != NULL) {
            map_set(&seen, name, cited);
            Json *j = page_add(v, cited);
            page_set_text(v, j, "label", page_label(v, "models", decide_top(v->a, name)));
            page_set_text(v, j, "href", page_model_href(v, name, day));
        }
    }
    return true;
}

/* ---- One model ---- */

void page_law_table(const PageView *v, Json *decision, const Json *element)
{
    Json *tables = json_get(decision, "tables"),
         *table = page_add(v, tables ? tables : page_list_in(v, decision, "tables"));
    Json *columns = page_list_in(v, table, "columns"), *rows = page_list_in(v, table, "rows");
    const Json *inputs = json_get(element, "inputs"), *outputs = json_get(element, "outputs"),
               *rules = json_get(element, "rules");
    page_set_text(v, table, "decision", page_element_label(v, json_text_at(element, "name")));
    page_set_text(v, table, "hit_policy", json_text_at(element, "hit_policy"));
    for (size_t i = 0; i < json_count(inputs); i++) {
        page_set_text(v, page_add(v, columns), "label", page_element_label(v, json_text(inputs->items[i])));
    }
    for (size_t i = 0; i < json_count(outputs); i++) {
        Json *j = page_add(v, columns);
        page_set_text(v, j, "label", json_text(outputs->items[i]).len ? json_text(outputs->items[i]) : STR("→"));
        page_set_bool(v, j, "output", true);
    }
    for (size_t r = 0; r < json_count(rules); r++) {
        Json *row = page_add(v, rows), *cells = page_list_in(v, row, "cells"), *out = page_list_in(v, row, "outputs");
        const Json *in_texts = json_get(rules->items[r], "cells"), *out_texts = json_get(rules->items[r], "outputs");
        for (size_t i = 0; i < json_count(in_texts); i++) {
            page_add_cell(v, cells, json_text(in_texts->items[i]));
        }
        for (size_t i = 0; i < json_count(out_texts); i++) {
            page_add_cell(v, out, json_text(out_texts->items[i]));
        }
        page_set_text(v, row, "rule", json_text_at(rules->items[r], "id"));
        page_set_bool(v, row, "unverified",
                      decide_source_is_unverified(json_text(json_path(rules->items[r], "annotations.source"))));
        page_set(v, row, "cites", page_cites(v, json_text(json_path(rules->items[r], "annotations.article"))));
    }
    page_label_cells(v, table);
}

/* What kind of fact it is, in words; a type of the scheme's own is a choice. */
static Str type_in_words(const PageView *v, Str type)
{
    static const struct {
        const char *type, *key;
    } WORDS[] = {{"number", "law.kind_number"},
                 {"boolean", "law.kind_yes_no"},
                 {"date", "law.kind_day"},
                 {"string", "law.kind_text"}};
    const char *key = "law.kind_choice";
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        key = str_eq(type, str_from_c(WORDS[i].type)) ? WORDS[i].key : key;
    }
    return str_eq(type, STR("Dates")) ? view_text(v->a, v->language, "law.kind_days", NULL)
                                      : view_text(v->a, v->language, key, NULL);
}

bool page_law_model(const PageView *v, Str name, Day day, Page *ret, Err *err)
{
    const SchemeModel *found = scheme_model(v->scheme, name, day);
    if (found == NULL) {
        return err_set(err, NOT_FOUND, "No version of this decision model is in force on that day.");
    }
    *ret = (Page){"law_model", json_new_object(v->a)};
    Json *m = ret->model, *back = page_object_in(v, m, "back"), *inputs = page_list_in(v, m, "inputs"),
         *decisions = page_list_in(v, m, "decisions");
    page_frame(v, m, page_label(v, "models", decide_top(v->a, name)));
    page_set_text(v, back, "href", STR("/law"));
    page_set_text(v, back, "label", view_text(v->a, v->language, "law.title", NULL));
    page_set_text(v, m, "in_force_from", day_print(v->a, found->from));
    page_set_text(v, m, "try_href", str_printf(v->a, "/check?model=%.*s", STR_ARG(name)));
    page_set_text(v, m, "hash", found->hash);
    const Json *all = dmn_describe(v->a, scheme_compiled(found)), *ins = json_get(all, "inputs"),
               *elements = json_get(all, "elements");
    for (size_t i = 0; i < json_count(ins); i++) {
        Json *j = page_add(v, inputs);
        page_set_text(v, j, "label", page_label(v, "inputs", json_text_at(ins->items[i], "name")));
        page_set_text(v, j, "type", type_in_words(v, json_text_at(ins->items[i], "type")));
    }
    for (size_t i = 0; i < json_count(elements); i++) {
        const Json *e = elements->items[i];
        Json *d = page_add(v, decisions);
        page_set_text(v, d, "id", json_text_at(e, "id"));
        page_set_text(v, d, "label", page_element_label(v, json_text_at(e, "name")));
        if (json_get(e, "rules") != NULL) {
            page_law_table(v, d, e);
        } else {
            page_set_text(v, d, "literal", json_text_at(e, "literal"));
        }
    }
    return true;
}
