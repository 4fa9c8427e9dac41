/* parse_int.h: what the files of the parser share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEL_PARSE_INT_H
#define FEEL_PARSE_INT_H

#include "feel/lang_int.h"

/* A name bound inside the text, or (is_item) the item of a filter, whose entries are names too. */
typedef struct Local Local;
struct Local {
    const Local *outer;
    size_t depth;
    Var *var;
    bool is_item;
};

typedef struct {
    const Source *src;
    Arena *a;       /* kept: names, values, types */
    Arena *scratch; /* the tree */
    Str text;
    size_t at;
    int nesting;
    int open_ranges; /* inside the upper end of a range, where [ may close */
    size_t nodes;
    const Local *locals;
    Unit *unit;
    Var *input;  /* what ? means here, or NULL */
    Node *given; /* a primary that was read already, from `at` to given_end; or NULL */
    size_t given_end;
    Err *err;
} Parser;

/* ---- lex.c ------------------------------------------------------------------------------------------------------- */

/* Behind white space and comments. */
void lex_skip(Parser *p);
char lex_peek(Parser *p); /* after skipping; 0 at the end */
bool lex_sees(Parser *p, const char *symbol);
bool lex_take(Parser *p, const char *symbol);
bool lex_sees_word(Parser *p, const char *word);
bool lex_take_word(Parser *p, const char *word);
/* A word that stands between or behind expressions, such as "and" or "then". */
bool lex_sees_grammar_word(Parser *p);
/* Words joined by spaces up to a symbol or a word of the grammar; empty if there is none. */
Str lex_words(Parser *p);
/* Everything up to `stop` if it reads as a name (letters, digits, spaces, name symbols) and stop follows; else empty
 * and nothing is taken. */
Str lex_name_before(Parser *p, char stop);
Node *lex_number(Parser *p);
MUST_USE bool lex_string(Parser *p, Str *ret);
/* Notes "line:column: …" and returns NULL. */
Node *parse_fail(Parser *p, const char *expected);
Node *parse_fail_at(Parser *p, size_t at, ErrCode code, const char *message);
bool parse_expect(Parser *p, const char *symbol);
bool parse_expect_word(Parser *p, const char *word);

/* ---- tree.c ------------------------------------------------------------------------------------------------------ */

/* A node over kids (copied), with depth, constancy and type set as far as they follow from the kids. NULL if the tree
 * grows too large. kids may hold NULLs. */
Node *node_new(Parser *p, NodeKind kind, Node *const *kids, size_t count);
Node *node_const(Parser *p, Value v);
Node *node_error(Parser *p, const char *message);
/* Sets n->type from what is known now. Returns n; NULL stays NULL. */
Node *node_typed(Parser *p, Node *n);
Var *var_new(Parser *p, Str name, const FeelType *type);
void local_push(Parser *p, Var *var, bool is_item);
const FeelType *type_of_value(Arena *a, Value v);

/* Growing list of nodes. */
typedef struct {
    Node **items;
    size_t count, cap;
} NodeList;
void node_push(Parser *p, NodeList *list, Node *n);

/* ---- resolve.c --------------------------------------------------------------------------------------------------- */

/* A name at the current place: variable, entry of a filtered item, or built-in. NULL without error (and nothing taken)
 * if none is known. */
Node *resolve_name(Parser *p, size_t longer_than);
/* A name that nothing declares, inside a filter whose items are not known: an entry of the item. */
Node *resolve_unknown(Parser *p);
/* The name of a member after a point. */
Str resolve_member(Parser *p, const FeelType *of);

/* ---- parse.c, parse_more.c --------------------------------------------------------------------------------------- */

/* Takes an attempt back. The count of nodes stays, so that attempts within attempts come to an end. */
void parse_back_to(Parser *p, const Parser *before);
Node *parse_expression(Parser *p);
Node *parse_endpoint(Parser *p); /* arithmetic, without comparison */
Node *parse_primary(Parser *p);
Node *parse_brackets(Parser *p);
Node *parse_range_end(Parser *p, Node *low, bool low_closed); /* behind "low .." */
Node *parse_context(Parser *p);
Node *parse_for(Parser *p);
Node *parse_quantified(Parser *p, NodeKind kind);
Node *parse_function(Parser *p);
Node *parse_call(Parser *p, Node *callee);
/* One unary test: a comparison with an end, or an expression. */
Node *parse_test(Parser *p);
Node *parse_tests(Parser *p);
RangeSign parse_sign(Parser *p);
const FeelType *parse_type(Parser *p);

#endif
