/* incoming.c: bodies, forms, headers, cookies and the address of who asks, out of libmicrohttpd into a Request.
 * SPDX-License-Identifier: Apache-2.0 */
#include "incoming.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"

static void finish_field(Incoming *in)
{
    if (in->field_is_file) {
        in->file = in->value.len ? buf_str(&in->value) : STR("");
        if (in->file.len > 0 && in->field.len > 0 && in->limit == MAX_BODY && in->form->count < MAX_FIELDS) {
            Json *j = json_set(in->a, in->form, in->field, json_new_object(in->a));
            json_set(in->a, j, STR("name"), json_new_str(in->a, in->file_name));
            json_set(in->a, j, STR("data"), json_new_str(in->a, base64_print(in->a, in->file)));
        }
    } else if (in->field.len > 0 && in->form->count < MAX_FIELDS) {
        Str text = in->value.len ? str_copy(in->a, buf_str(&in->value)) : STR("");
        const Json *before = json_get_str(in->form, in->field); /* boxes of one name: a line for each that is ticked */
        text = utf8_is_valid(text) ? text : STR("");
        text = before != NULL && before->kind == JSON_STRING
                   ? str_printf(in->a, "%.*s\n%.*s", STR_ARG(before->text), STR_ARG(text))
                   : text;
        json_set(in->a, in->form, in->field, json_new_str(in->a, text));
    }
    in->field = STR("");
    in->field_is_file = false;
}

static enum MHD_Result take_field(void *host, __attribute__((unused)) enum MHD_ValueKind kind, const char *key,
                                  const char *filename, __attribute__((unused)) const char *type,
                                  __attribute__((unused)) const char *encoding, const char *data, uint64_t offset,
                                  size_t size)
{
    Incoming *in = host;
    if (offset == 0) {
        finish_field(in);
        in->field = str_copy(in->a, str_from_c(key));
        in->field_is_file = filename != NULL;
        Str name = str_copy(in->a, str_from_c(filename ? filename : ""));
        in->file_name = filename && utf8_is_valid(name) ? name : in->file_name;
        in->value = buf_new(in->a, in->limit);
    }
    buf_add(&in->value, (Str){data, size});
    return MHD_YES;
}

Incoming *incoming_new(struct MHD_Connection *c, const char *url)
{
    size_t limit = strncmp(url, "/bulk/", 6) == 0 ? BULK_FILE_BYTES + 65536 : MAX_BODY;
    Arena *a = arena_new(limit * 6);
    Incoming *in = ARENA_NEW(a, Incoming);
    in->a = a;
    in->limit = limit;
    in->body = buf_new(a, MAX_BODY);
    in->form = json_new_object(a);
    if (strncmp(url, "/api/", 5) != 0) { /* which takes JSON, whatever a client says it sends */
        in->post = MHD_create_post_processor(c, 65536, take_field, in); /* NULL unless it is a form */
    }
    return in;
}

void incoming_free(Incoming *in)
{
    if (in->answer != NULL) {
        MHD_destroy_response(in->answer);
    }
    if (in->post != NULL) {
        MHD_destroy_post_processor(in->post);
    }
    arena_free(in->a);
}

void incoming_take(Incoming *in, const char *data, size_t size)
{
    in->seen += size;
    if (in->seen > in->limit) {
        in->too_large = true;
        return;
    }
    if (in->post == NULL || in->limit == MAX_BODY) { /* the fields of a large form are not kept twice */
        buf_add(&in->body, (Str){data, size});
    }
    if (in->post != NULL && MHD_post_process(in->post, data, size) != MHD_YES) {
        in->too_large = true;
    }
}

/* ---- The request as a struct ---- */

static Str header(struct MHD_Connection *c, const char *name)
{
    return str_from_c(MHD_lookup_connection_value(c, MHD_HEADER_KIND, name));
}

static Str cookie(struct MHD_Connection *c, const char *name)
{
    return str_from_c(MHD_lookup_connection_value(c, MHD_COOKIE_KIND, name));
}

typedef struct {
    Arena *a;
    Json *query;
} QueryReader;

static enum MHD_Result take_query(void *host, __attribute__((unused)) enum MHD_ValueKind kind, const char *key,
                                  const char *value)
{
    QueryReader *r = host;
    Str text = str_from_c(value);
    if (r->query->count < MAX_FIELDS && utf8_is_valid(text) && utf8_is_valid(str_from_c(key))) {
        json_set(r->a, r->query, str_from_c(key), json_new_str(r->a, text));
    }
    return MHD_YES;
}

/* Who asks: the other end of the connection, or whom the proxy in front names last. */
static Str remote_of(Arena *a, struct MHD_Connection *c, bool behind_proxy)
{
    Str forwarded = behind_proxy ? header(c, "X-Forwarded-For") : STR(""), last = STR("");
    while (forwarded.len > 0 && str_cut(&forwarded, ',', &last)) {
    }
    if (str_trim(last).len > 0) {
        return str_trim(last);
    }
    char text[INET6_ADDRSTRLEN] = "";
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info != NULL && info->client_addr->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, info->client_addr, sizeof in);
        inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    }
    return str_copy(a, str_from_c(text));
}

void incoming_fill(struct MHD_Connection *c, const char *url, const char *method, Incoming *in, bool behind_proxy)
{
    Arena *a = in->a;
    Request *q = &in->q;
    in->known_method = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 || strcmp(method, "POST") == 0;
    QueryReader reader = {.a = a, .query = json_new_object(a)};
    MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, take_query, &reader);
    finish_field(in);
    Str path = str_from_c(url);
    *q = (Request){.method = strcmp(method, "POST") == 0 ? METHOD_POST : METHOD_GET,
                   .head = strcmp(method, "HEAD") == 0,
                   .path = utf8_is_valid(path) ? path : STR("/?"),
                   .query = reader.query,
                   .form = in->form,
                   .body = in->body.len ? buf_str(&in->body) : STR(""),
                   .content_type = header(c, "Content-Type"),
                   .cookie_session = cookie(c, "session"),
                   .cookie_form = cookie(c, "form"),
                   .form_token = header(c, "X-Form-Token"),
                   .user_agent = header(c, "User-Agent"),
                   .cookie_language = cookie(c, "language"),
                   .cookie_scheme = cookie(c, "scheme"),
                   .accept_language = header(c, "Accept-Language"),
                   .key = header(c, "Idempotency-Key"),
                   .authorization = header(c, "Authorization"),
                   .if_none_match = header(c, "If-None-Match"),
                   .accept = header(c, "Accept"),
                   .if_match = header(c, "If-Match"),
                   .cookie_written = cookie(c, "written"),
                   .written = header(c, "Written"),
                   .accept_encoding = header(c, "Accept-Encoding"),
                   .file = in->file,
                   .file_name = utf8_is_valid(in->file_name) ? in->file_name : STR("file"),
                   .host = header(c, "Host"),
                   .origin = header(c, "Origin"),
                   .fetch_site = header(c, "Sec-Fetch-Site"),
                   .remote = remote_of(a, c, behind_proxy)};
}
