/* dmn_int.h: the inside of a loaded model: types, elements, boxed expressions, tables. Nobody outside the room sees it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_DMN_INT_H
#define DMN_DMN_INT_H

#include "base/map.h"
#include "dmn.h"
#include "xml_int.h"

enum {
    DMN_IMPORT_DEPTH = 8,
    DMN_INSTANCES = 64,         /* models counted once for each way they are imported */
    DMN_EXPR_DEPTH = 48,        /* boxed expressions inside boxed expressions */
    DMN_GRAPH_DEPTH = 1024,     /* requirements one after another */
    DMN_TYPE_DEPTH = 128,       /* item definitions that refer to item definitions */
    DMN_CALL_DEPTH = 128,       /* knowledge models and services calling each other */
    DMN_EVAL_BYTES = 128 << 20, /* of one evaluation */
    DMN_TABLE_INPUTS = 256,
    DMN_TABLE_OUTPUTS = 64,
    DMN_TEXT_BYTES = 1 << 20 /* messages, JSON and other text that is built here */
};

/* ---- Types ----------------------------------------------------------------------------------------------------- */

typedef struct DType DType;
typedef struct {
    Str name;
    const DType *type;
} DTypeMember;

/* An item definition, or a built-in type. */
struct DType {
    Str name;
    const FeelType *feel;
    const DType *base;          /* of the typeRef, where that is an item definition; of the items if a collection */
    const FeelCode *allowed;    /* tests of each item (or of the value, if no collection); NULL: none */
    const FeelCode *constraint; /* tests of the whole collection */
    Str allowed_text;
    const DTypeMember *members;
    size_t member_count;
    const DType *result; /* of a function item */
    const XmlNode *xml;
    bool collection;
    bool constrained; /* something here or below has tests */
    uint8_t simple;   /* a FeelKind: any value of it fits without conversion or test; 0: look closer */
    uint8_t state;    /* 0 unread, 1 being read, 2 read */
};

/* ---- Boxed expressions ----------------------------------------------------------------------------------------- */

typedef enum {
    EXPR_LITERAL = 1,
    EXPR_TABLE,
    EXPR_CONTEXT,
    EXPR_INVOCATION,
    EXPR_LIST,
    EXPR_RELATION,
    EXPR_FUNCTION,
    EXPR_CONDITIONAL,
    EXPR_FILTER,
    EXPR_FOR,
    EXPR_SOME,
    EXPR_EVERY
} ExprKind;

typedef struct Table Table;
typedef struct Expr Expr;

typedef struct {
    Str name;          /* entry, parameter, column or binding; empty for a result entry */
    const DType *type; /* may be NULL */
    const Expr *expr;  /* may be NULL */
    int slot;          /* where the value stands in the frame, or −1 */
} ExprPart;

struct Expr {
    ExprKind kind;
    int line;
    Str id, text;           /* text: of a literal */
    const DType *type;      /* typeRef of the expression, or NULL */
    const FeelScope *scope; /* of a literal */
    const FeelCode *code;   /* literal; filter: applies the match to a list; NULL if it did not compile */
    Str problem;            /* why code is NULL; context: why it has no value */
    const Table *table;
    const ExprPart *parts; /* entries, bindings, items, columns, parameters */
    size_t count;
    const Expr *first, *second, *third; /* called function or body; if-then-else; in, return/satisfies/match */
    const Expr *const *cells;           /* relation: rows × columns */
    size_t rows;
    int slot, slot2;        /* iterator variable; "partial"; the filter's list; a function itself */
    int frame;              /* frame size that a function body needs */
    const FeelCode *helper; /* turns a range or single value into a list */
};

/* ---- Tables ---------------------------------------------------------------------------------------------------- */

typedef enum {
    HIT_UNIQUE = 1,
    HIT_ANY,
    HIT_PRIORITY,
    HIT_FIRST,
    HIT_RULE_ORDER,
    HIT_OUTPUT_ORDER,
    HIT_COLLECT,
    HIT_SUM,
    HIT_MIN,
    HIT_MAX,
    HIT_COUNT
} Hit;

typedef struct {
    Str label, text, values_text, type_name;
    const FeelScope *scope;
    const FeelCode *code;
    Str problem;
    const DType *type;
    const FeelCode *values;
    const DmnInvocable *named; /* the required element that the expression names, or NULL */
    int slot;                  /* of the frame, where the expression is only a name; else −1 */
    bool direct;               /* the value in that slot needs no check: it had the same one before */
    int line;
} TableInput;

