/* statute.c: see statute.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "statute.h"

#include "base/file.h"
#include "base/utf8.h"

#define N(params) COUNT_OF(params)
enum { MAX_TEXT = 8 * 1024 * 1024, MAX_ARTICLE = 512 * 1024 };

static const Json *layer_of(const Scheme *s, Str layer)
{
    return json_get_str(json_get(scheme_statutes(s), "layers"), layer);
}

/* ---- References ---- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool statute_parse(const Scheme *s, Arena *a, Str text, StatuteRef *ret, Err *err)
{
    Buf layer = buf_new(a, 100), article = buf_new(a, 100);
    size_t i = 0;
    text = str_trim(text);
    for (; i < text.len && lower(text.ptr[i]) >= 'a' && lower(text.ptr[i]) <= 'z'; i++) {
        buf_byte(&layer, lower(text.ptr[i]));
    }
    while (i < text.len && (text.ptr[i] == ':' || text.ptr[i] == ' ')) {
        i++;
    }
    for (; i < text.len && ((text.ptr[i] >= '0' && text.ptr[i] <= '9') || text.ptr[i] == '-'); i++) {
        buf_byte(&article, text.ptr[i]);
    }
    *ret = (StatuteRef){layer.len ? buf_str(&layer) : STR(""), article.len ? buf_str(&article) : STR(""),
                        str_sub(text, i, text.len)};
    if (ret->article.len == 0 || layer_of(s, ret->layer) == NULL) {
        return err_set(err, BAD_REQUEST, "\"%.*s\" is not a reference such as act:25(1).", STR_ARG(text));
    }
    return true;
}

static const Json *version_on(const Scheme *s, Str layer, Day day, Day *ret_from)
{
    const Json *versions = json_get(layer_of(s, layer), "versions"), *best = NULL;
    for (size_t i = 0; i < json_count(versions); i++) {
        Day from;
        if (day_parse(json_text_at(versions->items[i], "from"), &from) && day_cmp(from, day) <= 0) {
            best = versions->items[i];
            *ret_from = from;
        }
    }
    return best;
}

size_t statute_versions(const Scheme *s, Arena *a, Str layer, Day **ret)
{
    const Json *versions = json_get(layer_of(s, layer), "versions");
    *ret = ARENA_ARRAY(a, Day, json_count(versions) + 1);
    size_t n = 0;
    for (size_t i = 0; i < json_count(versions); i++) {
        n += day_parse(json_text_at(versions->items[i], "from"), &(*ret)[n]) ? 1 : 0;
    }
    return n;
}

Str statute_rest(Arena *a, Str rest)
{
    Buf b = buf_new(a, 2 * rest.len + 1);
    rest = str_trim(rest);
    for (size_t i = 0; i < rest.len; i++) {
        bool item_follows = i > 0 && rest.ptr[i - 1] == ')' && rest.ptr[i] != '(' && rest.ptr[i] != '.';
        if (item_follows || (i == 0 && rest.ptr[i] != '(' && rest.ptr[i] != '.')) {
            buf_byte(&b, '.');
        }
        buf_byte(&b, rest.ptr[i]);
    }
    return rest.len ? buf_str(&b) : rest;
}

/* The index entry of an article: "hash (1) (2) (2).1 …". The place stands there if its paragraph does. */
static bool place_exists(Arena *a, Str entry, Str rest)
{
    Str wanted = statute_rest(a, rest);
    if (entry.len == 0 || wanted.len == 0) {
        return entry.len > 0;
    }
    for (Str all = entry, one; str_cut(&all, ' ', &one);) {
        if (str_eq(one, wanted)) {
            return true;
        }
    }
    return false;
}

/* ---- Texts ---- */

bool statute_prepare(Store *store, Err *err)
{
    return store_exec(
        store,
        "CREATE TABLE IF NOT EXISTS law_texts (scheme TEXT NOT NULL, layer TEXT NOT NULL, day TEXT NOT NULL, text TEXT NOT"
        " NULL, PRIMARY KEY (scheme, layer, day))",
        NULL, 0, err);
}

static bool is_heading(Str line)
{
    return str_starts(line, STR("#"));
}

