/* contact.c: see contact.h. One row an account; what tells who it is stands sealed in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "contact.h"

#include <sodium.h>
#include <string.h>

#include "provider.h"
#include "query/query.h"

#define N(params) COUNT_OF(params)
enum {
    CODE_DIGITS = 8,
    MOST_TRIES = 10,
    MAX_CONTACT = 8192,
    LONGEST_ADDRESS = 254,
    LEAST_DIGITS = 7,
    MOST_DIGITS = 15
};

static const char *const CREATE[] = {
    "CREATE TABLE IF NOT EXISTS contacts (account TEXT PRIMARY KEY, sealed TEXT NOT NULL, tries BIGINT NOT NULL, saved BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS notices (id TEXT PRIMARY KEY, scheme TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL, what TEXT"
    " NOT NULL, case_id TEXT NOT NULL, due TEXT NOT NULL, params TEXT NOT NULL, made BIGINT NOT NULL, read_at BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS notices_by_account ON notices (account, made)",
    "CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, channel TEXT NOT NULL, account TEXT NOT NULL, about TEXT NOT NULL, state TEXT"
    " NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, made BIGINT NOT NULL, ended BIGINT NOT NULL, answer TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (state, next_at)",
    "CREATE INDEX IF NOT EXISTS outbox_by_account ON outbox (account, made)",
    "CREATE TABLE IF NOT EXISTS webhooks (id TEXT PRIMARY KEY, scheme TEXT NOT NULL, account TEXT NOT NULL, url TEXT NOT NULL, events TEXT"
    " NOT NULL, state TEXT NOT NULL, from_seq BIGINT NOT NULL, made BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS webhooks_by_account ON webhooks (account)",
    "CREATE TABLE IF NOT EXISTS notice_marks (name TEXT PRIMARY KEY, n BIGINT NOT NULL)",
};

bool contact_prepare(Store *s, Err *err)
{
    for (size_t i = 0; i < COUNT_OF(CREATE); i++) {
        if (!store_exec(s, CREATE[i], NULL, 0, err)) {
            return false;
        }
    }
    return true;
}

Str contact_channel_name(Channel c)
{
    static const Str NAMES[CHANNELS] = {[CHANNEL_MAIL] = STR_INIT("email"), [CHANNEL_SMS] = STR_INIT("sms")};
    return NAMES[c];
}

Str contact_about_name(About about)
{
    static const Str NAMES[ABOUTS] = {[ABOUT_EVENT] = STR_INIT("event"),
                                      [ABOUT_DEADLINE] = STR_INIT("deadline"),
                                      [ABOUT_MESSAGE] = STR_INIT("message")};
    return NAMES[about];
}

static bool is_of_type(Str id, Str prefix)
{
    return str_starts(id, prefix) && id.len > prefix.len && id.ptr[prefix.len] == '-';
}

Str contact_person(const Flow *f, Str scheme, const Caller *caller)
{
    const Scheme *s = flow_scheme(f, scheme);
    const SchemeType *types;
    size_t count = s ? scheme_types(s, &types) : 0;
    for (size_t i = 0; i < count; i++) {
        if (types[i].person && is_of_type(caller->party, types[i].prefix)) {
            return caller->party;
        }
    }
    return STR("");
}

/* ---- As text ---- */

static Str want_name(Arena *a, Channel c, About about)
{
    return str_printf(a, "%.*s.%.*s", STR_ARG(contact_channel_name(c)), STR_ARG(contact_about_name(about)));
}

static Str print_contact(Arena *a, const Contact *contact)
{
    Json *j = json_new_object(a), *wants = json_new_array(a);
    for (Channel c = CHANNEL_MAIL; c <= CHANNEL_SMS; c++) {
        Json *one = json_set(a, j, contact_channel_name(c), json_new_object(a));
        json_set(a, one, STR("address"), json_new_str(a, contact->address[c]));
        json_set(a, one, STR("confirmed"), json_new_bool(a, contact->confirmed[c]));
        for (About about = ABOUT_EVENT; about <= ABOUT_MESSAGE; about++) {
            if (contact->wants[c][about]) {
                json_push(a, wants, json_new_str(a, want_name(a, c, about)));
            }
        }
    }
    json_set(a, j, STR("language"), json_new_str(a, contact->language));
    json_set(a, j, STR("wants"), wants);
    Buf b = buf_new(a, MAX_CONTACT);
    json_write(&b, j);
    check_that(buf_ok(&b));
    return buf_str(&b);
}

