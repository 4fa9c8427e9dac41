/* http.h: sockets, sessions, routes: request → Command or page model → answer. No rule of its own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdio.h>

/* `goldenbridge serve …`: serves until SIGTERM or SIGINT. Returns the exit status. */
int http_tool(int argc, char **argv, FILE *out, FILE *errors);

#endif
