/* page_int.h: what the files of this room share. Not for other rooms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PAGE_PAGE_INT_H
#define PAGE_PAGE_INT_H

#include "page.h"
#include "query/query.h"
#include "view/view.h"

void page_set(const PageView *v, Json *j, const char *key, Json *value);
void page_set_text(const PageView *v, Json *j, const char *key, Str text);
void page_set_int(const PageView *v, Json *j, const char *key, int64_t n);
void page_set_bool(const PageView *v, Json *j, const char *key, bool b);
/* An empty list under key, returned for filling. */
Json *page_list_in(const PageView *v, Json *j, const char *key);
Json *page_object_in(const PageView *v, Json *j, const char *key);
Json *page_add(const PageView *v, Json *list); /* a new object at its end */
/* One value of a case as text for people: choices and links by label, dates and numbers as they are. */
Str page_value(const PageView *v, const SchemeType *t, Str field, const Json *value);
/* {label, value, personal} of every field of a case that has a value. */
/* Moves the steps that have a group out of the list into `ret`: [{label, steps: […]}], in the order of their first
 * step. */
void page_group_steps(const PageView *v, Json *steps, Json *ret_groups);
void page_facts(const PageView *v, Json *list, const SchemeType *t, Str id, const Json *data);
/* holder, since, due, overdue, rule. */
/* Clocks of the scheme that run for this case. */
void page_clocks(const PageView *v, Json *list, const CaseRow *row);
/* What the scheme's foretelling steps would decide for the case today, with the reasons. */
void page_foretold(const PageView *v, Json *list, const CaseRow *row);
/* Rights of where the person stands now, then those that always hold. */
void page_rights(const PageView *v, Json *list, const CaseRow *person, const CaseRow *stands);
/* Free posts beside the case, counted by group, where the scheme shows them. */
MUST_USE bool page_vacancies(const PageView *v, Json *model, const CaseRow *row, Err *err);
/* The caller's own calendar; whoever has the address may read it. Empty if there is none. */
Str page_calendar_href(const PageView *v);
void page_holder(const PageView *v, Json *j, const CaseRow *row);
Str page_case_href(const PageView *v, Str id);
/* Pages of the law on a day; a decision table of dmn_describe() for the template decision_table. */
Str page_article_href(const PageView *v, Str layer, Str article, Day day);
Str page_model_href(const PageView *v, Str name, Day day);
void page_law_table(const PageView *v, Json *decision, const Json *element);
/* How persons are chosen by a step; NULL where it is an ordinary form. Adds candidates and criteria to the model. */
const Json *page_choice_rule(const PageView *v, Str step);
MUST_USE bool page_choose(const PageView *v, const PageFormAsk *ask, const CaseRow *row, Json *model, Err *err);
/* Where a step is the answer to a contract: the contract's page; else empty. */
Str page_contract_href(const PageView *v, const CaseRow *row, Str step);
/* Address of the contract's paper; empty where the case has none to show. */
Str page_contract_paper(const PageView *v, const CaseRow *row);
/* `provider`: as whom people know the provider of sign-ins; absent where there is none. */
void page_add_provider(const PageView *v, Json *model);
/* Steps as buttons: {name, label, href, primary, needs_second}. */
void page_steps(const PageView *v, Json *list, const CaseRow *row);
/* A step by its label, "quota.decide/confirm" as a confirmation of it; an event by its label or by its step. */
Str page_step_label(const PageView *v, Str step);
Str page_event_label(const PageView *v, Str event);
/* Who acted: a party of the case by its title, an account by its name in the log. */
Str page_actor(const PageView *v, Str actor);
/* The history of a case as sentences, newest first. */
void page_story(const PageView *v, Json *list, const SchemeType *t, const Event *events, size_t count);
/* Address of the letter of a refusal; empty where the event is none. */
Str page_letter_href(const PageView *v, const Event *e);
/* A text of a case, such as the name of an agreement, as the scheme has it in the reader's language ("said"); itself
 * where it does not. Never for what persons wrote of themselves. */
Str page_said(const PageView *v, Str text);
/* Papers that every case has. */
void page_add_papers(const PageView *v, Json *documents, const CaseRow *row);
/* A text that this request made before under the key (NULL: none), and keeping one for later; returns it. The key names
 * all that the text depends on but the reader and the scheme, such as the language. */