typedef struct {
    Str name, label, values_text, type_name;
    const DType *type;
    const FeelCode *const *ranks; /* one test per output value, highest priority first */
    size_t rank_count;
    const FeelCode *values;
    const Expr *otherwise; /* default output */
    int line;
} TableOutput;

typedef struct {
    Str text;
    const FeelCode *code; /* NULL if it did not compile, or (outputs) if empty */
    Str problem;
    Value constant; /* outputs: valid if is_constant */
    bool is_constant;
    bool is_checked; /* outputs: the constant fits its type as it is */
    int line;
} TableCell;

typedef struct {
    Str id, description;
    TableCell *in, *out;
    FeelEntry *annotations; /* with the description last, as "description" */
    size_t annotation_count;
    DmnRule shown;            /* the same for traces */
    DmnRuleTrace fired;       /* with constant outputs: what a trace says of it when it applies */
    const Value *constants;   /* all outputs, if each is a checked constant; else NULL */
    Value joined;             /* then: what the rule gives */
    const FeelEntry *entries; /* then: outputs by name */
    uint32_t *ranks;          /* then: the place of each output among the output values */
    int line;
} TableRule;

typedef struct TableIndex TableIndex;

struct Table {
    Str hit_name;
    Str id, owner; /* owner: name of the element, with the entry inside it */
    Str owner_id;
    Hit hit;
    TableInput *inputs;
    size_t input_count;
    TableOutput *outputs;
    size_t output_count;
    TableRule *rules;
    size_t rule_count;
    Str *annotations;
    size_t annotation_count;
    const TableIndex *index; /* NULL where cells are not constant */
    bool has_default;
    bool all_constant;     /* every output is a constant */
    const uint32_t *slots; /* if every input is direct: where its value stands in the frame; else NULL */
    int line;
    const XmlNode *xml;
};

/* ---- Elements -------------------------------------------------------------------------------------------------- */

enum { NODE_INPUT = 100 }; /* beside DmnKind */

typedef struct Quick Quick;

typedef struct {
    Str name;                   /* in scope */
    const DmnInvocable **nodes; /* one, or several seen through an import */
    size_t count;
    bool through_import; /* then the value is a context by element name */
} Slot;

struct DmnInvocable {
    int kind; /* DmnKind or NODE_INPUT */
    Str id, name, variable;
    int line;
    DmnModel *model;
    const XmlNode *xml;
    size_t number;     /* among all elements of the loaded models */
    const DType *type; /* never NULL */
    Str type_name;
    const FeelType *seen; /* type that other expressions see */
    Slot *slots;          /* the first slots of the frame */
    size_t slot_count;
    const uint32_t *direct;           /* if every slot is one input or decision: their numbers; else NULL */
    ExprPart *params;                 /* knowledge model, service; they follow the slots */
    const DmnInvocable **param_nodes; /* service: what each parameter stands for */
    size_t param_count;
    const DmnInvocable **outputs; /* service */
    size_t output_count;
    const DmnInvocable **needs; /* information requirements, resolved */
    size_t need_count;
    const DmnInvocable **knows; /* knowledge requirements */
    size_t know_count;
    const Expr *logic; /* NULL: none */
    Value external;    /* knowledge model that is a function of another language */
    int frame;
    const DmnInvocable **plan; /* inputs and decisions in order of evaluation, itself last */
    size_t plan_count;
    size_t plan_frames; /* values in the frames of its decisions together */
    size_t plan_steps;  /* decisions in it */
    const Quick *quick; /* the plan in one pass; NULL where its graph does not allow that */
    DmnInput *inputs;
    size_t input_count;
    uint8_t mark, built, visited;
    bool is_top; /* of the model itself, not of an imported one */
};

typedef struct {
    Str name;
    DmnModel *model;
} Import;

typedef struct Loader Loader;

struct DmnModel {
    Arena *a;
    Loader *loader;
    XmlNode *root;
    Str path, ns, name;
    DmnModel *parent; /* the importing one */
    Str import_name;
    int depth;
    Import *imports;
    size_t import_count;
    FeelScope *types_scope;
    Map types; /* name → DType */
    Map ids;   /* id → DmnInvocable */
    DmnInvocable **nodes;
    size_t node_count;
    /* only of the root */
    DmnProblem *problems;
    size_t problem_count, problem_cap;
    size_t total; /* elements of all instances */
    DmnInvocable **all;
};