/* The heading of an article as the scheme writes it: before + number [+ sub + number] + after. */
static Str heading_start(const Scheme *s, Arena *a, Str article)
{
    const Json *form = json_get(scheme_info(s), "article_heading");
    Str number = article, part = STR("");
    size_t dash = str_find(article, STR("-"), 0);
    if (dash != SIZE_MAX) {
        number = str_sub(article, 0, dash);
        part = str_sub(article, dash + 1, article.len);
    }
    Str start = str_printf(a, "%.*s%.*s%.*s", STR_ARG(json_text_at(form, "before")), STR_ARG(number),
                           STR_ARG(json_text_at(form, "after")));
    return part.len ? str_printf(a, "%.*s%.*s%.*s", STR_ARG(start), STR_ARG(json_text_at(form, "sub")), STR_ARG(part))
                    : start;
}

static Str cut_article(const Scheme *s, Arena *a, Str text, Str article)
{
    Str start = heading_start(s, a, article), line;
    Buf out = buf_new(a, MAX_ARTICLE);
    bool inside = false;
    for (Str rest = text; str_cut(&rest, '\n', &line);) {
        if (is_heading(line)) {
            Str tail = str_sub(line, start.len, line.len);
            bool own = str_starts(line, start) && (tail.len == 0 || tail.ptr[0] == ' ');
            if (inside) {
                break;
            }
            inside = own;
        } else if (inside && str_trim(line).len > 0) {
            buf_add(&out, line);
            buf_byte(&out, '\n');
        }
    }
    return out.len ? buf_str(&out) : STR("");
}

static bool load_text(const Scheme *s, Store *store, Arena *a, StatutePlace *p, Err *err)
{
    StoreRows rows;
    StoreValue params[] = {STORE_S(scheme_id(s)), STORE_S(p->ref.layer), STORE_S(day_print(a, p->from))};
    if (!store_query(store, a, "SELECT text FROM law_texts WHERE scheme = $1 AND layer = $2 AND day = $3", params,
                     N(params), &rows, err)) {
        return false;
    }
    p->text = rows.row_count ? cut_article(s, a, rows.cells[0].s, p->ref.article) : STR("");
    return true;
}

bool statute_find(const Scheme *s, Store *store, Arena *a, StatuteRef ref, Day day, StatutePlace *ret, Err *err)
{
    *ret = (StatutePlace){.ref = ref};
    const Json *version = version_on(s, ref.layer, day, &ret->from);
    if (version == NULL) {
        return err_set(err, NOT_IN_FORCE, "No version of %.*s that is known was in force on that day.",
                       STR_ARG(ref.layer));
    }
    Str entry = json_text(json_get_str(json_get(version, "articles"), ref.article));
    ret->number = json_text_at(version, "number");
    ret->hash = json_text_at(version, "sha256");
    ret->title = json_text(json_get_str(json_get(layer_of(s, ref.layer), "titles"), ref.article));
    ret->exists = place_exists(a, entry, ref.rest);
    return store == NULL || load_text(s, store, a, ret, err);
}

static bool import_version(const Scheme *s, Store *store, Arena *a, Str path, Str layer, const Json *version,
                           int64_t *count, Err *err)
{
    Str text, day = json_text_at(version, "from");
    if (!file_exists(a, path)) {
        return true; /* the index alone serves this version */
    }
    if (!file_load(a, path, MAX_TEXT, &text, err)) {
        return false;
    }
    if (!str_eq(hex_print(a, HASH_STR(hash_of(text))), json_text_at(version, "sha256")) || !utf8_is_valid(text)) {
        return err_set(err, LAW_BROKEN, "%.*s is not the text that the index names (its hash differs).", STR_ARG(path));
    }
    StoreValue p[] = {STORE_S(scheme_id(s)), STORE_S(layer), STORE_S(day), STORE_S(text)};
    *count += 1;
    return store_exec(
        store,
        "INSERT INTO law_texts (scheme, layer, day, text) VALUES ($1, $2, $3, $4) ON CONFLICT (scheme, layer, day) DO"
        " UPDATE SET text = excluded.text",
        p, N(p), err);
}

