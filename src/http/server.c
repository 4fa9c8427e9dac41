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

#include "flow/statute.h"
#include "incoming.h"
#include "view/view.h"

enum { MAX_WORKERS = 16, USUAL_WORKERS = 4, USUAL_PORT = 8080, IDLE_SECONDS = 60, DOORS = 2 };

typedef struct {
    Arena *a; /* lives as long as the server */
    Worker *workers[MAX_WORKERS];
    size_t worker_count;
    Worker *doors[DOORS]; /* for the threads that hold connections: they answer with what is kept, all else waits in
                             `work` */
    int idle_doors;
    pthread_mutex_t lock;
    Work *work;
    BulkThread *bulk;
    NoticeThread *notices;
    LawThread *law;
    bool behind_proxy;
    Lane *lane; /* through which all workers write */
} Server;

/* There is one for each thread that asks. */
static Worker *take_door(Server *s)
{
    pthread_mutex_lock(&s->lock);
    check_that(s->idle_doors > 0);
    Worker *w = s->doors[--s->idle_doors];
    pthread_mutex_unlock(&s->lock);
    return w;
}

static void give_door(Server *s, Worker *w)
{
    arena_reset(w->a);
    pthread_mutex_lock(&s->lock);
    s->doors[s->idle_doors++] = w;
    pthread_mutex_unlock(&s->lock);
}

/* ---- The answer on the wire ---- */

/* A form may lead to this server only, and from the page to sign in on to the operator's provider. */
#define POLICY                                                                                                                  \
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
        add_header(
            m, a, "Set-Cookie",
            str_printf(a, "session=%.*s; Path=/; HttpOnly; SameSite=Lax%s%s", STR_ARG(gone ? STR("") : r->set_session),
                       str_c(a, str_printf(a, "; Max-Age=%lld", gone ? 0LL : (long long)r->session_seconds)), only));
    }
    if (r->set_form.len > 0) {
        add_header(m, a, "Set-Cookie",
                   str_printf(a, "form=%.*s; Path=/; HttpOnly; SameSite=Lax%s", STR_ARG(r->set_form), only));
    }
    if (r->set_scheme.len > 0) {
        add_header(
            m, a, "Set-Cookie",
            str_printf(a, "scheme=%.*s; Path=/; SameSite=Lax; Max-Age=31536000%s", STR_ARG(r->set_scheme), only));
    }
    if (r->written.len > 0) {
        add_header(
            m, a, "Set-Cookie",
            str_printf(a, "written=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=60%s", STR_ARG(r->written), only));
    }
    if (r->set_language.len == 2 && r->set_language.ptr[0] >= 'a' && r->set_language.ptr[0] <= 'z') {
        add_header(
            m, a, "Set-Cookie",
            str_printf(a, "language=%.*s; Path=/; SameSite=Lax; Max-Age=31536000%s", STR_ARG(r->set_language), only));
    }
}

static struct MHD_Response *make_answer(Arena *a, const Request *q, Response *r, bool secure)
{
    bool empty = r->status == 304 || q->head;
    struct MHD_Response *m = MHD_create_response_from_buffer(
        empty ? 0 : r->body.len, r->body.ptr ? r->body.ptr : (char *)(uintptr_t) "", MHD_RESPMEM_MUST_COPY);
    for (size_t i = 0; i < COUNT_OF(SECURITY_HEADERS); i++) {
        MHD_add_response_header(m, SECURITY_HEADERS[i][0], SECURITY_HEADERS[i][1]);
    }
    add_header(m, a, "Content-Security-Policy",
               str_printf(a, POLICY "%s%.*s", r->form_to.len ? " " : "", STR_ARG(r->form_to)));
    add_header(m, a, "Content-Type", str_from_c(r->content_type));
    add_header(m, a, "Location", r->location);
    add_header(m, a, "ETag", r->etag);
    add_header(m, a, "Vary", r->varies ? STR("Accept-Encoding") : STR(""));
    add_header(m, a, "Content-Encoding", r->gzip ? STR("gzip") : STR(""));
    if (r->disposition.len > 0) {
        add_header(m, a, "Content-Disposition",
                   str_printf(a, "attachment; filename=\"%.*s\"", STR_ARG(r->disposition)));
    }
    add_header(m, a, "Cache-Control", r->cacheable ? STR("public, max-age=3600") : STR("no-store"));
    add_header(m, a, "Retry-After", r->retry_after);
    add_header(m, a, "Allow", r->allow);
    add_header(m, a, "Idempotency-Replayed", r->replayed ? STR("true") : STR(""));
    add_header(m, a, "Written", r->written);
    add_header(m, a, "WWW-Authenticate", r->status == 401 ? STR("Bearer") : STR(""));
    add_header(m, a, "Strict-Transport-Security", secure ? STR("max-age=31536000") : STR(""));
    add_cookies(m, a, r, secure);
    return m;
}

