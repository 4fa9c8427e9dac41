/* json.h: JSON as a tree in an arena. Numbers keep their text, so decimals stay exact. Reading is done by yajl.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "buf.h"
#include "err.h"

typedef enum { JSON_NULL = 1, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonKind;

typedef struct Json Json;

typedef struct {
    Str key;
    Json *value;
} JsonMember;

struct Json {
    JsonKind kind;
    bool boolean;
    Str text;            /* JSON_STRING: the text; JSON_NUMBER: the number as written */
    Json **items;        /* JSON_ARRAY */
    JsonMember *members; /* JSON_OBJECT, in order of insertion */
    size_t count, cap;
};

/* Reads one JSON text (RFC 8259, strict, at most 64 levels). Numbers of more than 18 digits before the point and
 * duplicate keys are refused: write such numbers as strings. BAD_JSON names the line. */
MUST_USE bool json_parse(Arena *a, Str text, Json **ret, Err *err);

/* Building. The texts are not copied. */
Json *json_new_null(Arena *a);
Json *json_new_bool(Arena *a, bool b);
Json *json_new_int(Arena *a, int64_t n);
Json *json_new_number(Arena *a, Str decimal); /* decimal must be a JSON number */
Json *json_new_str(Arena *a, Str s);
Json *json_new_str_c(Arena *a, const char *s);
Json *json_new_array(Arena *a);
Json *json_new_object(Arena *a);
void json_push(Arena *a, Json *array, Json *item);
/* Sets or replaces; returns value, so that building nests. */
Json *json_set(Arena *a, Json *object, Str key, Json *value);
/* The same for a key that is not there yet, without looking. */
Json *json_add(Arena *a, Json *object, Str key, Json *value);
/* Another object with the same members: setting and removing leave the first as it is. */
Json *json_share(Arena *a, const Json *object);
void json_remove(Json *object, Str key);
Json *json_copy(Arena *a, const Json *j); /* deep */
/* An error as a problem document (RFC 9457): type, title, status, code, detail, and field where it has one. */
Json *json_problem(Arena *a, const Err *e);

/* Asking. All accept NULL and wrong kinds and then give the empty answer. */
Json *json_get(const Json *object, const char *key);
Json *json_get_str(const Json *object, Str key);
Json *json_path(const Json *j, const char *dotted); /* "contract.wage.0" */
Str json_text(const Json *j);                       /* string or number text; else empty */
Str json_text_at(const Json *object, const char *key);
int64_t json_to_int(const Json *j, int64_t otherwise);
bool json_is_true(const Json *j);
bool json_has_text(const Json *list, Str text); /* whether a text of the list is this one; false for what is no list */
size_t json_count(const Json *j);               /* items or members */
bool json_eq(const Json *a, const Json *b);     /* members in any order; numbers by text */

/* The number under a key of an object as text (canonical, as the read tables hold it), without reading the rest into a
 * tree; empty where there is none. For counting over many rows. */
Str json_peek_number(Str object, Str key);

/* Writing. */
void json_write(Buf *b, const Json *j);
void json_write_pretty(Buf *b, const Json *j);
void json_write_text(Buf *b, Str s); /* a quoted string */
/* RFC 8785 canonical form. A number that a double does not hold exactly enough to print back fails the buffer. */
void json_canonical(Buf *b, Arena *scratch, const Json *j);

#endif
