/* print.c: values as FEEL text, as plain text and as JSON, and values from JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lib_int.h"

static void print(Buf *b, Value v, int depth);

static void print_number(Buf *b, Value v)
{
    Arena *scratch = b->arena;
    if (!v.boxed && v.scale == 0) {
        buf_printf(b, "%lld", (long long)v.i);
    } else {
        buf_add(b, dec_print(scratch, feel_dec(v)));
    }
}

static void print_quoted(Buf *b, Str s)
{
    static const char ESCAPED[] = "\"\\\n\r\t", LETTER[] = "\"\\nrt";
    buf_byte(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        size_t k = 0;
        while (ESCAPED[k] != 0 && ESCAPED[k] != s.ptr[i]) {
            k++;
        }
        if (ESCAPED[k] != 0) {
            buf_byte(b, '\\');
        }
        buf_byte(b, ESCAPED[k] != 0 ? LETTER[k] : s.ptr[i]);
    }
    buf_byte(b, '"');
}

/* Letters, digits, '_', and single spaces: needs no quotes as a key. */
static bool is_plain_name(Str s)
{
    bool start = true;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
        bool digit = c >= '0' && c <= '9';
        if (c == ' ' ? start || i + 1 == s.len : !letter && !(digit && i > 0)) {
            return false;
        }
        start = c == ' ';
    }
    return s.len > 0;
}

static void print_context(Buf *b, Value v, int depth)
{
    buf_byte(b, '{');
    for (size_t i = 0; i < v.len; i++) {
        const FeelEntry *e = &feel_entries(v)[i];
        buf_add_c(b, i ? ", " : "");
        if (is_plain_name(e->name)) {
            buf_add(b, e->name);
        } else {
            print_quoted(b, e->name);
        }
        buf_add_c(b, ": ");
        print(b, e->value, depth);
    }
    buf_byte(b, '}');
}

static void print_range(Buf *b, const FeelRange *r, int depth)
{
    if (r->one_sided != 0) {
        bool upper = r->one_sided == '<';
        buf_byte(b, '(');
        buf_add_c(b, r->one_sided == '!' ? "!=" : upper ? "<" : r->one_sided == '>' ? ">" : "=");
        buf_add_c(b, (upper && r->high_closed) || (r->one_sided == '>' && r->low_closed) ? "=" : "");
        print(b, upper ? r->high : r->low, depth);
        buf_byte(b, ')');
        return;
    }
    buf_byte(b, r->low_closed ? '[' : '(');
    print(b, r->low, depth);
    buf_add_c(b, "..");
    print(b, r->high, depth);
    buf_byte(b, r->high_closed ? ']' : ')');
}

static void print_temporal(Buf *b, Value v)
{
    static const char *const CALLS[FEEL_KIND_COUNT] = {[FEEL_DATE] = "date",
                                                       [FEEL_TIME] = "time",
                                                       [FEEL_DATE_TIME] = "date and time",
                                                       [FEEL_DAYS_DURATION] = "duration",
                                                       [FEEL_YEARS_DURATION] = "duration"};
    buf_add_c(b, CALLS[v.kind]);
    buf_add_c(b, "(\"");
    temporal_print(b, v);
    buf_add_c(b, "\")");
}

static void print(Buf *b, Value v, int depth)
{
    if (depth > FEEL_DEPTH_MAX || !buf_ok(b)) { /* values may share parts: a full buffer ends the walk */
        buf_add_c(b, "null");
        return;
    }
    switch ((FeelKind)v.kind) {
    case FEEL_NULL: buf_add_c(b, "null"); break;
    case FEEL_BOOLEAN: buf_add_c(b, v.i ? "true" : "false"); break;
    case FEEL_NUMBER: print_number(b, v); break;
    case FEEL_STRING: print_quoted(b, feel_text(v)); break;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_DURATION:
    case FEEL_YEARS_DURATION: print_temporal(b, v); break;
    case FEEL_LIST:
        buf_byte(b, '[');
        for (size_t i = 0; i < v.len; i++) {
            buf_add_c(b, i ? ", " : "");
            print(b, feel_items(v)[i], depth + 1);
        }
        buf_byte(b, ']');
        break;
    case FEEL_CONTEXT: print_context(b, v, depth + 1); break;
    case FEEL_RANGE: print_range(b, v.p, depth + 1); break;
    case FEEL_FUNCTION: buf_add_c(b, "function"); break;
    case FEEL_TYPE: feel_type_print(b, v.p); break;
    }
}

