/* page.h: what a page shows: rows, scheme and language → page models (JSON) that the templates of web/ and the API
 * share. Reads only; writes nothing. The models are described in web/PAGES.md.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "bulk/bulk.h"
#include "flow/reach.h"
#include "flow/session.h"
#include "notice/notice.h"
#include "simulate/simulate.h"
#include "trial/trial.h"

/* What was asked before in the same request, for one caller and one scheme: a view of anybody else takes nothing from
 * it. */
typedef struct PageMemo PageMemo;
PageMemo *page_memo(Arena *a, const Scheme *scheme, const Caller *caller);

/* One request's view of the world. */
typedef struct {
    const Flow *flow;
    FeelRun *run;
    Arena *a;
    const Scheme *scheme; /* of the session, else the first */
    const Caller *caller; /* NULL: nobody is signed in */
    Str language, path, csrf;
    Str here;   /* path with its question, to come back to after a change of language; empty: path */
    Str origin; /* how the public reaches us: "https://host" */
    Instant now;
    Day today;
    SimKept *simulations; /* of the process; NULL: a simulation is computed each time */
    TrialKept *trials;    /* of the process; NULL: the past is read each time */
    PageMemo *memo;       /* of the request; NULL: everything is asked each time */
    bool visits;          /* the scheme is not the caller's own: its figures are read, its cases not opened */
    bool demo;            /* an invented store: one may sign in without a password */
} PageView;

/* A page: template name and model. */
typedef struct {
    const char *template_name;
    Json *model;
} Page;

/* Labels of the scheme in the reader's language. */
Str page_label(const PageView *v, const char *kind, Str name);
Str page_state_label(const PageView *v, Str type, Str state);
Str page_field_label(const PageView *v, const SchemeType *t, Str field);
/* "act:8(3); rule:5(2)" → [{label, href}] */
Json *page_cites(const PageView *v, Str cites);
/* "act:5(1); press report" → the same with the scheme's name of each law; what is no reference stays as it is. */
Str page_source_in_words(const PageView *v, Str source);
/* Adds what every page has: site, user, languages, navigation, csrf. */
void page_frame(const PageView *v, Json *model, Str title);

MUST_USE bool page_home(const PageView *v, Page *ret, Err *err);
/* On that page: why signing in through the provider did not work. Always true. */
bool page_sign_in_failed(const PageView *v, Page *page, const char *text);
MUST_USE bool page_sign_in(const PageView *v, Str login, const Err *fault, Page *ret, Err *err);
/* A new password by a recovery code. */
MUST_USE bool page_recover(const PageView *v, Str login, const Err *fault, Page *ret, Err *err);
/* How the caller signs in: sessions, password, recovery codes. After a change: what was done, or the fault. */
typedef struct {
    const Session *session; /* the caller's, now */
    Str done;               /* "password", "ended", …; empty: nothing */
    const Err *fault;       /* NULL: none */
    Str *codes;             /* made just now: shown this once */
    size_t code_count;
} PageAccessAsk;
MUST_USE bool page_access(const PageView *v, const PageAccessAsk *ask, Page *ret, Err *err);

typedef struct {
    Str type, state, text;
    Str of, cell; /* a measure and one of its cells: only the cases counted in it */
    int64_t page; /* from 1 */
} PageListAsk;
MUST_USE bool page_list(const PageView *v, const PageListAsk *ask, Page *ret, const CaseRow **ret_rows,
                        size_t *ret_count, Err *err);
/* The work queue of staff; all empty: what waits for the caller's roles, all of it. */
typedef struct {
    Str type, state; /* state as "type.state" */
    Str region;
    Str due;      /* "overdue" or "soon" */
    Str hand;     /* "mine" or "nobody" */
    int64_t page; /* from 1 */
} PageQueueAsk;
MUST_USE bool page_queue(const PageView *v, const PageQueueAsk *ask, Page *ret, Err *err);
/* Cases by a name in any spelling, or by a number; *ret_rows are those shown, for the record of who was read. */
MUST_USE bool page_search(const PageView *v, Str text, int64_t page, Page *ret, const CaseRow **ret_rows,
                          size_t *ret_count, Err *err);
