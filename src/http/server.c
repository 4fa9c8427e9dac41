/* server.c: libmicrohttpd: connections, bodies, cookies, headers. Everything behind it is http_answer().
 * SPDX-License-Identifier: Apache-2.0 */
#include "http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "flow/statute.h"
#include "http_int.h"
#include "view/view.h"

enum { MAX_WORKERS = 16, USUAL_WORKERS = 4, USUAL_PORT = 8080, IDLE_SECONDS = 60 };

typedef struct {
    Arena *a;           /* lives as long as the server */
    Worker *idle[MAX_WORKERS];
    int idle_count;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    BulkThread *bulk;
    NoticeThread *notices;
    LawThread *law;
    bool behind_proxy;
    Lane *lane;         /* through which all workers write */
} Server;

/* ---- Workers: one per request under way ---- */

static Worker *take_worker(Server *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->idle_count == 0) {
        pthread_cond_wait(&s->freed, &s->lock);
    }
    Worker *w = s->idle[--s->idle_count];
    pthread_mutex_unlock(&s->lock);
    return w;
}

static void give_worker(Server *s, Worker *w)
{
    arena_reset(w->a);
    pthread_mutex_lock(&s->lock);
    s->idle[s->idle_count++] = w;
    pthread_cond_signal(&s->freed);
    pthread_mutex_unlock(&s->lock);
}

/* ---- A request while its body arrives ---- */

typedef struct {
    Arena *a;
    Buf body;
    Json *form;
    Str field;        /* being received by the post processor */
    Buf value;
    Str file, file_name; /* bytes of a file that came with a form */
    bool field_is_file;
    struct MHD_PostProcessor *post;
    size_t limit, seen; /* bytes of the body */
    bool too_large;
} Incoming;

static void finish_field(Incoming *in)
{
    if (in->field_is_file) {
        in->file = in->value.len ? buf_str(&in->value) : STR("");
        if (in->file.len > 0 && in->field.len > 0 && in->limit == MAX_BODY && in->form->count < MAX_FIELDS) {
            Json *j = json_set(in->a, in->form, in->field, json_new_object(in->a));
            json_set(in->a, j, STR("name"), json_new_str(in->a, in->file_name));
            json_set(in->a, j, STR("data"), json_new_str(in->a, base64_print(in->a, in->file)));
        }
    } else if (in->field.len > 0 && in->form->count < MAX_FIELDS) {
        Str text = in->value.len ? str_copy(in->a, buf_str(&in->value)) : STR("");
        const Json *before = json_get_str(in->form, in->field); /* boxes of one name: a line for each that is ticked */
        text = utf8_is_valid(text) ? text : STR("");
        text = before != NULL && before->kind == JSON_STRING ? str_printf(in->a, "%.*s\n%.*s", STR_ARG(before->text), STR_ARG(text)) : text;
        json_set(in->a, in->form, in->field, json_new_str(in->a, text));
    }
    in->field = STR("");
    in->field_is_file = false;
}

static enum MHD_Result take_field(void *host, __attribute__((unused)) enum MHD_ValueKind kind, const char *key,
                                  const char *filename, __attribute__((unused)) const char *type,
                                  __attribute__((unused)) const char *encoding, const char *data, uint64_t offset, size_t size)
{
    Incoming *in = host;
    if (offset == 0) {
        finish_field(in);
        in->field = str_copy(in->a, str_from_c(key));
        in->field_is_file = filename != NULL;
        Str name = str_copy(in->a, str_from_c(filename ? filename : ""));
        in->file_name = filename && utf8_is_valid(name) ? name : in->file_name;
        in->value = buf_new(in->a, in->limit);
    }
    buf_add(&in->value, (Str){data, size});
    return MHD_YES;
}

/* Spreadsheets may be larger than anything else. */
static Incoming *incoming_new(struct MHD_Connection *c, const char *url)
{
    size_t limit = strncmp(url, "/bulk/", 6) == 0 ? BULK_FILE_BYTES + 65536 : MAX_BODY;
    Arena *a = arena_new(limit * 6);
    Incoming *in = ARENA_NEW(a, Incoming);
    in->a = a;
    in->limit = limit;
    in->body = buf_new(a, MAX_BODY);
    in->form = json_new_object(a);
    in->post = MHD_create_post_processor(c, 65536, take_field, in); /* NULL unless it is a form */
    return in;
}

static void incoming_free(Incoming *in)
{
    if (in->post != NULL) {
        MHD_destroy_post_processor(in->post);
    }
    arena_free(in->a);
}

