/* scope.c: names in scope, and matching them against text where names may hold spaces and operators.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include <string.h>

FeelScope *feel_scope_new(Arena *a, const FeelScope *outer)
{
    FeelScope *s = ARENA_NEW(a, FeelScope);
    *s = (FeelScope){.arena = a, .outer = outer, .base = outer ? feel_scope_size(outer) : 0};
    return s;
}

static FeelMember *member_push(Arena *a, FeelMember **items, int *count, int *cap)
{
    if (*count == *cap) {
        size_t old = (size_t)*cap * sizeof(FeelMember);
        *cap = *cap ? *cap * 2 : 8;
        *items = arena_grow(a, *items, old, (size_t)*cap * sizeof(FeelMember));
    }
    return &(*items)[(*count)++];
}

int feel_scope_add(FeelScope *s, Str name, const FeelType *type)
{
    FeelMember *m = member_push(s->arena, &s->names, &s->count, &s->cap);
    *m = (FeelMember){.name = name_normal(s->arena, name), .type = type};
    return s->base + s->count - 1;
}

int feel_scope_size(const FeelScope *s)
{
    return s->base + s->count;
}

int feel_scope_find(const FeelScope *s, Str name)
{
    for (; s != NULL; s = s->outer) {
        for (int i = s->count - 1; i >= 0; i--) {
            if (name.len > 0 && name_match(name, 0, s->names[i].name) == name.len) {
                return s->base + i;
            }
        }
    }
    return -1;
}

void feel_scope_add_type(FeelScope *s, Str name, const FeelType *type)
{
    FeelMember *m = member_push(s->arena, &s->types, &s->type_count, &s->type_cap);
    *m = (FeelMember){.name = name_normal(s->arena, name), .type = type};
}

/* ---- Characters -------------------------------------------------------------------------------------------------- */

/* Bytes of the one white-space character at `at`, beyond ASCII as the standard lists it; 0 if there stands none. Looks
 * at bytes, because `at` may stand inside a character. */
static size_t one_space(Str text, size_t at)
{
    static const struct {
        const char *from, *to;
    } WIDE[] = {{"\xC2\x85", "\xC2\x85"},         {"\xC2\xA0", "\xC2\xA0"},         {"\xE1\x9A\x80", "\xE1\x9A\x80"},
                {"\xE1\xA0\x8E", "\xE1\xA0\x8E"}, {"\xE2\x80\x80", "\xE2\x80\x8B"}, {"\xE2\x80\xA8", "\xE2\x80\xA9"},
                {"\xE2\x80\xAF", "\xE2\x80\xAF"}, {"\xE2\x81\x9F", "\xE2\x81\x9F"}, {"\xE3\x80\x80", "\xE3\x80\x80"},
                {"\xEF\xBB\xBF", "\xEF\xBB\xBF"}};
    char c = text.ptr[at];
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        return 1;
    }
    for (size_t i = 0; (unsigned char)c >= 0xC2 && i < COUNT_OF(WIDE); i++) {
        size_t n = strlen(WIDE[i].from);
        if (text.len - at >= n && memcmp(text.ptr + at, WIDE[i].from, n) >= 0 &&
            memcmp(text.ptr + at, WIDE[i].to, n) <= 0) {
            return n;
        }
    }
    return 0;
}

size_t space_length(Str text, size_t at)
{
    size_t i = at, n;
    while (i < text.len && (n = one_space(text, i)) > 0) {
        i += n;
    }
    return i - at;
}

bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '?' || (unsigned char)c >= 0x80;
}

bool is_name_byte(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9');
}

bool is_name_symbol(char c)
{
    return c != '\0' && strchr("./-'+*", c) != NULL;
}

Str name_normal(Arena *a, Str name)
{
    Buf b = buf_new(a, name.len + 1);
    buf_reserve(&b, name.len);
    for (size_t i = 0; i < name.len;) {
        size_t n = space_length(name, i);
        if (n == 0) {
            buf_byte(&b, name.ptr[i++]);
            continue;
        }
        i += n;
        if (buf_str(&b).len > 0 && i < name.len) {
            buf_byte(&b, ' ');
        }
    }
    return buf_str(&b);
}

/* ---- Matching ---------------------------------------------------------------------------------------------------- */

size_t name_match(Str text, size_t at, Str name)
{
    size_t i = 0, j = at;
    if (name.len == 0 || at >= text.len || name.ptr[0] != text.ptr[at]) {
        return 0;
    }
    while (i < name.len) {
        bool loose = is_name_symbol(name.ptr[i]) || (i > 0 && is_name_symbol(name.ptr[i - 1]));
        size_t in_name = space_length(name, i), in_text = space_length(text, j);
        if (in_name > 0) {
            size_t next = i + in_name;
            loose = loose || (next < name.len && is_name_symbol(name.ptr[next]));
            if (in_text == 0 && !loose) {
                return 0;
            }
            i = next;
            j += in_text;
        } else if (in_text > 0 && loose) {
            j += in_text;
        } else if (j < text.len && text.ptr[j] == name.ptr[i]) {
            i++;
            j++;
        } else {
            return 0;
        }
    }
    bool cut = is_name_byte(name.ptr[i - 1]) && j < text.len && is_name_byte(text.ptr[j]) && space_length(text, j) == 0;
    return cut ? 0 : j;
}