static void read_contact(Arena *a, const Json *j, Contact *ret)
{
    for (Channel c = CHANNEL_MAIL; c <= CHANNEL_SMS; c++) {
        const Json *one = json_get_str(j, contact_channel_name(c));
        ret->address[c] = json_text_at(one, "address");
        ret->confirmed[c] = json_is_true(json_get(one, "confirmed"));
        for (About about = ABOUT_EVENT; about <= ABOUT_MESSAGE; about++) {
            ret->wants[c][about] = json_has_text(json_get(j, "wants"), want_name(a, c, about));
        }
    }
    ret->language = json_text_at(j, "language");
}

/* ---- What may stand there ---- */

static bool is_mail_address(Str s)
{
    size_t at = str_find(s, STR("@"), 0);
    if (s.len > LONGEST_ADDRESS || at == SIZE_MAX || at == 0 || at > 64 || at + 1 == s.len) {
        return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7F || strchr("<>()[],;:\\\"", s.ptr[i]) != NULL ||
            (s.ptr[i] == '@' && i != at)) {
            return false;
        }
    }
    return s.ptr[at + 1] != '.' && s.ptr[s.len - 1] != '.';
}

/* E.164: with the country's code. */
static bool is_number(Str s)
{
    bool ok = s.len > LEAST_DIGITS && s.len <= MOST_DIGITS + 1 && s.ptr[0] == '+' && s.ptr[1] != '0';
    for (size_t i = 1; ok && i < s.len; i++) {
        ok = s.ptr[i] >= '0' && s.ptr[i] <= '9';
    }
    return ok;
}

static bool has_language(const Flow *f, Str scheme, Str code)
{
    const Scheme *s = flow_scheme(f, scheme);
    return code.len == 0 || s == NULL || json_has_text(json_get(scheme_info(s), "languages"), code);
}

static bool check_contact(const Contact *c, Err *err)
{
    if (c->address[CHANNEL_MAIL].len > 0 && !is_mail_address(c->address[CHANNEL_MAIL])) {
        return err_field(err, FIELD_FORMAT, "email", "This is no e-mail address.");
    }
    if (c->address[CHANNEL_SMS].len > 0 && !is_number(c->address[CHANNEL_SMS])) {
        return err_field(err, FIELD_FORMAT, "sms", "A number begins with + and the country's code.");
    }
    return true;
}

/* ---- Kept ---- */

static Str place_of(Arena *a, Str account)
{
    return str_printf(a, "contact/%.*s", STR_ARG(account));
}

bool contact_find(Store *s, Arena *a, Str account, Str person, Contact *ret, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(account)};
    Str text;
    Json *j;
    *ret = (Contact){0};
    if (!store_query(s, a, "SELECT sealed FROM contacts WHERE account = $1", p, N(p), &rows, err)) {
        return false;
    }
    if (rows.row_count == 0) {
        return true;
    }
    if (!store_unseal(s, a, person, place_of(a, account), rows.cells[0].s, &text, err)) {
        return false;
    }
    if (text.ptr != NULL && json_parse(a, text, &j, NULL)) {
        read_contact(a, j, ret);
    }
    return true;
}

typedef struct {
    Arena *a;
    Str account, person, scheme;
    const Contact *contact;
    Channel confirms;
    Str code;
    bool is_wrong;
    Instant now;
} Change;

static bool write_contact(Store *s, const Change *x, const Contact *c, Err *err)
{
    Str box;
    if (!store_seal(s, x->a, x->person, place_of(x->a, x->account), print_contact(x->a, c), &box, err)) {
        return false;
    }
    StoreValue p[] = {STORE_S(x->account), STORE_S(box), STORE_I(x->now.ms)};
    return store_exec(
        s,
        "INSERT INTO contacts (account, sealed, tries, saved) VALUES ($1, $2, 0, $3) ON CONFLICT (account) DO UPDATE SET"
        " sealed = excluded.sealed, saved = excluded.saved",
        p, N(p), err);
}

static bool save_in(const Flow *in, void *host, Err *err)
{
    const Change *x = host;
    Contact old, fresh = *x->contact;
    if (!contact_find(in->store, x->a, x->account, x->person, &old, err)) {
        return false;
    }
    for (Channel c = CHANNEL_MAIL; c <= CHANNEL_SMS; c++) {
        fresh.confirmed[c] = old.confirmed[c] && fresh.address[c].len > 0 && str_eq(old.address[c], fresh.address[c]);
    }
    return write_contact(in->store, x, &fresh, err);
}

