/* lang_int.h: inside the language half: scopes, the tree that the parser makes, and the steps that the machine runs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_LANG_INT_H
#define FEEL_LANG_INT_H

#include "feel/feel_int.h"

enum {
    TEXT_MAX = 1024 * 1024, /* bytes of one expression */
    NESTING_MAX = 200,      /* brackets in brackets; each counts about twice */
    TREE_DEPTH_MAX = 1000,  /* a + b + c … makes a deep tree without brackets */
    NODES_MAX = 200 * 1000,
    LOCALS_MAX = 5000 /* names bound in a text and visible at one place */
};

/* ---- Scopes ------------------------------------------------------------------------------------------------------ */

struct FeelScope {
    Arena *arena;
    const FeelScope *outer;
    int base; /* slot of names[0] */
    FeelMember *names;
    int count, cap;
    FeelMember *types;
    int type_count, type_cap;
};

/* Where text reads as name from `at` on: the byte behind it, else 0. Spaces stand for any white space; around operator
 * characters white space does not matter. */
size_t name_match(Str text, size_t at, Str name);
/* Byte length of the white space at `at` (0 if there is none), comments not included. */
size_t space_length(Str text, size_t at);
bool is_name_byte(char c); /* of a name after its first: letters, digits, _, ?, beyond ASCII */
bool is_name_start(char c);
bool is_name_symbol(char c); /* . / - ' + * */
/* Single spaces, none at the ends. */
Str name_normal(Arena *a, Str name);

/* ---- Tree -------------------------------------------------------------------------------------------------------- */

typedef struct Unit Unit; /* one body of code: the expression itself or a function literal */
typedef struct Node Node;

typedef struct {
    Str name;
    const FeelType *type; /* NULL: not known */
    const Unit *unit;     /* whose register it is */
    bool in_frame;        /* a name of the host's scope */
    bool used;
    uint32_t index; /* slot or register */
} Var;

struct Unit {
    Unit *outer;
    Var **params;
    size_t param_count;
};

typedef enum {
    N_CONST = 1,
    N_VAR,
    N_ITEM_NAME,
    N_PATH,
    N_FILTER,
    N_NEGATE,
    N_BINARY,
    N_AND,
    N_OR,
    N_IF,
    N_BETWEEN,
    N_IN,
    N_RANGE,
    N_ONE_SIDED,
    N_LIST,
    N_CONTEXT,
    N_CALL,
    N_CALL_NAMED,
    N_FOR,
    N_SOME,
    N_EVERY,
    N_INSTANCE,
    N_FUNCTION,
    N_TEMPORAL,
    N_ERROR,
    N_TESTS
} NodeKind;

struct Node {
    NodeKind kind;
    uint8_t op;       /* BINARY: Op; RANGE: 1 low closed, 2 high closed; ONE_SIDED: RangeSign; TESTS: negated */
    bool constant;    /* reads no variable and calls nothing impure */
    bool reads_input; /* mentions ? */
    uint16_t depth;
    const FeelType *type; /* NULL: not known */
    const FeelType *of;   /* INSTANCE; FUNCTION: type of the result or NULL */
    Value value;          /* CONST; CALL_NAMED, CONTEXT: list of names */
    Str name;             /* PATH, ITEM_NAME, ERROR */
    Node **kids;
    size_t count;
    Var *var;   /* VAR; FILTER: item; FOR: partial; IN, TESTS: ? */
    Var **vars; /* FOR, SOME, EVERY: iterators; CONTEXT: entries */
    size_t var_count;
    Unit *unit; /* FUNCTION */
};

typedef enum { SIGN_EQ = 1, SIGN_NE, SIGN_LT, SIGN_LE, SIGN_GT, SIGN_GE } RangeSign;

/* The tree of a text; the scope's names become Vars in_frame. input, where not NULL, is the Var of ?. */
typedef struct {
    Arena *arena;   /* of what the code keeps: values, types, names */
    Arena *scratch; /* of what ends with compiling: the tree, growing arrays */
    const FeelScope *scope;
    Str text;
    bool tests; /* unary tests, else an expression */
    Unit *unit; /* the outermost */
    Var *input;
} Source;

MUST_USE bool feel_parse(const Source *src, Node **ret, Err *err);

/* ---- Steps ------------------------------------------------------------------------------------------------------- */

/* Where an operand stands: two bits of space, 30 of index. */
enum { IN_REGISTERS = 0, IN_FRAME = 1, IN_CONSTANTS = 2, IN_CAPTURED = 3, SPACE_COUNT = 4 };
#define OPERAND(space, index) (((uint32_t)(space) << 30) | (uint32_t)(index))
#define OPERAND_SPACE(o) ((o) >> 30)
#define OPERAND_INDEX(o) ((o)&0x3fffffffu)

/* X(name, how its operands print): d register written, a b operands, r the first of c registers (r stands in b), j jump
 * target (in c), n number (in b). FOR_INIT, FOR_RANGE, FILTER_INIT and JUMP_ELSE also write a register on error: see
 * there. */
