/* query.h: named questions to the read tables. Writes nothing, decides nothing; everything lives in the given arena.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef QUERY_QUERY_H
#define QUERY_QUERY_H

#include "store/store.h"

typedef struct {
    Str field, value;
} QueryWhere;

/* What one reader may read of a scheme. Every question asked for a reader takes it, and the statements themselves leave
 * out the rest, so that lists, totals and single cases cannot differ. Made by flow_reach() and nowhere else; zeroed it
 * reads nothing. */
typedef struct {
    Str scheme;
    Str party;  /* not empty: only this case and those that name it */
    Str office; /* of staff; empty: bound to none */
    Str whole;  /* "|quota|figure|": case types read whole; "*": all of them */
    Str bound;  /* "|employer|": case types of which only the office's own cases are read */
    Str paths;  /* "|employer region|duty employer region|": type, up to two links from case to case, and the indexed
                 * field there  whose value is the office */
} QueryReach;
/* The reach of the program itself and of its operator: every case of a scheme. */
QueryReach query_everything(Str scheme);
/* Whether it reads every case of the type. */
bool query_reads_whole(const QueryReach *reach, Str type);

/* Without "_in" a question is the program's own (a step, a decision, the public figures); with it a reader's.
 * *ret is NULL if there is no such case, or none in reach. */
MUST_USE bool query_case_in(Store *s, Arena *a, const QueryReach *reach, Str id, const CaseRow **ret, Err *err);
MUST_USE bool query_case(Store *s, Arena *a, Str id, const CaseRow **ret, Err *err);
/* The cases of a group of commands are asked for together: store_ask_with(). For a handle that writes. */
void query_expect_cases(Store *s);
/* A brief row has neither data nor pending (NULL): what the case is called, where it stands, who holds it
 * until when. */
MUST_USE bool query_brief_in(Store *s, Arena *a, const QueryReach *reach, Str id, const CaseRow **ret, Err *err);
/* Cases of a scheme's type whose indexed fields have the values and whose state is one of states (none: any); by id. */
MUST_USE bool query_list(Store *s, Arena *a, Str scheme, Str type, const QueryWhere *where, size_t where_count,
                         const Str *states, size_t state_count, const CaseRow **ret, size_t *ret_count, Err *err);
/* A hash over the log's name, and ids and versions of the cases of a type in one state: as long as it is the same, so
 * are they. */
MUST_USE bool query_list_hash(Store *s, Arena *a, Str scheme, Str type, Str state, Hash *ret, Err *err);
/* The first `limit` cases of a type that the reader may read, by id. */
MUST_USE bool query_list_in(Store *s, Arena *a, const QueryReach *reach, Str type, int64_t limit, const CaseRow **ret,
                            size_t *ret_count, Err *err);
typedef struct {
    const QueryReach *reach;
    Str type, state, text; /* empty: any; text: words to find in any spelling, the nearest first */
    int64_t offset, limit;
} QueryPage;
/* A page of cases by id, newest first, with the whole count. */
MUST_USE bool query_page(Store *s, Arena *a, const QueryPage *page, const CaseRow **ret, size_t *ret_count,
                         int64_t *ret_total, Err *err);
/* Where a list goes on: after this case, whatever came or went in the meantime. Zeroed: at the beginning. */
typedef struct {
    Str id;
    int64_t distance; /* of a list that a text found: how far the case was from it */
} QueryAfter;
/* The next page->limit cases after `after` (offset does not count), brief unless a text found them, with the whole
 * count; *ret_next is zeroed where nothing is left. */
MUST_USE bool query_page_after(Store *s, Arena *a, const QueryPage *page, const QueryAfter *after, const CaseRow **ret,
                               size_t *ret_count, int64_t *ret_total, QueryAfter *ret_next, Err *err);
/* What waits for a role, by legal deadline; those without one last. */
MUST_USE bool query_queue(Store *s, Arena *a, Str scheme, Str holder, int64_t limit, const CaseRow **ret,
                          size_t *ret_count, int64_t *ret_total, Err *err);
/* The same with filters and pages. */
typedef struct {
    const QueryReach *reach;
    const Str *holders; /* roles; at most 8 count */
    size_t holder_count;
    Str type, state;          /* empty: any */
    Str region_field, region; /* an indexed field and its value; empty value: any */
    Str due_before;           /* a day: only cases due before it; empty: any */
    Str assignee;             /* login; "-": nobody has it in hand; empty: any */
    int64_t offset, limit;
} QueryQueue;
typedef struct {
    const CaseRow *rows;  /* brief */
    const Str *assignees; /* who has each in hand; empty: nobody */
    size_t count;
    int64_t total;
} QueryQueuePage;
MUST_USE bool query_queue_page(Store *s, Arena *a, const QueryQueue *q, QueryQueuePage *ret, Err *err);
/* Who has the case in hand; empty: nobody. */
MUST_USE bool query_assignee(Store *s, Arena *a, Str id, Str *ret, Err *err);
/* Notes and handovers of the office: {seq, at, actor, assignee, handed_over, note}, newest first. */
MUST_USE bool query_notes(Store *s, Arena *a, Str id, Json **ret, Err *err);
/* What waits for a second person. */
MUST_USE bool query_pending_in(Store *s, Arena *a, const QueryReach *reach, const CaseRow **ret, size_t *ret_count,
                               Err *err);
