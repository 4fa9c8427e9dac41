/* cli_notify.c: makes the notices that are due and sends what waits, once or for as long as it runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include "notice/notice.h"

enum { SENT_AT_ONCE = 1000000 };

static bool make(Cli *c, Instant now, int64_t *made, Err *err)
{
    for (bool more = true; more;) {
        if (!notice_from_events(&c->flow, now, made, &more, err)) {
            return false;
        }
    }
    return notice_from_deadlines(&c->flow, now, made, err);
}

static void print_counts(Cli *c, int64_t made, const NoticeCount *n, const Json *totals)
{
    if (!c->json) {
        fprintf(c->out, "%lld notices made, %lld messages sent, %lld failed, %lld dropped\n", (long long)made,
                (long long)n->sent, (long long)n->failed, (long long)n->dropped);
        return;
    }
    Json *j = json_new_object(c->a);
    json_set(c->a, j, STR("made"), json_new_int(c->a, made));
    json_set(c->a, j, STR("sent"), json_new_int(c->a, n->sent));
    json_set(c->a, j, STR("failed"), json_new_int(c->a, n->failed));
    json_set(c->a, j, STR("dropped"), json_new_int(c->a, n->dropped));
    json_set(c->a, j, STR("outbox"), (Json *)(uintptr_t)totals);
    cli_print_json(c, j);
}

int cli_notify(Cli *c)
{
    Err err;
    NoticeConfig config;
    NoticeCount count = {0};
    Instant now;
    int64_t made = 0;
    Json *totals;
    Str origin = cli_option(c, "origin");
    if (!notice_config(c->a, &config, &err) || !cli_now(c, &now, &err) || !cli_open(c, STORE_WRITE, &err) ||
        !contact_prepare(c->flow.store, &err)) {
        return cli_fail(c, &err);
    }
    config.origin = origin.len > 0 ? origin : config.origin;
    if (!make(c, now, &made, &err) || !notice_send(&c->flow, &config, now, SENT_AT_ONCE, &count, &err) ||
        !notice_totals(c->flow.store, c->a, &totals, &err)) {
        return cli_fail(c, &err);
    }
    print_counts(c, made, &count, totals);
    return 0;
}
