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

static Str name_label(const PageView *v, Str name)
{
    static const char *const KINDS[] = {"inputs", "decisions",
                                        "models"}; /* the decision on top bears the name of its model */
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

/* ---- Columns that compare ---- */

enum { MOST_WORDS = 8 };

static bool in_word(Str text, size_t at)
{
    unsigned char c = at < text.len ? (unsigned char)text.ptr[at] : ' ';
    return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The longest name of an element that stands at the place; empty (with *ret_label unset) where none does. */
static Str name_at(const PageView *v, Str text, size_t at, Str *ret_label)
{
    Str found = STR("");
    size_t end = at;
    for (size_t words = 0; words < MOST_WORDS && in_word(text, end); words++) {
        while (in_word(text, end) || (end < text.len && text.ptr[end] == '-')) {
            end++;
        }
        Str name = str_sub(text, at, end), label = name_label(v, name);
        if (label.ptr != name.ptr) {
            found = name;
            *ret_label = label;
        }
        end += end < text.len && text.ptr[end] == ' ';
    }
    return found;
}

/* A word of FEEL, or a sign of two characters, as people read it; its length in the text, 0 where there is none. */
static size_t sign_at(const PageView *v, Str text, size_t at, Str *ret)
{
    static const struct {
        const char *sign, *shown, *key;
    } SIGNS[] = {
        {">=", "≥", NULL},
        {"<=", "≤", NULL},
        {"!=", "≠", NULL},
        {"*", "×", NULL},
        {"and", NULL, "decision.and"},
        {"or", NULL, "decision.or"},
        {"not", NULL, "decision.not"},
        {"if", NULL, "decision.if"},
        {"then", NULL, "decision.then"},
        {"else", NULL, "decision.else"},
        {"null", NULL, "decision.no_value"},
        {"true", NULL, "form.yes"},
        {"false", NULL, "form.no"},
    };
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++) {
        Str sign = str_from_c(SIGNS[i].sign);
        if (str_starts(str_sub(text, at, text.len), sign) && !(SIGNS[i].key != NULL && in_word(text, at + sign.len))) {
            *ret = SIGNS[i].key ? view_text(v->a, v->language, SIGNS[i].key, NULL) : str_from_c(SIGNS[i].shown);
            return sign.len;
        }
    }
    return 0;
}

/* "if x != null then (y) else false" asks for y: that x is there is what the engine must know, not the reader. */
static Str without_guard(Str text)
{
    Str then = STR(" then ("), otherwise = STR(") else false");
    size_t at = str_find(text, then, 0);
    return str_starts(text, STR("if ")) && at != SIZE_MAX && str_ends(text, otherwise)
               ? str_sub(text, at + then.len, text.len - otherwise.len)
               : text;
}

/* The length of such a guard in the midst of a text, as the FEEL of "or" needs it; 0 where there is none. */
static size_t guard_at(Str text, size_t at)
{
    Str rest = str_sub(text, at, text.len), end = STR(" = null then false else ");
    size_t stop = str_starts(rest, STR("if ")) ? str_find(rest, end, 0) : SIZE_MAX;
    return stop != SIZE_MAX && str_find(str_sub(rest, 0, stop), STR(")"), 0) == SIZE_MAX ? stop + end.len : 0;
}

/* A column that compares, such as "applied on > Apply by": the names in it by their labels. */
static Str comparison_label(const PageView *v, Str text)
{
    Buf b = buf_new(v->a, 4096);
    text = without_guard(text);
    for (size_t at = 0; at < text.len;) {
        at += guard_at(text, at);
        if (add_day(v, &b, text, &at) || add_period(v, &b, text, &at)) {
            continue;
        }
        if (text.ptr[at] == '"') {
            Str word = word_label(v, take_quoted(text, &at));
            buf_printf(&b, "“%.*s”", STR_ARG(word));
            continue;
        }
        Str label, name = in_word(text, at) ? name_at(v, text, at, &label) : STR("");
        size_t sign = name.len > 0 ? 0 : sign_at(v, text, at, &label);
        if (name.len > 0 || sign > 0) {
            buf_add(&b, label);
            at += name.len + sign;
            continue;
        }
        do { /* a word that nobody named is shown whole */
            buf_byte(&b, text.ptr[at++]);
        } while (at < text.len && in_word(text, at) && in_word(text, at - 1));
    }
    return buf_ok(&b) && b.len > 0 ? buf_str(&b) : text;
}

/* "list contains(["a", "b"], x)": x, and what it may be. */
static bool member_label(const PageView *v, Str text, Str *ret)
{
    Str open = STR("list contains(["), part = STR("], ");
    size_t end = str_starts(text, open) && str_ends(text, STR(")")) ? str_find(text, part, 0) : SIZE_MAX;
    if (end == SIZE_MAX) {
        return false;
    }
    Str name = str_sub(text, end + part.len, text.len - 1), list = comparison_label(v, str_sub(text, open.len, end));
    *ret = str_printf(v->a, "%.*s: %.*s", STR_ARG(name_label(v, name)), STR_ARG(list));
    return true;
}

Str page_element_label(const PageView *v, Str name)
{
    Str asks = STR(" = true"); /* a column that asks whether a fact is so is called by the fact */
    name = str_ends(name, asks) ? str_sub(name, 0, name.len - asks.len) : name;
    Str label = name_label(v, name);
    if (member_label(v, name, &label)) {
        return label;
    }
    bool compares = label.ptr == name.ptr &&
                    (str_find(name, STR(" > "), 0) != SIZE_MAX || str_find(name, STR(" < "), 0) != SIZE_MAX ||
                     str_find(name, STR("= "), 0) != SIZE_MAX);
    return compares ? comparison_label(v, name) : label;
}

/* ---- Cells ---- */

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
