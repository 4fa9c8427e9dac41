/* page_measure.h: a measure of the scheme, counted into cells: what open data, the dashboard and the lists behind its
 * figures share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PAGE_PAGE_MEASURE_H
#define PAGE_PAGE_MEASURE_H

#include "page_int.h"

enum { MEASURE_CELLS = 400, MEASURE_STAGES = 24, MEASURE_DAYS = 1500, MEASURE_BINS = 7 };

typedef struct {
    Str name;         /* "change.filed:kept", "2026-09", "manufacturing", … */
    int64_t n, cases; /* what was counted, and of how many cases */
    bool hidden;      /* set by those who publish */
    Str last_case;
} MeasureCell;

/* How long the stays in one state were that have ended. */
typedef struct {
    Str type, state;
    int64_t n, bins[MEASURE_BINS];
    int32_t days[MEASURE_DAYS + 1]; /* stays of so many days; the last: so many or more */
} MeasureStage;

/* scheme.json: "figures": {"open": {"sets": [rule]}, "own": [rule]}; rule: {id, of: cases (where absent), terms, waits,
 * grounds or units, …} */
typedef struct {
    const PageView *v;
    const Json *rule;
    Str id, of, by;
    MeasureCell *cells; /* by name */
    size_t count;
    MeasureStage *stages;
    size_t stage_count;
    int64_t total;
    int64_t entries,
        apart; /* entries of the log that stand behind it: stays begun, decisions; stays that are not counted: without a
                  deadline (terms), still lasting (waits), gone on with in the same state */
} Measure;

/* The rules of the dashboard: the scheme's own, then those it publishes. */
size_t page_measure_rules(const PageView *v, const Json **ret, size_t room);
bool page_measure_is_open(const PageView *v, Str id);     /* published as open data */
const Json *page_measure_rule(const PageView *v, Str id); /* NULL: there is none */
/* Counts from the sums that are kept with the log (src/project/tally.h): a few rows, however many cases there are. */
MUST_USE bool page_measure(const PageView *v, const Json *rule, Measure *ret, Err *err);
/* Nothing counted yet; page_measure_sum() is the first half of page_measure(), page_measure_sort() the second. */
Measure page_measure_new(const PageView *v, const Json *rule);
MUST_USE bool page_measure_sum(Measure *m, Err *err);
void page_measure_sort(Measure *m);
/* Adds what one case counts for, from its stays and decisions themselves: over all cases the same as page_measure(). */
MUST_USE bool page_measure_case(Measure *m, Str type, Str id, Err *err);
/* The cases of a cell that the reader may read, the newest first: `limit` of them past the first `first`; found: how
 * many there are. m as page_measure() gave it. */
typedef struct {
    int64_t first, found;
    CaseRow *rows;
    size_t limit, count;
} MeasureList;
MUST_USE bool page_measure_list(Measure *m, Str type, Str cell, MeasureList *ret, Err *err);
/* The cell of a name, the stage of a state: made where they are not there yet. The stage is NULL where there are too
 * many. */
MeasureCell *page_measure_cell(Measure *m, Str name);
MeasureStage *page_measure_stage(Measure *m, Str type, Str state);
size_t page_measure_bin_of(int32_t days); /* not negative */
/* A cell in the reader's words. */
Str page_measure_label(const Measure *m, Str cell);
/* A state of a type; without the type where the measure has only one. */
Str page_stage_label(const Measure *m, Str type, Str state);
/* The case type of a cell. */
/* The types of event whose entries in the public log stand behind the measure: m->entries of them; where cases are
 * counted, those that the rule names. */
Json *page_measure_events(const Measure *m);
Str page_measure_type(const Measure *m, Str cell);
/* Address of the list of a cell's cases; empty where the reader may not open the type. */
Str page_measure_href(const Measure *m, Str cell);
/* The shortest number of days that so many of a thousand ended stays did not exceed. */
int64_t page_measure_quantile(const MeasureStage *stage, int64_t permille);
Str page_measure_bin(const PageView *v, size_t bin); /* "8–14", for people */
const char *page_measure_bin_name(size_t bin);       /* "008-014", in the names of cells */
/* Adds the section of workers who came, went and are there, beside the published series; nothing where the scheme has
 * no such rule. */
MUST_USE bool page_stock_flow(const PageView *v, Json *sections, Err *err);

#endif
