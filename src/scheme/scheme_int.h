/* scheme_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SCHEME_SCHEME_INT_H
#define SCHEME_SCHEME_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/file.h"
#include "scheme.h"

typedef struct {
    Str path, text;
} SchemeFile;

/* What is made when it is first asked for, by whichever thread asks first. */
typedef struct {
    pthread_mutex_t lock;
    atomic_bool is_made;
    Arena *a; /* its memory: that of the scheme belongs to who loads it */
} SchemeOnce;

/* The texts of one language. */
typedef struct {
    SchemeOnce once;
    SchemeFile *files;
    size_t count;
    Map texts; /* ask scheme_texts() */
} SchemeTexts;

/* An expression that is compiled when it is first used, and where it stands. */
typedef struct {
    Str path, place, text;
    const FeelCode *code;
} SchemeLateExpr;

struct Scheme {
    Arena *arena;
    Str id, folder;
    Json *info, *statutes; /* ask scheme_statutes() */
    SchemeFile statutes_file;
    SchemeOnce *statutes_once; /* NULL: read with the rest */
    int utc_offset;
    bool rest_day[8]; /* 1 Monday … 7 Sunday */
    Day *holidays;    /* ascending */
    size_t holiday_count;
    Value holiday_list;
    SchemeConstant constant;          /* the holidays; json NULL: too few to be worth it */
    Value functions[SLOT_FIRST_READ]; /* by slot; null where the slot is no function */
    SchemeType *types;
    size_t type_count;
    SchemeHold *holds;
    size_t hold_count;
    SchemeModel *models;
    size_t model_count;
    bool as_used;     /* models, expressions, messages and statutes are made of their texts when they are first used */
    FeelLater *later; /* as_used: where expressions are compiled */
    SchemeLateExpr *late;
    size_t late_count, late_cap;
    Map languages; /* language → SchemeTexts*, in the order of the files */
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

/* LAW_BROKEN where an expression does not compile; returns false. */
bool scheme_broken_expression(Str path, Str place, Str text, const Err *why, Err *err);
/* Compiles the text, or notes it for its first use; `text` must live as long as the scheme. */
MUST_USE bool scheme_expression(const SchemeReader *r, Str text, const FeelCode **ret);

/* o is of the arena `a`. begin: true where the caller is the first: it makes the thing in o->a and calls end. */
void scheme_once_init(Arena *a, SchemeOnce *o);
bool scheme_once_begin(SchemeOnce *o);
void scheme_once_end(SchemeOnce *o);

/* The JSON of a file that was read; LAW_BROKEN with path and line. */
MUST_USE bool scheme_parse(Arena *a, const SchemeFile *f, Json **ret, Err *err);
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
MUST_USE bool scheme_load_statutes(Scheme *s, Err *err);
MUST_USE bool scheme_load_messages(Scheme *s, Err *err);
/* Key → Str* of a language, NULL where the scheme does not speak it; from any thread. */
const Map *scheme_texts(const Scheme *s, Str language);
/* Parts of scheme_check_late(); scratch is emptied in between. */
MUST_USE bool scheme_check_messages(const Scheme *s, Arena *scratch, Err *err);
MUST_USE bool scheme_check_models(const Scheme *s, Arena *scratch, Err *err);
MUST_USE bool scheme_load_holidays(Scheme *s, Err *err);
/* Makes the functions of SLOT_PERIOD_END to SLOT_LAW_HASH. */
void scheme_make_functions(Scheme *s);

#endif