static void take_body(Incoming *in, const char *data, size_t size)
{
    in->seen += size;
    if (in->seen > in->limit) {
        in->too_large = true;
        return;
    }
    if (in->post == NULL || in->limit == MAX_BODY) { /* the fields of a large form are not kept twice */
        buf_add(&in->body, (Str){data, size});
    }
    if (in->post != NULL && MHD_post_process(in->post, data, size) != MHD_YES) {
        in->too_large = true;
    }
}

/* ---- The request as a struct ---- */

static Str header(struct MHD_Connection *c, const char *name)
{
    return str_from_c(MHD_lookup_connection_value(c, MHD_HEADER_KIND, name));
}

static Str cookie(struct MHD_Connection *c, const char *name)
{
    return str_from_c(MHD_lookup_connection_value(c, MHD_COOKIE_KIND, name));
}

typedef struct {
    Arena *a;
    Json *query;
} QueryReader;

static enum MHD_Result take_query(void *host, __attribute__((unused)) enum MHD_ValueKind kind, const char *key, const char *value)
{
    QueryReader *r = host;
    Str text = str_from_c(value);
    if (r->query->count < MAX_FIELDS && utf8_is_valid(text) && utf8_is_valid(str_from_c(key))) {
        json_set(r->a, r->query, str_from_c(key), json_new_str(r->a, text));
    }
    return MHD_YES;
}

/* Who asks: the other end of the connection, or whom the proxy in front names last. */
static Str remote_of(Arena *a, struct MHD_Connection *c, bool behind_proxy)
{
    Str forwarded = behind_proxy ? header(c, "X-Forwarded-For") : STR(""), last = STR("");
    while (forwarded.len > 0 && str_cut(&forwarded, ',', &last)) {
    }
    if (str_trim(last).len > 0) {
        return str_trim(last);
    }
    char text[INET6_ADDRSTRLEN] = "";
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info != NULL && info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->client_addr, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    }
    return str_copy(a, str_from_c(text));
}

static void fill_request(Request *q, Arena *a, struct MHD_Connection *c, const char *url, const char *method, Incoming *in, bool behind_proxy)
{
    QueryReader reader = {.a = a, .query = json_new_object(a)};
    MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, take_query, &reader);
    finish_field(in);
    Str path = str_from_c(url);
    *q = (Request){.method = strcmp(method, "POST") == 0 ? METHOD_POST : METHOD_GET, .head = strcmp(method, "HEAD") == 0,
                   .path = utf8_is_valid(path) ? path : STR("/?"), .query = reader.query, .form = in->form,
                   .body = in->body.len ? buf_str(&in->body) : STR(""), .content_type = header(c, "Content-Type"),
                   .cookie_session = cookie(c, "session"), .cookie_form = cookie(c, "form"), .form_token = header(c, "X-Form-Token"), .user_agent = header(c, "User-Agent"), .cookie_language = cookie(c, "language"), .cookie_scheme = cookie(c, "scheme"),
                   .accept_language = header(c, "Accept-Language"), .key = header(c, "Idempotency-Key"),
                   .authorization = header(c, "Authorization"), .if_none_match = header(c, "If-None-Match"),
                   .accept = header(c, "Accept"), .if_match = header(c, "If-Match"),
                   .cookie_written = cookie(c, "written"), .written = header(c, "Written"),
                   .accept_encoding = header(c, "Accept-Encoding"), .file = in->file, .file_name = utf8_is_valid(in->file_name) ? in->file_name : STR("file"), .host = header(c, "Host"),
                   .origin = header(c, "Origin"), .fetch_site = header(c, "Sec-Fetch-Site"), .remote = remote_of(a, c, behind_proxy)};
}

/* ---- The answer on the wire ---- */

/* A form may lead to this server only, and from the page to sign in on to the operator's provider. */
#define POLICY \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self';" \
    " manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

static const char *const SECURITY_HEADERS[][2] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(self), geolocation=(), microphone=()"},
};

static void add_header(struct MHD_Response *m, Arena *a, const char *name, Str value)
{
    if (value.len > 0) {
        MHD_add_response_header(m, name, str_c(a, value));
    }
}

