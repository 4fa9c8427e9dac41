/* page_data.c: everything that is kept about a person, as a paper to take along.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "doc/doc.h"

enum { MAX_ROWS = 2000 };

static Json *block(const PageView *v, Json *blocks, const char *kind)
{
    Json *b = page_add(v, blocks);
    page_set_text(v, b, "kind", str_from_c(kind));
    return b;
}

static void heading(const PageView *v, Json *blocks, Str text)
{
    Json *b = block(v, blocks, "heading");
    page_set_text(v, b, "text", text);
    page_set_int(v, b, "level", 2);
}

static void add_case(const PageView *v, Json *blocks, const CaseRow *row)
{
    const SchemeType *t = scheme_type(v->scheme, row->type);
    heading(v, blocks, str_printf(v->a, "%.*s · %.*s", STR_ARG(page_label(v, "type", row->type)), STR_ARG(row->id)));
    Json *p = block(v, blocks, "paragraph");
    page_set_text(v, p, "text",
                  str_printf(v->a, "%.*s · %.*s", STR_ARG(page_state_label(v, row->type, row->state)),
                             STR_ARG(day_print(v->a, row->since))));
    Json *facts = json_new_array(v->a), *pairs = block(v, blocks, "pairs"), *items = page_list_in(v, pairs, "items");
    page_set_int(v, pairs, "columns", 2);
    page_facts(v, facts, t, row->id, row->data);
    for (size_t i = 0; i < facts->count; i++) {
        Str value = json_text_at(facts->items[i], "value");
        Json *item = page_add(v, items);
        page_set_text(v, item, "label", json_text_at(facts->items[i], "label"));
        page_set_text(v, item, "value", value.len ? value : STR("–"));
    }
}

static void add_column(const PageView *v, Json *columns, const char *key)
{
    Json *c = page_add(v, columns);
    page_set_text(v, c, "label", view_text(v->a, v->language, key, NULL));
}

static void add_reads(const PageView *v, Json *blocks, const Json *reads)
{
    heading(v, blocks, view_text(v->a, v->language, "worker.reads", NULL));
    if (json_count(reads) == 0) {
        page_set_text(v, block(v, blocks, "paragraph"), "text", view_text(v->a, v->language, "worker.no_reads", NULL));
        return;
    }
    Json *table = block(v, blocks, "table"), *rows = page_list_in(v, table, "rows"),
         *columns = page_list_in(v, table, "columns");
    add_column(v, columns, "data.day");
    add_column(v, columns, "data.reader");
    add_column(v, columns, "data.reason");
    for (size_t i = 0; i < reads->count && i < MAX_ROWS; i++) {
        Json *row = json_new_array(v->a);
        json_push(v->a, row, json_new_str(v->a, str_sub(json_text_at(reads->items[i], "at"), 0, 10)));
        json_push(v->a, row, json_new_str(v->a, json_text_at(reads->items[i], "reader")));
        json_push(v->a, row, json_new_str(v->a, page_label(v, "reading", json_text_at(reads->items[i], "reason"))));
        json_push(v->a, rows, row);
    }
}

static void add_pair(const PageView *v, Json *items, const char *key, Str value)
{
    Json *item = page_add(v, items);
    page_set_text(v, item, "label", view_text(v->a, v->language, key, NULL));
    page_set_text(v, item, "value", value.len ? value : STR("–"));
}

static void add_contact(const PageView *v, Json *blocks, const Json *contact)
{
    heading(v, blocks, view_text(v->a, v->language, "contact.title", NULL));
    Json *pairs = block(v, blocks, "pairs"), *items = page_list_in(v, pairs, "items");
    page_set_int(v, pairs, "columns", 2);
    add_pair(v, items, "contact.label_email", json_text_at(contact, "email"));
    add_pair(v, items, "contact.label_sms", json_text_at(contact, "sms"));
}

static void add_notices(const PageView *v, Json *blocks, const Json *notices)
{
    if (json_count(notices) == 0) {
        return;
    }
    heading(v, blocks, view_text(v->a, v->language, "notice.title", NULL));
    Json *table = block(v, blocks, "table"), *rows = page_list_in(v, table, "rows"),
         *columns = page_list_in(v, table, "columns");
    add_column(v, columns, "data.day");
    add_column(v, columns, "data.notice");
    for (size_t i = 0; i < notices->count && i < MAX_ROWS; i++) {
        Json *row = json_new_array(v->a);
        json_push(v->a, row, json_new_str(v->a, str_sub(json_text_at(notices->items[i], "at"), 0, 10)));
        json_push(v->a, row, json_new_str(v->a, json_text_at(notices->items[i], "text")));
        json_push(v->a, rows, row);
    }
}

bool page_data_pdf(const PageView *v, Buf *out, Err *err)
{
    const CaseRow *own, *linked;
    const Str *fields;
    size_t count;
    Json *reads, *notices, *contact;
    if (v->caller->party.len == 0) {
        return err_set(err, NOT_ALLOWED, "This account is not a person's.");
    }
    if (!page_find(v, v->caller->party, &own, err) || own == NULL ||
        !page_linked(v, v->caller->party, &linked, &fields, &count, err) ||
        !query_reads(v->flow->store, v->a, v->caller->party, &reads, err)) {
        return own != NULL ? false : err_set(err, NOT_FOUND, "The case of this account is not there.");
    }
    contact = page_contact_data(v, err);
    if (contact == NULL || !page_notices_data(v, &notices, err)) {
        return false;
    }
    Json *doc = json_new_object(v->a), *meta = page_object_in(v, doc, "metadata"),
         *blocks = page_list_in(v, doc, "blocks");
    Str title = view_text(v->a, v->language, "data.title", NULL);
    page_set_text(v, doc, "title", title);
    page_set_text(v, doc, "language", v->language);
    page_set_text(v, doc, "page_label", STR("{page} / {pages}"));
    page_set_text(v, meta, "created", str_printf(v->a, "%.*sT00:00:00Z", STR_ARG(day_print(v->a, v->today))));
    page_set_text(v, block(v, blocks, "title"), "text", title);
    Json *p = block(v, blocks, "paragraph");
    page_set_text(v, p, "text",
                  str_printf(v->a, "%.*s · %.*s", STR_ARG(page_title_of(v, own)), STR_ARG(day_print(v->a, v->today))));
    add_case(v, blocks, own);
    for (size_t i = 0; i < count; i++) {
        add_case(v, blocks, &linked[i]);
    }
    add_reads(v, blocks, reads);
    add_contact(v, blocks, contact);
    add_notices(v, blocks, notices);
    return doc_pdf_render(v->a, doc, out, err);
}