/* clang-format off */
#define FEEL_OPS(X)                                                                                                   \
    X(END, "a") X(MOVE, "da") X(ADD, "dab") X(SUB, "dab") X(MUL, "dab") X(DIV, "dab") X(POW, "dab") X(NEG, "da")        \
    X(LT, "dab") X(LE, "dab") X(GT, "dab") X(GE, "dab") X(EQ, "dab") X(NE, "dab") X(AND, "dab") X(OR, "dab")            \
    X(NOT, "da") X(TEST, "dab") X(JUMP, "j") X(JUMP_FALSE, "aj") X(JUMP_TRUE, "aj") X(JUMP_ELSE, "daj")                 \
    X(RANGE, "dab") X(ONE_SIDED, "da") X(LIST, "dr") X(CONTEXT, "drb") X(PATH, "dab") X(ITEM_NAME, "dabj")              \
    X(INDEX, "dab") X(FILTER_INIT, "daj") X(FILTER_NEXT, "daj") X(FILTER_TEST, "abj") X(FILTER_DONE, "da")              \
    X(FOR_INIT, "daj") X(FOR_RANGE, "dabj") X(FOR_NEXT, "daj") X(MAKER, "d") X(PUSH, "dab") X(MADE, "da")               \
    X(SOME, "daj") X(EVERY, "daj") X(CALL, "dar") X(CALL_NAMED, "dar") X(CLOSURE, "dn") X(INSTANCE, "dan")              \
    X(TEMPORAL, "da") X(ERROR, "da")
/* clang-format on */

typedef enum {
#define X(name, form) OP_##name,
    FEEL_OPS(X)
#undef X
} Op;

typedef struct {
    uint8_t op;
    uint8_t flag;
    uint16_t n; /* steps of one round of a loop */
    uint32_t d, a, b;
    uint32_t c; /* jump target or count */
    uint32_t e; /* where to write an error and where to go then: register, step */
    uint32_t f;
} Step;

typedef struct FeelLate FeelLate;
struct FeelCode {
    Step *steps;
    uint32_t step_count;
    Value *constants;
    uint32_t constant_count;
    uint32_t register_count;
    const FeelCode **functions; /* bodies of the function literals inside */
    uint32_t function_count;
    const FeelType **types;
    uint32_t type_count;
    /* of a function literal: */
    uint32_t *captures; /* operands in the unit around it */
    uint32_t capture_count;
    const FeelMember *params;
    size_t param_count;
    const FeelType *result;    /* as declared */
    const FeelType *body_type; /* as known */
    /* of the outermost: */
    int *reads;
    size_t read_count;
    bool is_constant;
    Value constant;
    bool is_tests;
    FeelTests tests;
    FeelLate *late; /* NULL: these are the steps; else they are what code_now() gives */
};

/* The code of one that is compiled later; from any thread. Of a broken one an empty code, which must not be run. */
const FeelCode *feel_late_code(FeelLate *late);
bool feel_late_is_broken(const FeelCode *code);

static inline const FeelCode *code_now(const FeelCode *code)
{
    return code->late == NULL ? code : feel_late_code(code->late);
}

/* Makes the steps of a tree. */
MUST_USE bool feel_emit(const Source *src, Node *root, const FeelCode **ret, Err *err);
/* Runs steps. first is put into the first registers: the parameters of a function, or ? of tests. */
Value feel_machine(FeelRun *run, const FeelCode *code, const Value *frame, const Value *captured, const Value *first,
                   size_t first_count);
/* A run for folding constants: results go to the arena a. */
FeelRun feel_run_at_compile(Arena *a);

/* ---- Shared by machine and library ------------------------------------------------------------------------------- */

/* <, <=, >, >= as a value: true, false or null. */
Value feel_compare(FeelRun *run, Op op, Value a, Value b);
/* = and != with the same three answers. */
Value feel_and(FeelRun *run, Value a, Value b);
Value feel_or(FeelRun *run, Value a, Value b);
Value feel_not(FeelRun *run, Value a);
/* The n-th item, from 1, negative from the end; null if there is none. */
Value feel_index(FeelRun *run, Value list, Value n);
Value feel_range_new(FeelRun *run, Value low, Value high, int closed);
Value feel_one_sided(FeelRun *run, RangeSign sign, Value end);

/* One turn of a loop: over items, or over whole numbers or dates up or down. */
typedef struct {
    const Value *items;
    size_t count, at;
    bool probe;        /* over an empty list: one turn with null, to see whether the condition is an index */
    uint32_t messages; /* of the run, before the probe */
    bool counting;     /* numbers or dates from `next` by `by`, `left` more */
    FeelKind counted;
    int64_t next, by;
    uint64_t left;
    /* filters: */
    FeelListMaker kept;
    bool has_index; /* the condition was a number: it is an index */
    bool broken;    /* the condition was neither boolean nor number nor null */
    Value index;
} Loop;

/* False where the value cannot be looped over; then *ret_error is the null with the reason. */
bool feel_loop_over(FeelRun *run, Value domain, Loop *loop, Value *ret_error);
bool feel_loop_range(FeelRun *run, Value low, Value high, Loop *loop, Value *ret_error);
bool feel_loop_next(Loop *loop, Value *ret_item);

/* A call with names; names is a list of strings, one for each argument. */
Value feel_call_by_names(FeelRun *run, Value function, Value names, const Value *args, uint32_t count);

/* Binds a fixed list of Java methods, for models that name them; NULL if it is not in the list. */
FeelNative feel_java_method(Str class_name, Str signature, const FeelType **ret_result);

#endif