/* NOT_ALLOWED where the caller may not see this case. */
MUST_USE bool page_case(const PageView *v, Str id, Page *ret, Err *err);
/* What the caller reads (flow/reach.h): every page and every answer of the API asks with it. */
QueryReach page_reach(const PageView *v);
/* A case in the caller's reach; *ret NULL if there is none of this id. */
MUST_USE bool page_find(const PageView *v, Str id, const CaseRow **ret, Err *err);
/* The same as a brief row, which has no data, asked once for each request. */
MUST_USE bool page_brief(const PageView *v, Str id, const CaseRow **ret, Err *err);
/* The same; NOT_ALLOWED where the case is another's, NOT_FOUND where there is none. */
MUST_USE bool page_open(const PageView *v, Str id, const CaseRow **ret, Err *err);
/* Cases in reach that link to this one; *ret_fields names the field of each. */
MUST_USE bool page_linked(const PageView *v, Str id, const CaseRow **ret, const Str **ret_fields, size_t *ret_count,
                          Err *err);
/* May this staff read cases of the type at all (the scheme may name the roles)? */
bool page_reads_type(const PageView *v, const SchemeType *t);
/* True if reading this case must be recorded: staff reads a person's case. *ret_person gets the person. */
bool page_reads_person(const PageView *v, const CaseRow *row, Str *ret_person);

/* JSON Schemas (2020-12) of what a step is sent, of what a case of the type may hold, and of the command around the
 * form: suffix
 * "", or "/confirm" and "/reject" of a step for two people. Labels in the reader's language. */
Json *page_form_schema(const PageView *v, const SchemeType *t, const SchemeStep *step);
Json *page_case_schema(const PageView *v, const SchemeType *t);
Json *page_command_schema(const PageView *v, const SchemeType *t, const SchemeStep *step, const char *suffix);
/* The description of the API (OpenAPI) as a page, with the form of one step; NOT_FOUND where there is no such step. */
MUST_USE bool page_api(const PageView *v, const Json *description, Str step, Page *ret, Err *err);
/* Every code of schema/errors.tbl, in the reader's language. */
MUST_USE bool page_problems(const PageView *v, Page *ret, Err *err);

/* The form of a step; row NULL where it opens a case. After a refused post: what was sent, its faults. */
typedef struct {
    Str step, case_id;
    const Json *sent;      /* NULL: fresh */
    const ErrList *faults; /* NULL: none */
    Str key;               /* idempotency key to carry */
} PageFormAsk;
MUST_USE bool page_form(const PageView *v, const PageFormAsk *ask, Page *ret, Err *err);
/* The page on which a step is signed with the caller's own key (flow/sign.h), after its form was found in order. */
typedef struct {
    const Command *command;
    const FlowResult *dry; /* its dry run */
    bool wrong;            /* a signature was sent that does not fit */
} PageSignAsk;
MUST_USE bool page_sign(const PageView *v, const PageSignAsk *ask, Page *ret, Err *err);
/* Everything kept about the caller, as PDF. NOT_ALLOWED for accounts that are no person's. */
MUST_USE bool page_data_pdf(const PageView *v, Buf *out, Err *err);
/* The deadlines of an account as iCalendar. NOT_FOUND unless the token is the one that its pages show. */
MUST_USE bool page_calendar(const PageView *v, Str login, Str token, Buf *out, Err *err);
/* What the account was told, page from 1; where one of its notices leads; NOT_FOUND for another's. */
MUST_USE bool page_notices(const PageView *v, int64_t page, Page *ret, Err *err);
MUST_USE bool page_notice_target(const PageView *v, Str id, Str *ret, Err *err);
/* How the account wants to be reached; after a refused form: what was sent and its fault. */
MUST_USE bool page_contact(const PageView *v, const Contact *sent, const Err *fault, bool saved, Page *ret, Err *err);
/* Webhooks of the account (after a refused form: what was sent, its fault), and one with its deliveries; the same as
 * data. NOT_ALLOWED for roles without. */