static enum MHD_Result send_answer(struct MHD_Connection *c, struct MHD_Response *m, int status)
{
    enum MHD_Result done = MHD_queue_response(c, (unsigned)status, m);
    MHD_destroy_response(m);
    return done;
}

static Instant clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (Instant){(int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
}

/* By a thread of `work`, while the connection is suspended; when it is resumed, handle() sends the answer. */
static void answer_one(__attribute__((unused)) void *host, Worker *w, WorkItem *item)
{
    Incoming *in = (Incoming *)item;
    Response r;
    if (in->too_large || !in->known_method) {
        http_turn_away(w, &in->q, &r, clock_now(), in->too_large ? TOO_LARGE : METHOD_NOT_ALLOWED);
    } else {
        http_answer(w, &in->q, &r, clock_now());
        http_compress(&in->q, &r, w->a);
    }
    in->answer = make_answer(w->a, &in->q, &r, str_starts(w->origin, STR("https://")));
    in->status = r.status;
    MHD_resume_connection(in->connection); /* from here on `in` is the connection's thread's */
}

/* Only over a file: a question to another machine may wait, and with it all connections of the thread. */
static enum MHD_Result answer_kept(Server *s, struct MHD_Connection *c, Incoming *in, bool *ret_done)
{
    Response r;
    enum MHD_Result sent = MHD_YES;
    *ret_done = false;
    if (strcmp(store_engine(s->workers[0]->flow.store), "sqlite") != 0) {
        return sent;
    }
    Worker *w = take_door(s);
    *ret_done = !in->too_large && in->known_method && http_answer_kept(w, &in->q, &r, clock_now());
    if (*ret_done) {
        http_compress(&in->q, &r, w->a);
        sent = send_answer(c, make_answer(w->a, &in->q, &r, str_starts(w->origin, STR("https://"))), r.status);
    }
    give_door(s, w);
    return sent;
}

static struct MHD_Response *make_closing(void)
{
    struct MHD_Response *m = MHD_create_response_from_buffer(0, (char *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(m, "Retry-After", "5");
    MHD_add_response_header(m, "Connection", "close");
    return m;
}

static enum MHD_Result handle(void *host, struct MHD_Connection *c, const char *url, const char *method,
                              __attribute__((unused)) const char *version, const char *data, size_t *size, void **own)
{
    Server *s = host;
    Incoming *in = *own;
    bool done;
    if (in == NULL) {
        *own = incoming_new(c, url);
        return MHD_YES;
    }
    if (*size > 0) {
        incoming_take(in, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (in->answer != NULL) {
        struct MHD_Response *m = in->answer;
        in->answer = NULL;
        return send_answer(c, m, in->status);
    }
    incoming_fill(c, url, method, in, s->behind_proxy);
    enum MHD_Result sent = answer_kept(s, c, in, &done);
    if (done) {
        return sent;
    }
    in->connection = c;
    MHD_suspend_connection(c);
    if (!work_add(s->work, &in->item)) { /* the server is ending */
        in->answer = make_closing();
        in->status = 503;
        MHD_resume_connection(c);
    }
    return MHD_YES;
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
    *o = (ServeOptions){.store = str_from_c(env ? env : "goldenbridge.store"),
                        .access = str_from_c(getenv("GOLDENBRIDGE_ACCESS")),
                        .port = USUAL_PORT,
                        .workers = USUAL_WORKERS};
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
        } else if (!read_option(argc, argv, &i, "--store", &o->store) &&
                   !read_option(argc, argv, &i, "--read-from", &o->read_from) &&
                   !read_option(argc, argv, &i, "--law", &o->law) && !read_option(argc, argv, &i, "--web", &o->web) &&
                   !read_option(argc, argv, &i, "--access", &o->access) &&
                   !read_option(argc, argv, &i, "--origin", &o->origin)) {
            return false;
        }
    }
    return true;
}

/* Without a replica that can be reached all is read from the primary; one of another database is a mistake of the
 * operator's. */
static bool open_readers(Server *s, const ServeOptions *o, Err *err)
{
    if (o->read_from.len == 0) {
        return true;
    }
    Readers *shared = readers_new(s->a, o->read_from);
    for (size_t i = 0; i < s->worker_count; i++) {
        s->workers[i]->reader = reader_new(s->a, shared, s->workers[i]->flow.store);
    }
    bool ok = reader_open(s->workers[0]->reader, clock_now(), err);
    if (!ok && err->code == STORE_BUSY) {
        fprintf(stderr, "goldenbridge: the replica cannot be reached: %s; reading from the primary until it can\n",
                err->detail);
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
    PageCache *pages = http_cache_new(s->a);
    for (int64_t i = 0; i < o->workers + DOORS; i++) {
        bool is_door = i >= o->workers;
        Worker *w = ARENA_NEW(s->a, Worker);
        w->a = arena_new(REQUEST_MEMORY);
        w->mode_demo = o->demo ? "demo" : NULL;
        w->origin = o->origin;
        w->pages = pages;
        if (!flow_open_telling(s->a, o->store, is_door ? STORE_READ : STORE_WRITE, schemes, count, stderr, &w->flow,
                               err) ||
            !store_keep(w->flow.store, STORE_KEEP_LITTLE, err) ||
            (i == 0 && (!session_prepare(w->flow.store, err) || !statute_prepare(w->flow.store, err)))) {
            return false;
        }
        w->flow.access = access;
        if (is_door) {
            s->doors[s->idle_doors++] = w;
        } else {
            s->workers[s->worker_count++] = w;
        }
    }
    Flow flow, notices; /* uploads write in transactions of their own, of many rows each */
    if (!lane_open(s->a, o->store, &s->lane, err) ||
        !flow_open(s->a, o->store, STORE_WRITE, schemes, count, &flow, err) ||
        !bulk_thread_start(s->a, &flow, &s->bulk, err) ||
        !flow_open(s->a, o->store, STORE_WRITE, schemes, count, &notices, err) ||
        !store_keep(notices.store, STORE_KEEP_LITTLE, err)) {
        return false;
    }
    notices.lane = s->lane;
    SimKept *simulations = sim_kept(s->a);
    TrialKept *trials = trial_kept(s->a);
    if (!open_readers(s, o, err) || !notice_thread_start(s->a, &notices, o->origin, trials, &s->notices, err)) {
        return false;
    }
    for (size_t i = 0; i < s->worker_count; i++) {
        s->workers[i]->bulk = s->bulk;
        s->workers[i]->notices = s->notices;
        s->workers[i]->flow.lane = s->lane;
        s->workers[i]->simulations = simulations;
        s->workers[i]->trials = trials;
    }
    return work_start(s->a, s->workers, s->worker_count, answer_one, s, &s->work, err);
}

static struct MHD_Daemon *start(Server *s, const ServeOptions *o, Err *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
    address.sin_addr.s_addr = htonl(o->everywhere ? INADDR_ANY : INADDR_LOOPBACK);
    struct MHD_Daemon *d = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, (uint16_t)o->port, NULL, NULL,
        handle, s, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)DOORS,
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
    Server s = {.a = arena_new(0), .behind_proxy = o.behind_proxy, .lock = PTHREAD_MUTEX_INITIALIZER};
    struct MHD_Daemon *d = open_workers(&s, &o, &err) ? start(&s, &o, &err) : NULL;
    bool runs =
        d != NULL && law_thread_start(s.a, s.workers[0]->flow.schemes, s.workers[0]->flow.scheme_count, &s.law, &err);
    int status = runs ? 0 : err_exit_status(err.code);
    if (status == 0) {
        const union MHD_DaemonInfo *info = MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT);
        fprintf(out, "Goldenbridge serves http://localhost:%u\n", info ? info->port : (unsigned)o.port);
        fflush(out);
        wait_for_signal();
    }
    work_end(s.work); /* no connection may be suspended when they are closed */
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
    for (size_t i = 0; i < s.worker_count; i++) {
        arena_free(s.workers[i]->a);
    }
    for (int i = 0; i < s.idle_doors; i++) {
        arena_free(s.doors[i]->a);
    }
    arena_free(s.a);
    return status;
}
