/* page_paper.c: letters and papers about a case as PDF: in the reader's language, then in the language of the statutes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "doc/doc.h"

enum { FACTS_TOLD = 40 };

/* ---- What all papers begin with ---- */

static Str say(const PageView *v, const char *key, const Json *params)
{
    return view_text(v->a, v->language, key, params);
}

static Str statute_language(const PageView *v)
{
    Str code = json_text_at(scheme_info(v->scheme), "statute_language");
    return code.len ? code : v->language;
}

static Json *paper_of(const PageView *v, const CaseRow *row, Str title, Str number, Day day)
{
    Json *f = json_new_object(v->a), *meta = page_object_in(v, f, "metadata"), *head = page_object_in(v, f, "number"),
         *authority = page_object_in(v, f, "authority"), *to = page_list_in(v, f, "to");
    page_set_text(v, f, "title", title);
    page_set_text(v, f, "language", v->language);
    page_set_text(v, meta, "created", str_printf(v->a, "%.*sT00:00:00Z", STR_ARG(day_print(v->a, day))));
    page_set_text(v, meta, "subject", number);
    page_set_text(v, head, "label", say(v, "letter.number", NULL));
    page_set_text(v, head, "value", number);
    page_set_text(v, head, "note", day_print(v->a, day));
    page_set_text(v, authority, "name", page_label(v, "letter", STR("authority")));
    page_set_text(v, authority, "second", page_label(v, "letter", STR("authority_second")));
    json_push(v->a, to, json_new_str(v->a, page_title_of(v, row)));
    page_set_text(v, f, "footer", number);
    page_set_text(v, f, "page_label", STR("{page} / {pages}"));
    return f;
}

static void add_text(const PageView *v, Json *f, const char *list, Str text)
{
    Json *texts = json_get(f, list);
    texts = texts ? texts : page_list_in(v, f, list);
    json_push(v->a, texts, json_new_str(v->a, text));
}

static void add_pair(const PageView *v, Json *items, Str label, Str value)
{
    Json *j = page_add(v, items);
    page_set_text(v, j, "label", label);
    page_set_text(v, j, "value", value.len ? value : STR("–"));
}

static Str cite_text(const PageView *v, const Json *cites)
{
    Buf b = buf_new(v->a, 4096);
    for (size_t i = 0; i < json_count(cites); i++) {
        buf_printf(&b, "%s%.*s", i ? "; " : "", STR_ARG(json_text_at(cites->items[i], "label")));
    }
    return b.len ? buf_str(&b) : STR("–");
}

/* ---- The letter of a refusal ---- */

static bool is_refusal(const Event *e)
{
    const Json *d = json_get(e->data, "decision");
    Str departed = json_text(json_path(d, "departed.to"));
    return d != NULL && str_eq_c(departed.len ? departed : json_text_at(d, "outcome"), "refused");
}

Str page_letter_href(const PageView *v, const Event *e)
{
    bool proposed = str_ends(e->type, STR(".proposed"));
    return is_refusal(e) && !proposed ? str_printf(v->a, "/letter/%lld.pdf", (long long)e->seq) : STR("");
}

static void add_reasons(const PageView *v, Json *f, const Json *model, const Event *e)
{
    Json *part = page_object_in(v, f, "reasons"), *items = page_list_in(v, part, "items");
    const Json *grounds = json_get(model, "grounds"), *facts = json_get(model, "facts"),
               *changes = json_get(model, "changes");
    page_set_text(v, part, "heading", say(v, "letter.reasons", NULL));
    for (size_t i = 0; i < json_count(grounds); i++) {
        Json *g = page_add(v, items), *pairs = page_list_in(v, g, "items");
        page_set_text(v, g, "heading", json_text_at(grounds->items[i], "text"));
        add_pair(v, pairs, say(v, "letter.article", NULL), cite_text(v, json_get(grounds->items[i], "cites")));
    }
    Str reason = json_text(json_path(e->data, "decision.departed.reason"));
    if (reason.len > 0) {
        Json *g = page_add(v, items);
        page_set_text(v, g, "heading", say(v, "letter.officer", NULL));
        page_set_text(v, g, "text", reason);
    }
    Json *g = page_add(v, items), *pairs = page_list_in(v, g, "items");
    page_set_text(v, g, "heading", say(v, "letter.facts", NULL));
    for (size_t i = 0; i < json_count(facts) && i < FACTS_TOLD; i++) {
        if (!str_eq_c(json_text_at(facts->items[i], "value"), "–")) { /* what was not asked in this case */
            add_pair(v, pairs, json_text_at(facts->items[i], "label"), json_text_at(facts->items[i], "value"));
        }
    }
    for (size_t i = 0; i < json_count(changes); i++) {
        if (i == 0) {
            g = page_add(v, items);
            page_set_text(v, g, "heading", say(v, "letter.changes", NULL));
        }
        Str before = json_text_at(g, "text"), text = json_text_at(changes->items[i], "text");
        page_set_text(v, g, "text", before.len ? str_printf(v->a, "%.*s\n%.*s", STR_ARG(before), STR_ARG(text)) : text);
    }
}

