/* send.c: messages handed to an SMTP server or an HTTP gateway through libcurl; blocks, tries once, never logs.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_BYTES ((size_t)32 << 20)
#define TIMEOUT_S 30

typedef struct {
    Str text;
    size_t at;
} Upload;

static size_t upload_read(char *to, size_t size, size_t count, void *upload)
{
    Upload *u = upload;
    size_t n = size * count < u->text.len - u->at ? size * count : u->text.len - u->at;
    memcpy(to, u->text.ptr + u->at, n);
    u->at += n;
    return n;
}

/* Answers are not kept: they may hold personal data, and the status says enough. */
static size_t answer_drop(char *from, size_t size, size_t count, void *nothing)
{
    (void)from;
    (void)nothing;
    return size * count;
}

static CURL *handle_new(Arena *a, Str url, int timeout_s, char *error)
{
    CURL *h = curl_easy_init();
    check_that(h != NULL);
    error[0] = 0;
    curl_easy_setopt(h, CURLOPT_URL, str_c(a, url));
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)(timeout_s > 0 ? timeout_s : TIMEOUT_S));
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, answer_drop);
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    return h;
}

static bool failed(Err *err, CURL *h, CURLcode code, const char *error)
{
    long answer = 0;
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &answer);
    err_set(err, SEND_FAILED, "%s", err_plain(SEND_FAILED));
    if (err != NULL) {
        snprintf(err->detail, sizeof err->detail, "%s (answer %ld)", error[0] ? error : curl_easy_strerror(code),
                 answer);
    }
    return false;
}

bool mail_send(Arena *a, const MailServer *server, const MailMessage *m, Err *err)
{
    Buf text = buf_new(a, MESSAGE_BYTES);
    char error[CURL_ERROR_SIZE];
    if (!mail_print(a, m, &text, err)) {
        return false;
    }
    if (!str_starts(server->url, STR("smtp://")) && !str_starts(server->url, STR("smtps://"))) {
        return err_field(err, FIELD_FORMAT, "url", "The address of a mail server begins with smtp:// or smtps://.");
    }
    Upload upload = {.text = buf_str(&text)};
    CURL *h = handle_new(a, server->url, server->timeout_s, error);
    struct curl_slist *to = curl_slist_append(NULL, str_c(a, str_printf(a, "<%.*s>", STR_ARG(m->to.address))));
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(h, CURLOPT_USE_SSL, (long)(server->allow_plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(h, CURLOPT_MAIL_FROM, str_c(a, str_printf(a, "<%.*s>", STR_ARG(m->from.address))));
    curl_easy_setopt(h, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(h, CURLOPT_READFUNCTION, upload_read);
    curl_easy_setopt(h, CURLOPT_READDATA, &upload);
    if (server->user.len > 0) {
        curl_easy_setopt(h, CURLOPT_USERNAME, str_c(a, server->user));
        curl_easy_setopt(h, CURLOPT_PASSWORD, str_c(a, server->password));
    }
    if (server->ca_file.len > 0) {
        curl_easy_setopt(h, CURLOPT_CAINFO, str_c(a, server->ca_file));
    }
    CURLcode code = curl_easy_perform(h);
    bool ok = code == CURLE_OK ? true : failed(err, h, code, error);
    curl_slist_free_all(to);
    curl_easy_cleanup(h);
    return ok;
}

static Str sms_body(Arena *a, Str to, Str text, Str id)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("to"), json_new_str(a, to));
    json_set(a, j, STR("text"), json_new_str(a, text));
    json_set(a, j, STR("id"), json_new_str(a, id));
    Buf b = buf_new(a, 64 * 1024);
    json_write(&b, j);
    return buf_ok(&b) ? buf_str(&b) : (Str){NULL, 0};
}

static bool is_header_text(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7F) {
            return false;
        }
    }
    return s.len > 0 && s.len < 4000;
}

bool sms_send(Arena *a, const SmsGateway *gateway, Str to, Str text, Str id, Err *err)
{
    char error[CURL_ERROR_SIZE];
    Str body = sms_body(a, to, text, id);
    if (to.len == 0 || text.len == 0 || body.ptr == NULL || !is_header_text(id) || !is_header_text(gateway->token)) {
        return err_field(err, FIELD_FORMAT, "sms",
                         "A short message needs a number, a text, an id and the gateway's token.");
    }
    CURL *h = handle_new(a, gateway->url, gateway->timeout_s, error);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, str_c(a, str_printf(a, "Idempotency-Key: %.*s", STR_ARG(id))));
    headers =
        curl_slist_append(headers, str_c(a, str_printf(a, "Authorization: Bearer %.*s", STR_ARG(gateway->token))));
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, body.ptr);
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE, (long)body.len);
    curl_easy_setopt(h, CURLOPT_FAILONERROR, 1L);
    CURLcode code = curl_easy_perform(h);
    long answer = 0;
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &answer);
    bool ok = code == CURLE_OK && answer >= 200 && answer < 300 ? true : failed(err, h, code, error);
    curl_slist_free_all(headers);
    curl_easy_cleanup(h);
    return ok;
}
