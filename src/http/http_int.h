/* http_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_HTTP_INT_H
#define HTTP_HTTP_INT_H

#include "bulk_thread.h"
#include "flow/open.h"
#include "notice_thread.h"
#include "page/page.h"

enum {
    MAX_BODY = 16 * 1024 * 1024,        /* bytes of a request */
    MAX_RESULT = 256 * 1024 * 1024,     /* bytes of the result of an upload */
    MAX_PAGE = 16 * 1024 * 1024,        /* bytes of an answer */
    MAX_FIELDS = 2000,                  /* fields of a form */
    REQUEST_MEMORY = 1024 * 1024 * 1024 /* a round of 10,000 applications takes 650 MB */
};

typedef enum { METHOD_GET = 1, METHOD_POST } Method;

typedef struct {
    Method method;
    bool head; /* HEAD: as GET, without the body */
    Str path;
    Json *query, *form;     /* name → text; form also from a JSON body */
    Str body, content_type; /* the raw body */
    Str file, file_name;    /* bytes of the file sent with a form */
    Str host, origin, fetch_site, user_agent;
    Str form_token;  /* X-Form-Token: the secret of the form, from script */
    Str cookie_form; /* of who is not signed in */
    Str cookie_session, cookie_language, cookie_scheme, accept_language, key, authorization, if_none_match,
        accept_encoding, remote;
    Str accept, if_match;
    Str cookie_written, written; /* what this reader must see: see readers.c */
} Request;

typedef struct {
    int status;
    const char *content_type;
    Buf body;
    Str location, etag, disposition, retry_after, allow; /* empty: not sent */
    bool replayed; /* the answer is that of an earlier request with the same idempotency key */
    Str set_session, set_language, set_scheme; /* "-": delete */
    Str set_form;
    Str written;             /* after a post, where reads go to replicas: what its sender is to see */
    Str form_to;             /* another site to which a form of this page may lead: its origin */
    int64_t session_seconds; /* how long set_session is kept */
    bool cacheable, allow_camera;
    bool varies, gzip; /* set by http_compress(): may come compressed; is compressed */
} Response;

/* What serves one request at a time: a store handle, an arena, the shared schemes. */
typedef struct {
    Arena *a;
    Flow flow;
    const char *mode_demo; /* not NULL: a demo store */
    BulkThread *bulk;      /* NULL: uploads wait for another process */
    Hash form_key;         /* of the store, asked for once */
    bool has_form_key;
    struct PageCache *pages; /* what anybody may read, rendered before; NULL: nothing is kept */
    NoticeThread *notices;   /* NULL: another process makes and sends them */
    Str origin;              /* how the public reaches us, for documents */
    SimKept *simulations;    /* reports that were computed, for all workers */
    TrialKept *trials;       /* past decisions that were read, for all workers */
    struct Reader *reader;   /* NULL: all is read where it is written */
} Worker;

/* One request on its way. */
typedef struct {
    Worker *w;
    Request *q;
    Response *r;
    PageView v;
    Session session;
    bool signed_in;
    Str form_cookie;  /* where nobody is signed in: from which the secret of their forms is made */
    Err why_not;      /* where a session was named and not found: NOT_SIGNED_IN, or a failure of the store */
    int64_t log_size; /* when the answer was begun; only where it may be kept */
    Str rest[4];      /* what the route's * matched */
} Exchange;

typedef enum { WHO_ANYBODY = 1, WHO_ACCOUNT, WHO_STAFF } RouteWho;
/* NEWEST: never from a replica. KEPT: to whom nobody is signed in as, the answer depends on the log, the day, the
 * language, the scheme, the host and the address alone, and is asked for often: page_cache.c keeps it. Only for
 * WHO_ANYBODY. KEPT_NEWEST: both. */