/* scheme.json: "remedies": [{"name", "days", "cite", "confidence"}]; the words are remedy.NAME and remedy_text.NAME. */
static void add_remedies(const PageView *v, Json *f, Day day)
{
    const Json *list = json_get(scheme_info(v->scheme), "remedies");
    Json *part = page_object_in(v, f, "remedies"), *items = page_list_in(v, part, "items");
    page_set_text(v, part, "heading", say(v, "letter.remedies", NULL));
    for (size_t i = 0; i < json_count(list); i++) {
        const Json *r = list->items[i];
        Json *j = page_add(v, items), *params = json_new_object(v->a);
        int64_t days = json_to_int(json_get(r, "days"), 0);
        Day until = scheme_period_end(v->scheme, day, (Period){.days = (int)days});
        page_set_int(v, params, "days", days);
        page_set_text(v, params, "until", day_print(v->a, until));
        page_set_text(v, j, "heading", page_label(v, "remedy", json_text_at(r, "name")));
        page_set_text(v, j, "text",
                      str_printf(v->a, "%.*s %.*s", STR_ARG(page_label(v, "remedy_text", json_text_at(r, "name"))),
                                 STR_ARG(say(v, "letter.until", params))));
        bool low = str_eq_c(json_text_at(r, "confidence"), "low");
        page_set_text(v, j, "note",
                      low ? str_printf(v->a, "%.*s (%.*s)", STR_ARG(json_text_at(r, "cite")),
                                       STR_ARG(say(v, "decision.unverified", NULL)))
                          : json_text_at(r, "cite"));
    }
}

typedef struct {
    const CaseRow *row;
    Event event;
    const Json *facts, *changes;
} Refusal;

static Json *refusal_facts(const PageView *v, const Refusal *r)
{
    const Event *e = &r->event;
    Str number = str_printf(v->a, "%.*s / %lld", STR_ARG(r->row->id), (long long)e->seq);
    Json *params = json_new_object(v->a), *f = paper_of(v, r->row, say(v, "letter.refusal", NULL), number, e->day);
    Json *model = page_decision_model(v, json_get(e->data, "decision"), r->facts, NULL, r->changes);
    page_set_text(v, params, "day", day_print(v->a, e->day));
    page_set_text(v, params, "what", page_step_label(v, json_text_at(e->data, "step")));
    page_set_text(v, params, "case", r->row->id);
    add_text(v, f, "paragraphs", say(v, "letter.about", params));
    Json *box = page_object_in(v, f, "decision");
    page_set_text(v, box, "heading", json_text_at(model, "outcome_label"));
    page_set_text(v, box, "text", say(v, "letter.decided", params));
    add_reasons(v, f, model, e);
    add_remedies(v, f, e->day);
    Json *s = page_add(v, page_list_in(v, f, "signatures"));
    page_set_text(v, s, "role", say(v, "letter.signed", NULL));
    page_set_text(v, s, "name",
                  str_starts(e->actor, STR("party:")) ? page_label(v, "letter", STR("automatic"))
                                                      : page_account(v, e->actor));
    page_set_text(v, s, "date", day_print(v->a, e->day));
    page_set_int(v, params, "seq", e->seq);
    add_text(v, f, "small", say(v, "letter.recompute", params));
    return f;
}

static bool render(const PageView *v, Str kind, Json *(*facts)(const PageView *v, const void *host), const void *host,
                   Buf *out, Err *err)
{
    PageView other = *v;
    other.language = statute_language(v);
    bool one = str_eq(other.language, v->language);
    const Json *both[] = {facts(v, host), one ? NULL : facts(&other, host)};
    return doc_paper_in(v->a, kind, both, one ? 1 : 2, out, err);
}

static Json *refusal_of(const PageView *v, const void *host)
{
    return refusal_facts(v, host);
}

bool page_letter_pdf(const PageView *v, int64_t seq, Buf *out, const CaseRow **ret_row, Err *err)
{
    Refusal r;
    Json *explained;
    if (!query_event(v->flow->store, v->a, seq, &r.event, err)) {
        return false;
    }
    if (!is_refusal(&r.event)) {
        return err_set(err, NOT_FOUND, "There is no such letter.");
    }
    if (!page_open(v, r.event.stream, &r.row, err)) {
        return false;
    }
    if (!flow_explain(v->flow, v->run, seq, &explained, err)) {
        return false;
    }
    r.facts = json_get(explained, "facts");
    r.changes = json_get(explained, "changes");
    *ret_row = r.row;
    return render(v, STR("refusal"), refusal_of, &r, out, err);
}

