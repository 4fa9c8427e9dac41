/* desk.c: see desk.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "desk.h"

#include <stdio.h>

Desk *desk_new(World *w)
{
    Desk *d = ARENA_NEW(w->a, Desk);
    d->w = w;
    d->worker = (Worker){.a = w->a, .flow = w->flow, .origin = STR("https://example.org")};
    return d;
}

void desk_enter(Desk *d, const char *login)
{
    Err err = {0};
    d->session = (Session){0};
    if (login != NULL && !session_open(&d->w->flow, d->w->a, str_from_c(login), d->w->now, &d->session, &err)) {
        printf("  %s: %s\n", login, err.text);
        check(false);
    }
}

Request desk_request(Desk *d, Method method, Str path, Str fields)
{
    Arena *a = d->w->a;
    Request q = {.method = method,
                 .path = path,
                 .query = json_new_object(a),
                 .form = json_new_object(a),
                 .host = STR("example.org"),
                 .remote = STR("192.0.2.9")};
    if (d->session.token.len > 0 && str_starts(path, STR("/api/"))) {
        q.authorization = str_printf(a, "Bearer %.*s", STR_ARG(d->session.token));
    } else {
        q.cookie_session = d->session.token;
        json_set(a, q.form, STR("csrf"), json_new_str(a, d->session.csrf));
    }
    for (Str rest = fields, pair, name; fields.len > 0 && str_cut(&rest, '&', &pair);) {
        Str value = pair;
        (void)str_cut(&value, '=', &name);
        json_set(a, method == METHOD_GET ? q.query : q.form, name, json_new_str(a, value));
    }
    return q;
}

Response desk_send(Desk *d, Request *q)
{
    Response r;
    http_answer(&d->worker, q, &r, d->w->now);
    return r;
}

Response desk_get(Desk *d, Str path, Str fields)
{
    Request q = desk_request(d, METHOD_GET, path, fields);
    return desk_send(d, &q);
}

Response desk_post(Desk *d, Str path, Str fields)
{
    Request q = desk_request(d, METHOD_POST, path, fields);
    return desk_send(d, &q);
}

Response desk_call(Desk *d, Str path, Str body)
{
    Arena *a = d->w->a;
    Request q = desk_request(d, METHOD_POST, path, STR(""));
    Buf b = buf_new(a, 1 << 20);
    json_write(&b, world_json(a, str_c(a, body)));
    q.body = buf_str(&b);
    q.key = http_new_key(a);
    return desk_send(d, &q);
}

Str desk_text(const Response *r)
{
    return r->body.len ? buf_str(&r->body) : STR("");
}

bool desk_says(const Response *r, Str text)
{
    return str_find(desk_text(r), text, 0) != SIZE_MAX;
}

Json *desk_json(Desk *d, const Response *r)
{
    Json *j;
    Err err = {0};
    if (!json_parse(d->w->a, desk_text(r), &j, &err)) {
        printf("  %d %.*s\n", r->status, STR_ARG(desk_text(r)));
        check(false);
    }
    return j;
}