/* What loading shares between instances. */
struct Loader {
    Arena *a;
    const DmnSource *sources;
    size_t count;
    XmlNode **roots; /* parsed on demand */
    DmnModel *root;
    DmnModel **instances;
    size_t instance_count;
    size_t all_cap;
    FeelRun *run; /* for constants while loading; freed at the end of it */
    int type_depth;
    bool plain; /* without index: tests compare both ways */
};

/* load.c */
void problem_add(DmnModel *m, Str element, int line, const char *format, ...) PRINTF_LIKE(4, 5);
bool dmn_is_model_ns(Str ns);
DmnModel *model_root(DmnModel *m);
/* types.c */
void types_read(DmnModel *m);
/* Of a typeRef as written; never NULL: an unknown name is Any and a problem. Empty gives Any. */
const DType *type_find(DmnModel *m, Str ref, Str element, int line);
const DType *type_any(void);
static inline bool type_is_any(const DType *t)
{
    return t == NULL || t->feel == NULL;
}
/* Coerces and checks allowed values; a value that does not fit becomes a null with a reason. */
Value type_check_closer(FeelRun *run, Value v, const DType *t, Str what);
static inline Value type_check(FeelRun *run, Value v, const DType *t, Str what)
{
    bool fits = v.kind == FEEL_NULL || type_is_any(t) || t->simple == v.kind;
    return fits ? v : type_check_closer(run, v, t, what);
}
/* boxed.c */
typedef struct {
    DmnModel *m;
    DmnInvocable *node;
    Str owner;
    int depth;
    int frame; /* greatest frame size so far */
    int self;  /* where the function that is read next sees itself, or −1 */
} Build;
const Expr *expr_read(Build *b, const XmlNode *parent, FeelScope *scope);
bool expr_is(const XmlNode *n);
const FeelType *expr_type(Arena *a, const Expr *e);
const DType *build_type(Build *b, const XmlNode *n); /* NULL where there is no typeRef */
void build_literal(Build *b, FeelScope *scope, Str text, Expr *e);
/* table.c */
const Table *table_read(Build *b, const XmlNode *n, FeelScope *scope);
Str hit_name(Hit hit);
/* graph.c */
MUST_USE bool model_load(Arena *a, const DmnSource *sources, size_t count, bool plain, DmnModel **ret, Err *err);
MUST_USE bool graph_build(DmnModel *root, Err *err);

/* ---- Evaluation ------------------------------------------------------------------------------------------------ */

typedef struct Eval Eval;

/* What tables tested, for those who look for boundaries. */
typedef struct {
    const Table *t;
    size_t input;
    Value value;
} Tested;
typedef struct {
    Tested *items;
    size_t count, cap;
    FeelWatch met; /* and what expressions compared */
} Probe;

struct Eval {
    Probe *probe; /* NULL: not wanted */
    FeelRun *run;
    Arena *a;
    Value inputs;
    DmnTrace *trace;
    Value *memo; /* by element number */
    const DmnModel *model;
    size_t used_before; /* bytes of the arena when it began */
    Value *frames;      /* room for the frames of the plan's decisions */
    size_t frames_left;
    size_t steps_expected; /* of the trace */
    int depth;
};

/* Whether an evaluation may take `bytes` more. */
static inline bool eval_room(const Eval *ev, size_t bytes)
{
    return arena_used(ev->a) - ev->used_before + bytes <= DMN_EVAL_BYTES;
}

Value expr_eval(Eval *ev, const Expr *e, Value *frame);
Value table_eval(Eval *ev, const Table *t, const Value *frame);
Value node_eval(Eval *ev, const DmnInvocable *d);
/* The values that the texts of a decision read, from the memo, into the first slots of its frame. */
void node_slots(Eval *ev, const DmnInvocable *d, Value *frame);
/* An evaluation whose memo is empty; NULL: no memory left. */
Eval *eval_begin(FeelRun *run, const DmnInvocable *d, DmnTrace *trace);
Value knowledge_value(Eval *ev, const DmnInvocable *d);
/* A new step of the trace, zeroed; NULL where there is no room for it. */
DmnStep *trace_step(Eval *ev);
Value node_run(FeelRun *run, const DmnInvocable *d, Value inputs, DmnTrace *trace, Probe *probe);

#endif
