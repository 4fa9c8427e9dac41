/* desk.h: a program or a browser at the door of a world: requests and answers without a socket.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FLOW_DESK_H
#define TESTS_FLOW_DESK_H

#include "http/http_int.h"
#include "world.h"

typedef struct {
    World *w;
    Worker worker;
    Session session; /* of who is signed in; token empty: nobody */
} Desk;

Desk *desk_new(World *w);
/* Signs in; NULL: nobody. */
void desk_enter(Desk *d, const char *login);
/* A request as it would come from this person: to /api/ with a token, else with the cookie and the form's secret.
 * `fields` are "a=b&c=d": of the query of a GET, of the form of a POST. */
Request desk_request(Desk *d, Method method, Str path, Str fields);
Response desk_send(Desk *d, Request *q);
Response desk_get(Desk *d, Str path, Str fields);
Response desk_post(Desk *d, Str path, Str fields);
/* POST with a JSON body, ' in place of ". */
Response desk_call(Desk *d, Str path, Str body);
Str desk_text(const Response *r);
bool desk_says(const Response *r, Str text);
Json *desk_json(Desk *d, const Response *r);

#endif