MUST_USE bool page_webhooks(const PageView *v, const Json *sent, const Err *fault, Page *ret, Err *err);
MUST_USE bool page_webhook(const PageView *v, Str id, Page *ret, Err *err);
MUST_USE bool page_webhooks_data(const PageView *v, Json **ret, Err *err);
MUST_USE bool page_webhook_data(const PageView *v, Str id, Json **ret, Err *err);
/* Address and notices as data to take home: {email, sms, language, wants}, NULL after a failure; [{at, case, text,
 * read}]. */
Json *page_contact_data(const PageView *v, Err *err);
MUST_USE bool page_notices_data(const PageView *v, Json **ret, Err *err);
/* A stored decision, run again. */
MUST_USE bool page_decision(const PageView *v, int64_t seq, Page *ret, Err *err);
/* A decision as page model. */
Json *page_decision_model(const PageView *v, const Json *proof, const Json *facts, const Json *tables,
                          const Json *changes);

/* "Check my situation": choose a model, fill in the facts, see what the law says. Nothing is kept. */
MUST_USE bool page_check(const PageView *v, Str model, const Json *sent, Page *ret, Err *err);

/* The law as it stood on a day: statutes and models; one article (layer "act", place "25(1)"); one model. */
MUST_USE bool page_law(const PageView *v, Day day, Str wanted, Page *ret,
                       Err *err); /* wanted: words of a title; empty: everything */
MUST_USE bool page_law_article(const PageView *v, Str layer, Str at, Day day, Page *ret, Err *err);
MUST_USE bool page_law_model(const PageView *v, Str name, Day day, Page *ret, Err *err);
/* What differs between two days: articles, versions of models, and the rows of tables that began, ended or changed. */
MUST_USE bool page_law_changes(const PageView *v, Day from, Day to, Page *ret, Err *err);

/* The public log, and one entry with its proof of inclusion. No personal data. */
MUST_USE bool page_log(const PageView *v, Page *ret, Err *err);
MUST_USE bool page_log_entry(const PageView *v, int64_t seq, Page *ret, Err *err);

/* Quotas, rounds and units issued: for the public in whole fives; staff sees exact numbers. The same as a list
 * for CSV. */
MUST_USE bool page_quota(const PageView *v, Page *ret, Err *err);
MUST_USE bool page_quota_csv(const PageView *v, Json **ret, Err *err);
/* Approved, issued and left of each round at the end of each day since it opened, where anything is issued. */
MUST_USE bool page_quota_days_csv(const PageView *v, Json **ret, Err *err);
/* Published figures as dated series, each value with its source; NOT_FOUND where no scheme publishes any. The same for
 * CSV. */
MUST_USE bool page_series(const PageView *v, Page *ret, Err *err);
MUST_USE bool page_series_csv(const PageView *v, Json **ret, Err *err);
/* The keys that do something, from the table that the pages' script is told. */
MUST_USE bool page_shortcuts(const PageView *v, Page *ret, Err *err);
/* What a worker pays, step by step, by the country they come from, with who published it; NOT_FOUND where no scheme
 * keeps a ledger. */
MUST_USE bool page_costs_page(const PageView *v, Page *ret, Err *err);
/* The ledger of what a worker pays to be sent, for CSV; NOT_FOUND where no scheme keeps one. */
MUST_USE bool page_costs_csv(const PageView *v, Json **ret, Err *err);
/* Open data: every data set of the scheme with its definition; one as rows for CSV, and its description with what the
 * total is counted from. Small cells are left out for every reader. NOT_FOUND. */
