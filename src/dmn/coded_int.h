/* coded_int.h: a decision for many rows, where every element decides equal cases once. The values of an element in a
 * block of rows are numbers of its own dictionary; what it hangs on makes a key, and each new key is decided the single
 * way, once.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_CODED_INT_H
#define DMN_CODED_INT_H

#include "dict_int.h"
#include "index_int.h"

enum { CODED_BLOCK = 1024 };

typedef struct Stage Stage;

/* What a stage hangs on: the values of an earlier stage, in classes that it cannot tell apart. */
typedef struct {
    const Stage *from;
    const FeelCode *code;      /* a piece of the text: values for which it gives the same are one class; or NULL */
    int slot;                  /* what it reads */
    const TableInput *input;   /* whose type is checked; or NULL */
    const IndexColumn *column; /* values that the same rules accept are one class; or NULL */
    const uint32_t *regions;   /* then: the first region with the same rules, by region; NULL: too many to compare */
    Dict classes;
    uint32_t *map; /* the class of each number, as far as known; NULL: each value is its own class */
    size_t mapped, map_cap;
    unsigned word, shift, width; /* in the key */
} Operand;

typedef enum { STAGE_INPUT = 1, STAGE_PART, STAGE_DECISION } StageKind;

struct Stage {
    StageKind kind;
    const DmnInvocable *owner; /* the input or decision, or the one whose text the part is of */
    const FeelCode *code;      /* parts */
    const TableInput *input;   /* the part is all of this input: its type is checked */
    Operand *operands;
    size_t operand_count, operand_cap;
    Dict dict;       /* of its values */
    uint32_t *codes; /* by row of the block */
    Memo memo;
    uint32_t *few; /* instead of the memo, where keys are short: number plus one by key */
    unsigned bits; /* of a short key */
    /* of an input: */
    size_t column;
    Dict raw;          /* values as given */
    uint32_t *checked; /* by number in `raw`: the number of the value after the check, plus one */
    size_t checked_cap;
    Memo numbers; /* from whole numbers to numbers of values */
    FeelKind number_kind;
    int number_scale;
    const void *known_dict; /* whose places have numbers in `known` */
    uint32_t *known;        /* number plus one */
};

typedef struct {
    Arena *a;      /* of the plan */
    Arena *memory; /* of what is remembered */
    FeelRun *run;
    const DmnInvocable *d;
    Stage **stages; /* in order of evaluation */
    size_t count, cap;
    const Stage **by_number; /* inputs and decisions by number of the element */
    Eval *ev;                /* NULL: none since the run was reset */
    Value *frame;            /* of the greatest size */
    size_t frame_size;
    uint64_t (*keys)[CODED_BLOCK]; /* word by word */
    bool broken;                   /* a limit was hit: everything goes the single way */
} Coder;

/* A plan for the decision, in the arena; NULL where its graph does not allow one. */
Coder *coder_new(Arena *a, FeelRun *run, const DmnInvocable *d);
/* Forgets all values, before the run is reset. */
void coder_forget(Coder *c);
/* The values of a block of at most CODED_BLOCK rows from row `from` on. False: a limit was hit, and they have to be
 * decided alone. */
bool coder_run(Coder *c, const DmnColumn *columns, size_t from, size_t rows, Value *ret);

#endif
