/* access.c: see access.h. Each setting is a row: name, kind, bounds, where it is kept; no setting has reading code of
 * its own.
 * SPDX-License-Identifier: Apache-2.0 */
#include "access.h"

#include <stddef.h>

#include "base/file.h"

enum { FILE_MOST = 1024 * 1024, SECRET_MOST = 4096 };

/* ---- The table ---- */

static const AccessRate RATES[] = {
    {STR_INIT("/sign-in"), 20, 10},           {STR_INIT("/sign-in/recover"), 10, 5},
    {STR_INIT("/sign-in/passkey"), 30, 0},    {STR_INIT("/sign-in/passkey/ask"), 60, 0},
    {STR_INIT("/sign-in/provider"), 20, 0},   {STR_INIT("/me/access/password"), 20, 5},
    {STR_INIT("/api/v1/session"), 20, 10},    {STR_INIT("/api/v1/commands"), 3000, 3000},
    {STR_INIT("/api/v1/decide/*"), 120, 120}, {STR_INIT("/check"), 120, 120},
    {STR_INIT("/verify"), 120, 120},          {STR_INIT(""), 1200, 300},
};

static const Access DEFAULT = {.idle_minutes = 120,
                               .longest_minutes = 720,
                               .fresh_minutes = 15,
                               .password_least = 12,
                               .failures_most = 10,
                               .failure_minutes = 15,
                               .recovery_codes = 10,
                               .challenge_seconds = 300,
                               .rates = RATES,
                               .rate_count = COUNT_OF(RATES)};

typedef struct {
    const char *name;
    int64_t least, most;
    size_t at;
} NumberRow;

static const NumberRow NUMBERS[] = {
    {"idle_minutes", 1, 10080, offsetof(Access, idle_minutes)},
    {"longest_minutes", 1, 43200, offsetof(Access, longest_minutes)},
    {"fresh_minutes", 1, 1440, offsetof(Access, fresh_minutes)},
    {"password_least", 8, 128, offsetof(Access, password_least)},
    {"failures_most", 3, 1000, offsetof(Access, failures_most)},
    {"failure_minutes", 1, 1440, offsetof(Access, failure_minutes)},
    {"recovery_codes", 1, 50, offsetof(Access, recovery_codes)},
    {"challenge_seconds", 30, 3600, offsetof(Access, challenge_seconds)},
};

static const NumberRow RATE_NUMBERS[] = {
    {"address", 0, 1000000, offsetof(AccessRate, per_address)},
    {"account", 0, 1000000, offsetof(AccessRate, per_account)},
};

/* ---- Reading ---- */

static bool read_number(const NumberRow *rows, size_t count, void *into, const JsonMember *m, bool *ret_known, Err *err)
{
    for (size_t i = 0; i < count; i++) {
        int64_t n;
        if (!str_eq_c(m->key, rows[i].name)) {
            continue;
        }
        *ret_known = true;
        bool good =
            m->value->kind == JSON_NUMBER && str_to_int(m->value->text, &n) && n >= rows[i].least && n <= rows[i].most;
        if (!good) {
            return err_set(err, BAD_REQUEST, "%s is a whole number from %lld to %lld.", rows[i].name,
                           (long long)rows[i].least, (long long)rows[i].most);
        }
        *(int64_t *)(void *)((char *)into + rows[i].at) = n;
    }
    return true;
}

static bool unknown(const JsonMember *m, Err *err)
{
    return err_set(err, BAD_REQUEST, "There is no setting %.*s.", STR_ARG(m->key));
}