typedef enum { MADE_ANEW = 1, NEWEST, KEPT, KEPT_NEWEST } RouteKept;
typedef struct {
    Method method;
    const char *pattern; /* "/case/ * /do/ *" without the spaces; a * matches one piece, a last ** all the rest */
    RouteWho who;
    RouteKept kept;
    bool (*handle)(Exchange *x, Err *err);
    const char *summary; /* for the API description; NULL: a page */
} Route;

const Route *http_routes(size_t *ret_count);
/* Finds the route, the session, the view; answers always, if only with an error page. */
void http_answer(Worker *w, Request *q, Response *r, Instant now);
/* Answers at once where nobody is signed in and the page is kept; false, and nothing is answered, where it has to be
 * made. */
MUST_USE bool http_answer_kept(Worker *w, Request *q, Response *r, Instant now);
/* Answers with an error that was met before there was a route: too large, a method nobody takes. */
void http_turn_away(Worker *w, Request *q, Response *r, Instant now, ErrCode code);
/* law_thread.c: tries every model, expression and text of the law once, beside the first answers; a broken one sends
 * SIGTERM to the process. stop(): waits; false with what is broken. */
typedef struct LawThread LawThread;
MUST_USE bool law_thread_start(Arena *a, const Scheme *const *schemes, size_t count, LawThread **ret, Err *err);
MUST_USE bool law_thread_stop(LawThread *t, Err *err); /* NULL allowed */

/* page_cache.c: pages that are the same for everybody, kept for all workers until the log grows, a second at most.
 * serves(): the answer was there, and holds the secret of this reader's forms; keep(): after an answer was made. */
typedef struct PageCache PageCache;
PageCache *http_cache_new(Arena *a);
bool http_is_kept(const Route *route); /* KEPT or KEPT_NEWEST */
bool http_cache_serves(Exchange *x, const Route *route);
void http_cache_keep(const Exchange *x, const Route *route);
/* Gives who is not signed in the cookie from which the secret of their forms is made, unless they have it. */
void http_give_form_cookie(Exchange *x);
/* Whether a header such as If-None-Match names this entity tag ('"…"'); weak tags and those of compressed answers
 * count. */
bool http_names_tag(Str header, Str tag);
/* Compresses the body where the request takes it and it is text of some length; the last thing done to an answer. */
void http_compress(const Request *q, Response *r, Arena *a);

/* readers.c: replicas of the store, for the requests that only read. Readers: what all workers of a process know;
 * Reader: a worker's own, with its handle on a replica. Both live in the arena. */
typedef struct Readers Readers;
typedef struct Reader Reader;
Readers *readers_new(Arena *a, Str url);
Reader *reader_new(Arena *a, Readers *shared, Store *primary);
/* Opens the replica, which otherwise happens at the first reading. False where it cannot be reached (STORE_BUSY; it is
 * tried again later), or is no replica of this store. */
MUST_USE bool reader_open(Reader *r, Instant now, Err *err);
/* Sets the worker's store for this request; true: to a replica. */
bool reader_choose(Worker *w, const Request *q, const Route *route, Instant now);
/* The replica gave no good answer: back to the primary. is_lost: its connection is closed. */
void reader_give_up(Worker *w, bool is_lost, Instant now);
/* After each answer: what was written is remembered, the store is the primary's again. */
void reader_end(Worker *w, const Request *q, Response *response, Instant now);
typedef enum {
    READERS_PRIMARY = 0,
    READERS_REPLICA,
    READERS_AGAIN,
    READERS_BY
} ReadersBy; /* AGAIN: first from a replica, in vain */
int64_t readers_count(Readers *r, ReadersBy by);
Readers *reader_shared(const Reader *r);
/* The session's token as the request carries it. */
Str http_token(const Request *q);

/* guard.c: NOT_ALLOWED for a form that another site sent; RATE_LIMITED where an address asks
 * more often in a minute than the route lets, or an account (the caller's; else the one that the request names);
 * STALE_FORM for a post without the secret of its form. */
