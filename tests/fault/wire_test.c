/* wire_test.c: the n-th message to PostgreSQL is lost, or its answer is, for n = 1, 2, 3 … until none is struck. A
 * small relay stands between the program and the server. After each: the same handle goes on, nothing is missing or
 * done twice.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../unit/store/engines.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum { LOSE_MESSAGE = 1, LOSE_ANSWER } Loss;
enum { MOST_CALLS = 200, COMMANDS = 3, QUIET = 8, TRIES = 6, PIECE = 64 * 1024, ANSWER_MS = 2000 };

/* Shared with the relay's process. */
typedef struct {
    volatile long nth; /* message from now that is lost; 0: none */
    volatile Loss loss;
    volatile bool has_struck;
} Order;

/* ---- The relay --------------------------------------------------------------------------------------------------- */

static struct sockaddr_un address_in(const char *dir)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int len = snprintf(at.sun_path, sizeof at.sun_path, "%s/.s.PGSQL.5432", dir);
    check(len > 0 && (size_t)len < sizeof at.sun_path);
    return at;
}

static bool send_all(int fd, const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t n = send(fd, bytes, count, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        bytes += n;
        count -= (size_t)n;
    }
    return true;
}

/* One piece from one side to the other; false when the connection is over, by itself or because it is struck. */
static bool pass_on(int from, int to, Order *order)
{
    static char piece[PIECE];
    ssize_t n = recv(from, piece, sizeof piece, 0);
    if (n <= 0) {
        return false;
    }
    if (order == NULL || order->nth == 0 || --order->nth > 0) {
        return send_all(to, piece, (size_t)n);
    }
    order->has_struck = true;
    if (order->loss == LOSE_ANSWER && send_all(to, piece, (size_t)n)) {
        struct pollfd answer = {.fd = to, .events = POLLIN};
        poll(&answer, 1, ANSWER_MS);
    }
    return false;
}

static void serve_one(int client, const struct sockaddr_un *to, Order *order)
{
    int server = socket(AF_UNIX, SOCK_STREAM, 0);
    bool open = connect(server, (const struct sockaddr *)to, sizeof *to) == 0;
    while (open) {
        struct pollfd both[] = {{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
        if (poll(both, 2, -1) < 0) {
            break;
        }
        open = (both[0].revents == 0 || pass_on(client, server, order)) &&
               (both[1].revents == 0 || pass_on(server, client, NULL));
    }
    close(server);
    close(client);
}

static Order *new_order(Arena *a)
{
    int fd = open(str_c(a, engine_path(a, "order")), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    check(fd >= 0 && ftruncate(fd, sizeof(Order)) == 0);
    Order *order = mmap(NULL, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    check(order != MAP_FAILED);
    close(fd);
    return order;
}

static pid_t start_relay(const char *dir, const char *real, Order *order)
{
    struct sockaddr_un own = address_in(dir), to = address_in(real);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    unlink(own.sun_path);
    check(listener >= 0 && bind(listener, (struct sockaddr *)&own, sizeof own) == 0 && listen(listener, 8) == 0);
    pid_t pid = test_fork();
    check(pid >= 0);
    if (pid > 0) {
        close(listener);
        return pid;
    }
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0) {
            _exit(0);
        }
        serve_one(client, &to, order);
    }
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

/* As a caller does it: the same key again until there is an answer. */
static bool do_once(Store *s, Arena *a, int64_t n, bool assuming, Err *err)
{
    Str key = str_printf(a, "key-%lld", (long long)n);
    Json *outcome = NULL;
    Event e = engine_event(a, "case-1", 0);
    json_set(a, e.data, STR("n"), json_new_int(a, n));
    StoreExpected about = {.key = key};
    if (!(assuming ? store_begin_assuming(s, &about, 1, err) : store_begin(s, err))) {
        return false;
    }
    bool ok = store_savepoint(s, err) && store_done(s, a, key, hash_of(key), &outcome, err);
    if (ok && outcome == NULL) {
        ok = store_append(s, a, &e, 1, err) && store_done_set(s, a, key, hash_of(key), e.data, err);
    }
    if (ok && store_release(s, err)) {
        return store_commit(s, err);
    }
    store_rollback(s);
    return false;
}

static void do_until_kept(Store *s, Arena *a, int64_t n, bool assuming)
{
    Err err = {0};
    bool ok = false;
    for (int i = 0; i < TRIES && !ok; i++) {
        ok = do_once(s, a, n, assuming, &err);
        if (!ok) {
            eq_text(str_from_c(err_name(err.code)), "STORE_BUSY");
            check(err.text[0] != '\0');
        }
    }
    check(ok);
}

static bool in_order(void *host, const Event *e)
{
    int64_t *next = host;
    eq_int(json_to_int(json_get(e->data, "n"), -1), (*next)++);
    return true;
}

/* quiet: commands without a loss before each loss, after which a transaction begins without asking; 0: it asks. */
static void lose_every(Arena *a, Loss loss, int quiet)
{
    Err err = {0};
    Str real = engine_postgres(a), host = STR("?host=");
    size_t at = str_find(real, host, 0);
    if (at == SIZE_MAX) {
        skip("the PostgreSQL server was given from outside");
    }
    const char *dir = str_c(a, engine_path(a, "relay"));
    check(mkdir(dir, 0700) == 0);
    Order *order = new_order(a);
    pid_t relay = start_relay(dir, str_c(a, str_sub(real, at + host.len, real.len)), order);
    Store *s = engine_create(str_printf(a, "%.*s%.*s%s", STR_ARG(str_sub(real, 0, at)), STR_ARG(host), dir));
    int64_t n = 0;
    long nth = 0;
    for (bool is_clean = false; !is_clean && nth < MOST_CALLS;) {
        for (int i = 0; i <= quiet; i++) {
            do_until_kept(s, a, n++, quiet > 0);
        }
        order->loss = loss;
        order->has_struck = false;
        order->nth = ++nth;
        for (int i = 0; i < COMMANDS; i++) {
            do_until_kept(s, a, n++, quiet > 0);
        }
        is_clean = !order->has_struck;
        order->nth = 0;
    }
    /* Each command asks the server more than three times, or once. */
    check(nth > (quiet > 0 ? COMMANDS : COMMANDS * 3) && nth < MOST_CALLS);
    store_close(s);
    kill(relay, SIGTERM);
    waitpid(relay, NULL, 0);
    s = engine_open(real, STORE_WRITE);
    eq_int(store_size(s), n);
    int64_t next = 0;
    check(store_each(s, 1, 0, in_order, &next, &err));
    StoreVerify v;
    check(store_verify(s, &v, &err));
    eq_int(v.first_bad, 0);
    store_close(s);
}

TEST_WITHIN(a_lost_message_to_postgres_at_any_place_loses_nothing, 300)
{
    lose_every(a, LOSE_MESSAGE, 0);
}

TEST_WITHIN(a_lost_message_loses_nothing_of_who_begins_without_asking, 300)
{
    lose_every(a, LOSE_MESSAGE, QUIET);
}

TEST_WITHIN(a_lost_answer_of_postgres_at_any_place_loses_and_doubles_nothing, 300)
{
    lose_every(a, LOSE_ANSWER, 0);
}

TEST_WITHIN(a_lost_answer_loses_and_doubles_nothing_of_who_begins_without_asking, 300)
{
    lose_every(a, LOSE_ANSWER, QUIET);
}
