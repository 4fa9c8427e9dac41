/* kinds.c: the kinds of paper: each puts facts, with the labels that came with them, into blocks. No word of any law
 * stands here.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/pdf_int.h"

/* A paper under construction. */
typedef struct {
    Arena *arena;
    const Json *facts;
    Json *document, *blocks;
} Paper;

static Json *block_add(Paper *p, const char *kind)
{
    Json *b = json_new_object(p->arena);
    json_set(p->arena, b, STR("kind"), json_new_str_c(p->arena, kind));
    json_push(p->arena, p->blocks, b);
    return b;
}

/* Copies what the facts have; what they lack is left out. */
static void take(Paper *p, Json *block, const Json *from, const char *key)
{
    Json *value = json_get(from, key);
    if (value != NULL) {
        json_set(p->arena, block, str_from_c(key), value);
    }
}

static void text_add(Paper *p, const char *kind, Str text)
{
    if (text.len > 0) {
        json_set(p->arena, block_add(p, kind), STR("text"), json_new_str(p->arena, text));
    }
}

static void paragraphs_add(Paper *p, const char *key, const char *kind)
{
    const Json *list = pdf_list(p->facts, key);
    for (size_t i = 0; i < json_count(list); i++) {
        text_add(p, kind, json_text(list->items[i]));
    }
}

static void heading_add(Paper *p, const Json *part)
{
    text_add(p, "heading", json_text_at(part, "heading"));
}

/* {"heading", "items"} as a heading and a block of that kind. */
static void part_add(Paper *p, const char *key, const char *kind, bool ordered)
{
    const Json *part = json_get(p->facts, key);
    if (json_count(json_get(part, "items")) == 0) {
        return;
    }
    heading_add(p, part);
    text_add(p, "paragraph", json_text_at(part, "text"));
    Json *b = block_add(p, kind);
    take(p, b, part, "items");
    take(p, b, part, "columns");
    json_set(p->arena, b, STR("ordered"), json_new_bool(p->arena, ordered));
}

static void box_add(Paper *p, const char *key, const char *tone)
{
    const Json *part = json_get(p->facts, key);
    if (part != NULL) {
        Json *b = block_add(p, "box");
        take(p, b, part, "heading");
        take(p, b, part, "text");
        take(p, b, part, "texts");
        json_set(p->arena, b, STR("tone"), json_new_str_c(p->arena, tone));
    }
}

static void letterhead_add(Paper *p)
{
    const Json *authority = json_get(p->facts, "authority"), *number = json_get(p->facts, "number");
    Json *b = block_add(p, "letterhead");
    take(p, b, authority, "name");
    take(p, b, authority, "second");
    take(p, b, authority, "address");
    take(p, b, number, "label");
    take(p, b, number, "value");
    take(p, b, number, "note");
}

static void title_add(Paper *p)
{
    Json *b = block_add(p, "title");
    json_set(p->arena, b, STR("text"), json_new_str(p->arena, json_text_at(p->facts, "title")));
    take(p, b, p->facts, "second");
}

static void address_add(Paper *p)
{
    if (json_count(json_get(p->facts, "to")) > 0) {
        json_set(p->arena, block_add(p, "address"), STR("lines"), json_get(p->facts, "to"));
    }
}

static void signature_add(Paper *p)
{
    if (json_count(json_get(p->facts, "signatures")) > 0) {
        json_set(p->arena, block_add(p, "signature"), STR("items"), json_get(p->facts, "signatures"));
    }
}

/* Groups of labels and values; a QR code stands beside the first. */
static void groups_add(Paper *p, bool qr_beside)
{
    const Json *groups = pdf_list(p->facts, "groups"), *qr = json_get(p->facts, "qr");
    for (size_t i = 0; i < json_count(groups); i++) {
        const Json *group = groups->items[i];
        heading_add(p, group);
        Json *b = block_add(p, "pairs");
        take(p, b, group, "items");
        take(p, b, group, "columns");
        if (i == 0 && qr_beside && qr != NULL) {
            json_set(p->arena, b, STR("aside"), json_copy(p->arena, qr));
        }
    }
}

static Paper paper_new(Arena *a, const Json *facts)
{
    static const char *const KEPT[] = {"title", "language", "metadata", "footer", "page_label"};
    Paper p = {.arena = a, .facts = facts, .document = json_new_object(a), .blocks = json_new_array(a)};
    for (size_t i = 0; i < COUNT_OF(KEPT); i++) {
        take(&p, p.document, facts, KEPT[i]);
    }
    json_set(a, p.document, STR("blocks"), p.blocks);
    return p;
}

static bool facts_need(const Json *facts, const char *const *keys, size_t count, Err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (json_get(facts, keys[i]) == NULL) {
            return err_field(err, FIELD_MISSING, keys[i], "This kind of paper needs \"%s\".", keys[i]);
        }
    }
    return true;
}

#define NEED(...)                                                                        \
    static const char *const needed[] = {"title", "language", "authority", __VA_ARGS__}; \
    if (!facts_need(facts, needed, COUNT_OF(needed), err)) {                             \
        return false;                                                                    \
    }

static bool layout_permit(Arena *a, const Json *facts, Json **ret_document, Err *err)
{
    NEED("groups", "qr")
    Paper p = paper_new(a, facts);
    json_set(a, p.document, STR("frame"), json_new_bool(a, true));
    letterhead_add(&p);
    title_add(&p);
    groups_add(&p, true);
    part_add(&p, "conditions", "list", true);
    box_add(&p, "rights", "info");
    signature_add(&p);
    paragraphs_add(&p, "small", "small");
    *ret_document = p.document;
    return true;
}

