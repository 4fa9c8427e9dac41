/* grow_bench.c: makes a large store out of a small one: the log of a demonstration, and its cases again and again under
 * other numbers and on other days, each event appended and folded as always. What there is once (accounts, agreements,
 * quotas, rounds, figures) stays once.
 * Usage: grow FROM TO TIMES; TO is new. No time of its own is printed as a target: pages.sh measures on the result.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "flow/open.h"
#include "kit.h"
#include "project/project.h"

enum { BATCH = 64, DAYS_APART = 17, DAY_STEPS = 200, NUMBER_WIDTH = 6 };

static const char *const ONCE[] = {"account", "agreement", "allocation", "cohort", "cost",      "figure",
                                   "quota",   "report",    "instrument", "lab",    "work_item", "law_version"};

typedef struct {
    Arena *a; /* of the events of the small log */
    Event *events;
    size_t count, room;
    Map first;       /* case → its first event */
    int64_t numbers; /* the highest of a case, and more */
} Small;

typedef struct {
    const Small *small;
    int64_t copy, times;
} Copying;

static bool is_once(Str type)
{
    for (size_t i = 0; i < COUNT_OF(ONCE); i++) {
        if (str_eq_c(type, ONCE[i])) {
            return true;
        }
    }
    return type.len == 0;
}

static bool keep(void *host, const Event *e)
{
    Small *s = host;
    if (s->count == s->room) {
        size_t room = s->room ? s->room * 2 : 1024;
        s->events = arena_grow(s->a, s->events, s->count * sizeof(Event), room * sizeof(Event));
        s->room = room;
    }
    Event *c = &s->events[s->count++];
    *c = *e;
    c->scheme = str_copy(s->a, e->scheme);
    c->stream = str_copy(s->a, e->stream);
    c->type = str_copy(s->a, e->type);
    c->actor = str_copy(s->a, e->actor);
    c->command = str_copy(s->a, e->command);
    c->person = str_copy(s->a, e->person);
    c->data = json_copy(s->a, e->data);
    c->sealed = e->sealed ? json_copy(s->a, e->sealed) : NULL;
    size_t dash = str_find(e->stream, STR("-"), 0);
    int64_t n = 0;
    if (dash != SIZE_MAX && str_to_int(str_sub(e->stream, dash + 1, e->stream.len), &n) && n >= s->numbers) {
        s->numbers = n + 1;
    }
    return true;
}

static bool is_copied(const Copying *c, Str id)
{
    const Event *first = map_get(&c->small->first, id);
    return first != NULL && !is_once(json_text_at(first->data, "type"));
}

/* "CAN-000012" → "CAN-802012"; a day → an earlier one; else the same. */
static Str text_of(const Copying *c, Arena *a, Str text)
{
    size_t dash = str_find(text, STR("-"), 0);
    int64_t n;
    Day day;
    if (c->copy == 0) {
        return text;
    }
    if (dash == 3 && text.len == dash + 1 + NUMBER_WIDTH && str_to_int(str_sub(text, dash + 1, text.len), &n) &&
        is_copied(c, text)) {
        return str_printf(a, "%.*s%0*lld", (int)(dash + 1), text.ptr, NUMBER_WIDTH,
                          (long long)(c->copy * c->small->numbers + n));
    }
    if (text.len == 10 && day_parse(text, &day)) {
        return day_print(a, (Day){day.n - (int32_t)(c->copy % DAY_STEPS) * DAYS_APART});
    }
    return text;
}

static Json *json_of(const Copying *c, Arena *a, const Json *j)
{
    if (j->kind == JSON_STRING) {
        return json_new_str(a, text_of(c, a, j->text));
    }
    if (j->kind == JSON_ARRAY) {
        Json *list = json_new_array(a);
        for (size_t i = 0; i < j->count; i++) {
            json_push(a, list, json_of(c, a, j->items[i]));
        }
        return list;
    }
    if (j->kind != JSON_OBJECT) {
        return json_copy(a, j);
    }
    Json *object = json_new_object(a);
    for (size_t i = 0; i < j->count; i++) {
        json_add(a, object, j->members[i].key, json_of(c, a, j->members[i].value));
    }
    return object;
}

