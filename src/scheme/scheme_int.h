/* scheme_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SCHEME_SCHEME_INT_H
#define SCHEME_SCHEME_INT_H

#include "scheme.h"

struct Scheme {
    Arena *arena;
    Str id, folder;
    Json *info, *statutes;
    int utc_offset;
    bool rest_day[8]; /* 1 Monday … 7 Sunday */
    Day *holidays;    /* ascending */
    size_t holiday_count;
    Value holiday_list;
    SchemeConstant constant; /* the holidays; json NULL: too few to be worth it */
    Value functions[SLOT_FIRST_READ]; /* by slot; null where the slot is no function */
    SchemeType *types;
    size_t type_count;
    SchemeHold *holds;
    size_t hold_count;
    SchemeModel *models;
    size_t model_count;
    bool as_used; /* models are compiled when they are first used */
    Map languages; /* language → Map* of key → Str* */
    Map choices;   /* every choice of every field → the field */
};

/* What is being read, for messages. */
typedef struct {
    Scheme *s;
    Str path;  /* file */
    Str place; /* step or state */
    SchemeType *type;
    const FeelScope *scope;
    Err *err;
} SchemeReader;
/* LAW_BROKEN with file and place; returns false. */
bool scheme_broken(const SchemeReader *r, const char *what, Str detail);

/* Reads a whole file; IO_FAILED with the path. */
MUST_USE bool scheme_read_file(Arena *a, Str path, Str *ret, Err *err);
/* Names in a folder that end in `suffix`, sorted. Empty if there is no such folder. */
SchemeNames scheme_list_folder(Arena *a, Str folder, const char *suffix);
/* processes/<name>.json → *ret. */
MUST_USE bool scheme_read_type(Scheme *s, Str path, const Json *j, SchemeType *ret, Err *err);
/* Cross-references between types, once all are read. */
MUST_USE bool scheme_check_references(const Scheme *s, Err *err);
MUST_USE bool scheme_check_notices(const Scheme *s, Err *err);
/* "holds" of scheme.json, once the types are read. */
MUST_USE bool scheme_load_holds(Scheme *s, Err *err);
MUST_USE bool scheme_load_models(Scheme *s, Err *err);
void scheme_hash_folders(Scheme *s);
MUST_USE bool scheme_load_messages(Scheme *s, Err *err);
MUST_USE bool scheme_load_holidays(Scheme *s, Err *err);
/* Makes the functions of SLOT_PERIOD_END to SLOT_LAW_HASH. */
void scheme_make_functions(Scheme *s);

#endif