static bool import_all(const Scheme *s, Store *store, Str dir, int64_t *count, Err *err)
{
    const Json *layers = json_get(scheme_statutes(s), "layers");
    for (size_t i = 0; i < json_count(layers); i++) {
        const Json *versions = json_get(layers->members[i].value, "versions");
        for (size_t k = 0; k < json_count(versions); k++) {
            Arena *a = arena_new(0);
            Str layer = layers->members[i].key;
            Str path = str_printf(a, "%.*s/%.*s/%.*s.md", STR_ARG(dir), STR_ARG(layer),
                                  STR_ARG(json_text_at(versions->items[k], "from")));
            bool ok = import_version(s, store, a, path, layer, versions->items[k], count, err);
            arena_free(a);
            if (!ok) {
                return false;
            }
        }
    }
    return true;
}

bool statute_import(const Scheme *s, Store *store, Str dir, int64_t *ret_files, Err *err)
{
    *ret_files = 0;
    if (!statute_prepare(store, err) || !store_begin(store, err)) {
        return false;
    }
    if (!import_all(s, store, dir, ret_files, err)) {
        store_rollback(store);
        return false;
    }
    return store_commit(store, err);
}

/* ---- What changed, what rests on it ---- */

static void add_change(Arena *a, Json *list, const Scheme *s, Str layer, Str article, const char *change)
{
    Json *j = json_new_object(a);
    json_set(a, j, STR("layer"), json_new_str(a, layer));
    json_set(a, j, STR("article"), json_new_str(a, article));
    json_set(a, j, STR("title"),
             json_new_str(a, json_text(json_get_str(json_get(layer_of(s, layer), "titles"), article))));
    json_set(a, j, STR("change"), json_new_str_c(a, change));
    json_push(a, list, j);
}

Json *statute_diff(const Scheme *s, Arena *a, Day from, Day to)
{
    Json *list = json_new_array(a);
    const Json *layers = json_get(scheme_statutes(s), "layers");
    for (size_t i = 0; i < json_count(layers); i++) {
        Day at;
        Str layer = layers->members[i].key;
        const Json *old = json_get(version_on(s, layer, from, &at), "articles"),
                   *new = json_get(version_on(s, layer, to, &at), "articles");
        for (size_t k = 0; k < json_count(new); k++) {
            const JsonMember *m = &new->members[k];
            const Json *before = json_get_str(old, m->key);
            if (before == NULL || !json_eq(before, m->value)) {
                add_change(a, list, s, layer, m->key, before ? "changed" : "new");
            }
        }
        for (size_t k = 0; k < json_count(old); k++) {
            if (json_get_str(new, old->members[k].key) == NULL) {
                add_change(a, list, s, layer, old->members[k].key, "gone");
            }
        }
    }
    return list;
}

static bool cites_article(const Scheme *s, Arena *a, Str cites, StatuteRef ref)
{
    for (Str rest = cites, one; cites.len > 0 && str_cut(&rest, ';', &one);) {
        StatuteRef r;
        Err err;
        if (statute_parse(s, a, one, &r, &err) && str_eq(r.layer, ref.layer) && str_eq(r.article, ref.article)) {
            return true;
        }
    }
    return false;
}

static void add_citing_rules(const Scheme *s, Arena *a, Json *list, const SchemeModel *m, const Json *element,
                             StatuteRef ref)
{
    const Json *rules = json_get(element, "rules");
    for (size_t i = 0; i < json_count(rules); i++) {
        Str cites = json_text(json_path(rules->items[i], "annotations.article"));
        if (!cites_article(s, a, cites, ref)) {
            continue;
        }
        Json *j = json_new_object(a);
        json_set(a, j, STR("model"), json_new_str(a, m->name));
        json_set(a, j, STR("from"), json_new_str(a, day_print(a, m->from)));
        json_set(a, j, STR("decision"), json_new_str(a, json_text_at(element, "name")));
        json_set(a, j, STR("rule"), json_new_str(a, json_text_at(rules->items[i], "id")));
        json_set(a, j, STR("cites"), json_new_str(a, cites));
        json_push(a, list, j);
    }
}

Json *statute_cited_by(const Scheme *s, Arena *a, StatuteRef ref)
{
    Json *list = json_new_array(a);
    const SchemeModel *models;
    size_t count = scheme_models(s, &models);
    for (size_t i = 0; i < count; i++) {
        const Json *elements = json_get(dmn_describe(a, scheme_compiled(&models[i])), "elements");
        for (size_t k = 0; k < json_count(elements); k++) {
            add_citing_rules(s, a, list, &models[i], elements->items[k], ref);
        }
    }
    return list;
}
