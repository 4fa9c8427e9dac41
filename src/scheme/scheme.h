/* scheme.h: a scheme folder as read-only structs: roles, case types, steps, states, decision models by date, messages,
 * holidays. The format of the files is described in docs/scheme-format.md. Decides nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SCHEME_SCHEME_H
#define SCHEME_SCHEME_H

#include "base/map.h"
#include "dmn/dmn.h"

typedef struct Scheme Scheme;

/* ---- Expressions of a scheme ------------------------------------------------------------------------------------- */

/* Names that every expression of a step may use, then the step's reads in order. The frame given to feel_eval() holds
 * a Value for each. `case` is the case as a context (empty when it is being opened), `form` what was filed, `caller`
 * the account, `decision` the result of the step's decision, `item` one of several (in `also` and `draw`). */
typedef enum {
    SLOT_FORM = 0,
    SLOT_CASE,
    SLOT_CALLER,
    SLOT_TODAY,
    SLOT_DECISION,
    SLOT_ITEM,
    SLOT_HOLIDAYS,
    SLOT_PERIOD_END, /* function "period end"(from: date, length: duration): counted as the Civil Act counts */
    SLOT_BEFORE_END, /* function "days before"(end: date, days: number) */
    SLOT_PAUSED_END, /* function "paused period end"(from, length, pauses: list of {from, to}) */
    SLOT_NAME_KEY,   /* function "name key"(text): one key for all spellings of a name */
    SLOT_PASSPORT,   /* function "passport"(mrz text): context of what the machine-readable zone says, or null */
    SLOT_LAW_HASH,   /* function "law hash"(day: date): SHA-256 over the models of the folder of that day, or null */
    SLOT_ROUND,      /* what a round gave as a whole: {root, secret, result, count} */
    SLOT_LINE,       /* what it gave to one case, in the effects on it */
    SLOT_OFFER,      /* the offer that a wish names, where a round asks the law about the pair */
    SLOT_FIRST_READ
} SchemeSlot;

typedef struct {
    Str name;
    Str text; /* as written, for pages that show the rule */
    const FeelCode *code;
} SchemeExpr;

typedef struct {
    SchemeExpr *items;
    size_t count;
} SchemeExprs;

typedef struct {
    Str *items;
    size_t count;
} SchemeNames;
bool scheme_names_have(const SchemeNames *n, Str name);
/* Whether some field of some case type offers this choice. */
bool scheme_has_choice(const Scheme *s, Str value);

/* ---- Fields ------------------------------------------------------------------------------------------------------ */

typedef enum {
    SCHEME_TEXT = 1,
    SCHEME_NUMBER,
    SCHEME_DATE,
    SCHEME_YES_NO,
    SCHEME_CHOICE,
    SCHEME_CASE, /* id of a case of type `of` */
    SCHEME_MRZ,  /* machine-readable zone of a passport, ICAO 9303 TD3 */
    SCHEME_LIST, /* list of texts */
    SCHEME_FILE  /* a small file: {name, type, size, sha256}; its bytes stand in the event alone */
} SchemeFieldKind;

typedef struct {
    Str name;
    SchemeFieldKind kind;
    bool personal;   /* sealed under the person's key */
    bool unique;     /* no two cases of the type share the value */
    bool indexed;    /* `where` of a read may name it */
    bool searchable; /* staff find the case by it, in any script */
    bool country;    /* SCHEME_CHOICE of "type": "country": of all countries, by their two letters */
    Str of;          /* SCHEME_CASE: type; SCHEME_CHOICE: name of the list of choices */
    SchemeNames choices;
    Str unit;              /* such as KRW */
    size_t max_length;     /* code points; 0: 500 */
    const FeelCode *check; /* over `value`: true, or the value is refused */
    Str check_text;
    ErrCode check_code; /* FIELD_FORMAT unless the file says otherwise */
    const FeelType *type;
} SchemeField;

/* ---- Steps ------------------------------------------------------------------------------------------------------- */

typedef enum { READ_CASE = 1, READ_FIND, READ_LIST, READ_COUNT, READ_UNITS } SchemeReadKind;
typedef struct {
    Str name;
    SchemeReadKind kind;
    Str type;           /* of the cases */
    const FeelCode *id; /* READ_CASE, READ_UNITS: which case; null gives null */
    SchemeExprs where;  /* indexed field = value */
    SchemeNames states; /* empty: any */
    bool own_excluded;  /* the case of the command itself is left out */
} SchemeRead;