void feel_print(Buf *b, Value v)
{
    print(b, v, 0);
}

void feel_print_plain(Buf *b, Value v)
{
    switch ((FeelKind)v.kind) {
    case FEEL_STRING: buf_add(b, feel_text(v)); break;
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_DURATION:
    case FEEL_YEARS_DURATION: temporal_print(b, v); break;
    default: print(b, v, 0);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

enum { JSON_VALUES_MAX = 1 << 20 };
static const size_t PLAIN_TEXT_MAX = 1 << 20;

static Json *to_json(Arena *a, Value v, int depth, size_t *left)
{
    if (depth > FEEL_DEPTH_MAX || *left == 0) {
        *left = 0;
        return json_new_null(a);
    }
    --*left;
    switch ((FeelKind)v.kind) {
    case FEEL_NULL:
    case FEEL_FUNCTION:
    case FEEL_TYPE: return json_new_null(a);
    case FEEL_BOOLEAN: return json_new_bool(a, v.i != 0);
    case FEEL_STRING: return json_new_str(a, str_copy(a, feel_text(v)));
    case FEEL_NUMBER: return json_new_number(a, dec_print(a, feel_dec(v)));
    case FEEL_LIST: {
        Json *array = json_new_array(a);
        for (size_t i = 0; i<v.len && * left> 0; i++) {
            json_push(a, array, to_json(a, feel_items(v)[i], depth + 1, left));
        }
        return array;
    }
    case FEEL_CONTEXT: {
        Json *object = json_new_object(a);
        for (size_t i = 0; i<v.len && * left> 0; i++) {
            const FeelEntry *e = &feel_entries(v)[i];
            json_set(a, object, str_copy(a, e->name), to_json(a, e->value, depth + 1, left));
        }
        return object;
    }
    case FEEL_DATE:
    case FEEL_TIME:
    case FEEL_DATE_TIME:
    case FEEL_DAYS_DURATION:
    case FEEL_YEARS_DURATION:
    case FEEL_RANGE: break;
    }
    Buf b = buf_new(a, PLAIN_TEXT_MAX);
    feel_print_plain(&b, v);
    return json_new_str(a, buf_str(&b));
}

Json *feel_to_json(Arena *a, Value v)
{
    size_t left = JSON_VALUES_MAX;
    Json *j = to_json(a, v, 0, &left);
    return left > 0 ? j : NULL;
}

/* Where in the form we are, for the error. */
typedef struct Place Place;
struct Place {
    const Place *outer;
    Str name;
    size_t index;
};

typedef struct {
    Arena *arena;
    ZoneBook *zones;
    Err *err;
} FromJson;

static void place_print(Buf *b, const Place *p)
{
    if (p == NULL) {
        return;
    }
    place_print(b, p->outer);
    buf_add_c(b, b->len ? "." : "");
    if (p->name.ptr != NULL) {
        buf_add(b, p->name);
    } else {
        buf_printf(b, "%zu", p->index);
    }
}

static bool misfit(const FromJson *f, const Place *p, const FeelType *type)
{
    Buf path = buf_new(f->arena, 4096), name = buf_new(f->arena, 4096);
    place_print(&path, p);
    feel_type_print(&name, type);
    return err_field(f->err, FIELD_FORMAT, str_c(f->arena, buf_str(&path)), "This must be of the type %.*s.",
                     STR_ARG(buf_str(&name)));
}

/* A text as the kind that the type asks for. */
static bool text_from_json(const FromJson *f, Str s, FeelKind kind, Value *ret)
{
    FeelMoment m;
    int64_t day;
    Dec d;
    switch (kind) {
    case FEEL_NUMBER:
        if (!dec_parse(s, &d)) {
            return false;
        }
        *ret = feel_number(f->arena, d);
        return true;
    case FEEL_DATE:
        if (!temporal_date_parse(s, &day)) {
            return false;
        }
        *ret = date_value(day);
        return true;
    case FEEL_TIME:
    case FEEL_DATE_TIME:
        if (!(kind == FEEL_TIME ? temporal_time_parse(f->zones, s, &m) : temporal_moment_parse(f->zones, s, &m))) {
            return false;
        }
        m.zone = str_copy(f->arena, m.zone);
        *ret = moment_value(f->arena, kind, m);
        return true;
    case FEEL_DAYS_DURATION:
    case FEEL_YEARS_DURATION: return temporal_duration_parse(f->arena, s, ret) && ret->kind == kind;
    default: *ret = feel_str(str_copy(f->arena, s)); return kind == FEEL_NULL || kind == FEEL_STRING;
    }
}

static bool from_json(const FromJson *f, const Json *j, const FeelType *type, const Place *p, Value *ret);

static bool list_from_json(const FromJson *f, const Json *j, const FeelType *type, const Place *p, Value *ret)
{
    Value *items = ARENA_ARRAY(f->arena, Value, j->count + 1);
    for (size_t i = 0; i < j->count; i++) {
        const Place here = {.outer = p, .index = i};
        if (!from_json(f, j->items[i], feel_type_item(type), &here, &items[i])) {
            return false;
        }
    }
    *ret = feel_list(items, j->count);
    return true;
}

static const FeelType *member_type(const FeelType *type, Str name)
{
    size_t count;
    const FeelMember *members = feel_type_members(type, &count);
    for (size_t i = 0; i < count; i++) {
        if (members[i].name.len == name.len && str_eq(members[i].name, name)) { /* most differ in length */
            return members[i].type;
        }
    }
    return NULL;
}

static bool context_from_json(const FromJson *f, const Json *j, const FeelType *type, const Place *p, Value *ret)
{
    FeelEntry *entries = ARENA_ARRAY(f->arena, FeelEntry, j->count + 1);
    for (size_t i = 0; i < j->count; i++) {
        const Place here = {.outer = p, .name = j->members[i].key};
        entries[i].name = str_copy(f->arena, j->members[i].key);
        if (!from_json(f, j->members[i].value, member_type(type, here.name), &here, &entries[i].value)) {
            return false;
        }
    }
    *ret = feel_context(entries, j->count);
    return true;
}

static bool from_json(const FromJson *f, const Json *j, const FeelType *type, const Place *p, Value *ret)
{
    FeelKind kind = type == NULL ? FEEL_NULL : feel_type_kind(type); /* FEEL_NULL: anything goes */
    bool ok = true;
    switch (j->kind) {
    case JSON_NULL: *ret = feel_null(); return true;
    case JSON_BOOL:
        *ret = feel_bool(j->boolean);
        ok = kind == FEEL_NULL || kind == FEEL_BOOLEAN;
        break;
    case JSON_NUMBER:
        ok = (kind == FEEL_NULL || kind == FEEL_NUMBER) && text_from_json(f, j->text, FEEL_NUMBER, ret);
        break;
    case JSON_STRING: ok = text_from_json(f, j->text, kind, ret); break;
    case JSON_ARRAY:
        if (kind == FEEL_NULL || kind == FEEL_LIST) {
            return list_from_json(f, j, type, p, ret);
        }
        ok = false;
        break;
    case JSON_OBJECT:
        if (kind == FEEL_NULL || kind == FEEL_CONTEXT) {
            return context_from_json(f, j, type, p, ret);
        }
        ok = false;
        break;
    }
    if (ok) {
        return true;
    }
    if (kind == FEEL_LIST && feel_type_item(type) != NULL) { /* a single value where a list is wanted */
        Value one;
        if (from_json(f, j, feel_type_item(type), p, &one)) {
            Value *items = ARENA_NEW(f->arena, Value);
            *items = one;
            *ret = feel_list(items, 1);
            return true;
        }
    }
    return misfit(f, p, type);
}

bool feel_from_json(Arena *a, const Json *j, const FeelType *type, Value *ret, Err *err)
{
    const FromJson f = {.arena = a, .zones = zone_book_new(a, NULL), .err = err};
    Value v = feel_null();
    if (j != NULL && !from_json(&f, j, type, NULL, &v)) {
        return false;
    }
    *ret = v;
    return true;
}
