/* page_cell.c: a cell of a decision table in the reader's words: named values, days and yes or no instead of FEEL's
 * spelling.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* The text of the first kind that has one for it, else the word itself. */
static Str first_label(const PageView *v, const char *const *kinds, size_t count, Str word)
{
    for (size_t i = 0; i < count; i++) {
        Str own = scheme_message(v->scheme, v->language, str_printf(v->a, "%s.%.*s", kinds[i], STR_ARG(word)));
        if (own.ptr != NULL) {
            return own;
        }
    }
    return word;
}

Str page_element_label(const PageView *v, Str name)
{
    static const char *const KINDS[] = {"inputs", "decisions",
                                        "models"}; /* the decision on top bears the name of its model */
    Str asks = STR(" = true");                     /* a column that asks whether a fact is so is called by the fact */
    name = str_ends(name, asks) ? str_sub(name, 0, name.len - asks.len) : name;
    return first_label(v, KINDS, COUNT_OF(KINDS), name);
}

/* A value, or the code of a ground, as the scheme words it. */
static Str word_label(const PageView *v, Str word)
{
    static const char *const KINDS[] = {"values", "reasons", "outcomes", "choice"};
    return first_label(v, KINDS, COUNT_OF(KINDS), word);
}

static Str day_label(const PageView *v, Str day)
{
    Json *params = json_new_object(v->a);
    page_set_text(v, params, "day", day);
    return view_fill(v->a, v->language, STR("{day:day}"), params);
}

/* The text between the quotes that open at *at, and moves *at behind the closing one; without one the rest of
 * the cell. */
static Str take_quoted(Str cell, size_t *at)
{
    size_t from = *at + 1, to = str_find(cell, STR("\""), from);
    to = to == SIZE_MAX ? cell.len : to;
    *at = to < cell.len ? to + 1 : to;
    return str_sub(cell, from, to);
}

static bool add_day(const PageView *v, Buf *b, Str cell, size_t *at)
{
    Str open = STR("date(\"");
    Day day;
    if (!str_starts(str_sub(cell, *at, cell.len), open)) {
        return false;
    }
    size_t end = *at + open.len - 1;
    Str text = take_quoted(cell, &end);
    if (!day_parse(text, &day) || end >= cell.len || cell.ptr[end] != ')') {
        return false;
    }
    buf_add(b, day_label(v, text));
    *at = end + 1;
    return true;
}

/* duration("P3M"): of one unit, as the tables of the law write them. */
static bool add_period(const PageView *v, Buf *b, Str cell, size_t *at)
{
    static const char *const KEYS[] = {"decision.period_D", "decision.period_M", "decision.period_Y"};
    Str open = STR("duration(\"P"), unit = STR("DMY");
    int64_t n;
    if (!str_starts(str_sub(cell, *at, cell.len), open)) {
        return false;
    }
    size_t from = *at + open.len, end = str_find(cell, STR("\")"), from);
    if (end == SIZE_MAX || end - from < 2 || !str_to_int(str_sub(cell, from, end - 1), &n)) {
        return false;
    }
    size_t kind = str_find(unit, str_sub(cell, end - 1, end), 0);
    if (kind == SIZE_MAX) {
        return false;
    }
    Json *params = json_new_object(v->a);
    page_set_int(v, params, "n", n);
    buf_add(b, view_text(v->a, v->language, KEYS[kind], params));
    *at = end + 2;
    return true;
}

static Str cell_text(const PageView *v, Str cell)
{
    static const struct {
        const char *cell, *key;
    } WHOLE[] = {{"true", "form.yes"}, {"false", "form.no"}, {"null", "decision.no_value"}};
    for (size_t i = 0; i < COUNT_OF(WHOLE); i++) {
        if (str_eq_c(cell, WHOLE[i].cell)) {
            return view_text(v->a, v->language, WHOLE[i].key, NULL);
        }
    }
    Buf b = buf_new(v->a, 65536);
    bool after_day = false;
    for (size_t at = 0; at < cell.len;) {
        if (after_day && str_starts(str_sub(cell, at, cell.len), STR(".."))) {
            buf_add_c(&b, " … "); /* a day may end with a full stop of its own */
            at += 2;
        }
        after_day = add_day(v, &b, cell, &at);
        if (after_day || add_period(v, &b, cell, &at)) {
            continue;
        }
        if (cell.ptr[at] == '"') {
            Str word = word_label(v, take_quoted(cell, &at));
            buf_printf(&b, "“%.*s”", STR_ARG(word));
        } else {
            buf_byte(&b, cell.ptr[at++]);
        }
    }
    return buf_ok(&b) ? buf_str(&b) : cell;
}

void page_add_cell(const PageView *v, Json *cells, Str cell)
{
    Json *j = page_add(v, cells);
    Str text = cell_text(v, cell);
    page_set_text(v, j, "text", text);
    if (!str_eq(text, cell)) {
        page_set_text(v, j, "feel", cell);
    }
}

static void label_each(const PageView *v, Json *cells, const Json *columns, size_t first)
{
    for (size_t i = 0; i < json_count(cells) && first + i < json_count(columns); i++) {
        page_set_text(v, cells->items[i], "label", json_text_at(columns->items[first + i], "label"));
    }
}

void page_label_cells(const PageView *v, Json *table)
{
    const Json *columns = json_get(table, "columns"), *rows = json_get(table, "rows");
    for (size_t i = 0; i < json_count(rows); i++) {
        Json *cells = json_get(rows->items[i], "cells");
        label_each(v, cells, columns, 0);
        label_each(v, json_get(rows->items[i], "outputs"), columns, json_count(cells));
    }
}
