/* fn_context.c: built-in functions of contexts.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

#include <string.h>

static const FeelEntry *entry_of(Value context, Str name)
{
    const FeelEntry *entries = feel_entries(context);
    for (size_t i = 0; i < context.len; i++) {
        if (str_eq(entries[i].name, name)) {
            return &entries[i];
        }
    }
    return NULL;
}

Value fn_get_value(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str key;
    Value context = arg_unwrapped(args[0]);
    if (context.kind != FEEL_CONTEXT) {
        return bad_argument(run, "get value", context);
    }
    if (!arg_text(args[1], &key)) {
        return bad_argument(run, "get value", args[1]);
    }
    const FeelEntry *e = entry_of(context, key);
    return e ? e->value : feel_error(run, "get value: no entry %.*s", STR_ARG(str_sub(key, 0, 60)));
}

Value fn_get_entries(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value context = arg_unwrapped(args[0]);
    if (context.kind != FEEL_CONTEXT) {
        return bad_argument(run, "get entries", context);
    }
    Value *items = feel_values_new(run, context.len);
    FeelEntry *pairs = feel_entries_new(run, 2 * (size_t)context.len);
    if (items == NULL || pairs == NULL) {
        return feel_null();
    }
    for (size_t i = 0; i < context.len; i++) {
        const FeelEntry *e = &feel_entries(context)[i];
        pairs[2 * i] = (FeelEntry){STR("key"), feel_str(e->name)};
        pairs[2 * i + 1] = (FeelEntry){STR("value"), e->value};
        items[i] = feel_context(&pairs[2 * i], 2);
    }
    return feel_list(items, context.len);
}

Value fn_context(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "context", args[0]);
    }
    FeelEntry *entries = feel_entries_new(run, list.len);
    if (entries == NULL) {
        return feel_null();
    }
    Map seen = {.arena = run->arena};
    for (size_t i = 0; i < list.len; i++) {
        Value item = feel_items(list)[i];
        const FeelEntry *key = item.kind == FEEL_CONTEXT ? entry_of(item, STR("key")) : NULL;
        const FeelEntry *value = item.kind == FEEL_CONTEXT ? entry_of(item, STR("value")) : NULL;
        if (key == NULL || value == NULL || key->value.kind != FEEL_STRING) {
            return feel_error(run, "context: an entry without key or value");
        }
        entries[i] = (FeelEntry){feel_text(key->value), value->value};
        if (map_get(&seen, entries[i].name) != NULL) {
            return feel_error(run, "context: a key that occurs twice");
        }
        map_set(&seen, entries[i].name, &entries[i]);
    }
    return feel_context(entries, list.len);
}

/* A copy with one entry set. */
static Value with_entry(FeelRun *run, Value context, Str name, Value value)
{
    const FeelEntry *old = entry_of(context, name);
    size_t count = (size_t)context.len + (old == NULL), at = old ? (size_t)(old - feel_entries(context)) : context.len;
    FeelEntry *entries = feel_entries_new(run, count);
    if (entries == NULL) {
        return feel_null();
    }
    if (context.len > 0) {
        memcpy(entries, feel_entries(context), sizeof(FeelEntry) * context.len);
    }
    entries[at] = (FeelEntry){name, value};
    return feel_context(entries, count);
}

static Value put_at_path(FeelRun *run, Value context, const Value *keys, size_t count, Value value, int depth)
{
    if (context.kind != FEEL_CONTEXT) {
        return bad_argument(run, "context put", context);
    }
    if (keys[0].kind != FEEL_STRING || depth > FEEL_DEPTH_MAX) {
        return bad_argument(run, "context put", keys[0]);
    }
    Str name = feel_text(keys[0]);
    if (count > 1) {
        const FeelEntry *e = entry_of(context, name);
        value = put_at_path(run, e ? e->value : feel_null(), keys + 1, count - 1, value, depth + 1);
        if (value.kind == FEEL_NULL) {
            return value;
        }
    }
    return with_entry(run, context, name, value);
}

Value fn_context_put(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value context = arg_unwrapped(args[0]), keys = args[1];
    if (keys.kind == FEEL_LIST && keys.len > 0) {
        return put_at_path(run, context, feel_items(keys), keys.len, args[2], 0);
    }
    return put_at_path(run, context, &keys, 1, args[2], 0);
}

Value fn_context_merge(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value list;
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "context merge", args[0]);
    }
    size_t total = 0, used = 0;
    for (size_t i = 0; i < list.len; i++) {
        Value item = feel_items(list)[i];
        if (item.kind != FEEL_CONTEXT) {
            return bad_argument(run, "context merge", item);
        }
        total += item.len;
    }
    FeelEntry *entries = feel_entries_new(run, total);
    if (entries == NULL) {
        return feel_null();
    }
    Map places = {.arena = run->arena};
    for (size_t i = 0; i < list.len; i++) {
        Value item = feel_items(list)[i];
        for (size_t k = 0; k < item.len; k++) {
            FeelEntry e = feel_entries(item)[k], *place = map_get(&places, e.name);
            if (place == NULL) {
                place = &entries[used++];
                map_set(&places, e.name, place);
            }
            *place = e;
        }
    }
    return feel_context(entries, used);
}
