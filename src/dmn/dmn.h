/* dmn.h: the face of DMN 1.5: model files → decisions → values with a trace of why. Knows nothing of law or permits.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_DMN_H
#define DMN_DMN_H

#include "feel/feel.h"

typedef struct DmnModel DmnModel;         /* immutable once loaded; may be used by several threads */
typedef struct DmnInvocable DmnInvocable; /* decision, knowledge model or decision service */

typedef struct {
    Str path; /* for messages and for imports by file name */
    Str xml;
} DmnSource;

/* Reads sources[0] and what it imports (found among the other sources by namespace). Namespaces of DMN 1.1 to 1.5; no
 * DTD, no entities; limits on size, depth and attribute length are stated in the room's notes. BAD_XML or MODEL_BROKEN
 * with path and line. An expression that does not compile is no error here: it evaluates to null with a reason, and
 * dmn_problems() lists it. */
MUST_USE bool dmn_load(Arena *a, const DmnSource *sources, size_t count, DmnModel **ret, Err *err);
Str dmn_name(const DmnModel *m);
typedef struct {
    Str element, message; /* id or name of the element; what is wrong, with position */
    int line;
} DmnProblem;
size_t dmn_problems(const DmnModel *m, const DmnProblem **ret);

typedef enum { DMN_DECISION = 1, DMN_KNOWLEDGE, DMN_SERVICE } DmnKind;
/* By name (or id); NULL if there is none, or no model. */
const DmnInvocable *dmn_find(const DmnModel *m, DmnKind kind, Str name);
/* As dmn_find(), in the model of namespace ns among m and what it imports; any of them, m first, if ns is empty.
 * "Prefix.name" is what the import called Prefix brought. */
const DmnInvocable *dmn_find_within(const DmnModel *m, Str ns, DmnKind kind, Str name);
size_t dmn_count(const DmnModel *m, DmnKind kind);
const DmnInvocable *dmn_at(const DmnModel *m, DmnKind kind, size_t index); /* in order of the file */
Str dmn_invocable_name(const DmnInvocable *d);
Str dmn_invocable_id(const DmnInvocable *d);

typedef struct {
    Str name;
    const FeelType *type;
    const FeelCode *allowed; /* unary tests of the allowed values, or NULL */
    Str type_name;           /* as written in the model */
} DmnInput;
/* The input data that an invocable needs, directly or through required decisions; parameters of a service or model. */
size_t dmn_inputs(const DmnInvocable *d, const DmnInput **ret);

/* The inputs of d from a JSON object by input name, each read by its type; members that d does not need are ignored,
 * missing ones are null. FIELD_FORMAT with err.field naming the input that does not fit its type. */
MUST_USE bool dmn_inputs_read(Arena *a, const DmnInvocable *d, const Json *object, Value *ret, Err *err);

/* ---- Trace: why ------------------------------------------------------------------------------------------------ */

typedef struct {
    Str input; /* input expression text or input label */
    Str test;  /* the cell as written */
} DmnCell;

/* A rule as it stands in the model; it lives as long as the model. */
typedef struct {
    Str id;    /* rule id of the model, else "r1", "r2", … */
    int index; /* from 1 */
    const DmnCell *cells;
    size_t cell_count;
    const FeelEntry *annotations; /* annotation column name and text; <description> as "description" */
    size_t annotation_count;
} DmnRule;

/* What became of a rule. */
typedef struct {
    const DmnRule *rule;
    const bool *passed;       /* by cell; NULL: all did */
    const FeelEntry *outputs; /* output name (or "") and value */
    size_t output_count;
    bool fired;
} DmnRuleTrace;

typedef struct {
    Str decision, id; /* name and id of the decision */
    Str hit_policy;   /* empty if it is no table */
    Value value;
    const Value *tested;       /* the values of the table's inputs, cell by cell of each rule */
    const DmnRuleTrace *rules; /* fired ones, or all */
    size_t rule_count;
} DmnStep;

/* In order of evaluation, required decisions first. Zero-initialise; lives in the run's arena. */
typedef struct {
    bool all_rules; /* set before: also the rules that did not fire, with their cells */
    DmnStep *steps;
    size_t count, cap;
} DmnTrace;

/* Evaluates one invocable. inputs is a context by input name (a missing one is null). trace may be NULL. A result that
 * came from an error is a null with a reason; feel_run_messages() tells. */
Value dmn_evaluate(FeelRun *run, const DmnInvocable *d, Value inputs, DmnTrace *trace);
/* Stable machine form of a trace and of the inputs. */
Json *dmn_trace_json(Arena *a, const DmnTrace *trace);
void dmn_trace_print(Buf *b, const DmnTrace *trace); /* for people */

/* ---- What would change it -------------------------------------------------------------------------------------- */

typedef struct {
    Str input;       /* name of the input, or path inside it: "applicant.age" */
    Value from, to;  /* nearest value that alters the outcome */
    bool by_waiting; /* a date that comes by itself */
    int group;       /* changes of the same number above 0 go together (pairs); 0 stands alone */
    Value outcome;   /* proven by evaluating again */
} DmnChange;

/* The nearest single-input changes (then pairs, where no single one helps) for which `wanted` (unary tests over the
 * decision's value, `?`) holds. changeable lists input names; ordered by distance; at most max. */