/* ---- A confirmation of where a case stands, and a notice of what is to do ---- */

static void add_standing(const PageView *v, Json *group, const CaseRow *row)
{
    Json *items = page_list_in(v, group, "items"), *holder = json_new_object(v->a);
    page_holder(v, holder, row);
    page_set_text(v, group, "heading", say(v, "letter.standing", NULL));
    add_pair(v, items, page_label(v, "type", row->type), row->id);
    add_pair(v, items, say(v, "list.state", NULL), page_state_label(v, row->type, row->state));
    add_pair(v, items, say(v, "letter.since", NULL), day_print(v->a, row->since));
    if (json_text_at(holder, "label").len > 0) {
        add_pair(v, items, say(v, "list.col_holder", NULL), json_text_at(holder, "label"));
    }
    if (row->due.len > 0) {
        add_pair(v, items, say(v, "case.due", NULL),
                 str_printf(v->a, "%.*s %.*s", STR_ARG(row->due), STR_ARG(json_text_at(holder, "rule"))));
    }
}

static Json *confirmation_of(const PageView *v, const void *host)
{
    const CaseRow *row = host;
    Json *f = paper_of(v, row, say(v, "letter.confirmation", NULL), row->id, v->today),
         *groups = page_list_in(v, f, "groups");
    add_standing(v, page_add(v, groups), row);
    Json *g = page_add(v, groups), *facts = json_new_array(v->a), *items;
    page_set_text(v, g, "heading", say(v, "case.facts", NULL));
    items = page_list_in(v, g, "items");
    page_facts(v, facts, scheme_type(v->scheme, row->type), row->id, row->data);
    for (size_t i = 0; i < facts->count && i < FACTS_TOLD; i++) {
        add_pair(v, items, json_text_at(facts->items[i], "label"), json_text_at(facts->items[i], "value"));
    }
    add_text(v, f, "small", say(v, "letter.from_log", NULL));
    return f;
}

static Json *notice_of(const PageView *v, const void *host)
{
    const CaseRow *row = host;
    Json *f = paper_of(v, row, say(v, "letter.notice", NULL), row->id, v->today), *params = json_new_object(v->a);
    page_set_text(v, params, "holder", page_label(v, "role", row->holder));
    page_set_text(v, params, "until", row->due);
    page_set_text(v, params, "state", page_state_label(v, row->type, row->state));
    add_text(v, f, "paragraphs", say(v, "letter.notice_text", params));
    Json *key = page_object_in(v, f, "key");
    page_set_text(v, key, "tone", STR("warn"));
    page_set_text(v, key, "heading", say(v, "letter.until", params));
    page_set_text(v, key, "text", page_state_label(v, row->type, row->state));
    add_standing(v, page_add(v, page_list_in(v, f, "groups")), row);
    add_text(v, f, "small", say(v, "letter.from_log", NULL));
    return f;
}

static const struct {
    const char *file, *kind, *label;
    Json *(*facts)(const PageView *v, const void *host);
    bool needs_due;
} PAPERS[] = {{"confirmation.pdf", "confirmation", "letter.confirmation", confirmation_of, false},
              {"notice.pdf", "notice", "letter.notice", notice_of, true}};

void page_add_papers(const PageView *v, Json *documents, const CaseRow *row)
{
    for (size_t i = 0; i < COUNT_OF(PAPERS); i++) {
        if (!PAPERS[i].needs_due || row->due.len > 0) {
            Json *j = page_add(v, documents);
            page_set_text(v, j, "href", str_printf(v->a, "/paper/%.*s/%s", STR_ARG(row->id), PAPERS[i].file));
            page_set_text(v, j, "label", say(v, PAPERS[i].label, NULL));
        }
    }
}

bool page_paper_pdf(const PageView *v, Str id, Str file, Buf *out, const CaseRow **ret_row, Err *err)
{
    const CaseRow *row;
    if (!page_open(v, id, &row, err)) {
        return false;
    }
    *ret_row = row;
    for (size_t i = 0; i < COUNT_OF(PAPERS); i++) {
        if (str_eq_c(file, PAPERS[i].file) && (!PAPERS[i].needs_due || row->due.len > 0)) {
            return render(v, str_from_c(PAPERS[i].kind), PAPERS[i].facts, row, out, err);
        }
    }
    return err_set(err, NOT_FOUND, "A case has no paper %.*s.", STR_ARG(file));
}
