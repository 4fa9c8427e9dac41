/* cli_provider.c: who signs in through a provider as which account; links are made and ended by an administrator.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "flow/provider.h"
#include "flow/session.h"

static bool is_admin(const Caller *c)
{
    for (size_t i = 0; i < c->role_count; i++) {
        if (str_eq_c(c->roles[i], "admin")) {
            return true;
        }
    }
    return false;
}

static int show_links(Cli *c)
{
    Err err;
    size_t count;
    ProviderLink *rows;
    if (!provider_links(&c->flow, c->a, STR(""), &rows, &count, &err)) {
        return cli_fail(c, &err);
    }
    Json *list = json_new_array(c->a);
    for (size_t i = 0; i < count; i++) {
        Json *j = json_new_object(c->a);
        json_set(c->a, j, STR("account"), json_new_str(c->a, rows[i].account));
        json_set(c->a, j, STR("issuer"), json_new_str(c->a, rows[i].issuer));
        json_set(c->a, j, STR("subject"), json_new_str(c->a, rows[i].subject));
        json_push(c->a, list, j);
        if (!c->json) {
            fprintf(c->out, "%.*s  %.*s  %.*s\n", STR_ARG(rows[i].account), STR_ARG(rows[i].issuer),
                    STR_ARG(rows[i].subject));
        }
    }
    if (c->json) {
        cli_print_json(c, list);
    }
    return 0;
}

int cli_provider(Cli *c)
{
    Err err;
    Instant now;
    Caller by, who;
    Str scheme, issuer = cli_option(c, "issuer"), word = str_from_c(c->argc > 1 ? c->argv[1] : "");
    bool links = str_eq_c(word, "link"), unlinks = str_eq_c(word, "unlink");
    if (c->argc != 1 && (!(links || unlinks) || c->argc != 4 || issuer.len == 0)) {
        return cli_usage(c, "Say provider, or provider link|unlink LOGIN SUBJECT --issuer URL --as ADMIN.");
    }
    if (!cli_open(c, STORE_WRITE, &err) || !session_prepare(c->flow.store, &err)) {
        return cli_fail(c, &err);
    }
    if (c->argc == 1) {
        return show_links(c);
    }
    if (!cli_now(c, &now, &err) || !flow_caller(&c->flow, c->a, c->as, &by, &scheme, &err)) {
        return cli_fail(c, &err);
    }
    if (!is_admin(&by)) {
        err_set(&err, NOT_ALLOWED, "Only an account with the role admin links others.");
        return cli_fail(c, &err);
    }
    ProviderLink link = {.account = str_from_c(c->argv[2]), .issuer = issuer, .subject = str_from_c(c->argv[3])};
    if (links && flow_caller(&c->flow, c->a, link.account, &who, &scheme, &err)) {
        link.account = who.account;
    }
    bool ok = links ? provider_link(&c->flow, c->a, by.account, &link, now, &err)
                    : provider_unlink(&c->flow, c->a, by.account, &link, now, &err);
    return ok ? 0 : cli_fail(c, &err);
}
