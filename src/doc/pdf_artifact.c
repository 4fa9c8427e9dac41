/* pdf_artifact.c: what cairo draws outside of every tag (lines, tints, numbers of pages) is marked as an artifact in
 * the content of a page, so that readers pass it over (PDF/UA-1, 7.1).
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/pdf_int.h"

#include <string.h>

#define BEGIN "/Artifact BMC\n"
#define END "\nEMC"

typedef struct {
    Str in;
    size_t at;
    Buf *out;
    size_t copied;   /* of in */
    size_t operands; /* where the operands of the next operator begin */
    int depth;       /* of marked content */
    bool open;       /* inside an artifact of ours */
    bool strange;    /* something is there that is not known here */
} Scan;

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0;
}

static bool is_delimiter(char c)
{
    return is_space(c) || strchr("()<>[]{}/%", c) != NULL;
}

static void skip_text(Scan *s)
{
    int depth = 0;
    for (; s->at < s->in.len; s->at++) {
        char c = s->in.ptr[s->at];
        if (c == '\\') {
            s->at++;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && --depth == 0) {
            s->at++;
            return;
        }
    }
    s->strange = true;
}

/* The next operator; operands are passed over. Empty at the end. */
static Str next_operator(Scan *s)
{
    while (s->at < s->in.len && !s->strange) {
        char c = s->in.ptr[s->at];
        if (is_space(c) || strchr("[]<>", c) != NULL) {
            s->at++;
        } else if (c == '(') {
            skip_text(s);
        } else if (c == '%' || c == '{' || c == '}' || c == ')') {
            s->strange = true;
        } else {
            size_t from = s->at++;
            while (s->at < s->in.len && !is_delimiter(s->in.ptr[s->at])) {
                s->at++;
            }
            bool hex = from > 0 && s->in.ptr[from - 1] == '<' && s->at < s->in.len && s->in.ptr[s->at] == '>';
            bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' || c == '"';
            if (word && !hex) {
                return str_sub(s->in, from, s->at);
            }
        }
    }
    return STR("");
}

static bool is_one_of(Str op, const char *list)
{
    for (Str rest = str_from_c(list), word; str_cut(&rest, ' ', &word);) {
        if (str_eq(op, word)) {
            return true;
        }
    }
    return false;
}

static void copy_to(Scan *s, size_t end)
{
    buf_add(s->out, str_sub(s->in, s->copied, end));
    s->copied = end;
}

static void open_before(Scan *s)
{
    copy_to(s, s->operands);
    buf_add_c(s->out, s->operands > 0 ? "\n" BEGIN : BEGIN);
    s->open = true;
}

static void close_after(Scan *s)
{
    copy_to(s, s->at);
    buf_add_c(s->out, END);
    s->open = false;
}

static void take(Scan *s, Str op)
{
    if (is_one_of(op, "BI ID EI BX")) {
        s->strange = true;
    } else if (is_one_of(op, "BDC BMC")) {
        s->strange = s->strange || s->open;
        s->depth++;
    } else if (str_eq_c(op, "EMC")) {
        s->depth--;
    } else if (s->depth == 0) {
        bool begins = is_one_of(op, "m re BT"), whole = is_one_of(op, "Do sh");
        if (!s->open && (begins || whole)) {
            open_before(s);
        }
        if (s->open && (whole || is_one_of(op, "S s f F f* B B* b b* n ET"))) {
            close_after(s);
        }
    }
    s->operands = s->at;
}

bool pdf_mark_artifacts(Str content, Buf *out)
{
    Scan s = {.in = content, .out = out};
    for (Str op = next_operator(&s); op.len > 0; op = next_operator(&s)) {
        take(&s, op);
    }
    copy_to(&s, content.len);
    return !s.strange && !s.open && s.depth == 0;
}