static void add_cookies(struct MHD_Response *m, Arena *a, const Response *r, bool secure)
{
    const char *only = secure ? "; Secure" : "";
    if (r->set_session.len > 0) {
        bool gone = str_eq(r->set_session, STR("-"));
        add_header(m, a, "Set-Cookie",
                   str_printf(a, "session=%.*s; Path=/; HttpOnly; SameSite=Lax%s%s", STR_ARG(gone ? STR("") : r->set_session),
                              str_c(a, str_printf(a, "; Max-Age=%lld", gone ? 0LL : (long long)r->session_seconds)), only));
    }
    if (r->set_form.len > 0) {
        add_header(m, a, "Set-Cookie", str_printf(a, "form=%.*s; Path=/; HttpOnly; SameSite=Lax%s", STR_ARG(r->set_form), only));
    }
    if (r->set_scheme.len > 0) {
        add_header(m, a, "Set-Cookie", str_printf(a, "scheme=%.*s; Path=/; SameSite=Lax; Max-Age=31536000%s", STR_ARG(r->set_scheme), only));
    }
    if (r->written.len > 0) {
        add_header(m, a, "Set-Cookie", str_printf(a, "written=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=60%s", STR_ARG(r->written), only));
    }
    if (r->set_language.len == 2 && r->set_language.ptr[0] >= 'a' && r->set_language.ptr[0] <= 'z') {
        add_header(m, a, "Set-Cookie", str_printf(a, "language=%.*s; Path=/; SameSite=Lax; Max-Age=31536000%s", STR_ARG(r->set_language), only));
    }
}

static enum MHD_Result send_answer(struct MHD_Connection *c, Arena *a, const Request *q, Response *r, bool secure)
{
    bool empty = r->status == 304 || q->head;
    struct MHD_Response *m = MHD_create_response_from_buffer(empty ? 0 : r->body.len, r->body.ptr ? r->body.ptr : (char *)(uintptr_t)"",
                                                             MHD_RESPMEM_MUST_COPY);
    for (size_t i = 0; i < COUNT_OF(SECURITY_HEADERS); i++) {
        MHD_add_response_header(m, SECURITY_HEADERS[i][0], SECURITY_HEADERS[i][1]);
    }
    add_header(m, a, "Content-Security-Policy", str_printf(a, POLICY "%s%.*s", r->form_to.len ? " " : "", STR_ARG(r->form_to)));
    add_header(m, a, "Content-Type", str_from_c(r->content_type));
    add_header(m, a, "Location", r->location);
    add_header(m, a, "ETag", r->etag);
    add_header(m, a, "Vary", r->varies ? STR("Accept-Encoding") : STR(""));
    add_header(m, a, "Content-Encoding", r->gzip ? STR("gzip") : STR(""));
    if (r->disposition.len > 0) {
        add_header(m, a, "Content-Disposition", str_printf(a, "attachment; filename=\"%.*s\"", STR_ARG(r->disposition)));
    }
    add_header(m, a, "Cache-Control", r->cacheable ? STR("public, max-age=3600") : STR("no-store"));
    add_header(m, a, "Retry-After", r->retry_after);
    add_header(m, a, "Allow", r->allow);
    add_header(m, a, "Idempotency-Replayed", r->replayed ? STR("true") : STR(""));
    add_header(m, a, "Written", r->written);
    add_header(m, a, "WWW-Authenticate", r->status == 401 ? STR("Bearer") : STR(""));
    add_header(m, a, "Strict-Transport-Security", secure ? STR("max-age=31536000") : STR(""));
    add_cookies(m, a, r, secure);
    enum MHD_Result done = MHD_queue_response(c, (unsigned)r->status, m);
    MHD_destroy_response(m);
    return done;
}

static Instant clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (Instant){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

static enum MHD_Result handle(void *host, struct MHD_Connection *c, const char *url, const char *method,
                              __attribute__((unused)) const char *version, const char *data, size_t *size, void **own)
{
    Server *s = host;
    Incoming *in = *own;
    if (in == NULL) {
        *own = incoming_new(c, url);
        return MHD_YES;
    }
    if (*size > 0) {
        take_body(in, data, *size);
        *size = 0;
        return MHD_YES;
    }
    Worker *w = take_worker(s);
    Request q;
    Response r;
    fill_request(&q, w->a, c, url, method, in, s->behind_proxy);
    bool known = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "POST") == 0;
    if (in->too_large || !known) {
        http_turn_away(w, &q, &r, clock_now(), in->too_large ? TOO_LARGE : METHOD_NOT_ALLOWED);
    } else {
        http_answer(w, &q, &r, clock_now());
        http_compress(&q, &r, w->a);
    }
    enum MHD_Result done = send_answer(c, w->a, &q, &r, str_starts(w->origin, STR("https://")));
    give_worker(s, w);
    return done;
}

