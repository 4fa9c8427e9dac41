/* signed.c: see signed.h. A signed case holds, in its field "folders", a text "DAY HASH" for each folder it stands for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "signed.h"

#include <pthread.h>

#include "query/query.h"

static Str signing_type(const Scheme *s)
{
    return json_text_at(scheme_info(s), "signed_law");
}

static Str folder_line(const Scheme *s, Arena *a, Day day)
{
    return str_printf(a, "%.*s %.*s", STR_ARG(day_print(a, day)), STR_ARG(scheme_law_hash(s, day)));
}

bool signed_ship(const Flow *f, Arena *a, const Scheme *s, Instant now, Err *err)
{
    static const Str SYSTEM[] = {STR_INIT("system")};
    Caller system = {
        .account = STR("system"), .name = STR("system"), .roles = SYSTEM, .role_count = 1, .language = STR("en")};
    Json *form = json_new_object(a), *folders = json_new_array(a);
    Day *days;
    FlowResult r;
    if (signing_type(s).len == 0) {
        return true;
    }
    size_t count = scheme_law_days(s, a, &days);
    for (size_t i = 0; i < count; i++) {
        json_push(a, folders, json_new_str(a, folder_line(s, a, days[i])));
    }
    json_set(a, form, STR("folders"), folders);
    Command c = {.scheme = scheme_id(s),
                 .step = str_printf(a, "%.*s.ship", STR_ARG(signing_type(s))),
                 .expected_version = -1,
                 .form = form};
    return flow_run(f, flow_new_run(a, now), &system, &c, FLOW_JOIN, now, &r) ||
           err_set(err, r.err.code, "first law: %s: %s", r.err.field, r.err.text);
}

static bool read_signed(Store *store, Arena *a, const Scheme *s, const CaseRow **ret, size_t *ret_count, Err *err)
{
    static const Str STATES[] = {STR_INIT("in_force")};
    return query_list(store, a, scheme_id(s), signing_type(s), NULL, 0, STATES, COUNT_OF(STATES), ret, ret_count, err);
}

/* The newest case that speaks of the line's day, if it signs this very line; else NULL. */
static const CaseRow *signer_of(const CaseRow *rows, size_t count, Str line)
{
    enum { DAY_LEN = 10 };
    const CaseRow *newest = NULL;
    bool same = false;
    for (size_t i = 0; i < count; i++) {
        const Json *folders = json_get(rows[i].data, "folders");
        for (size_t k = 0; k < json_count(folders); k++) {
            Str signed_line = json_text(folders->items[k]);
            bool later = newest == NULL || str_cmp(rows[i].id, newest->id) > 0;
            if (later && str_starts(signed_line, str_sub(line, 0, DAY_LEN))) {
                newest = &rows[i];
                same = str_eq(signed_line, line);
            }
        }
    }
    return same ? newest : NULL;
}

/* Every decision asks whether its folder is signed, and the answer follows from the scheme, the folder's line and the
 * signed cases alone: it is kept under a hash of all three. Another store, or a new signature, is another hash. */
enum { KEPT = 64 };
static struct {
    pthread_mutex_t lock;
    struct {
        Hash of;
        bool is_known, is_signed;
    } slot[KEPT];
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static Hash hash_of_question(Arena *a, const Scheme *s, Str line, Hash cases)
{
    return hash_of(str_printf(a, "%.*s\n%.*s\n%.*s", STR_ARG(scheme_id(s)), STR_ARG(line),
                              STR_ARG(hex_print(a, HASH_STR(cases)))));
}

static bool recall(Hash of, bool *ret)
{
    pthread_mutex_lock(&kept.lock);
    size_t at = of.b[0] % KEPT;
    bool is_known = kept.slot[at].is_known && hash_eq(kept.slot[at].of, of);
    *ret = is_known && kept.slot[at].is_signed;
    pthread_mutex_unlock(&kept.lock);
    return is_known;
}

static void keep(Hash of, bool is_signed)
{
    pthread_mutex_lock(&kept.lock);
    size_t at = of.b[0] % KEPT;
    kept.slot[at].of = of;
    kept.slot[at].is_signed = is_signed;
    kept.slot[at].is_known = true;
    pthread_mutex_unlock(&kept.lock);
}

bool signed_is(Store *store, Arena *a, const Scheme *s, Day folder, bool *ret, Err *err)
{
    const CaseRow *rows;
    size_t count;
    Hash cases;
    *ret = true;
    if (signing_type(s).len == 0) {
        return true;
    }
    if (!query_list_hash(store, a, scheme_id(s), signing_type(s), STR("in_force"), &cases, err)) {
        return false;
    }
    Str line = folder_line(s, a, folder);
    Hash question = hash_of_question(a, s, line, cases);
    if (recall(question, ret)) {
        return true;
    }
    if (!read_signed(store, a, s, &rows, &count, err)) {
        return false;
    }
    *ret = count == 0 || signer_of(rows, count, line) != NULL;
    keep(question, *ret);
    return true;
}

bool signed_list(Store *store, Arena *a, const Scheme *s, Json **ret, bool *ret_on, Err *err)
{
    const CaseRow *rows;
    size_t count = 0;
    Day *days;
    *ret = json_new_array(a);
    *ret_on = false;
    if (signing_type(s).len == 0) {
        return true;
    }
    if (!read_signed(store, a, s, &rows, &count, err)) {
        return false;
    }
    *ret_on = count > 0;
    size_t n = scheme_law_days(s, a, &days);
    for (size_t i = 0; i < n; i++) {
        Json *j = json_new_object(a);
        const CaseRow *by = signer_of(rows, count, folder_line(s, a, days[i]));
        json_set(a, j, STR("from"), json_new_str(a, day_print(a, days[i])));
        json_set(a, j, STR("hash"), json_new_str(a, scheme_law_hash(s, days[i])));
        json_set(a, j, STR("signed"), json_new_bool(a, by != NULL));
        json_set(a, j, STR("case"), json_new_str(a, by != NULL ? by->id : STR("")));
        json_push(a, *ret, j);
    }
    return true;
}
