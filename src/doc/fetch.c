/* fetch.c: see fetch.h. By libcurl.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/fetch.h"

#include <curl/curl.h>
#include <stdio.h>

enum { TIMEOUT_S = 8, CONNECT_S = 4, ANSWER_MOST = 1024 * 1024 };

static size_t take(char *from, size_t size, size_t count, void *into)
{
    Buf *b = into;
    buf_add(b, (Str){from, size * count});
    return buf_ok(b) ? size * count : 0;
}

static void set_options(Arena *a, CURL *h, const FetchAsk *ask, struct curl_slist *headers, Buf *into)
{
    curl_easy_setopt(h, CURLOPT_URL, str_c(a, ask->url));
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, into);
    if (ask->form.len > 0) {
        curl_easy_setopt(h, CURLOPT_POSTFIELDS, str_c(a, ask->form));
        curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE, (long)ask->form.len);
    }
    if (ask->user.len > 0) {
        curl_easy_setopt(h, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(h, CURLOPT_USERNAME, str_c(a, ask->user));
        curl_easy_setopt(h, CURLOPT_PASSWORD, str_c(a, ask->password));
    }
}

bool fetch_json(Arena *a, const FetchAsk *ask, int *ret_status, Json **ret, Err *err)
{
    Err inner = {0};
    long status = 0;
    Buf body = buf_new(a, ANSWER_MOST);
    CURL *h = curl_easy_init();
    check_that(h != NULL);
    struct curl_slist *headers =
        curl_slist_append(curl_slist_append(NULL, "Accept: application/json"), "User-Agent: Goldenbridge");
    set_options(a, h, ask, headers, &body);
    CURLcode code = curl_easy_perform(h);
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(h);
    *ret_status = (int)status;
    if (code == CURLE_OK && status < 500 && body.len > 0 && json_parse(a, buf_str(&body), ret, &inner)) {
        return true;
    }
    err_set(err, SEND_FAILED, "%s", err_plain(SEND_FAILED));
    if (err != NULL) {
        snprintf(err->detail, sizeof err->detail, "%s (answer %ld)",
                 code != CURLE_OK ? curl_easy_strerror(code) : "no JSON", status);
    }
    return false;
}
