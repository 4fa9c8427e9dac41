/* emit_int.h: what the files that make steps of a tree share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_EMIT_INT_H
#define FEEL_EMIT_INT_H

#include "feel/lang_int.h"

typedef struct Gen Gen;
struct Gen {
    const Source *src;
    Arena *a;   /* scratch; what is kept is copied at the end */
    Gen *outer; /* the unit around a function literal */
    const Unit *unit;
    FeelCode *code;
    uint32_t step_cap, constant_cap, function_cap, type_cap, capture_cap;
    Var **captured; /* parallel to code->captures */
    uint32_t top;   /* next free register */
    FeelRun *fold;
    bool *reads; /* by slot of the host's scope */
};

/* ---- emit.c ---- */

/* Room for one more item of `size` bytes behind `count` of them. */
void *emit_grown(Arena *a, void *items, uint32_t count, uint32_t *cap, size_t size);
uint32_t emit_step(Gen *g, Step s);
uint32_t emit_here(const Gen *g);                /* the number of the next step */
void emit_jump_here(Gen *g, uint32_t at);        /* the jump of that step leads here */
uint32_t emit_constant(Gen *g, Value v);         /* as an operand */
uint32_t emit_registers(Gen *g, uint32_t count); /* the first of so many new ones */
/* Computes a constant node now and makes it a literal. */
bool emit_fold(Gen *g, Node *n);
/* The steps of a node; gives the operand where its value stands. */
uint32_t emit_node(Gen *g, Node *n);
/* The same, with the value in register d. */
void emit_into(Gen *g, Node *n, uint32_t d);
void emit_binary(Gen *g, Op op, Node *n, uint32_t d);

/* ---- emit_loop.c: filters, for, some, every ---- */
void emit_filter(Gen *g, Node *n, uint32_t d);
void emit_for(Gen *g, Node *n, uint32_t d);
void emit_quantified(Gen *g, Node *n, uint32_t d);

/* ---- emit_tests.c: unary tests ---- */
void emit_in(Gen *g, Node *n, uint32_t d);
void emit_tests(Gen *g, Node *n, uint32_t d);
FeelTests emit_shape(Gen *g, Node *n);

#endif
