/* feel.h: the face of FEEL (DMN 1.5 chapter 10): text → compiled code → value. Knows nothing of decisions or of law.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_FEEL_H
#define FEEL_FEEL_H

#include "base/day.h"
#include "base/dec.h"
#include "base/err.h"
#include "base/json.h"

/* ---- Values ------------------------------------------------------------------------------------------------------ */

typedef enum {
    FEEL_NULL = 0,
    FEEL_BOOLEAN,
    FEEL_NUMBER,
    FEEL_STRING,
    FEEL_DATE,
    FEEL_TIME,
    FEEL_DATE_TIME,
    FEEL_DAYS_DURATION,  /* days and time duration */
    FEEL_YEARS_DURATION, /* years and months duration */
    FEEL_LIST,
    FEEL_CONTEXT,
    FEEL_RANGE,
    FEEL_FUNCTION,
    FEEL_TYPE /* only inside "instance of" */
} FeelKind;
enum { FEEL_KIND_COUNT = FEEL_TYPE + 1 };

/* 16 bytes, passed by value, immutable; what `p` points to lives in the arena of the run or of the compiled code.
 *   BOOLEAN          i = 0 or 1
 *   NUMBER           boxed false: i × 10^−scale, scale 0 … 18; boxed true: p → Dec. Equal numbers may differ in form.
 *   STRING           p → UTF-8 bytes, len bytes
 *   DATE             i = days since 1970-01-01 (years ±999,999,999)
 *   TIME, DATE_TIME  p → FeelMoment
 *   DAYS_DURATION    i = nanoseconds if boxed is false, else p → I128 of nanoseconds
 *   YEARS_DURATION   i = months
 *   LIST             p → Value[len]        CONTEXT  p → FeelEntry[len], in order of insertion
 *   RANGE            p → FeelRange         FUNCTION p → FeelFunction        TYPE p → FeelType
 *   NULL             reason: 0 for a plain null, else an ErrorReason the run can print (a null born from an error) */
typedef struct {
    uint8_t kind;
    uint8_t scale;
    uint8_t boxed;
    uint8_t reason;
    uint32_t len;
    union {
        int64_t i;
        const void *p;
    };
} Value;

typedef struct {
    Str name;
    Value value;
} FeelEntry;

/* A point of time: a date (for DATE_TIME), a time of day, and what is known of the zone. */
typedef struct {
    int64_t day;     /* days since 1970-01-01; 0 for TIME */
    int64_t nanos;   /* since midnight */
    int32_t offset;  /* seconds east of UTC, where has_offset */
    bool has_offset; /* an offset was written (Z is 0) */
    Str zone;        /* IANA name, else empty */
} FeelMoment;

typedef struct {
    Value low, high; /* NULL value with *_open for an unbounded end */
    bool low_closed, high_closed;
    uint8_t one_sided; /* 0 for two ends; '<' '>' '=' or '!' (not equal) as written in a unary test */
} FeelRange;

typedef struct FeelType FeelType;
typedef struct FeelFunction FeelFunction;
typedef struct FeelRun FeelRun;

static inline Value feel_null(void)
{
    return (Value){.kind = FEEL_NULL};
}
static inline Value feel_bool(bool b)
{
    return (Value){.kind = FEEL_BOOLEAN, .i = b};
}
static inline Value feel_int(int64_t n)
{
    return (Value){.kind = FEEL_NUMBER, .i = n};
}
static inline Value feel_str(Str s) /* not copied; at most 4 GB */
{
    return (Value){.kind = FEEL_STRING, .len = (uint32_t)s.len, .p = s.ptr};
}
static inline Value feel_date(Day d)
{
    return (Value){.kind = FEEL_DATE, .i = d.n};
}
static inline Value feel_list(const Value *items, size_t count)
{
    return (Value){.kind = FEEL_LIST, .len = (uint32_t)count, .p = items};
}
static inline Value feel_context(const FeelEntry *entries, size_t count)
{
    return (Value){.kind = FEEL_CONTEXT, .len = (uint32_t)count, .p = entries};
}
static inline bool feel_is_null(Value v)
{
    return v.kind == FEEL_NULL;
}
static inline bool feel_is_true(Value v)
{
    return v.kind == FEEL_BOOLEAN && v.i == 1;
}
static inline Str feel_text(Value v) /* of a STRING; else empty */
{
    return v.kind == FEEL_STRING ? (Str){(const char *)v.p, v.len} : (Str){"", 0};
}
static inline const Value *feel_items(Value v) /* of a LIST */
{
    return (const Value *)v.p;
}
static inline const FeelEntry *feel_entries(Value v) /* of a CONTEXT */
{
    return (const FeelEntry *)v.p;
}