/* Cases that link to this one; *ret_fields names the field of each. At most 500, the newest first. */
MUST_USE bool query_linked_in(Store *s, Arena *a, const QueryReach *reach, Str target, const CaseRow **ret,
                              const Str **ret_fields, size_t *ret_count, Err *err);
MUST_USE bool query_linked(Store *s, Arena *a, Str target, const CaseRow **ret, const Str **ret_fields,
                           size_t *ret_count, Err *err);
MUST_USE bool query_holder_of(Store *s, Arena *a, Str scheme, Str type, Str field, Str value, Str *ret_id, Err *err);
/* Cases of a type opened so far. */
MUST_USE bool query_counter(Store *s, Arena *a, Str scheme, Str type, int64_t *ret, Err *err);
typedef struct {
    int64_t total, taken, next, highest; /* next: lowest free number, 0 if none; highest: taken, 0 if none */
} QueryUnits;
MUST_USE bool query_units(Store *s, Arena *a, Str allocation, QueryUnits *ret, Err *err);
/* {type, state, count} of a scheme. */
MUST_USE bool query_counts(Store *s, Arena *a, Str scheme, Json **ret, Err *err);
/* The events of a case, oldest first. */
MUST_USE bool query_history(Store *s, Arena *a, Str id, Event **ret, size_t *ret_count, Err *err);
/* What figures are counted from, row by row; the row is good only inside the call. Program's own: for sums. */
typedef struct {
    Str case_id;
    Str name;    /* a stay: the state; a ground: its code; a unit: its allocation */
    Day day;     /* a stay: since when; a ground: day of the decision */
    int64_t seq; /* a ground: the decision's place in the log */
    Str due;     /* a stay: the last deadline that the case had in it; empty: none */
    Str data;    /* a stay, if asked for: the case's data as JSON; a ground: the step that was decided */
} QueryCount;
typedef void (*QueryEach)(void *host, const QueryCount *row);
/* The stays of a case from the first to the last. */
MUST_USE bool query_each_stay(Store *s, Str id, bool with_data, QueryEach each, void *host, Err *err);
/* The grounds of its decisions with that outcome; a decision without any comes once, with an empty name. */
MUST_USE bool query_each_ground(Store *s, Str id, Str outcome, QueryEach each, void *host, Err *err);
/* The units that it has taken. */
MUST_USE bool query_each_unit(Store *s, Str id, QueryEach each, void *host, Err *err);
/* Cases of a type: all, those that were in a state, those whose indexed field has a value. Of any type: those that met
 * a ground, those that hold a unit. In no order, a case perhaps more than once; the id is good only inside the call.
 * Program's own: whoever shows one asks for it in the reader's reach. */
typedef void (*QueryEachId)(void *host, Str id);
MUST_USE bool query_each_id(Store *s, Str scheme, Str type, QueryEachId each, void *host, Err *err);
MUST_USE bool query_each_id_of_state(Store *s, Arena *a, Str scheme, Str type, Str state, QueryEachId each, void *host,
                                     Err *err);
MUST_USE bool query_each_id_of_value(Store *s, Arena *a, Str scheme, Str type, Str field, Str value, QueryEachId each,
                                     void *host, Err *err);
MUST_USE bool query_each_id_of_ground(Store *s, Str code, QueryEachId each, void *host, Err *err);
MUST_USE bool query_each_id_of_unit(Store *s, Str allocation, QueryEachId each, void *host, Err *err);
/* What is kept as sums over the cases of a type; kind, key, day, n and cases as src/project/tally.h says. The row is
 * good only inside the call. Program's own: for sums. */
typedef struct {
    Str key;
    int64_t day, n, cases;
} QuerySum;
typedef void (*QuerySumEach)(void *host, const QuerySum *row);
/* The sums of a kind, by key and day. */
MUST_USE bool query_each_sum(Store *s, Arena *a, Str scheme, Str type, const char *kind, QuerySumEach each, void *host,
                             Err *err);
/* Units that cases of the type have taken, by allocation (key). */
MUST_USE bool query_each_taken(Store *s, Arena *a, Str scheme, Str type, QuerySumEach each, void *host, Err *err);
/* Units that were taken of an allocation, by day. */
MUST_USE bool query_each_taken_day(Store *s, Str allocation, QuerySumEach each, void *host, Err *err);
/* The newest published rows of the case's rounds (goldenbridge-round/1) and the hash of their outcome (empty before it
 * is drawn), with the entry of the log that holds them. NOT_FOUND if nothing was frozen yet. */
typedef struct {
    Str rows, result;
    int64_t seq;
} QueryRound;
MUST_USE bool query_round(Store *s, Arena *a, Str id, QueryRound *ret, Err *err);
/* The event with this position; NOT_FOUND. */
MUST_USE bool query_event(Store *s, Arena *a, int64_t seq, Event *ret, Err *err);
/* Who read a person's file: {seq, at, reader, reason}, newest first. */
MUST_USE bool query_reads(Store *s, Arena *a, Str person, Json **ret, Err *err);

#endif