static bool read_rates(Arena *a, const Json *j, Access *s, Err *err)
{
    AccessRate *list = ARENA_ARRAY(a, AccessRate, COUNT_OF(RATES) + json_count(j));
    size_t n = 0;
    for (size_t i = 0; i < json_count(j); i++) {
        const JsonMember *m = &j->members[i];
        AccessRate r = access_rate(&DEFAULT, m->key);
        r.pattern = m->key;
        for (size_t k = 0; k < json_count(m->value); k++) {
            bool known = false;
            if (!read_number(RATE_NUMBERS, COUNT_OF(RATE_NUMBERS), &r, &m->value->members[k], &known, err)) {
                return false;
            }
            if (!known) {
                return unknown(&m->value->members[k], err);
            }
        }
        list[n++] = r;
    }
    for (size_t i = 0; i < COUNT_OF(RATES); i++) { /* behind the operator's: the first that fits counts */
        list[n++] = RATES[i];
    }
    s->rates = list;
    s->rate_count = n;
    return true;
}

/* ---- The provider of sign-ins ---- */

typedef struct {
    const char *name;
    size_t at;
} TextRow;

static const TextRow OIDC_TEXTS[] = {
    {"issuer", offsetof(AccessOidc, issuer)},
    {"client_id", offsetof(AccessOidc, client_id)},
    {"client_secret_file", offsetof(AccessOidc, secret)}, /* the path first, then what stands there */
    {"claim", offsetof(AccessOidc, claim)},
    {"name", offsetof(AccessOidc, name)},
};

/* Without encryption only on this machine itself. */
static bool is_safe_issuer(Str url)
{
    static const char *const SAFE[] = {"https://", "http://localhost:", "http://127.0.0.1:"};
    bool plain = str_find(url, STR("?"), 0) == SIZE_MAX && str_find(url, STR("#"), 0) == SIZE_MAX &&
                 str_find(url, STR("@"), 0) == SIZE_MAX;
    for (size_t i = 0; i < url.len; i++) { /* it goes into a header */
        plain = plain && (unsigned char)url.ptr[i] > ' ' && (unsigned char)url.ptr[i] < 0x7F && url.ptr[i] != ';' &&
                url.ptr[i] != ',' && url.ptr[i] != '\'' && url.ptr[i] != '*';
    }
    for (size_t i = 0; i < COUNT_OF(SAFE); i++) {
        if (plain && str_starts(url, str_from_c(SAFE[i])) && url.len > str_from_c(SAFE[i]).len) {
            return true;
        }
    }
    return false;
}

static bool read_oidc(Arena *a, const Json *j, AccessOidc *o, Err *err)
{
    *o = (AccessOidc){.claim = STR("sub")};
    for (size_t i = 0; i < json_count(j); i++) {
        size_t row = 0;
        while (row < COUNT_OF(OIDC_TEXTS) && !str_eq_c(j->members[i].key, OIDC_TEXTS[row].name)) {
            row++;
        }
        if (row == COUNT_OF(OIDC_TEXTS)) {
            return unknown(&j->members[i], err);
        }
        if (j->members[i].value->kind != JSON_STRING || j->members[i].value->text.len == 0) {
            return err_set(err, BAD_REQUEST, "oidc.%s is a text.", OIDC_TEXTS[row].name);
        }
        *(Str *)(void *)((char *)o + OIDC_TEXTS[row].at) = j->members[i].value->text;
    }
    if (!is_safe_issuer(o->issuer)) {
        return err_set(err, BAD_REQUEST, "oidc.issuer is an https:// address.");
    }
    if (o->client_id.len == 0) {
        return err_set(err, BAD_REQUEST, "oidc.client_id is missing.");
    }
    Str secret;
    if (o->secret.len > 0) {
        if (!file_load(a, o->secret, SECRET_MOST, &secret, err)) {
            return false;
        }
        o->secret = str_trim(secret);
        return o->secret.len > 0 || err_set(err, BAD_REQUEST, "oidc.client_secret_file is empty.");
    }
    return true;
}

static bool read_member(Arena *a, const JsonMember *m, Access *s, Err *err)
{
    bool known = false;
    if (!read_number(NUMBERS, COUNT_OF(NUMBERS), s, m, &known, err)) {
        return false;
    }
    if (known) {
        return true;
    }
    if (str_eq(m->key, STR("rp_id"))) {
        s->rp_id = json_text(m->value);
        return s->rp_id.len > 0 || err_set(err, BAD_REQUEST, "rp_id is a domain.");
    }
    if (str_eq(m->key, STR("oidc"))) {
        return m->value->kind == JSON_OBJECT ? read_oidc(a, m->value, &s->oidc, err)
                                             : err_set(err, BAD_REQUEST, "oidc is an object.");
    }
    return str_eq(m->key, STR("rates")) ? read_rates(a, m->value, s, err) : unknown(m, err);
}