Value feel_number(Arena *a, Dec d); /* inline where it fits */
Dec feel_dec(Value number);
/* The entry of a context, or a plain null. */
Value feel_get(Value context, Str name);

/* Three-valued equality of FEEL (10.3.2.4 of the standard): true, false, or null where the kinds cannot be compared. */
Value feel_equal(FeelRun *run, Value a, Value b);
/* Order: sets *ret to <0, 0, >0. False where the two have no order. */
bool feel_order(Value a, Value b, int *ret);
/* Exact sameness for tests and replay: same kind and value (numbers by value, nulls equal). */
bool feel_same(Value a, Value b);

/* FEEL literal text of a value, such as "a", [1, 2], {x: 1}, date("2024-01-01"). */
void feel_print(Buf *b, Value v);
/* Plain text as string() gives it. */
void feel_print_plain(Buf *b, Value v);
/* JSON: numbers as numbers, temporal values as their ISO text. Functions become null. NULL if it would have more than a
 * million values or 256 levels. */
Json *feel_to_json(Arena *a, Value v);
/* From JSON; where type (may be NULL) says date, time, date and time, duration or number, texts become such values.
 * Without a type a text stays a text. False with err.field set where a text does not fit its type. */
MUST_USE bool feel_from_json(Arena *a, const Json *j, const FeelType *type, Value *ret, Err *err);

/* ---- Types ------------------------------------------------------------------------------------------------------- */

typedef struct {
    Str name;
    const FeelType *type;
} FeelMember;

/* The types of the standard plus item definitions. Built in an arena, immutable, shared. */
const FeelType *feel_type_any(void);
const FeelType *feel_type_basic(FeelKind kind); /* NULL kind: the type Null */
/* By the name in FEEL or in a typeRef: "number", "date and time", "dateTime", "years and months duration",
 * "yearMonthDuration", "list", … NULL if it is no built-in name. */
const FeelType *feel_type_by_name(Str name);
const FeelType *feel_type_list(Arena *a, const FeelType *item);
const FeelType *feel_type_range(Arena *a, const FeelType *item);
const FeelType *feel_type_context(Arena *a, const FeelMember *members, size_t count);
const FeelType *feel_type_function(Arena *a, const FeelType *const *params, size_t count, const FeelType *result);
FeelKind feel_type_kind(const FeelType *t);                                /* FEEL_NULL for Any */
const FeelType *feel_type_item(const FeelType *t);                         /* of list or range, else NULL */
const FeelMember *feel_type_members(const FeelType *t, size_t *ret_count); /* of a context */
void feel_type_print(Buf *b, const FeelType *t);
bool feel_conforms(Value v, const FeelType *t);
/* Implicit conversions of 10.3.2.9.4: singleton list ↔ value, date → date and time; else null with a reason. */
Value feel_coerce(FeelRun *run, Value v, const FeelType *t);

/* ---- Names in scope, compiling ----------------------------------------------------------------------------------- */

/* The names that a text may use. Compiled code reads variables by slot: the frame handed to feel_eval() has one Value
 * per name, in the order added, the outer scope's first. Names may hold spaces and operator characters; the longest
 * match wins. */
typedef struct FeelScope FeelScope;
FeelScope *feel_scope_new(Arena *a, const FeelScope *outer);
/* Returns the slot. type may be NULL (Any). */
int feel_scope_add(FeelScope *s, Str name, const FeelType *type);
int feel_scope_size(const FeelScope *s);
int feel_scope_find(const FeelScope *s, Str name); /* slot or −1 */
/* Makes a type known by name to "instance of" and function parameter types. */
void feel_scope_add_type(FeelScope *s, Str name, const FeelType *type);

typedef struct FeelCode FeelCode;
/* An expression. Errors: BAD_REQUEST with the position in the text (line:column) and what was expected. */
MUST_USE bool feel_compile(Arena *a, const FeelScope *s, Str text, const FeelCode **ret, Err *err);
/* An expression that is compiled when it is first asked for something, by any thread, in memory of `home`, which is of
 * the arena that made it. Names that the scope gets afterwards are not seen. The scope's arena and `text` must live as
 * long. One that does not compile fails the run with LAW_BROKEN. */
typedef struct FeelLater FeelLater;
FeelLater *feel_later_new(Arena *a);
const FeelCode *feel_compile_later(Arena *a, FeelLater *home, const FeelScope *s, Str text);
/* Whether it compiles, tried in `scratch`, as feel_compile() says it; from any thread. True for one that is compiled
 * already. */
MUST_USE bool feel_check_later(Arena *scratch, const FeelCode *code, Err *err);
/* Unary tests of a decision table cell or of allowed values ("-" included); `?` is the tested value. Evaluate with
 * feel_test(). */
