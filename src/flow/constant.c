/* constant.c: see constant.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "constant.h"

#include "base/hash.h"

enum { HEX_LEN = 64, MAX_CONSTANT = 1 << 20 };

static Str stream_of(Arena *a, Str sha256)
{
    return str_printf(a, "constant:%.*s", STR_ARG(sha256));
}

bool constant_keep(Store *s, Arena *a, Str scheme, const Json *constants, Instant now, Day today, Err *err)
{
    for (size_t i = 0; i < json_count(constants); i++) {
        Event e = {.scheme = scheme,
                   .stream = stream_of(a, constants->members[i].key),
                   .version = 1,
                   .type = STR("constant.kept"),
                   .at = now,
                   .day = today,
                   .actor = STR("system"),
                   .data = json_new_object(a)};
        json_set(a, e.data, STR("value"), constants->members[i].value);
        if (store_version_of(s, e.stream) == 0 && !store_append(s, a, &e, 1, err)) {
            return false;
        }
    }
    return true;
}

/* The hash that a fact names; empty where it is a fact like any other. */
static Str name_in(const Json *fact)
{
    Str sha256 = json_count(fact) == 1 ? json_text_at(fact, "constant") : STR("");
    return sha256.len == HEX_LEN ? sha256 : STR("");
}

typedef struct {
    Arena *a;
    Json *value;
} Found;

static bool take_value(void *host, const Event *e)
{
    Found *f = host;
    const Json *value = json_get(e->data, "value");
    f->value = value != NULL ? json_copy(f->a, value) : NULL;
    return false;
}

static bool read_constant(Store *s, Arena *a, Str sha256, Json **ret, Err *err)
{
    Found f = {.a = a};
    Buf b = buf_new(a, MAX_CONSTANT);
    if (!store_each_of(s, stream_of(a, sha256), take_value, &f, err)) {
        return false;
    }
    if (f.value == NULL) {
        return err_set(err, NOT_FOUND, "The log does not hold the list %.*s that a decision rests on.",
                       STR_ARG(sha256));
    }
    json_canonical(&b, a, f.value);
    if (!buf_ok(&b) || !str_eq(hex_print(a, HASH_STR(hash_of(buf_str(&b)))), sha256)) {
        return err_set(err, LOG_DAMAGED, "The list %.*s is not what its hash says: run verify.", STR_ARG(sha256));
    }
    *ret = f.value;
    return true;
}

bool constant_named(Store *s, Arena *a, const Json *facts, Json *ret, Err *err)
{
    for (size_t i = 0; i < json_count(facts); i++) {
        Str sha256 = name_in(facts->members[i].value);
        Json *value = NULL;
        if (sha256.len == 0 || json_get_str(ret, sha256) != NULL) {
            continue;
        }
        if (!read_constant(s, a, sha256, &value, err)) {
            return false;
        }
        json_set(a, ret, sha256, value);
    }
    return true;
}

bool constant_expand(Store *s, Arena *a, const Json *facts, Json **ret, Err *err)
{
    Json *named = json_new_object(a), *j = json_new_object(a);
    if (!constant_named(s, a, facts, named, err)) {
        return false;
    }
    for (size_t i = 0; i < json_count(facts); i++) {
        Json *value = json_get_str(named, name_in(facts->members[i].value));
        json_set(a, j, facts->members[i].key, value != NULL ? value : facts->members[i].value);
    }
    *ret = j;
    return true;
}
