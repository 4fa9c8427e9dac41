/* incoming.h: a request of one connection, from its first line until it is answered. Private to the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_INCOMING_H
#define HTTP_INCOMING_H

#include <microhttpd.h>

#include "work.h"

typedef struct {
    WorkItem item; /* first: this waits in `work` when it has arrived whole */
    Arena *a;
    struct MHD_Connection *connection;
    Request q;
    bool known_method;
    struct MHD_Response *answer; /* made by a worker while the connection is suspended */
    int status;
    Buf body;
    Json *form;
    Str field; /* being received by the post processor */
    Buf value;
    Str file, file_name; /* bytes of a file that came with a form */
    bool field_is_file;
    struct MHD_PostProcessor *post;
    size_t limit, seen; /* bytes of the body */
    bool too_large;
} Incoming;

/* A new request to this address; spreadsheets may be larger than anything else. Free it when the connection is done
 * with it. */
Incoming *incoming_new(struct MHD_Connection *c, const char *url);
void incoming_free(Incoming *in);
/* A piece of the body; sets too_large past the limit. */
void incoming_take(Incoming *in, const char *data, size_t size);
/* After the last piece: fills q and known_method. What q points to stays until the connection is answered. */
void incoming_fill(struct MHD_Connection *c, const char *url, const char *method, Incoming *in, bool behind_proxy);

#endif