MUST_USE bool http_check_origin(const Request *q, Str own_origin, Err *err);
MUST_USE bool http_check_rate(const Exchange *x, const Route *route, Err *err);
MUST_USE bool http_check_csrf(const Exchange *x, Err *err); /* http_check_form() has asked already, for every route */
MUST_USE bool http_check_form(const Exchange *x, const Route *route, Err *err);
/* The secret of the forms of who is not signed in: made from a cookie that only this server gives. */
Str http_form_secret(const Exchange *x, Str cookie);
/* The routes of the API, which answer in JSON. */
bool http_is_api(const Request *q);

/* Answers of handlers. */
MUST_USE bool http_page(Exchange *x, const Page *page, Err *err);
bool http_json(Exchange *x, const Json *j);
bool http_csv(Exchange *x, const Json *table, Str name); /* {columns, rows} as a file of this name */
bool http_redirect(Exchange *x, Str to);                 /* 303 */
/* Sets the cookie of a session that has just begun. */
void http_begin(Exchange *x, const Session *s);
/* The page to sign in on, from which a form may lead to the provider. */
MUST_USE bool http_sign_in_page(Exchange *x, const Page *page, Err *err);
/* Only a path of ours, never another site. */
Str http_safe_next(Str next);
/* An idempotency key nobody else has. */
Str http_new_key(Arena *a);
Str http_form(const Exchange *x, const char *name);
Str http_query(const Exchange *x, const char *name);
bool http_has_language(Str code);

/* Handlers, by file. */
bool handle_home(Exchange *x, Err *err);
/* ?page=, from 1. */
int64_t http_page_number(const Exchange *x);
/* Records that the persons of these rows were found by a search and shown. */
MUST_USE bool http_record_found(Exchange *x, const CaseRow *rows, size_t count, Err *err);
bool handle_letter(Exchange *x, Err *err);
bool handle_paper(Exchange *x, Err *err);
bool handle_search(Exchange *x, Err *err);
bool handle_hand_over(Exchange *x, Err *err);
bool handle_note(Exchange *x, Err *err);
bool handle_sign_in_page(Exchange *x, Err *err);
bool handle_sign_in(Exchange *x, Err *err);
bool handle_sign_out(Exchange *x, Err *err);
bool handle_passkey_ask(Exchange *x, Err *err);
bool handle_passkey_add(Exchange *x, Err *err);
bool handle_passkey_drop(Exchange *x, Err *err);
bool handle_sign_in_ask(Exchange *x, Err *err);
bool handle_sign_in_passkey(Exchange *x, Err *err);
bool handle_provider_go(Exchange *x, Err *err);
bool handle_provider_back(Exchange *x, Err *err);
bool handle_provider_unlink(Exchange *x, Err *err);
bool handle_recover(Exchange *x, Err *err);
bool handle_access(Exchange *x, Err *err);
bool handle_access_sessions(Exchange *x, Err *err);
bool handle_access_password(Exchange *x, Err *err);
bool handle_access_codes(Exchange *x, Err *err);
bool handle_language(Exchange *x, Err *err);
bool handle_scheme(Exchange *x, Err *err); /* which scheme one reads about before signing in */
bool handle_list(Exchange *x, Err *err);
bool handle_case(Exchange *x, Err *err);
bool handle_case_file(Exchange *x, Err *err);
bool handle_my_data_pdf(Exchange *x, Err *err);
bool handle_calendar(Exchange *x, Err *err);
bool handle_step_form(Exchange *x, Err *err);
bool handle_step(Exchange *x, Err *err);
bool handle_decision(Exchange *x, Err *err);
bool handle_check(Exchange *x, Err *err);
bool handle_static(Exchange *x, Err *err);
bool handle_health(Exchange *x, Err *err);
bool handle_service_worker(Exchange *x, Err *err);
bool handle_offline(Exchange *x, Err *err);
bool handle_metrics(Exchange *x, Err *err);
bool handle_my_data(Exchange *x, Err *err);
bool handle_law(Exchange *x, Err *err);
bool handle_law_article(Exchange *x, Err *err);
bool handle_law_changes(Exchange *x, Err *err);
bool handle_law_model(Exchange *x, Err *err);
bool handle_log(Exchange *x, Err *err);
bool handle_log_entry(Exchange *x, Err *err);
bool handle_tile(Exchange *x, Err *err);
bool handle_contract(Exchange *x, Err *err);
bool handle_quota(Exchange *x, Err *err);
bool handle_quota_csv(Exchange *x, Err *err);
bool handle_series(Exchange *x, Err *err);
bool handle_series_csv(Exchange *x, Err *err);
bool handle_shortcuts(Exchange *x, Err *err);
bool handle_costs(Exchange *x, Err *err);
bool handle_costs_csv(Exchange *x, Err *err);
bool handle_open_data(Exchange *x, Err *err);
bool handle_open_set(Exchange *x, Err *err);
bool handle_agreements(Exchange *x, Err *err);
bool handle_agreements_csv(Exchange *x, Err *err);
bool handle_round_csv(Exchange *x, Err *err);
bool handle_receipt(Exchange *x, Err *err);
bool handle_simulate(Exchange *x, Err *err);
bool handle_try(Exchange *x, Err *err);
bool handle_dashboard(Exchange *x, Err *err);
bool handle_permit(Exchange *x, Err *err);
bool handle_permit_file(Exchange *x, Err *err);
bool handle_bulk(Exchange *x, Err *err);
bool handle_bulk_step(Exchange *x, Err *err);
bool handle_bulk_send(Exchange *x, Err *err);
bool handle_bulk_template(Exchange *x, Err *err);
bool handle_bulk_key(Exchange *x, Err *err);
bool handle_upload(Exchange *x, Err *err);
bool handle_upload_order(Exchange *x, Err *err);
bool handle_upload_file(Exchange *x, Err *err);
bool handle_notices(Exchange *x, Err *err);
bool handle_notices_read(Exchange *x, Err *err);
bool handle_notice_open(Exchange *x, Err *err);
bool handle_contact(Exchange *x, Err *err);
bool handle_contact_save(Exchange *x, Err *err);
bool handle_contact_confirm(Exchange *x, Err *err);
bool handle_webhooks(Exchange *x, Err *err);
bool handle_webhook(Exchange *x, Err *err);
bool handle_webhook_add(Exchange *x, Err *err);
bool handle_webhook_action(Exchange *x, Err *err);
bool handle_verify(Exchange *x, Err *err);
bool handle_status_list(Exchange *x, Err *err);
bool handle_issuer(Exchange *x, Err *err);

