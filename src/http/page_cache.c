/* page_cache.c: what anybody may read, kept as it was rendered until the log grows: a front page costs a copy, not a
 * rendering. All workers share it; what is locked is a copy in or out. The secret of a reader's forms is put into the
 * copy.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

#include <pthread.h>
#include <string.h>

enum { KEPT_PAGES = 96, KEPT_BYTES = 512 * 1024, KEPT_MS = 1000, SECRETS_MOST = 64 };

typedef struct {
    Arena *a; /* of this entry; NULL: free */
    Str key, body, form_to;
    const char *content_type;
    int64_t size; /* of the log when it was made */
    Instant made;
    size_t secrets[SECRETS_MOST], secret_count, secret_len;
} Kept;

struct PageCache {
    pthread_mutex_t lock;
    Kept pages[KEPT_PAGES];
};

PageCache *http_cache_new(Arena *a)
{
    PageCache *c = ARENA_NEW(a, PageCache);
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

bool http_is_kept(const Route *route)
{
    return route->kept == KEPT || route->kept == KEPT_NEWEST;
}

static bool is_kept(const Exchange *x, const Route *route)
{
    const Request *q = x->q;
    bool anybody = q->cookie_session.len == 0 && q->authorization.len == 0 && !x->signed_in;
    return http_is_kept(route) && route->method == METHOD_GET && route->who == WHO_ANYBODY && anybody &&
           x->w->pages != NULL;
}

static Str key_of(const Exchange *x)
{
    return str_printf(x->v.a, "%.*s\n%.*s\n%.*s\n%.*s", STR_ARG(x->v.language), STR_ARG(scheme_id(x->v.scheme)),
                      STR_ARG(x->v.origin), STR_ARG(x->v.here));
}

static Kept *slot_of(const Exchange *x, Str key)
{
    return &x->w->pages->pages[str_hash(key) % KEPT_PAGES];
}

/* Until the log grows; and not for long, because little that pages show stands beside the log (texts of statutes). */
static bool is_fresh(const Exchange *x, const Kept *k, Str key)
{
    int64_t age = x->v.now.ms - k->made.ms;
    return k->a != NULL && str_eq(k->key, key) && age >= 0 && age < KEPT_MS && k->secret_len == x->v.csrf.len &&
           day_cmp(instant_day(k->made, scheme_utc_offset(x->v.scheme)), x->v.today) == 0 && x->log_size == k->size;
}

static void copy_out(Exchange *x, const Kept *k)
{
    char *copy = arena_alloc(x->v.a, k->body.len + 1);
    memcpy(copy, k->body.ptr, k->body.len);
    for (size_t i = 0; i < k->secret_count; i++) {
        memcpy(copy + k->secrets[i], x->v.csrf.ptr, x->v.csrf.len);
    }
    x->r->content_type = k->content_type;
    x->r->form_to = str_copy(x->v.a, k->form_to);
    buf_add(&x->r->body, (Str){copy, k->body.len});
}

bool http_cache_serves(Exchange *x, const Route *route)
{
    if (!is_kept(x, route)) {
        return false;
    }
    x->log_size =
        store_size(x->w->flow.store); /* before anything is read: what is made now may be newer, never older */
    Str key = key_of(x);
    pthread_mutex_lock(&x->w->pages->lock);
    const Kept *k = slot_of(x, key);
    bool fresh = is_fresh(x, k, key);
    if (fresh) {
        copy_out(x, k);
    }
    pthread_mutex_unlock(&x->w->pages->lock);
    if (fresh && str_starts(str_from_c(x->r->content_type), STR("text/html"))) {
        http_give_form_cookie(x);
    }
    return fresh;
}

/* Where the secret of this reader's forms stands, so that another's can be put there. */
static bool find_secrets(const Exchange *x, Kept *k)
{
    k->secret_len = x->v.csrf.len;
    k->secret_count = 0;
    for (size_t at = 0; k->secret_len > 0 && (at = str_find(k->body, x->v.csrf, at)) != SIZE_MAX; at += k->secret_len) {
        if (k->secret_count == SECRETS_MOST) {
            return false;
        }
        k->secrets[k->secret_count++] = at;
    }
    return true;
}

void http_cache_keep(const Exchange *x, const Route *route)
{
    const Response *r = x->r;
    bool plain = r->status == 200 && r->location.len == 0 && r->etag.len == 0 && r->disposition.len == 0 &&
                 r->set_session.len == 0 && r->set_language.len == 0 && r->set_scheme.len == 0;
    if (!is_kept(x, route) || !plain || r->body.len == 0 || r->body.len > KEPT_BYTES) {
        return;
    }
    Str key = key_of(x);
    pthread_mutex_lock(&x->w->pages->lock);
    Kept *k = slot_of(x, key);
    if (k->a == NULL) {
        k->a = arena_new(0);
    }
    arena_reset(k->a);
    k->key = str_copy(k->a, key);
    k->body = str_copy(k->a, (Str){buf_str(&x->r->body).ptr, r->body.len});
    k->content_type = r->content_type;
    k->form_to = str_copy(k->a, r->form_to);
    k->made = x->v.now;
    k->size = x->log_size;
    if (!find_secrets(x, k)) {
        k->key = STR("");
    }
    pthread_mutex_unlock(&x->w->pages->lock);
}