typedef struct {
    const FeelCode *holds;
    Str text;
    ErrCode code;
    Str field, message; /* message key under "fault." */
} SchemeRequire;

typedef struct {
    Str outcome, to, event;
} SchemeOutcome;

/* Effects on other cases, in the same transaction. */
typedef struct {
    const FeelCode *cases; /* an id, a list of ids; or for `opens` a list of contexts */
    bool opens;            /* opens a case of `type` for each item */
    Str type, to, event;
    SchemeNames from;  /* a case in another state is left alone */
    SchemeNames lines; /* instead of `cases`: those to whom the step's round gave one of these reasons; with `opens`,
                          one for each */
    Str outcome;       /* only for this outcome; empty: unless refused */
    SchemeExprs set;
} SchemeAlso;

/* A message to people, each in their own language: a prepared text by name, with values of the step. */
typedef struct {
    Str topic;          /* choice of the form: its value names the text "message.VALUE" */
    const FeelCode *to; /* id of a case, or list of ids: those whose party the cases are get it */
    SchemeExprs params; /* what the texts name in braces */
    SchemeExprs
        texts; /* language → words of the sender's own: {text} is the reader's, or else the first that is given */
} SchemeMessage;

/* A draw: who of a list is referred. */
typedef struct {
    Str pool; /* name of a READ_LIST */
    const FeelCode *places, *multiple;
    const FeelCode *eligible; /* over `item`; NULL: all */
    const FeelCode *rank;     /* integer over `item`, larger is better */
    const FeelCode *exposure; /* integer over `item`: referrals so far */
    const FeelCode *beacon;   /* hex text of an outside beacon that is mixed into the seed; NULL or empty: none */
    bool least_shown_first; /* "order": who was referred least goes first, then rank; else rank, then least referred */
    Str into;               /* field of the case that gets the list of ids */
    SchemeNames criteria;   /* the expressions over `item`, as written */
} SchemeDraw;

/* A round: many cases at once, ranked for units or matched with those that offer places. */
typedef struct {
    bool matches; /* deferred acceptance; else a ranking */
    bool freezes; /* only fixes the rows and publishes their root; nothing is drawn */
    bool one_per_pass;
    Str list, offers;                   /* names of READ_LISTs: who takes part; for a match, who has places */
    const FeelCode *eligible;           /* over `item`; NULL: all */
    const FeelCode *points;             /* whole number over `item`; a null is left out as not scored */
    const FeelCode *units, *cell;       /* ranking, over `item` */
    const FeelCode *wishes;             /* match, over `item`: ids of offers, most wanted first */
    const FeelCode *seats, *offer_cell; /* match, over `item` of offers */
    const FeelCode *caps;               /* list of {name, within, cap, own} */
    const FeelCode *pool;               /* units of the flexible pool */
    const FeelCode *root;               /* published before: the rows must still have it; NULL: they are fixed now */
    const FeelCode *beacon;             /* hex text of an outside beacon; NULL or empty: none */
    SchemeNames criteria;               /* the expressions over `item`, as written, without the facts of the model */
    Str model, decision;                /* scores each case for itself; empty: none */
    SchemeExprs facts;                  /* over `item` */
    Str pair_model, pair_decision;      /* match: whether the law lets this case go to this offer; empty: not asked */
    SchemeExprs pair_facts;             /* over `item` and `offer` */
} SchemeRound;

typedef struct {
    Str name; /* "candidate.register" */
    bool opens;
    Str about; /* with opens: field that links to the case which the new one is about; `from` are states of that case */
    SchemeNames from, who; /* states; roles ("party": the account whose party is this case, "party:FIELD": linked one,
                              "party:FIELD.FIELD": linked from the linked one) */
    Str to, event;
    SchemeNames fields;
    SchemeNames optional; /* those of fields that may be empty */
    SchemeRead *reads;
    size_t read_count;
    SchemeRequire *requires;
    size_t require_count;
    Str model, decision; /* empty: none */
    SchemeExprs facts;
    bool discretion; /* the officer may depart from the proposal with a reason */
    SchemeOutcome *outcomes;
    size_t outcome_count;
    SchemeExprs set;
    SchemeExprs shared; /* facts for the public log */
    SchemeAlso *also;
    size_t also_count;
    SchemeMessage *message;     /* NULL: none */
    SchemeDraw *draw;           /* NULL: none */
    SchemeRound *round;         /* NULL: none */
    bool return_unit;           /* the case's unit is free again */
    bool receipt;               /* what was filed is hashed into the event, so that a signed receipt can name it */
    const FeelCode *move_units; /* {from, to, units}: units moved between cases that approve; NULL: none */
    const FeelCode *take_unit;  /* id of the case whose numbered unit is taken; NULL: none */
    const FeelCode *make_units; /* how many numbered units this case approves; NULL: none */
    bool two_people;
    bool sign;               /* signed with the officer's own key, where the officer has one or the store requires it */
    bool corrects;           /* values that stood there wrongly: only what differs is written, with what stood before */
    bool hidden;             /* not offered in menus (done by imports or the system) */
    const FeelCode *offered; /* over `case` and `today`: when menus offer it; NULL: always */
    bool foretell;           /* never taken: pages show what it would decide today */
    Str group;               /* heading under which pages gather steps of a kind; empty: stands alone */
    Str cite;                /* article the step rests on */
    Str document;            /* document kind made by this step; empty: none */
    const FeelScope *scope;
    size_t slot_count;
} SchemeStep;

