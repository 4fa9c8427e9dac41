/* cli_demo.c: new stores: empty with first accounts, or with the invented demo corridors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "base/file.h"
#include "demo.h"
#include "flow/session.h"
#include "flow/signed.h"

static bool first_account(Cli *c, const Scheme *s, Str login, const char *role, Instant now, Err *err)
{
    Json *form = json_new_object(c->a), *roles = json_new_array(c->a);
    json_set(c->a, form, STR("login"), json_new_str(c->a, login));
    json_set(c->a, form, STR("name"), json_new_str(c->a, login));
    json_push(c->a, roles, json_new_str_c(c->a, role));
    json_set(c->a, form, STR("roles"), roles);
    json_set(c->a, form, STR("language"), json_new_str_c(c->a, "en"));
    return demo_account(&c->flow, c->a, s, form, now, err);
}

/* The law as it is loaded counts as signed by the beginning of the store. */
static bool ship_all(Cli *c, Instant now, Err *err)
{
    for (size_t i = 0; i < c->scheme_count; i++) {
        if (!signed_ship(&c->flow, c->a, c->schemes[i], now, err)) {
            return false;
        }
    }
    return true;
}

int cli_init(Cli *c)
{
    Err err;
    Instant now;
    Str admin = cli_option(c, "admin"), second = cli_option(c, "second-admin");
    if (!cli_now(c, &now, &err) || !cli_open(c, STORE_CREATE, &err)) {
        return cli_fail(c, &err);
    }
    const Scheme *s = cli_scheme(c, &err);
    bool ok = s != NULL && store_begin(c->flow.store, &err) &&
              first_account(c, s, admin.len ? admin : STR("admin"), "admin", now, &err) &&
              first_account(c, s, second.len ? second : STR("admin2"), "admin", now, &err) && ship_all(c, now, &err) &&
              store_commit(c->flow.store, &err);
    if (!ok) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "made %.*s\n", STR_ARG(c->store));
    return 0;
}

int cli_password(Cli *c)
{
    Err err;
    Caller who;
    Str scheme;
    char line[1024];
    if (c->argc != 2) {
        return cli_usage(c, "Name one account.");
    }
    if (!cli_open(c, STORE_WRITE, &err) || !session_prepare(c->flow.store, &err) ||
        !flow_caller(&c->flow, c->a, str_from_c(c->argv[1]), &who, &scheme, &err)) {
        return cli_fail(c, &err);
    }
    Str password = fgets(line, sizeof line, stdin) ? str_from_c(line) : STR("");
    while (password.len > 0 && (password.ptr[password.len - 1] == '\n' || password.ptr[password.len - 1] == '\r')) {
        password.len--;
    }
    bool ok = session_set_password(c->flow.store, c->a, who.account, password, &err);
    sodium_memzero(line, sizeof line);
    return ok ? 0 : cli_fail(c, &err);
}

static void show_progress(void *host, int64_t steps, Str what)
{
    fprintf(host, "\r  %lld steps: %.*s        ", (long long)steps, STR_ARG(what));
    fflush(host);
}

static bool has_demo(Cli *c, const Scheme *s)
{
    return file_exists(c->a, str_printf(c->a, "%.*s/demo.json", STR_ARG(scheme_folder(s))));
}

static Json *sizes_of(Cli *c)
{
    static const char *const NAMES[] = {"candidates", "employers"};
    Json *sizes = json_new_object(c->a);
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        int64_t n;
        if (str_to_int(cli_option(c, NAMES[i]), &n) && n > 0) {
            json_set(c->a, sizes, str_from_c(NAMES[i]), json_new_int(c->a, n));
        }
    }
    return sizes;
}

int cli_demo(Cli *c)
{
    Err err;
    DemoOptions o = {.seed = 1, .sizes = sizes_of(c), .host = c->errors};
    int64_t steps, all = 0, seed;
    if (str_to_int(cli_option(c, "seed"), &seed)) {
        o.seed = seed;
    }
    o.progress = isatty(2) ? show_progress : NULL;
    if (!cli_now(c, &o.now, &err) || !cli_open(c, STORE_CREATE, &err)) {
        return cli_fail(c, &err);
    }
    for (size_t i = 0; i < c->scheme_count; i++) {
        if (!has_demo(c, c->schemes[i])) {
            continue;
        }
        if (!demo_play(&c->flow, c->schemes[i], &o, &steps, &err)) {
            return cli_fail(c, &err);
        }
        all += steps;
    }
    Str note;
    if (!store_checkpoint(c->flow.store, c->a, o.now, &note, &err)) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "%smade %.*s: %lld steps, %lld events\n", o.progress ? "\r" : "", STR_ARG(c->store), (long long)all,
            (long long)store_size(c->flow.store));
    return 0;
}
