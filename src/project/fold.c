/* fold.c: a case as its events make it, one after the other; nothing of any table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "project_int.h"

#include "tally.h"

enum { MAX_ROW = 16 * 1024 * 1024 };

void fold_begin(Arena *a, const Event *first, Fold *ret)
{
    *ret = (Fold){.opened = first->day.n, .since = first->day.n, .data = json_new_object(a)};
}

static void take_text(const Json *home, const char *key, Str *ret)
{
    const Json *j = json_get(home, key);
    if (j != NULL) {
        *ret = json_text(j);
    }
}

static void merge_set(Arena *a, Json *data, const Json *set)
{
    for (size_t i = 0; i < json_count(set); i++) {
        json_set(a, data, set->members[i].key, set->members[i].value);
    }
}

/* Canonical, as the log holds it, so that folding again gives the same bytes. */
Str fold_print(Arena *a, const Json *j)
{
    Buf b = buf_new(a, MAX_ROW);
    json_canonical(&b, a, j);
    check_that(buf_ok(&b));
    return buf_str(&b);
}

void fold_event(Arena *a, const Event *e, Fold *f)
{
    const Json *to = json_get(e->data, "to"), *pending = json_get(e->data, "pending");
    pending = pending ? pending : json_get(e->sealed, "pending");
    if (to != NULL) {
        f->state = json_text(to);
        f->since = e->day.n;
    }
    take_text(e->data, "holder", &f->holder);
    take_text(e->data, "due", &f->due);
    take_text(e->data, "due_rule", &f->due_rule);
    take_text(e->data, "title", &f->title);
    take_text(e->sealed, "title", &f->title);
    merge_set(a, f->data, json_get(e->data, "set"));
    merge_set(a, f->data, json_get(e->sealed, "set"));
    if (json_get(e->data, "unit_back") != NULL) {
        json_remove(f->data, STR("unit"));
    }
    if (json_get(e->data, "unit") != NULL) {
        json_set(a, f->data, STR("unit"), json_get(e->data, "unit"));
    }
    if (json_get(e->data, "draw") != NULL) { /* each draw has a secret of its own */
        json_set(a, f->data, STR("draws"), json_new_int(a, json_to_int(json_get(f->data, "draws"), 0) + 1));
    }
    if (e->person.len > 0) {
        f->person = e->person;
    }
    if (to != NULL) {
        f->path = tally_path_add(a, f->path, f->state, e->day, f->due);
    } else if (json_get(e->data, "due") != NULL) {
        f->path = tally_path_due(a, f->path, f->due);
    }
    if (pending != NULL) {
        f->pending = pending->kind == JSON_OBJECT ? fold_print(a, pending) : STR("");
    }
}
