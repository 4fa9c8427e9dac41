/* statute_part.c: the lines of an article that a reference names: its paragraph, item and letter, and what leads to
 * them. How a text marks those is told by the scheme: article_marks, from the outermost inwards.
 * SPDX-License-Identifier: Apache-2.0 */
#include "statute.h"

/* ---- Marks ------------------------------------------------------------------------------------------------------- */

/* Takes digits from the front; 0 where there are none. */
static int64_t take_number(Str *line)
{
    size_t end = 0;
    int64_t n = 0;
    while (end < line->len && line->ptr[end] >= '0' && line->ptr[end] <= '9') {
        end++;
    }
    if (end == 0 || !str_to_int(str_sub(*line, 0, end), &n)) {
        return 0;
    }
    *line = str_sub(*line, end, line->len);
    return n;
}

static bool take(Str *line, Str start)
{
    bool starts = str_starts(*line, start);
    *line = starts ? str_sub(*line, start.len, line->len) : *line;
    return starts;
}

/* What one level calls the line, as references write it: "1", "1-2" ("1의2" in the text), "b"; empty where the line has
 * no mark of that level. */
static Str called(const Scheme *s, Arena *a, const Json *mark, Str line)
{
    const Json *numbers = json_get(mark, "numbers"), *as = json_get(mark, "as");
    Str after = json_text_at(mark, "after"), sub = json_text_at(json_get(scheme_info(s), "article_heading"), "sub");
    if (!take(&line, json_text_at(mark, "before"))) {
        return STR("");
    }
    for (size_t i = 0; i < json_count(numbers); i++) {
        Str rest = line;
        if (take(&rest, json_text(numbers->items[i])) && take(&rest, after)) {
            return i < json_count(as) ? json_text(as->items[i]) : str_printf(a, "%zu", i + 1);
        }
    }
    int64_t n = numbers == NULL ? take_number(&line) : 0;
    if (n == 0) {
        return STR("");
    }
    int64_t branch = sub.len > 0 && take(&line, sub) ? take_number(&line) : 0;
    return !take(&line, after) ? STR("")
           : branch > 0        ? str_printf(a, "%lld-%lld", (long long)n, (long long)branch)
                               : str_printf(a, "%lld", (long long)n);
}

/* ---- Lines ------------------------------------------------------------------------------------------------------- */

/* Reads on to the place of the next line: "(1)", "(1).2", "(1).2.b", ".2" as the index writes it; a line without a mark
 * stands where the one before stood. place[0] is the paragraph, each next level within the one before. */
static void move_to(const Scheme *s, Arena *a, Str line, Str place[STATUTE_LEVELS])
{
    const Json *marks = json_get(scheme_info(s), "article_marks");
    for (size_t i = 0; i < json_count(marks) && i < STATUTE_LEVELS; i++) {
        Str name = called(s, a, marks->items[i], line);
        if (name.len > 0) {
            place[i] = str_printf(a, i == 0 ? "(%.*s)" : ".%.*s", STR_ARG(name));
            for (size_t k = i + 1; k < STATUTE_LEVELS; k++) {
                place[k] = STR("");
            }
            return;
        }
    }
}

/* Whether `inner` is `outer` or stands inside of it. */
static bool is_within(Str inner, Str outer)
{
    return str_starts(inner, outer) && (inner.len == outer.len || outer.len == 0 || inner.ptr[outer.len] == '.');
}

/* Without the spaces and the marks of Markdown in front of full stops. */
static Str plain(Arena *a, Str line)
{
    Buf b = buf_new(a, line.len + 1);
    line = str_trim(line);
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != '\\') {
            buf_byte(&b, line.ptr[i]);
        }
    }
    return line.len ? buf_str(&b) : line;
}

Str statute_named(const Scheme *s, Arena *a, const StatutePlace *p, bool **ret_lines)
{
    Str wanted = statute_rest(a, p->ref.rest), place[STATUTE_LEVELS] = {STR(""), STR(""), STR("")}, line;
    Buf b = buf_new(a, p->text.len + 1);
    bool *lines = ARENA_ARRAY(a, bool, p->text.len + 1);
    size_t n = 0;
    for (Str rest = p->text; p->text.len > 0 && str_cut(&rest, '\n', &line); n++) {
        move_to(s, a, plain(a, line), place);
        Str here = str_printf(a, "%.*s%.*s%.*s", STR_ARG(place[0]), STR_ARG(place[1]), STR_ARG(place[2]));
        lines[n] = is_within(here, wanted) || is_within(wanted, here);
        if (lines[n] && line.len > 0) {
            buf_add(&b, line);
            buf_byte(&b, '\n');
        }
    }
    *ret_lines = lines;
    return b.len > 0 ? buf_str(&b) : STR("");
}
