/* statute.h: the statutes of a scheme: its index of facts (statutes.json) and, where they were imported, the texts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_STATUTE_H
#define FLOW_STATUTE_H

#include "flow.h"

enum { STATUTE_LEVELS = 3 }; /* paragraph, item, letter */

/* One place: layer "act", article "25", the rest of the reference "(1)2" as written. */
typedef struct {
    Str layer, article, rest;
} StatuteRef;

typedef struct {
    StatuteRef ref;
    Day from;         /* first day of the version in force */
    Str number, hash; /* promulgation number, SHA-256 of the version's text */
    Str title;        /* heading of the article */
    bool exists;      /* the article, and the paragraph where one is named, stands in that version */
    Str text;         /* of the article, paragraph by line; empty where no text was imported */
} StatutePlace;

/* Reads "act:25(1)", "Act 25(1)" or "decree 13-4(3)". BAD_REQUEST if it is no reference to a statute of the index. */
MUST_USE bool statute_parse(const Scheme *s, Arena *a, Str text, StatuteRef *ret, Err *err);
/* What stood there on a day. NOT_IN_FORCE before the first version. store may be NULL: then without text. */
MUST_USE bool statute_find(const Scheme *s, Store *store, Arena *a, StatuteRef ref, Day day, StatutePlace *ret,
                           Err *err);
/* The part of the text that the reference names, with the lines that lead to it (of an item: the beginning of its
 * paragraph); all of it where the reference names an article. *ret_lines says of each line of the text whether it is of
 * that part. */
Str statute_named(const Scheme *s, Arena *a, const StatutePlace *p, bool **ret_lines);
/* The rest of a reference as the index writes it: "(1)2" is "(1).2". */
Str statute_rest(Arena *a, Str rest);
/* Days on which the version of a layer changed, ascending. */
size_t statute_versions(const Scheme *s, Arena *a, Str layer, Day **ret);
/* Articles that differ between two days: [{layer, article, title, change: "new" | "gone" | "changed"}]. */
Json *statute_diff(const Scheme *s, Arena *a, Day from, Day to);

MUST_USE bool statute_prepare(Store *store, Err *err);
/* Loads DIR/<layer>/<day>.md for every version of the index whose file is there, checking its hash (LAW_BROKEN names
 * the file). *ret_files counts; files that are not in the index are left alone. */
MUST_USE bool statute_import(const Scheme *s, Store *store, Str dir, int64_t *ret_files, Err *err);
/* Rules of decision models that cite an article: [{model, from, decision, rule, cites}]. */
Json *statute_cited_by(const Scheme *s, Arena *a, StatuteRef ref);

#endif