typedef struct {
    Str name;
    Str holder;          /* role that must act next; empty: nobody */
    const FeelCode *due; /* date until which, by law; NULL: none */
    Str due_text, due_cite;
    bool final;
    Str tone; /* how pages colour it: ok, warn, error, quiet; empty: by `final` and the holder */
} SchemeState;

/* For whose eyes an office's own cases are: holders of the role whose account names an office read those whose office
 * it is. */
enum { SCHEME_OFFICE_LINKS = 2 };
typedef struct {
    Str role;
    Str links[SCHEME_OFFICE_LINKS]; /* fields that lead from case to case to the one that knows the office */
    size_t link_count;              /* 0: the case itself does */
    Str field;                      /* indexed field whose value is the office */
} SchemeOffice;

typedef struct {
    Str name;
    Str prefix;            /* of case ids */
    bool person;           /* the case is a person: its id names the key that seals */
    bool beside;           /* accompanies another case: does not tell where the person stands */
    SchemeNames readers;   /* roles among staff who may read such cases; empty: all */
    SchemeOffice *offices; /* roles of them that are bound to their office; a role may have several ways to it */
    size_t office_count;
    Str subject;    /* field that links to the person, for other types; empty: none */
    Str party_role; /* role of an account whose party is a case of this type */
    const FeelCode *title;
    SchemeField *fields;
    size_t field_count;
    SchemeState *states;
    size_t state_count;
    SchemeStep *steps;
    size_t step_count;
    SchemeNames list;     /* fields shown as columns */
    const FeelType *type; /* context type of the case data */
} SchemeType;

/* Where the cases of a type find what may hold them: a field, or a link and the field of the case behind it. */
typedef struct {
    Str type, path;
    Str unless; /* a case that has this field is not held; empty: every case is */
} SchemeHoldPath;

/* While a case of `cause` stands in one of the states, the steps of the cases that name it by `key` are held. */
typedef struct {
    Str name;       /* text under "hold.", what goes on under "hold_goes_on." */
    Str cause, key; /* type; its indexed field */
    SchemeNames states, steps;
    Str from, until;  /* date fields of the cause; empty: from its state alone */
    Str source, cite; /* text field of the cause; articles */
    SchemeHoldPath *paths;
    size_t path_count;
} SchemeHold;

/* Loads a folder. The whole folder or nothing: LAW_BROKEN or MODEL_BROKEN with file, place and reason. Lives in `a`. */
MUST_USE bool scheme_load(Arena *a, Str folder, Scheme **ret, Err *err);
/* The same, but models, expressions of the steps, messages of a language and the index of the statutes are compiled or
 * read when they are first used, from the texts as they stood now, and what the steps ask of the models is not compared
 * with them: for who runs scheme_check_late() aside, over a folder that `law check` has passed. */
MUST_USE bool scheme_load_as_used(Arena *a, Str folder, Scheme **ret, Err *err);
/* Tries all of that in memory that goes again: the error that scheme_load() would have told. From any thread. */
MUST_USE bool scheme_check_late(const Scheme *s, Err *err);
/* A JSON file of the folder; IO_FAILED or LAW_BROKEN with path and line. */
MUST_USE bool scheme_file_json(Arena *a, Str path, Json **ret, Err *err);
Str scheme_id(const Scheme *s);
Str scheme_folder(const Scheme *s);
const Json *scheme_info(const Scheme *s);     /* scheme.json as read */
const Json *scheme_statutes(const Scheme *s); /* statutes.json, from any thread; NULL where the scheme has none */
int scheme_utc_offset(const Scheme *s);       /* minutes */
size_t scheme_types(const Scheme *s, const SchemeType **ret);
const SchemeType *scheme_type(const Scheme *s, Str name);
const SchemeStep *scheme_step(const Scheme *s, Str name, const SchemeType **ret_type);
const SchemeField *scheme_field(const SchemeType *t, Str name);
const SchemeState *scheme_state(const SchemeType *t, Str name);