static bool layout_confirmation(Arena *a, const Json *facts, Json **ret_document, Err *err)
{
    NEED("groups")
    Paper p = paper_new(a, facts);
    letterhead_add(&p);
    title_add(&p);
    paragraphs_add(&p, "paragraphs", "paragraph");
    groups_add(&p, true);
    part_add(&p, "conditions", "list", true);
    signature_add(&p);
    paragraphs_add(&p, "small", "small");
    *ret_document = p.document;
    return true;
}

static bool layout_contract(Arena *a, const Json *facts, Json **ret_document, Err *err)
{
    NEED("groups", "languages", "clauses")
    Paper p = paper_new(a, facts);
    letterhead_add(&p);
    title_add(&p);
    paragraphs_add(&p, "paragraphs", "paragraph");
    groups_add(&p, false);
    text_add(&p, "heading", json_text_at(facts, "clauses_heading"));
    Json *two = block_add(&p, "columns_two");
    take(&p, two, facts, "languages");
    json_set(a, two, STR("rows"), json_get(facts, "clauses"));
    paragraphs_add(&p, "closing", "paragraph");
    signature_add(&p);
    if (json_text(json_path(facts, "qr.text")).len > 0) {
        Json *qr = json_copy(a, json_get(facts, "qr"));
        json_set(a, qr, STR("kind"), json_new_str_c(a, "qr"));
        json_push(a, p.blocks, qr);
    }
    paragraphs_add(&p, "small", "small");
    *ret_document = p.document;
    return true;
}

/* One ground of a refusal: what was found, the article, the facts, what would change the outcome. */
static void reasons_add(Paper *p)
{
    const Json *part = json_get(p->facts, "reasons"), *items = pdf_list(part, "items");
    heading_add(p, part);
    for (size_t i = 0; i < json_count(items); i++) {
        const Json *item = items->items[i];
        Json *heading = block_add(p, "heading");
        json_set(p->arena, heading, STR("level"), json_new_int(p->arena, 3));
        Str text = json_text_at(item, "heading");
        json_set(
            p->arena, heading, STR("text"),
            json_new_str(p->arena, items->count > 1 ? str_printf(p->arena, "%zu. %.*s", i + 1, STR_ARG(text)) : text));
        text_add(p, "paragraph", json_text_at(item, "text"));
        if (json_count(json_get(item, "items")) > 0) {
            take(p, block_add(p, "pairs"), item, "items");
        }
    }
}

static bool layout_refusal(Arena *a, const Json *facts, Json **ret_document, Err *err)
{
    NEED("decision", "reasons", "remedies")
    Paper p = paper_new(a, facts);
    letterhead_add(&p);
    address_add(&p);
    title_add(&p);
    paragraphs_add(&p, "paragraphs", "paragraph");
    box_add(&p, "decision", "warn");
    reasons_add(&p);
    part_add(&p, "remedies", "list", true);
    paragraphs_add(&p, "closing", "paragraph");
    signature_add(&p);
    paragraphs_add(&p, "small", "small");
    *ret_document = p.document;
    return true;
}

static bool layout_notice(Arena *a, const Json *facts, Json **ret_document, Err *err)
{
    NEED("paragraphs")
    Paper p = paper_new(a, facts);
    letterhead_add(&p);
    address_add(&p);
    title_add(&p);
    paragraphs_add(&p, "paragraphs", "paragraph");
    box_add(&p, "key", str_eq_c(json_text(json_path(facts, "key.tone")), "warn") ? "warn" : "info");
    groups_add(&p, false);
    part_add(&p, "steps", "list", true);
    paragraphs_add(&p, "closing", "paragraph");
    signature_add(&p);
    paragraphs_add(&p, "small", "small");
    *ret_document = p.document;
    return true;
}

const DocKind *doc_kinds(size_t *ret_count)
{
    static const DocKind KINDS[] = {
        {STR_INIT("permit"), layout_permit},     {STR_INIT("confirmation"), layout_confirmation},
        {STR_INIT("contract"), layout_contract}, {STR_INIT("refusal"), layout_refusal},
        {STR_INIT("notice"), layout_notice},
    };
    *ret_count = COUNT_OF(KINDS);
    return KINDS;
}

bool doc_paper_in(Arena *a, Str kind, const Json *const *facts, size_t count, Buf *out, Err *err)
{
    size_t kind_count, at = 0;
    const DocKind *kinds = doc_kinds(&kind_count);
    Json *document, *more;
    while (at < kind_count && !str_eq(kinds[at].name, kind)) {
        at++;
    }
    if (at == kind_count) {
        return err_field(err, NOT_FOUND, "kind", "There is no kind of paper \"%.*s\".", STR_ARG(kind));
    }
    if (!kinds[at].layout(a, facts[0], &document, err)) {
        return false;
    }
    Json *blocks = json_get(document, "blocks");
    for (size_t i = 1; i < count; i++) {
        if (!kinds[at].layout(a, facts[i], &more, err)) {
            return false;
        }
        Json *page = json_new_object(a), *added = json_get(more, "blocks");
        json_set(a, page, STR("kind"), json_new_str_c(a, "page"));
        json_push(a, blocks, page);
        for (size_t k = 0; k < added->count; k++) {
            json_set(a, added->items[k], STR("language"), json_new_str(a, json_text_at(facts[i], "language")));
            json_push(a, blocks, added->items[k]);
        }
    }
    return doc_pdf_render(a, document, out, err);
}

bool doc_paper(Arena *a, Str kind, const Json *facts, Buf *out, Err *err)
{
    return doc_paper_in(a, kind, &facts, 1, out, err);
}