bool contact_save(const Flow *f, Arena *a, Str account, Str person, const Contact *contact, Instant now, Err *err)
{
    Change x = {.a = a, .account = account, .person = person, .contact = contact, .now = now};
    Caller caller;
    return flow_caller(f, a, account, &caller, &x.scheme, err) && check_contact(contact, err) &&
           (has_language(f, x.scheme, contact->language) ||
            err_field(err, FIELD_CHOICE, "language", "%s", err_plain(FIELD_CHOICE))) &&
           flow_write(f, save_in, &x, err);
}

/* ---- Confirmed ---- */

bool contact_code(Store *s, Arena *a, Str account, Channel c, Str address, Str *ret, Err *err)
{
    Hash h;
    Str purpose =
        str_printf(a, "confirm/%.*s/%.*s/%.*s", STR_ARG(account), STR_ARG(contact_channel_name(c)), STR_ARG(address));
    if (!store_secret(s, purpose, &h, err)) {
        return false;
    }
    uint64_t n = 0, range = 1;
    for (size_t i = 0; i < 8; i++) {
        n = n << 8 | h.b[i];
    }
    for (int i = 0; i < CODE_DIGITS; i++) {
        range *= 10;
    }
    *ret = str_printf(a, "%08llu", (unsigned long long)(n % range));
    return true;
}

static bool count_try(Store *s, const Change *x, Err *err)
{
    StoreValue p[] = {STORE_S(x->account)};
    return store_exec(s, "UPDATE contacts SET tries = tries + 1 WHERE account = $1", p, N(p), err);
}

static bool check_tries(Store *s, const Change *x, Err *err)
{
    StoreRows rows;
    StoreValue p[] = {STORE_S(x->account)};
    if (!store_query(s, x->a, "SELECT tries FROM contacts WHERE account = $1", p, N(p), &rows, err)) {
        return false;
    }
    bool many = rows.row_count > 0 && rows.cells[0].i >= MOST_TRIES;
    return !many || err_set(err, RATE_LIMITED, "%s", err_plain(RATE_LIMITED));
}

/* A wrong code is counted, so the work succeeds and tells by is_wrong. */
static bool confirm_in(const Flow *in, void *host, Err *err)
{
    Change *x = host;
    Contact c;
    Str right;
    if (!check_tries(in->store, x, err) || !contact_find(in->store, x->a, x->account, x->person, &c, err) ||
        !contact_code(in->store, x->a, x->account, x->confirms, c.address[x->confirms], &right, err)) {
        return false;
    }
    x->is_wrong = c.address[x->confirms].len == 0 || x->code.len != right.len ||
                  sodium_memcmp(x->code.ptr, right.ptr, right.len) != 0;
    if (x->is_wrong) {
        return count_try(in->store, x, err);
    }
    c.confirmed[x->confirms] = true;
    StoreValue p[] = {STORE_S(x->account)};
    return write_contact(in->store, x, &c, err) &&
           store_exec(in->store, "UPDATE contacts SET tries = 0 WHERE account = $1", p, N(p), err);
}

bool contact_confirm(const Flow *f, Arena *a, Str account, Str person, Channel c, Str code, Instant now, Err *err)
{
    Change x = {.a = a, .account = account, .person = person, .confirms = c, .code = code, .now = now};
    return flow_write(f, confirm_in, &x, err) &&
           (!x.is_wrong || err_field(err, FIELD_FORMAT, "code", "This is not the code that was sent."));
}

/* ---- Forgotten ---- */

bool contact_forget(const Flow *f, Arena *a, Str scheme, Str person, Err *err)
{
    static const char *const DELETES[] = {
        "DELETE FROM contacts WHERE account = $1", "DELETE FROM notices WHERE account = $1",
        "DELETE FROM outbox WHERE account = $1", "DELETE FROM webhooks WHERE account = $1",
        "DELETE FROM provider_links WHERE account = $1"};
    const CaseRow *accounts;
    size_t count;
    QueryWhere where = {STR("party"), person};
    if (!contact_prepare(f->store, err) || !provider_prepare(f->store, err) ||
        !query_list(f->store, a, scheme, STR("account"), &where, 1, NULL, 0, &accounts, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        StoreValue p[] = {STORE_S(json_text_at(accounts[i].data, "login"))};
        for (size_t k = 0; k < COUNT_OF(DELETES); k++) {
            if (!store_exec(f->store, DELETES[k], p, N(p), err)) {
                return false;
            }
        }
    }
    return true;
}
