/* fault_test.c: kill -9, power cut, full disk, errors of the n-th call, flipped bytes, jumping clocks. After each:
 * nothing acknowledged is missing, nothing is half done, verify is clean or names the damage.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../unit/store/engines.h"
#include "shim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_A_COMMAND = 2 };

/* Rounds of a repeated test: GOLDENBRIDGE_ROUNDS sets another number than the quick usual one. */
static int rounds(int usual)
{
    const char *given = getenv("GOLDENBRIDGE_ROUNDS");
    return given ? (int)strtol(given, NULL, 10) : usual;
}

static Str command_key(Arena *a, int64_t n)
{
    return str_printf(a, "command-%lld", (long long)n);
}

/* One command as flow writes it: two events, a read table, its outcome. False with *err if it was not kept. */
static bool do_command(Store *s, Arena *a, int64_t n, Err *err)
{
    const char *stream = str_printf(a, "case-%lld", (long long)(n % 7)).ptr;
    Event e[EVENTS_A_COMMAND] = {engine_event(a, stream, 0), engine_event(a, stream, 0)};
    StoreValue v[] = {STORE_I(n)};
    e[0].person = STR("p-1");
    e[0].sealed = json_new_object(a);
    StoreExpected about = {.key = command_key(a, n), .stream = str_from_c(stream)};
    if (!store_begin_assuming(s, &about, 1, err)) {
        return false;
    }
    if (store_append(s, a, e, EVENTS_A_COMMAND, err) &&
        (n % 2 ? store_exec : store_exec_later)(s, "INSERT INTO done(n) VALUES ($1)", v, 1, err) &&
        store_done_set(s, a, about.key, hash_of(STR("r")), e[0].data, err)) {
        return store_commit(s, err);
    }
    store_rollback(s);
    return false;
}

static void make_store(Str url)
{
    Err err = {0};
    Store *s = engine_create(url);
    check(store_exec(s, "CREATE TABLE done(n BIGINT PRIMARY KEY)", NULL, 0, &err));
    store_close(s);
}

/* How many commands are there; each of them wholly, and not less than were acknowledged. The outcomes of those from
 * `from` on are looked at; verify looks at the marks of all. */
static int64_t check_whole_from(Arena *a, Str url, int64_t from, int64_t acknowledged)
{
    Err err = {0};
    Store *s = engine_open(url, STORE_WRITE);
    StoreVerify v;
    check(store_begin(s, &err)); /* a server may still be at the commit that the killed one sent: it holds the lock */
    store_rollback(s);
    check(store_verify(s, &v, &err));
    if (v.first_bad != 0) {
        printf("  event %lld: %s\n", (long long)v.first_bad, v.why);
    }
    eq_int(v.first_bad, 0);
    StoreRows r;
    check(store_query(s, a, "SELECT count(*), max(n) FROM done", NULL, 0, &r, &err));
    int64_t count = r.cells[0].i;
    eq_int(count * EVENTS_A_COMMAND, store_size(s));
    check(count == 0 || r.cells[1].i == count - 1); /* no gap */
    if (count < acknowledged) {
        printf("  %lld acknowledged, %lld there\n", (long long)acknowledged, (long long)count);
    }
    check(count >= acknowledged);
    check(store_query(s, a, "SELECT count(*) FROM log_commands", NULL, 0, &r, &err));
    eq_int(r.cells[0].i, count);
    for (int64_t n = from; n <= count; n++) {
        Json *outcome = NULL;
        check(store_done(s, a, command_key(a, n), hash_of(STR("r")), &outcome, &err));
        check((outcome != NULL) == (n < count));
    }
    store_close(s);
    return count;
}

static int64_t check_whole(Arena *a, Str url, int64_t acknowledged)
{
    return check_whole_from(a, url, 0, acknowledged);
}

/* ---- kill -9 ----------------------------------------------------------------------------------------------------- */