const Str *page_recall(const PageView *v, Str key);
Str page_remember(const PageView *v, Str key, Str text);
/* The name on an account, by its login. */
Str page_account(const PageView *v, Str login);
/* What staff sees beside a case: in whose hands, notes, to whom it can be handed over. */
MUST_USE bool page_add_office(const PageView *v, Json *model, const CaseRow *row, Err *err);
/* Where the scheme keeps a roster of the case's type: place, waits of others, the last draws and what they said of this
 * one. */
MUST_USE bool page_roster(const PageView *v, Json *model, const CaseRow *row, Err *err);
/* Adds the notices with the number of unread ones to the menu, and what else the account has to the account's
 * own menu. */
void page_add_notices(const PageView *v, Json *model, Json *nav, Json *links);
Str page_title_of(const PageView *v,
                  const CaseRow *row); /* of a case in reach: its title, or its number where it has none */
/* Adds holds [{label, since, until, source, cites, steps, later, goes_on}]: what holds the case back, and what goes on
 * all the same. */
void page_holds(const PageView *v, Json *model, const CaseRow *row);
/* Where the scheme says that the case gathers others: adds members {label, total, stages [{label, count}], rows [{href,
 * title, …}]} of those that link to it, as page_linked() gives them. */
void page_members(const PageView *v, Json *model, const CaseRow *group, const CaseRow *linked, const Str *fields,
                  size_t count);
/* Whether a case that links by the field belongs to a group of that type. */
bool page_is_member(const PageView *v, Str group_type, const CaseRow *row, Str field);
/* Adds keys [{key, deed}]: what the script of the page listens for, without what only an account has where nobody is
 * signed in. */
void page_add_keys(const PageView *v, Json *model);
Str page_state_tone(const PageView *v, const CaseRow *row); /* how the state is coloured: ok, warn, error, quiet */
/* Address of a case of a type that is no office's own; empty where the caller does not read the type. */
Str page_href_of_read(const PageView *v, const CaseRow *row);
/* Adds countries [{country, state, since, way, …}] as they stood on the day, where the scheme keeps them. */
MUST_USE bool page_countries(const PageView *v, Day on, Json *model, Err *err);
/* "2026-3 · Manufacturing": a round of quotas by its allocation; empty where the scheme keeps none. */
Str page_round_label(const PageView *v, Str allocation);
/* Places left day by day, a chart for each round of which some are taken. */
MUST_USE bool page_quota_charts(const PageView *v, Json *charts, Err *err);
/* Adds costs [{item, amount, unit, …}]: what a worker pays to be sent, where the scheme keeps the ledger. */
MUST_USE bool page_costs(const PageView *v, Json *model, Err *err);
/* The scheme that publishes figures: the reader's own, or else the first that does; NULL where none does. */
const Scheme *page_publisher(const PageView *v);
bool page_reads_figures(const PageView *v); /* whether the dashboard is for the caller */
bool page_tries(const PageView *v);         /* whether drafts are tried by the caller */
bool page_simulates(const PageView *v);     /* whether the years ahead are for the caller: the scheme states rates */
bool page_has_role(const PageView *v, Str role);

/* The field of a case that a rule of scheme.json names: {"source": "published_by"} and "source" give the text of
 * published_by. */
Str page_rule_text(const Json *rule, const char *key, const CaseRow *row);

/* Adds {text, feel}: a cell of a decision table in the reader's words, and as FEEL spells it where that differs. */
void page_add_cell(const PageView *v, Json *cells, Str cell);
/* A fact's value in words; "–" for none. */
Str page_fact_value(const PageView *v, const Json *value);
/* What a reader calls an input or a decision of a model; its name where nobody named it. */
Str page_element_label(const PageView *v, Str name);
/* Each cell of the table {columns, rows} takes the label of its column along: a telephone shows a row without
 * its head. */
void page_label_cells(const PageView *v, Json *table);

/* Adds what stands in the way of signing in or of a change to it, where there is something. `wrong`: words for a wrong
 * secret. */
void page_add_fault(const PageView *v, Json *model, const Err *fault, const char *wrong);

#endif