/* Lists go on from a cursor: text that only this store can have made, for this reader and these
 * filters (api_cursor.c). */
Str api_cursor_print(const Exchange *x, Str filters, const QueryAfter *after);
/* FIELD_FORMAT where it was not given out for this list. */
MUST_USE bool api_cursor_parse(const Exchange *x, Str filters, Str cursor, QueryAfter *ret, Err *err);

bool api_command(Exchange *x, Err *err);
bool api_case(Exchange *x, Err *err);
bool api_list(Exchange *x, Err *err);
bool api_decision(Exchange *x, Err *err);
bool api_decide(Exchange *x, Err *err);
bool api_steps(Exchange *x, Err *err);
bool api_description(Exchange *x, Err *err);
/* The API of the scheme, OpenAPI 3.1. */
MUST_USE bool http_description(const Exchange *x, Json **ret, Err *err);
bool handle_api(Exchange *x, Err *err);
bool handle_problems(Exchange *x, Err *err);
bool api_session(Exchange *x, Err *err);
bool api_webhooks(Exchange *x, Err *err);
bool api_webhook(Exchange *x, Err *err);
bool api_webhook_add(Exchange *x, Err *err);
bool api_webhook_action(Exchange *x, Err *err);
bool api_inclusion(Exchange *x, Err *err);
bool api_consistency(Exchange *x, Err *err);

#endif