static void completed(__attribute__((unused)) void *host, __attribute__((unused)) struct MHD_Connection *c, void **own,
                      __attribute__((unused)) enum MHD_RequestTerminationCode why)
{
    if (*own != NULL) {
        incoming_free(*own);
        *own = NULL;
    }
}

/* ---- Starting ---- */

typedef struct {
    Str store, read_from, law, web, origin, access;
    int64_t port, workers;
    bool demo, everywhere, behind_proxy;
} ServeOptions;

static const char HELP[] =
    "usage: goldenbridge serve [--store URL] [--read-from URL] [--law DIR] [--port N] [--demo] [--public] [--behind-proxy] [--workers N] [--web DIR] [--origin URL] [--access FILE]\n\n"
    "Serves pages and API over HTTP on 127.0.0.1 until it is told to stop (SIGTERM, Ctrl-C).\n\n"
    "  --store URL   a file, or postgres://… (default $GOLDENBRIDGE_STORE or ./goldenbridge.store)\n"
    "  --read-from URL a replica of the store in PostgreSQL, which serves those who only read (docs/high-availability.md)\n"
    "  --law DIR     the folder of schemes\n"
    "  --port N      default 8080\n"
    "  --demo        let everybody sign in as the demo's invented people, without a password\n"
    "  --public      listen on all addresses; put a TLS proxy in front\n"
    "  --behind-proxy take who asks from the last X-Forwarded-For, which the proxy in front must set\n"
    "  --workers N   requests served at a time (default 4)\n"
    "  --origin URL  how the public reaches this server, for QR codes and papers (default: the request's host)\n"
    "  --access FILE the settings of signing in (default $GOLDENBRIDGE_ACCESS; docs/operators.md)\n"
    "  --web DIR     read pages from this folder instead of the packed ones, for development\n";

static bool read_option(int argc, char **argv, int *i, const char *name, Str *ret)
{
    if (strcmp(argv[*i], name) != 0 || *i + 1 >= argc) {
        return false;
    }
    *ret = str_from_c(argv[++*i]);
    return true;
}

static bool read_options(int argc, char **argv, ServeOptions *o)
{
    const char *env = getenv("GOLDENBRIDGE_STORE");
    *o = (ServeOptions){.store = str_from_c(env ? env : "goldenbridge.store"), .access = str_from_c(getenv("GOLDENBRIDGE_ACCESS")), .port = USUAL_PORT, .workers = USUAL_WORKERS};
    for (int i = 1; i < argc; i++) {
        Str number;
        if (strcmp(argv[i], "--demo") == 0) {
            o->demo = true;
        } else if (strcmp(argv[i], "--public") == 0) {
            o->everywhere = true;
        } else if (strcmp(argv[i], "--behind-proxy") == 0) {
            o->behind_proxy = true;
        } else if (read_option(argc, argv, &i, "--port", &number)) {
            if (!str_to_int(number, &o->port) || o->port < 0 || o->port > 65535) {
                return false;
            }
        } else if (read_option(argc, argv, &i, "--workers", &number)) {
            if (!str_to_int(number, &o->workers) || o->workers < 1 || o->workers > MAX_WORKERS) {
                return false;
            }
        } else if (!read_option(argc, argv, &i, "--store", &o->store) && !read_option(argc, argv, &i, "--read-from", &o->read_from) &&
                   !read_option(argc, argv, &i, "--law", &o->law) &&
                   !read_option(argc, argv, &i, "--web", &o->web) && !read_option(argc, argv, &i, "--access", &o->access) &&
                   !read_option(argc, argv, &i, "--origin", &o->origin)) {
            return false;
        }
    }
    return true;
}

/* Without a replica that can be reached all is read from the primary; one of another database is a mistake of the operator's. */
static bool open_readers(Server *s, const ServeOptions *o, Err *err)
{
    if (o->read_from.len == 0) {
        return true;
    }
    Readers *shared = readers_new(s->a, o->read_from);
    for (int i = 0; i < s->idle_count; i++) {
        s->idle[i]->reader = reader_new(s->a, shared, s->idle[i]->flow.store);
    }
    bool ok = reader_open(s->idle[0]->reader, clock_now(), err);
    if (!ok && err->code == STORE_BUSY) {
        fprintf(stderr, "goldenbridge: the replica cannot be reached: %s; reading from the primary until it can\n", err->detail);
        ok = true;
    }
    return ok;
}