static void write_for_ever(Str url, int64_t n, int ack)
{
    Err err = {0};
    Store *s = engine_open(url, STORE_WRITE);
    Arena *a = arena_new(0);
    for (;; n++) {
        Str note;
        if (!do_command(s, a, n, &err) || write(ack, &n, sizeof n) != sizeof n) {
            printf("  command %lld: %s (%s)\n", (long long)n, err.text, err.detail);
            fflush(stdout);
            _exit(1);
        }
        if (n % 5 == 0 && !store_checkpoint(s, a, (Instant){n}, &note, &err)) {
            _exit(2);
        }
        arena_reset(a);
    }
}

static void sleep_us(long us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

/* Verify walks the whole log after each kill: a log of thousands of events takes more time than the writing did. */
enum { KILLS_A_STORE = 50 };

static void kill_again_and_again(Str url, int count)
{
    make_store(url);
    int64_t there = 0;
    for (int i = 0; i < count; i++) {
        int pipe_ends[2];
        check(pipe(pipe_ends) == 0);
        pid_t pid = test_fork();
        if (pid == 0) {
            close(pipe_ends[0]);
            write_for_ever(url, there, pipe_ends[1]);
        }
        close(pipe_ends[1]);
        int64_t n = -1, last = there - 1;
        check(read(pipe_ends[0], &n, sizeof n) == sizeof n); /* it works */
        last = n;
        sleep_us(rand() % 20000);
        kill(pid, SIGKILL);
        while (read(pipe_ends[0], &n, sizeof n) == sizeof n) {
            last = n;
        }
        close(pipe_ends[0]);
        int status;
        waitpid(pid, &status, 0);
        check(WIFSIGNALED(status));
        Arena *b = arena_new(0);
        there = check_whole_from(b, url, there, last + 1);
        arena_free(b);
    }
}

BOTH_WITHIN(nothing_acknowledged_is_lost_by_kill_9, 3000)
{
    bool is_pg = str_starts(url, STR("postgres"));
    int count = rounds(is_pg ? 20 : 60);
    srand(4);
    for (int done = 0; done < count; done += KILLS_A_STORE) {
        int more = count - done < KILLS_A_STORE ? count - done : KILLS_A_STORE;
        kill_again_and_again(done == 0 ? url
                             : is_pg   ? engine_postgres(a)
                                       : engine_path(a, str_printf(a, "killed-%d", done).ptr),
                             more);
    }
}

/* ---- Power cut --------------------------------------------------------------------------------------------------- */

TEST_WITHIN(a_power_cut_loses_nothing_acknowledged, 3000)
{
    Str url = engine_sqlite(a);
    shim_install();
    make_store(url);
    int64_t there = 0;
    int count = rounds(60);
    for (int i = 0; i < count; i++) {
        int pipe_ends[2];
        check(pipe(pipe_ends) == 0);
        pid_t pid = test_fork();
        if (pid == 0) {
            Err err = {0};
            shim_watch();
            shim_promise(i % 2 == 0);
            Store *s = engine_open(url, STORE_WRITE);
            srand((unsigned)i);
            int64_t end = there + rand() % 40;
            for (int64_t n = there; n < end; n++) {
                if (!do_command(s, a, n, &err) || write(pipe_ends[1], &n, sizeof n) != sizeof n) {
                    _exit(1);
                }
            }
            /* In the middle of one more. */
            Event e = engine_event(a, "case-x", 0);
            if (!store_begin(s, &err) || !store_append(s, a, &e, 1, &err)) {
                _exit(1);
            }
            shim_cut((unsigned)i);
            _exit(0);
        }
        close(pipe_ends[1]);
        int64_t n, last = there - 1;
        while (read(pipe_ends[0], &n, sizeof n) == sizeof n) {
            last = n;
        }
        close(pipe_ends[0]);
        int status;
        waitpid(pid, &status, 0);
        check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        unlink(str_printf(a, "%.*s-shm", STR_ARG(url)).ptr); /* shared memory does not outlive the power */
        there = check_whole(a, url, last + 1);
    }
}

/* ---- Errors of the n-th call ------------------------------------------------------------------------------------- */

static void fail_every_call_of(Arena *a, bool is_powersafe, ShimFault fault, ErrCode want)
{
    Str url = engine_path(a, str_printf(a, "store-%d-%d", (int)fault, is_powersafe).ptr);
    shim_promise(is_powersafe);
    make_store(url);
    int64_t there = 0;
    bool is_clean = false;
    long nth = 1;
    for (; !is_clean && nth < 200; nth++) {
        Err err = {0};
        Store *s = engine_open(url, STORE_WRITE);
        for (int i = 0; i < 3; i++, there++) {
            check(do_command(s, a, there, &err));
        }
        shim_fail(fault, nth, false);
        int64_t kept = 0;
        for (int i = 0; i < 3; i++) {
            bool ok = do_command(s, a, there + kept, &err);
            kept += ok;
            if (!ok && want != OK) {
                check(err.code == want || err.code == STORE_FAILED);
                check(err.text[0] != '\0');
            }
        }
        is_clean = !shim_has_struck();
        shim_fail(SHIM_NOTHING, 0, false);
        /* The same handle works on as soon as the fault is over. */
        check(do_command(s, a, there + kept, &err));
        there += kept + 1;
        store_close(s);
        int64_t now = check_whole(a, url, there);
        eq_int(now, there);
    }
    check(is_clean && nth > 3); /* it has struck more than once */
}

static void fail_every_call(Arena *a, ShimFault fault, ErrCode want)
{
    shim_install();
    fail_every_call_of(a, false, fault, want);
    fail_every_call_of(a, true, fault, want);
}

TEST_WITHIN(a_full_disk_at_any_write_loses_nothing, 600)
{
    fail_every_call(a, SHIM_DISK_FULL, STORE_FULL);
}

TEST_WITHIN(a_failed_write_at_any_place_loses_nothing, 600)
{
    fail_every_call(a, SHIM_WRITE_ERROR, STORE_FAILED);
}

/* After a failed flush a commit may or may not have been kept, but it was not acknowledged, and nothing is half. */
TEST_WITHIN(a_failed_flush_is_never_acknowledged, 600)
{
    Str url = engine_sqlite(a);
    shim_install();
    make_store(url);
    int64_t there = 0;
    for (long nth = 1; nth < 24; nth++) {
        Err err = {0};
        shim_promise(nth % 2 == 0);
        Store *s = engine_open(url, STORE_WRITE);
        shim_fail(SHIM_SYNC_ERROR, (nth + 1) / 2, true);
        int64_t acknowledged = there;
        while (acknowledged < there + 15 && do_command(s, a, acknowledged, &err)) {
            acknowledged++;
        }
        check(!shim_has_struck() || err.code == STORE_FAILED);
        shim_fail(SHIM_NOTHING, 0, false);
        store_close(s);
        there = check_whole(a, url, acknowledged);
    }
}

TEST_WITHIN(a_disk_that_stays_full_says_so_until_there_is_room, 60)
{
    Str url = engine_sqlite(a);
    shim_install();
    shim_promise(true);
    make_store(url);
    Err err = {0};
    Store *s = engine_open(url, STORE_WRITE);
    check(do_command(s, a, 0, &err));
    shim_fail(SHIM_DISK_FULL, 1, true);
    for (int i = 0; i < 5; i++) {
        check(!do_command(s, a, 1, &err));
        eq_int(err.code, STORE_FULL);
        eq_int(store_size(s), 2); /* reading goes on */
    }
    shim_fail(SHIM_NOTHING, 0, false);
    check(do_command(s, a, 1, &err));
    store_close(s);
    eq_int(check_whole(a, url, 2), 2);
}

TEST_WITHIN(no_memory_at_any_place_loses_nothing, 600)
{
    Str url = engine_sqlite(a);
    shim_memory_install();
    make_store(url);
    int64_t there = 0;
    bool is_clean = false;
    for (long nth = 1; !is_clean && nth < 3000; nth += 1 + nth / 10) {
        Err err = {0};
        Store *s = NULL;
        shim_memory_fail(nth);
        if (store_open(url, STORE_WRITE, &s, &err)) {
            there += do_command(s, a, there, &err);
        }
        is_clean = !shim_memory_has_struck();
        shim_memory_fail(0);
        store_close(s);
        there = check_whole(a, url, there);
    }
    check(is_clean);
}

/* ---- Flipped bytes ----------------------------------------------------------------------------------------------- */

static bool sum_up(void *host, const Event *e)
{
    Buf *b = host;
    buf_add(b, HASH_STR(e->hash));
    if (e->sealed != NULL) {
        json_canonical(b, b->arena, e->sealed);
    }
    return true;
}

/* Everything that a reader can learn from the log, as one hash; false if the store refuses. */
static bool read_all(Str url, Hash *ret, bool *ret_clean)
{
    Err err = {0};
    Store *s = NULL;
    StoreVerify v = {0};
    Arena *a = arena_new(0);
    Buf b = buf_new(a, 1 << 20);
    bool ok = store_open(url, STORE_WRITE, &s, &err) && store_verify(s, &v, &err);
    *ret_clean = ok && v.first_bad == 0;
    ok = ok && store_each(s, 1, 0, sum_up, &b, &err);
    Json *outcome = NULL;
    for (int64_t n = 0; ok && n < 3; n++) {
        ok = store_done(s, a, command_key(a, n), hash_of(STR("r")), &outcome, &err) && outcome != NULL;
        if (ok) {
            json_canonical(&b, a, outcome);
        }
    }
    *ret = hash_of(buf_str(&b));
    store_close(s);
    arena_free(a);
    return ok;
}

TEST_WITHIN(a_flipped_byte_is_named_or_refused_or_harmless, 3000)
{
    Err err = {0};
    Str url = engine_sqlite(a), damaged = engine_path(a, "damaged"), note;
    make_store(url);
    Store *s = engine_open(url, STORE_WRITE);
    for (int64_t n = 0; n < 3; n++) {
        check(do_command(s, a, n, &err));
    }
    check(store_checkpoint(s, a, (Instant){1}, &note, &err));
    store_close(s);
    check(engine_shell(str_printf(a, "cp %.*s.key %.*s.key", STR_ARG(url), STR_ARG(damaged)).ptr));
    Str bytes = test_read_file(a, url.ptr);
    Hash right, got;
    bool is_clean;
    check(read_all(url, &right, &is_clean) && is_clean);
    size_t step = getenv("GOLDENBRIDGE_ROUNDS") ? 1 : 23;
    int noticed = 0, harmless = 0;
    for (size_t at = 0; at < bytes.len; at += step) {
        FILE *f = fopen(damaged.ptr, "wb");
        check(f != NULL && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len && fseek(f, (long)at, SEEK_SET) == 0);
        fputc((unsigned char)bytes.ptr[at] ^ (1 << at % 8), f);
        fclose(f);
        unlink(str_printf(a, "%.*s-wal", STR_ARG(damaged)).ptr);
        unlink(str_printf(a, "%.*s-shm", STR_ARG(damaged)).ptr);
        bool is_read = read_all(damaged, &got, &is_clean);
        /* Nothing false is ever told: either it is noticed, or everything is as it was. */
        if (is_read && is_clean && !hash_eq(got, right)) {
            printf("  byte %zu\n", at);
        }
        check(!(is_read && is_clean) || hash_eq(got, right));
        *(is_read && is_clean ? &harmless : &noticed) += 1;
    }
    check(noticed > 100 && harmless > 0);
}

/* ---- Clocks ------------------------------------------------------------------------------------------------------ */

BOTH(a_jumping_clock_does_not_disturb_the_log)
{
    Err err = {0};
    Store *s = engine_create(url);
    static const int64_t AT[] = {1700000000000, 0, 253402300799999, -62135596800000, 1700000000001};
    for (size_t i = 0; i < COUNT_OF(AT); i++) {
        Event e = engine_event(a, "case", (int64_t)i + 1);
        Str note;
        e.at.ms = AT[i];
        check(store_begin(s, &err) && store_append(s, a, &e, 1, &err) && store_commit(s, &err));
        check(store_checkpoint(s, a, e.at, &note, &err));
    }
    StoreVerify v;
    check(store_verify(s, &v, &err) && v.first_bad == 0);
    store_close(s);
}