MUST_USE bool page_open_data(const PageView *v, Page *ret, Err *err);
MUST_USE bool page_open_csv(const PageView *v, Str id, Json **ret, Err *err);
MUST_USE bool page_open_about(const PageView *v, Str id, Json **ret, Err *err);
/* The agreements of the corridor and where each country stood on a day; the work plan and what needs attention for
 * those who read the dashboard. NOT_FOUND where no scheme keeps a register. The register for CSV. */
MUST_USE bool page_agreements(const PageView *v, Day on, Page *ret, Err *err);
MUST_USE bool page_agreements_csv(const PageView *v, Json **ret, Err *err);
/* How the scheme runs; NOT_ALLOWED for roles that scheme.json does not name. */
MUST_USE bool page_dashboard(const PageView *v, Page *ret, Err *err);

/* A draft tried on past decisions: the form, and where it was sent the report. NOT_ALLOWED for roles that scheme.json
 * does not name. Faults of the draft stand on the page. */
typedef struct {
    bool sent;
    Str choice;          /* "model@day" */
    Str file_name, file; /* instead of a choice */
    Str from;            /* a day, or empty */
} PageTryAsk;
MUST_USE bool page_try(const PageView *v, const PageTryAsk *ask, Page *ret, Err *err);

/* The scheme years ahead from simulation.json of its folder, for the roles that try drafts; NOT_FOUND where it has
 * none. */
MUST_USE bool page_simulate(const PageView *v, int64_t runs, Page *ret,
                            Err *err); /* runs: one of those the page offers, else the fewest */

/* The permit of a case: page, QR code (SVG), paper (PDF). Parties of the case and staff only. */
MUST_USE bool page_permit(const PageView *v, Str id, Page *ret, Err *err);
MUST_USE bool page_permit_qr(const PageView *v, Str id, Buf *out, Err *err);
MUST_USE bool page_permit_pdf(const PageView *v, Str id, Buf *out, Err *err);
/* The contract of a case in two languages, with the answer where the caller may give it; the paper of it. */
MUST_USE bool page_contract(const PageView *v, Str id, Str key, Page *ret, Err *err);
MUST_USE bool page_contract_pdf(const PageView *v, Str id, Buf *out, Err *err);
/* The signed token status list of the scheme's credentials, and the issuer's keys. */
MUST_USE bool page_status_list(const PageView *v, Str *ret_jwt, Err *err);
MUST_USE bool page_issuer(const PageView *v, Json **ret, Err *err);
/* Anybody checks a permit: by the text of its QR code, a picture of it, or number and birth date. */
typedef struct {
    Str text, picture, number, birth;
} PageVerifyAsk;
MUST_USE bool page_verify(const PageView *v, const PageVerifyAsk *ask, Page *ret, Err *err);

/* The letter of the refusal that an event records, and the papers of a case ("confirmation.pdf", "notice.pdf"): in the
 * reader's language, then in that of the statutes. *ret_row is the case, for the record of who read it. */
MUST_USE bool page_letter_pdf(const PageView *v, int64_t seq, Buf *out, const CaseRow **ret_row, Err *err);
MUST_USE bool page_paper_pdf(const PageView *v, Str id, Str file, Buf *out, const CaseRow **ret_row, Err *err);
/* Steps taken by spreadsheet: which, one with its columns (after a refused file: the fault), one upload of the caller's
 * with its faults, its progress for script, its result and note as files. */
MUST_USE bool page_bulk(const PageView *v, Page *ret, Err *err);
MUST_USE bool page_bulk_form(const PageView *v, Str step, BulkForm *ret, Err *err);
MUST_USE bool page_bulk_step(const PageView *v, Str step, const Err *fault, Page *ret, Err *err);
MUST_USE bool page_upload(const PageView *v, Str id, Page *ret, Err *err);
MUST_USE bool page_upload_progress(const PageView *v, Str id, Json **ret, Err *err);
MUST_USE bool page_upload_file(const PageView *v, Str id, Str name, Buf *out, Err *err);

MUST_USE bool page_error(const PageView *v, const Err *fault, Str ref, Page *ret, Err *err);

#endif
