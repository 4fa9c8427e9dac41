/* command_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_COMMAND_INT_H
#define COMMAND_COMMAND_INT_H

#include "command.h"

/* What a round gave to one of the step's cases. */
typedef struct {
    const CaseRow *row;
    Value item, points, decision; /* decision: the result of its own scoring */
    Str name, reason;             /* pseudonym */
    Value value;                  /* SLOT_LINE */
    Json *proof, *facts;          /* of the scoring, or NULL */
    Value barred;                 /* wishes that the law does not let it have, each with the grounds: list of texts */
} PlanLine;

/* A plan being made. */
typedef struct {
    const CommandInput *in;
    Arena *a;
    Value *frame;         /* by SchemeSlot and read */
    Json *form;           /* as filed (or as proposed, when it is confirmed) */
    const CaseRow **pool; /* rows of each READ_LIST, by read index, for draws */
    size_t *pool_count;
    Value draw_result; /* list of ids, where the step draws */
    Json *draw_record, *round_record;
    PlanLine *lines; /* where the step holds a round */
    size_t line_count;
    Map versions; /* case id → int64_t*: events of it in this plan */
    CommandPlan *plan;
    ErrList *faults;
    Err *err;
} Planning;

/* A file as sent, {name, data in base64} → {name, type, size, sha256}. The type is read from the bytes. TOO_LARGE,
 * BAD_FILE. */
MUST_USE bool command_file(Arena *a, const Json *sent, Json **ret, Err *err);
/* Puts the bytes of the form's files into the event: {sha256: base64} under "files" of what is sealed. */
void command_add_files(Planning *p, Event *e);
/* Adds a fault and returns false. */
bool planning_fault(Planning *p, ErrCode code, const char *field, Str text);
/* Decides by the model in force today. The facts are evaluated in the frame as it is; what another version of the model
 * asks about is left out. Puts the result into the frame. LAW_NOT_SIGNED where the store has signatures and the model's
 * folder none. */
/* The facts that a decision is made on, evaluated in the frame as it is; what the version in force does not know is
 * left out. */
Value planning_facts(Planning *p, Str model, Str decision, const SchemeExprs *facts);
/* Decides on these facts, without touching the frame. */
MUST_USE bool planning_decide_facts(Planning *p, Str model, Str decision, Value facts, Decision *ret);
MUST_USE bool planning_decide(Planning *p, Str model, Str decision, const SchemeExprs *facts, Decision *ret);
/* One value of an effect's or step's `set`. */
typedef struct {
    const SchemeField *field;
    Json *value;
} SetValue;

/* Adds the event of one case: what is public under data, what is personal under sealed, indexes, state, due date. */
MUST_USE bool plan_event(Planning *p, const SchemeType *type, const CaseRow *row, Str case_id, Str event, Str to,
                         const SetValue *set, size_t set_count);
/* The event that plan_event() added last. */
Event *plan_last(Planning *p);
/* own_event.c: a fault where a correction corrects nothing; the event of the step; in its place that of the proposal,
 * or of its rejection. */
MUST_USE bool planning_check_news(Planning *p, Value form);
MUST_USE bool plan_own_event(Planning *p);
MUST_USE bool plan_proposal(Planning *p);
MUST_USE bool plan_rejection(Planning *p);
MUST_USE bool plan_effects(Planning *p);
MUST_USE bool plan_draw(Planning *p);
/* Puts {topic, to, params, texts} into the event, where the step tells people something. */
void plan_message(Planning *p, Event *e);
/* Fills lines, round_record and SLOT_ROUND, where the step holds a round. */
MUST_USE bool plan_round(Planning *p);
/* The secret of a case's round: committed to when the case is opened. */
MUST_USE bool round_secret(const CommandFacts *facts, Arena *a, Str case_id, Hash *ret, Err *err);
/* What of the event is for the public log; made at first use. */
Json *plan_public(Planning *p, Event *e);
MUST_USE bool plan_reads(Planning *p);
/* NOT_IN_FORCE where a hold of the scheme stands against the step. */
MUST_USE bool planning_check_holds(Planning *p);

#endif
