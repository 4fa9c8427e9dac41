/* view_int.h: what the files of the room share: templates as steps, frames of the model, the catalogue, the folder.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_VIEW_INT_H
#define VIEW_VIEW_INT_H

#include "base/map.h"
#include "view/view.h"

typedef enum {
    STEP_TEXT = 1,
    STEP_VALUE,
    STEP_MESSAGE,
    STEP_ASSET,
    STEP_CHART,
    STEP_PART,
    STEP_WITH,
    STEP_WITHOUT,
    STEP_END
} StepKind;
/* How a value is written; AS_LINK is chosen for a value that begins an href, src or action. */
typedef enum { AS_HTML = 1, AS_LINK, AS_URL, AS_JSON, AS_DAY, AS_TIME, AS_NUMBER, AS_FACT } ValueForm;

typedef struct {
    StepKind kind;
    ValueForm form;
    Str text;   /* literal text, path, key or name */
    Str equals; /* STEP_WITH and STEP_WITHOUT: the value asked for; ptr NULL when only presence is asked */
    size_t end; /* STEP_WITH and STEP_WITHOUT: index of their STEP_END */
} Step;

typedef struct {
    Step *steps;
    size_t count, cap;
} Template;

/* Where the names of a template are looked up: only in the innermost object, unless the path says $. or ../ */
typedef struct Frame Frame;
struct Frame {
    const Json *object, *dot;
    size_t index, count; /* place in the list that is being walked */
    const Frame *up;
};

/* template.c: source → steps; TEMPLATE_BROKEN names template and line. */
MUST_USE bool template_compile(Arena *a, Str name, Str source, Template *ret, Err *err);

/* frame.c */
const Json *frame_find(const Frame *f, Str path);
bool json_is_something(const Json *j); /* not null, false, 0, "", [] */
void value_write_day(Buf *out, Arena *a, Str language, Str iso);
void value_write_time(Buf *out, Arena *a, Str language, Str iso);
/* A fact as the model wrote it: a day, or a number with a unit, in the language's form; anything else as it is. */
void value_write_fact(Buf *out, Arena *a, Str language, Str text);
void value_write_number(Buf *out, Arena *a, Str language, Str number);

/* message.c */
bool message_find(Arena *a, Str language, Str key, Str *ret); /* the pattern, English where the language lacks it */
Str message_fill(Arena *a, Str language, Str pattern, const Frame *f);
Str message_of(Arena *a, Str language, Str key, const Frame *f);

/* file.c: any file of web/, from the program or from the folder in use. */
bool web_read(Arena *a, Str path, Str *ret_bytes, Str *ret_tag);
/* Whether files come from the program, so that what was made of one stays good. */
bool web_is_packed(void);

/* said.c: a sentence of the engine (English) in the language; false where no catalogue has it. */
bool said_find(Arena *a, Str language, Str text, Str *ret);
/* catalogue.c: the line of a packed catalogue with this key (`"key": "text",`); false where it lacks it. */
bool catalogue_line(Str language, Str key, Str *ret);

#endif
