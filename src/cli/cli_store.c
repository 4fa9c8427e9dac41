/* cli_store.c: care of the store: make, verify, rebuild, checkpoint, back up, copy, erase.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "flow/open.h"
#include "flow/sign.h"

static void put(Cli *c, Json *j, const char *key, Json *value)
{
    json_set(c->a, j, str_from_c(key), value);
}

/* What the log says was signed, by its own keys. */
static bool check_signatures(Cli *c, StoreVerify *v, Err *err)
{
    const char *why;
    if (!sign_verify(c->flow.store, &v->first_bad, &why, err)) {
        return false;
    }
    snprintf(v->why, sizeof v->why, "%s", why);
    return true;
}

int cli_verify(Cli *c)
{
    Err err;
    StoreVerify v;
    if (!cli_open(c, STORE_READ, &err) || !store_verify(c->flow.store, &v, &err)) {
        return cli_fail(c, &err);
    }
    if (v.first_bad == 0 && !check_signatures(c, &v, &err)) {
        return cli_fail(c, &err);
    }
    Str root = hex_print(c->a, HASH_STR(v.root));
    if (c->json) {
        Json *j = json_new_object(c->a);
        put(c, j, "ok", json_new_bool(c->a, v.first_bad == 0));
        put(c, j, "events", json_new_int(c->a, v.events));
        put(c, j, "first_bad", json_new_int(c->a, v.first_bad));
        put(c, j, "why", json_new_str_c(c->a, v.why));
        put(c, j, "root", json_new_str(c->a, root));
        cli_print_json(c, j);
    } else if (v.first_bad == 0) {
        fprintf(c->out, "%lld events verify; root %.*s\n", (long long)v.events, STR_ARG(root));
    } else {
        fprintf(c->out, "The first bad event is %lld: %s\n", (long long)v.first_bad, v.why);
    }
    cli_signed_law(c, false); /* beside the log: what decides now may differ from what was signed */
    return v.first_bad == 0 ? 0 : 1;
}

int cli_rebuild(Cli *c)
{
    Err err;
    Hash before, after;
    int64_t events;
    FoldNews news;
    ProjectTeller teller = flow_fold_news(&news, c->errors);
    if (!cli_open(c, STORE_WRITE, &err) || !project_digest(c->flow.store, &before, &err) ||
        !project_rebuild(c->flow.store, &teller, &events, &err) || !project_digest(c->flow.store, &after, &err)) {
        return cli_fail(c, &err);
    }
    bool same = hash_eq(before, after);
    if (c->json) {
        Json *j = json_new_object(c->a);
        put(c, j, "events", json_new_int(c->a, events));
        put(c, j, "same", json_new_bool(c->a, same));
        put(c, j, "digest", json_new_str(c->a, hex_print(c->a, HASH_STR(after))));
        cli_print_json(c, j);
    } else {
        fprintf(c->out, "%lld events folded; the read tables are %s\n", (long long)events,
                same ? "identical to before" : "different from before: they had been changed");
    }
    return same ? 0 : 1;
}

int cli_checkpoint(Cli *c)
{
    Err err;
    Instant now;
    Str note;
    if (!cli_open(c, STORE_WRITE, &err) || !cli_now(c, &now, &err) ||
        !store_checkpoint(c->flow.store, c->a, now, &note, &err)) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "%.*s", STR_ARG(note));
    return 0;
}

/* To a new store, from one of an older schema, too. */
static bool copy_whole(Cli *c, Store *from, int64_t *ret_events, Err *err)
{
    Flow to;
    if (!cli_load_law(c, err) ||
        !flow_copy(c->a, from, str_from_c(c->argv[1]), c->schemes, c->scheme_count, c->errors, &to, err)) {
        return false;
    }
    *ret_events = store_size(to.store);
    return true;
}

/* Of a database a backup is a store in a file: it opens anywhere, also where there is no PostgreSQL. */
int cli_backup(Cli *c)
{
    Err err;
    Store *from;
    int64_t events;
    if (c->argc != 2) {
        return cli_usage(c, "Name the file to write.");
    }
    if (!store_open_log(c->store, &from, &err)) {
        return cli_fail(c, &err);
    }
    bool ok =
        store_is_file(from) ? store_backup(from, str_from_c(c->argv[1]), &err) : copy_whole(c, from, &events, &err);
    store_close(from);
    return ok ? 0 : cli_fail(c, &err);
}

int cli_copy(Cli *c)
{
    Err err;
    Store *from;
    int64_t events;
    if (c->argc != 2) {
        return cli_usage(c, "Name the store to copy to.");
    }
    if (!store_open_log(c->store, &from, &err)) {
        return cli_fail(c, &err);
    }
    bool ok = copy_whole(c, from, &events, &err);
    store_close(from);
    if (!ok) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "%lld events copied\n", (long long)events);
    return 0;
}

int cli_doctor(Cli *c)
{
    Err err;
    Json *findings;
    if (!cli_open(c, STORE_READ, &err) || !store_doctor(c->flow.store, c->a, &findings, &err)) {
        return cli_fail(c, &err);
    }
    if (c->json) {
        cli_print_json(c, findings);
    } else {
        for (size_t i = 0; i < findings->count; i++) {
            fprintf(c->out, "%.*s\n", STR_ARG(json_text_at(findings->items[i], "text")));
        }
    }
    size_t count = findings->count + (size_t)cli_signed_law(c, true);
    if (!c->json) {
        fprintf(c->out, "%zu findings\n", count);
    }
    return count == 0 ? 0 : 1;
}

int cli_erase(Cli *c)
{
    Err err;
    Instant now;
    Str article = cli_option(c, "article");
    if (c->argc != 2 || article.len == 0) {
        return cli_usage(c, "Name a person and the --article under which the data is erased.");
    }
    if (!cli_open(c, STORE_WRITE, &err) || !cli_now(c, &now, &err) ||
        !flow_erase(&c->flow, c->a, c->as.len ? c->as : STR("operator"), str_from_c(c->argv[1]), article, now, &err)) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "erased\n");
    return 0;
}