size_t dmn_changes(FeelRun *run, const DmnInvocable *d, Value inputs, const FeelCode *wanted, const Str *changeable,
                   size_t changeable_count, DmnChange *ret, size_t max);

/* The first day after the present one on which the value becomes another by itself, all else as it is. `date` names the
 * date input that stands for the present day, or a member of an input ("case.as of"). False if no boundary
 * lies ahead. */
bool dmn_next_change(FeelRun *run, const DmnInvocable *d, Value inputs, Str date, DmnChange *ret);

/* ---- Many at once ---------------------------------------------------------------------------------------------- */

/* One input of many rows. */
typedef struct {
    FeelKind kind;    /* NUMBER, DATE, BOOLEAN or STRING: read n; NULL: read values */
    int scale;        /* NUMBER: the value is n × 10^−scale, scale 0 … 18 */
    const int64_t *n; /* number, days since 1970-01-01, 0 or 1, or index into dict */
    const Str *dict;
    size_t dict_count;
    const uint8_t *null; /* 1 where the row has no value; NULL if every row has one */
    const Value *values;
    const uint32_t *codes; /* NULL: the value is values[codes[row]]; no codes: values[row] */
    size_t value_count;    /* then: how many values there are */
} DmnColumn;

typedef struct {
    size_t rows, single; /* single: rows that went the way of dmn_evaluate() */
} DmnBatchCounts;

/* Evaluates d for every row; columns in the order of dmn_inputs(). ret[i] is what dmn_evaluate() would give for row i
 * (that a null is an error, too; but not whose message it carries); values live in the model, the columns or the run's
 * arena. Tables with constant cells and outputs and plain sums run in blocks of typed columns; in other graphs each
 * element decides equal cases once. */
void dmn_batch(FeelRun *run, const DmnInvocable *d, const DmnColumn *columns, size_t rows, Value *ret,
               DmnBatchCounts *counts);

/* The same for rows that come by and by: what was decided is known in the next call. Lives in `a`. The dictionaries and
 * coded values of columns must stay what and where they are until the batch is freed or made to forget. */
typedef struct DmnBatch DmnBatch;
DmnBatch *dmn_batch_new(Arena *a, FeelRun *run, const DmnInvocable *d);
void dmn_batch_rows(DmnBatch *b, const DmnColumn *columns, size_t rows, Value *ret, DmnBatchCounts *counts);
/* Before the run is reset. */
void dmn_batch_forget(DmnBatch *b);

/* A value with all that it consists of, in `a`: for what shall outlive a run. */
Value value_copy(Arena *a, Value v);

/* The model as people read it: {name, description, inputs: [{name, type, description}], elements: [{name, id,
 * description, requires, literal} or {…, hit_policy, inputs, outputs, rules: [{id, cells, outputs, annotations}]}]}, in
 * order of the file. Without a model, {}. */
Json *dmn_describe(Arena *a, const DmnModel *m);

/* ---- Changing a model ------------------------------------------------------------------------------------------ */

/* A model file open for changes: everything in it is kept as it was read, diagrams and extensions of editors too. */
typedef struct DmnDraft DmnDraft;
MUST_USE bool dmn_draft_open(Arena *a, DmnSource source, DmnDraft **ret, Err *err);
typedef enum { DMN_PLACE_INPUT = 1, DMN_PLACE_OUTPUT, DMN_PLACE_ANNOTATION, DMN_PLACE_DESCRIPTION } DmnPlace;
/* Sets the text of one cell of the rule with this id; column from 0 (ignored for the description). Setting the
 * annotation "article" or the description sets both, as both carry the citation. NOT_FOUND if there is no such rule or
 * column. */
MUST_USE bool dmn_draft_set(DmnDraft *d, Str rule_id, DmnPlace place, size_t column, Str text, Err *err);
/* Adds an empty rule ("-" in every input, nothing in the outputs) at the end of the decision's table, or before the
 * rule before_id where that is not empty. ALREADY_EXISTS if the id is taken. */
MUST_USE bool dmn_draft_add_rule(DmnDraft *d, Str decision, Str rule_id, Str before_id, Err *err);
MUST_USE bool dmn_draft_remove_rule(DmnDraft *d, Str rule_id, Err *err);
/* The text of a literal decision or knowledge model. */
MUST_USE bool dmn_draft_set_expression(DmnDraft *d, Str element, Str text, Err *err);
/* After a file came from an editor that shows only descriptions: the description of each rule becomes its article.
 * Returns how many rules changed. */
size_t dmn_draft_cite(DmnDraft *d);
void dmn_draft_print(const DmnDraft *d, Buf *b); /* XML */

/* ---- Checking a model ------------------------------------------------------------------------------------------ */

typedef enum { DMN_INFO = 1, DMN_WARNING, DMN_ERROR } DmnSeverity;
typedef struct {
    DmnSeverity severity;
    const char *code;  /* "gap", "overlap", "unreachable", "unknown-name", "type", "law-…": stable */
    Str element, rule; /* name of the element; id of the rule or empty */
    int line;
    Str message;
    Json *example; /* inputs of the table that show it, or NULL */
} DmnFinding;
enum { DMN_CHECK_LAW = 1 }; /* also what the law profile asks: see docs of the room */

/* Gaps, overlaps under UNIQUE, rules that can never decide, names and types that do not fit. In order of the file. */
size_t dmn_check(Arena *a, const DmnModel *m, unsigned flags, const DmnFinding **ret);

#endif