size_t scheme_holds(const Scheme *s, const SchemeHold **ret);
/* How cases of the type find the cause; NULL: the hold is not about them. */
const SchemeHoldPath *scheme_hold_path(const SchemeHold *h, Str type);
/* Whether a cause with this data holds on the day: begun and not over. */
bool scheme_hold_runs(const SchemeHold *h, const Json *cause, Day today);
bool scheme_has_event(const Scheme *s, Str event); /* whether some step writes events of this type */

/* ---- Decision models --------------------------------------------------------------------------------------------- */
typedef struct SchemeLate SchemeLate;
typedef struct {
    Str name; /* "employer-eligibility" */
    Day from; /* folder's day */
    Str path;
    Str hash;              /* SHA-256 of the file, hex */
    Str law_hash;          /* scheme_law_hash() of its folder */
    const DmnModel *model; /* ask scheme_compiled() */
    SchemeLate *late;      /* NULL: compiled when it was read */
} SchemeModel;
/* The compiled model; from any thread. NULL where it is broken, which only scheme_load_as_used() lets in. */
const DmnModel *scheme_compiled(const SchemeModel *m);
size_t scheme_models(const Scheme *s, const SchemeModel **ret); /* by name, then day */
/* Days on which models came into force, ascending: the folders of decisions/. */
size_t scheme_law_days(const Scheme *s, Arena *a, Day **ret);
/* What two people sign: SHA-256, hex, over a line "name hash" for each model of the folder of that day, by name. Empty
 * if there is no such folder. */
Str scheme_law_hash(const Scheme *s, Day day);
/* The version in force on the day: the newest from ≤ day; NULL if there is none. */
const SchemeModel *scheme_model(const Scheme *s, Str name, Day day);

/* ---- Messages ---------------------------------------------------------------------------------------------------- */
/* The text of a key in a language; falls back to English; NULL-pointer text if there is none. */
Str scheme_message(const Scheme *s, Str language, Str key);
bool scheme_has_message(const Scheme *s, Str language, Str key); /* in that very language */
size_t scheme_languages(const Scheme *s, Arena *a, Str **ret);   /* those that have messages */
typedef struct {
    Str *items;
    size_t count;
} SchemeKeys;
/* Every key that the scheme's names ask for: states, steps, fields, choices, events, faults, roles, grounds of its
 * models, and every key that some language has. */
SchemeKeys scheme_message_keys(const Scheme *s, Arena *a);
/* The same for "kind.name", never empty: a choice without text that is a country's two letters shows by its name, any
 * other name without text as itself. */
Str scheme_label(const Scheme *s, Arena *a, Str language, const char *kind, Str name);

/* ---- Periods ----------------------------------------------------------------------------------------------------- */
typedef struct {
    int months, days;
} Period;
bool scheme_is_holiday(const Scheme *s, Day d); /* Saturday, Sunday or a listed holiday */
/* The last day of a period that begins on the day after `from`: months end on the same day number or the month's last,
 * an end on a Saturday or holiday rolls on (Civil Act of Korea, arts 157, 160, 161). */
Day scheme_period_end(const Scheme *s, Day from, Period length);
/* Days, both included, during which a clock stands still: illness, pregnancy, … */
typedef struct {
    Day from, to;
} Pause;
/* The same period with the clock stopped during the pauses: each day of a pause inside the running period moves the end
 * by one day; days in two pauses count once. Pauses in any order. */
Day scheme_paused_end(const Scheme *s, Day from, Period length, const Pause *pauses, size_t count);
/* A long list of the scheme's own that facts may hold, such as its holidays. The log tells it once, by its hash. */
typedef struct {
    Value value;
    const Json *json; /* the same; of the scheme, not to be changed */
    Str sha256;       /* hex, of its canonical JSON */
} SchemeConstant;
size_t scheme_constants(const Scheme *s, const SchemeConstant **ret);
/* Fills the slots that do not depend on a command: holidays and functions. */
void scheme_fill_frame(const Scheme *s, Value *frame);

#endif