const Access *access_default(void)
{
    return &DEFAULT;
}

bool access_load(Arena *a, Str path, const Access **ret, Err *err)
{
    Str text;
    Json *j;
    if (!file_load(a, path, FILE_MOST, &text, err) || !json_parse(a, text, &j, err)) {
        return false;
    }
    if (j->kind != JSON_OBJECT) {
        return err_set(err, BAD_REQUEST, "%.*s: a JSON object is expected.", STR_ARG(path));
    }
    Access *s = ARENA_NEW(a, Access);
    *s = DEFAULT;
    for (size_t i = 0; i < j->count; i++) {
        if (!read_member(a, &j->members[i], s, err)) {
            return false;
        }
    }
    if (s->idle_minutes > s->longest_minutes) {
        return err_set(err, BAD_REQUEST, "idle_minutes is not more than longest_minutes.");
    }
    *ret = s;
    return true;
}

AccessRate access_rate(const Access *s, Str pattern)
{
    AccessRate others = {0};
    for (size_t i = 0; i < s->rate_count; i++) {
        if (str_eq(s->rates[i].pattern, pattern)) {
            return s->rates[i];
        }
        if (s->rates[i].pattern.len == 0 && others.per_address == 0) {
            others = s->rates[i];
        }
    }
    return others;
}

/* ---- Devices ---- */

typedef struct {
    Str mark, name;
} Mark;

/* In this order: many browsers also name those they are like. */
static const Mark BROWSERS[] = {
    {STR_INIT("SamsungBrowser/"), STR_INIT("Samsung Internet")},
    {STR_INIT("Whale/"), STR_INIT("Whale")},
    {STR_INIT("YaBrowser/"), STR_INIT("Yandex Browser")},
    {STR_INIT("Edg/"), STR_INIT("Edge")},
    {STR_INIT("EdgA/"), STR_INIT("Edge")},
    {STR_INIT("OPR/"), STR_INIT("Opera")},
    {STR_INIT("Firefox/"), STR_INIT("Firefox")},
    {STR_INIT("FxiOS/"), STR_INIT("Firefox")},
    {STR_INIT("CriOS/"), STR_INIT("Chrome")},
    {STR_INIT("Chrome/"), STR_INIT("Chrome")},
    {STR_INIT("Safari/"), STR_INIT("Safari")},
    {STR_INIT("curl/"), STR_INIT("curl")},
};
static const Mark SYSTEMS[] = {
    {STR_INIT("iPhone"), STR_INIT("iPhone")},   {STR_INIT("iPad"), STR_INIT("iPad")},
    {STR_INIT("Android"), STR_INIT("Android")}, {STR_INIT("CrOS"), STR_INIT("ChromeOS")},
    {STR_INIT("Windows"), STR_INIT("Windows")}, {STR_INIT("Mac OS X"), STR_INIT("macOS")},
    {STR_INIT("Linux"), STR_INIT("Linux")},
};

static Str first_mark(const Mark *marks, size_t count, Str text)
{
    for (size_t i = 0; i < count; i++) {
        if (str_find(text, marks[i].mark, 0) != SIZE_MAX) {
            return marks[i].name;
        }
    }
    return STR("");
}

Str access_device(Arena *a, Str user_agent)
{
    Str browser = first_mark(BROWSERS, COUNT_OF(BROWSERS), user_agent),
        system = first_mark(SYSTEMS, COUNT_OF(SYSTEMS), user_agent);
    if (browser.len == 0 || system.len == 0) {
        return browser.len ? browser : system;
    }
    return str_printf(a, "%.*s, %.*s", STR_ARG(browser), STR_ARG(system));
}