/* Values that only one case may have get the number of the copy. */
static void make_unique(const Copying *c, Arena *a, Json *home)
{
    Json *index = json_get(home, "index");
    for (size_t i = 0; c->copy > 0 && i < json_count(index); i++) {
        Json *row = index->items[i];
        if (row->count == 3 && json_is_true(row->items[2]) && json_text(row->items[1]).len > 0) {
            row->items[1] =
                json_new_str(a, str_printf(a, "%.*s#%lld", STR_ARG(json_text(row->items[1])), (long long)c->copy));
        }
    }
}

/* Each copy takes its own share of the round's numbers. */
static void move_unit(const Copying *c, Arena *a, Json *data, const char *key)
{
    Json *unit = json_get(data, key);
    int64_t number = json_to_int(json_get(unit, "number"), 0);
    if (unit != NULL) {
        json_set(a, unit, STR("number"), json_new_int(a, (number - 1) * c->times + c->copy + 1));
    }
}

static Event event_of(const Copying *c, Arena *a, const Event *e)
{
    Event r = *e;
    int32_t back = (int32_t)(c->copy % DAY_STEPS) * DAYS_APART;
    r.seq = 0;
    r.version = 0;
    r.stream = text_of(c, a, e->stream);
    r.person = text_of(c, a, e->person);
    r.command = str_printf(a, "%.*s-%lld", STR_ARG(e->command), (long long)c->copy);
    r.day.n -= back;
    r.at.ms -= (int64_t)back * 86400000;
    r.data = json_of(c, a, e->data);
    r.sealed = e->sealed ? json_of(c, a, e->sealed) : NULL;
    make_unique(c, a, r.data);
    if (r.sealed) {
        make_unique(c, a, r.sealed);
    }
    move_unit(c, a, r.data, "unit");
    move_unit(c, a, r.data, "unit_back");
    const Json *units = json_get(r.data, "units");
    if (c->copy == 0 && units != NULL) { /* a round as large as what it will hold */
        json_set(a, r.data, STR("units"), json_new_int(a, json_to_int(units, 0) * c->times));
    }
    return r;
}

static void append_all(Store *to, const Copying *c, Arena *a)
{
    Err err;
    size_t in_batch = 0;
    need(store_begin(to, &err), &err);
    for (size_t i = 0; i < c->small->count; i++) {
        const Event *e = &c->small->events[i];
        if (c->copy > 0 && (is_once(json_text_at(e->data, "type")) || !is_copied(c, e->stream))) {
            continue;
        }
        Event copy = event_of(c, a, e);
        need(store_append(to, a, &copy, 1, &err) && project_apply(to, a, &copy, NULL, &err), &err);
        arena_reset(a);
        if (++in_batch % BATCH == 0) {
            need(store_commit(to, &err) && store_begin(to, &err), &err);
        }
    }
    need(store_commit(to, &err), &err);
}

int main(int argc, char **argv)
{
    Err err;
    Arena *a = arena_new(0), *scratch = arena_new(0);
    Small small = {.a = a};
    Flow from, to;
    Str note;
    int64_t times = 0;
    if (argc != 4 || !str_to_int(str_from_c(argv[3]), &times) || times < 1) {
        fprintf(stderr, "usage: grow FROM TO TIMES\n");
        return 2;
    }
    need(flow_open(a, str_from_c(argv[1]), STORE_READ, NULL, 0, &from, &err), &err);
    need(store_each(from.store, 1, 0, keep, &small, &err), &err);
    small.first.arena = a;
    for (size_t i = 0; i < small.count; i++) {
        if (small.events[i].version == 1) {
            map_set(&small.first, small.events[i].stream, &small.events[i]);
        }
    }
    need(flow_open(a, str_from_c(argv[2]), STORE_CREATE, NULL, 0, &to, &err), &err);
    double start = now_s();
    for (int64_t k = 0; k < times; k++) {
        Copying c = {&small, k, times};
        append_all(to.store, &c, scratch);
        if (k % 50 == 0) {
            fprintf(stderr, "%lld of %lld copies, %lld events, %.0f s\n", (long long)k + 1, (long long)times,
                    (long long)store_size(to.store), now_s() - start);
        }
    }
    need(store_checkpoint(to.store, scratch, small.events[small.count - 1].at, &note, &err), &err);
    printf("%lld events in %.0f s\n", (long long)store_size(to.store), now_s() - start);
    arena_free(scratch);
    arena_free(a);
    return 0;
}
