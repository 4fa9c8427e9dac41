/* handlers_office.c: what staff does beside the steps of the law: search, hand over, note.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include "flow/office.h"

int64_t http_page_number(const Exchange *x)
{
    int64_t n;
    return str_to_int(http_query(x, "page"), &n) && n > 0 && n < 1000000 ? n : 1;
}

/* Those whom a search shows see it. */
bool http_record_found(Exchange *x, const CaseRow *rows, size_t count, Err *err)
{
    Str *persons = ARENA_ARRAY(x->v.a, Str, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        bool again = false;
        if (!page_reads_person(&x->v, &rows[i], &persons[n])) {
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            again = again || str_eq(persons[k], persons[n]);
        }
        n += again ? 0 : 1;
    }
    return flow_read_files(&x->w->flow, x->v.a, x->v.caller, scheme_id(x->v.scheme), persons, n, STR("search"),
                           x->v.now, err);
}

bool handle_search(Exchange *x, Err *err)
{
    Page page;
    const CaseRow *rows;
    size_t count;
    return page_search(&x->v, http_query(x, "q"), http_page_number(x), &page, &rows, &count, err) &&
           http_record_found(x, rows, count, err) && http_page(x, &page, err);
}

static bool done(Exchange *x)
{
    return http_redirect(x, str_printf(x->v.a, "/case/%.*s#office", STR_ARG(x->rest[0])));
}

bool handle_hand_over(Exchange *x, Err *err)
{
    OfficeAct act = {.scheme = scheme_id(x->v.scheme),
                     .case_id = x->rest[0],
                     .to = http_form(x, "to"),
                     .note = http_form(x, "note")};
    return flow_hand_over(&x->w->flow, x->v.a, x->v.caller, &act, x->v.now, err) && done(x);
}

bool handle_note(Exchange *x, Err *err)
{
    OfficeAct act = {.scheme = scheme_id(x->v.scheme), .case_id = x->rest[0], .note = http_form(x, "note")};
    bool empty = str_trim(act.note).len == 0; /* pressed without a word: nothing happens */
    return (empty || flow_note(&x->w->flow, x->v.a, x->v.caller, &act, x->v.now, err)) && done(x);
}

/* ---- Papers ---- */

static bool send_pdf(Exchange *x, const CaseRow *row, Str name, Err *err)
{
    Str person;
    x->r->content_type = "application/pdf";
    x->r->disposition = str_printf(x->v.a, "%.*s-%.*s", STR_ARG(row->id), STR_ARG(name));
    return !page_reads_person(&x->v, row, &person) ||
           flow_read_file(&x->w->flow, x->v.a, x->v.caller, scheme_id(x->v.scheme), person, STR("paper"), x->v.now,
                          err);
}

bool handle_letter(Exchange *x, Err *err)
{
    int64_t seq;
    const CaseRow *row;
    Str name = x->rest[0];
    if (!str_ends(name, STR(".pdf")) || !str_to_int(str_sub(name, 0, name.len - 4), &seq)) {
        return err_set(err, NOT_FOUND, "There is no such letter.");
    }
    return page_letter_pdf(&x->v, seq, &x->r->body, &row, err) && send_pdf(x, row, name, err);
}

bool handle_paper(Exchange *x, Err *err)
{
    const CaseRow *row;
    return page_paper_pdf(&x->v, x->rest[0], x->rest[1], &x->r->body, &row, err) && send_pdf(x, row, x->rest[1], err);
}