MUST_USE bool feel_compile_tests(Arena *a, const FeelScope *s, Str text, const FeelCode **ret, Err *err);
/* What the value of a text hangs on: the same values of all parts and of all slots here give the same value of `code`.
 * A part is a piece of the text with few values, in turn with parts of its own; its code is read from the same frame. A
 * part may stand in a branch that the text would not take: its errors mean nothing. Slots that hold functions are left
 * out. For those who decide equal cases once. */
typedef struct FeelPart FeelPart;
struct FeelPart {
    const FeelCode *code;
    const FeelPart *parts;
    size_t part_count;
    const int *slots; /* read outside of the parts, ascending */
    size_t slot_count;
};
MUST_USE bool feel_parts(Arena *a, const FeelScope *s, Str text, const FeelPart **ret, Err *err);
/* What a cell tests, where it is constant: so that tables can be indexed, analysed and explained. */
typedef enum { FEEL_TEST_ANY = 1, FEEL_TEST_RANGES, FEEL_TEST_OTHER } FeelTestShape;
typedef struct {
    FeelTestShape shape;
    bool negated;            /* not(…) around the ranges */
    const FeelRange *ranges; /* constants; a single value v is the closed range [v, v] */
    size_t count;
    bool accepts_null; /* "null" stands among the tests */
} FeelTests;
FeelTests feel_tests_shape(const FeelCode *code);
/* The slots that the code reads, ascending; for requirement checks and for pushing boundaries back. */
const int *feel_code_reads(const FeelCode *code, size_t *ret_count);
/* True and sets *ret if the whole expression is a constant. */
bool feel_code_constant(const FeelCode *code, Value *ret);
/* Whether the whole expression is the sum or difference of two slots. */
typedef struct {
    bool is_sum, minus;
    int left, right; /* slots */
} FeelSum;
FeelSum feel_code_sum(const FeelCode *code);
/* One step per line, for people who debug the engine. */
void feel_code_print(Buf *b, const FeelCode *code);

/* ---- Running ----------------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t steps;     /* 0: 10 million */
    size_t bytes;       /* 0: 64 MB */
    int depth;          /* 0: 256 nested calls */
    size_t list_length; /* 0: 1 million items */
} FeelLimits;

/* One run: arena for results, limits, what now() and today() answer, and the first reasons of nulls. `zone_dir` is
 * where TZif files stand (NULL: /usr/share/zoneinfo). Reset between evaluations with feel_run_reset(). */
FeelRun *feel_run_new(Arena *a, FeelLimits limits, Instant now);
void feel_run_reset(FeelRun *run); /* empties the arena too */
Arena *feel_run_arena(FeelRun *run);

/* What comparisons met, for those who look for boundaries: left against right, `where` the same for each turn of one
 * place in an expression. */
typedef struct {
    const void *where;
    Value left, right;
} FeelMet;
typedef struct {
    FeelMet *items;
    size_t count, cap;
} FeelWatch;
/* Every comparison of the run, also inside functions, is added to *watch (zeroed by the caller) until the run is reset
 * or NULL is given. The items live in the run's arena; the first 4,096 are kept. */
void feel_run_watch(FeelRun *run, FeelWatch *watch);
/* True if a limit was hit; then every result since is a null that must not be used. */
bool feel_run_failed(const FeelRun *run, Err *err);
/* Messages of the errors that became null, in order; for explanations. */
size_t feel_run_messages(const FeelRun *run, const Str **ret);
/* Where a run stands; feel_run_back() undoes what it did since: messages, spent steps, a failure. Values made since
 * must not be used any more. */
typedef struct {
    size_t message_count;
    uint64_t steps_left;
    bool failed;
} FeelMark;
FeelMark feel_run_mark(const FeelRun *run);
void feel_run_back(FeelRun *run, const FeelMark *mark);
/* Notes an error and gives the null that carries it. */
Value feel_error(FeelRun *run, const char *format, ...) PRINTF_LIKE(2, 3);

Value feel_eval(FeelRun *run, const FeelCode *code, const Value *frame);
/* Whether input passes the tests: true, false or null. */
Value feel_test(FeelRun *run, const FeelCode *code, const Value *frame, Value input);

/* ---- Functions --------------------------------------------------------------------------------------------------- */

/* A function made by the host, such as a business knowledge model. args has one Value per parameter. */
typedef Value (*FeelNative)(FeelRun *run, void *host, const Value *args, size_t count);
Value feel_native(Arena *a, const FeelMember *params, size_t count, const FeelType *result, FeelNative call,
                  void *host);
Value feel_call(FeelRun *run, Value function, const Value *args, size_t count);
Value feel_call_named(FeelRun *run, Value function, const FeelEntry *args, size_t count);
/* A built-in by name, as a function value; null if there is none. */
Value feel_builtin(Str name);

#endif
