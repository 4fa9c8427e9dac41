/* said.c: what the engine says in English, in the reader's language. The catalogue of English has the sentence with
 * {a}, {b} for what it names (a file, a line, a number), the others its translation; what stands in a hole may be such
 * a sentence again.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"

enum { MOST_HOLES = 5, DEEPEST = 3 };

/* Names below "said." of the catalogues. The first that fits is taken: whole sentences stand before the wide ones. */
static const char *const SAID[] = {
    "number",
    "yes_no",
    "kind",
    "text_long",
    "list_long",
    "choice",
    "date",
    "no_case",
    "no_outcome",
    "depart",
    "nothing_corrected",
    "second",
    "nothing_waits",
    "no_units",
    "units_taken",
    "file_unread",
    "file_size",
    "file_kind",
    "zone_lines",
    "zone_sign",
    "zone_kind",
    "zone_name",
    "choose_file",
    "empty_file",
    "no_heading",
    "utf16",
    "utf8",
    "zero_byte",
    "quote_open",
    "quote_behind",
    "quote_inside",
    "columns_many",
    "row_large",
    "rows_many",
    "cell_large",
    "book_old",
    "book_none",
    "book_part",
    "book_sheet",
    "place_cell",
    "place_row",
    "column_missing",
    "column_case",
    "same_row",
    "upload_gone",
    "draft_unknown",
    "draft_line",
    "draft_no_cap",
    "draft_size",
    "draft_kind",
    "draft_lacks",
    "draft_place",
    "dmn_version",
    "dmn_cycle",
    "dmn_deep",
    "dmn_import",
    "dmn_no_name",
    "dmn_twice",
    "dmn_requires",
    "dmn_type",
    "dmn_policy",
    "dmn_rule",
    "dmn_empty",
    "line_range",
    "line_number",
    "line_fields",
    "line_cell",
    "line_twice",
    "line_parent",
    "caps_cell",
    "line_place",
    "feel_before",
    "feel_end",
    "feel_expression",
    "feel_operator",
    "feel_name",
    "feel_key",
    "feel_range",
    "feel_comparison",
    "xml_line",
    "xml_tag",
    "xml_syntax",
    "xml_empty",
    "xml_token",
    "xml_unclosed",
    "xml_junk",
};

static Str pattern_of(Arena *a, Str language, const char *name)
{
    Str text = STR("");
    return message_find(a, language, str_printf(a, "said.%s", name), &text) ? text : STR("");
}

/* Whether the text is the pattern with something in each hole; ret_values as {a}, {b}, … stand in it. */
static bool fits(Str pattern, Str text, Str *ret_values)
{
    size_t at = 0, holes = 0;
    for (;;) {
        size_t open = str_find(pattern, STR("{"), 0);
        if (open == SIZE_MAX) {
            return str_eq(pattern, str_sub(text, at, text.len));
        }
        if (holes == MOST_HOLES || !str_starts(str_sub(text, at, text.len), str_sub(pattern, 0, open))) {
            return false;
        }
        at += open;
        pattern = str_sub(pattern, open + 3, pattern.len); /* a hole is one letter in braces */
        size_t next = str_find(pattern, STR("{"), 0);
        Str behind = str_sub(pattern, 0, next == SIZE_MAX ? pattern.len : next);
        size_t end = behind.len > 0 ? str_find(text, behind, at) : text.len;
        if (next == SIZE_MAX && behind.len > 0 && str_ends(text, behind)) {
            end = text.len - behind.len; /* the last hole takes all that is left */
        }
        if (end == SIZE_MAX || end < at) {
            return false;
        }
        ret_values[holes++] = str_sub(text, at, end);
        at = end;
    }
}

static bool said_in(Arena *a, Str language, Str text, int depth, Str *ret)
{
    for (size_t i = 0; i < COUNT_OF(SAID); i++) {
        Str values[MOST_HOLES] = {{0}}, pattern = pattern_of(a, STR("en"), SAID[i]);
        if (pattern.len == 0 || !fits(pattern, text, values)) {
            continue;
        }
        Json *params = json_new_object(a);
        for (size_t h = 0; h < MOST_HOLES && values[h].ptr != NULL; h++) {
            Str inner = values[h];
            (void)(depth < DEEPEST && said_in(a, language, values[h], depth + 1, &inner));
            json_set(a, params, str_printf(a, "%c", (char)('a' + h)), json_new_str(a, inner));
        }
        *ret = view_fill(a, language, pattern_of(a, language, SAID[i]), params);
        return true;
    }
    return false;
}

bool said_find(Arena *a, Str language, Str text, Str *ret)
{
    return said_in(a, language, text, 0, ret);
}