static bool open_workers(Server *s, const ServeOptions *o, Err *err)
{
    Str law;
    const Scheme *const *schemes;
    size_t count;
    const Access *access = access_default();
    if (o->access.len > 0 && !access_load(s->a, o->access, &access, err)) {
        return false;
    }
    if (!flow_find_law(s->a, o->law, &law, err) || !flow_load_schemes_as_used(s->a, law, &schemes, &count, err)) {
        return false;
    }
    for (int64_t i = 0; i < o->workers; i++) {
        Worker *w = ARENA_NEW(s->a, Worker);
        w->a = arena_new(REQUEST_MEMORY);
        w->mode_demo = o->demo ? "demo" : NULL;
        w->origin = o->origin;
        w->pages = http_cache_new(s->a);
        if (!flow_open(s->a, o->store, STORE_WRITE, schemes, count, &w->flow, err) || !store_keep_little(w->flow.store, err) ||
            (i == 0 && (!session_prepare(w->flow.store, err) || !statute_prepare(w->flow.store, err)))) {
            return false;
        }
        s->idle[s->idle_count++] = w;
    }
    Flow flow, notices; /* uploads write in transactions of their own, of many rows each */
    if (!lane_open(s->a, o->store, &s->lane, err) ||
        !flow_open(s->a, o->store, STORE_WRITE, schemes, count, &flow, err) || !bulk_thread_start(s->a, &flow, &s->bulk, err) ||
        !flow_open(s->a, o->store, STORE_WRITE, schemes, count, &notices, err) || !store_keep_little(notices.store, err)) {
        return false;
    }
    notices.lane = s->lane;
    SimKept *simulations = sim_kept(s->a);
    TrialKept *trials = trial_kept(s->a);
    if (!open_readers(s, o, err) || !notice_thread_start(s->a, &notices, o->origin, trials, &s->notices, err)) {
        return false;
    }
    for (int i = 0; i < s->idle_count; i++) {
        s->idle[i]->flow.access = access;
        s->idle[i]->bulk = s->bulk;
        s->idle[i]->notices = s->notices;
        s->idle[i]->flow.lane = s->lane;
        s->idle[i]->simulations = simulations;
        s->idle[i]->trials = trials;
    }
    return true;
}

static struct MHD_Daemon *start(Server *s, const ServeOptions *o, Err *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
    address.sin_addr.s_addr = htonl(o->everywhere ? INADDR_ANY : INADDR_LOOPBACK);
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, (uint16_t)o->port, NULL, NULL, handle, s, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)(o->workers > 1 ? o->workers : 2),
        MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
        MHD_OPTION_CONNECTION_LIMIT, 2000u, MHD_OPTION_END);
    if (d == NULL) {
        err_set(err, IO_FAILED, "Port %lld cannot be opened; is something else running there?", (long long)o->port);
    }
    return d;
}

static void wait_for_signal(void)
{
    sigset_t set;
    int got;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigwait(&set, &got);
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int http_tool(int argc, char **argv, FILE *out, FILE *errors)
{
    ServeOptions o;
    Err err;
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(HELP, out);
        return 0;
    }
    if (!read_options(argc, argv, &o)) {
        fputs(HELP, errors);
        return err_exit_status(BAD_USAGE);
    }
    if (o.web.len > 0) {
        view_use_folder(o.web.ptr);
    }
    block_signals(); /* before threads start, so that all inherit it */
    Server s = {.a = arena_new(0), .behind_proxy = o.behind_proxy, .lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER};
    struct MHD_Daemon *d = open_workers(&s, &o, &err) ? start(&s, &o, &err) : NULL;
    bool runs = d != NULL && law_thread_start(s.a, s.idle[0]->flow.schemes, s.idle[0]->flow.scheme_count, &s.law, &err);
    int status = runs ? 0 : err_exit_status(err.code);
    if (status == 0) {
        const union MHD_DaemonInfo *info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);
        fprintf(out, "Goldenbridge serves http://localhost:%u\n", info ? info->port : (unsigned)o.port);
        fflush(out);
        wait_for_signal();
    }
    if (d != NULL) {
        MHD_stop_daemon(d);
    }
    if (!law_thread_stop(s.law, &err)) {
        status = err_exit_status(err.code);
    }
    if (status != 0) {
        fprintf(errors, "goldenbridge: %s\n", err.text);
    }
    notice_thread_stop(s.notices);
    bulk_thread_stop(s.bulk);
    lane_close(s.lane);
    for (int i = 0; i < s.idle_count; i++) {
        arena_free(s.idle[i]->a);
    }
    arena_free(s.a);
    return status;
}
