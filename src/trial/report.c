/* report.c: what a trial counted, as JSON: groups with small ones hidden, reasons with their words, rules, cases.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

#include <stdlib.h>

/* ---- Reasons ---- */

static void count_in(Arena *a, Json *row, const char *name, int64_t n)
{
    json_set(a, row, str_from_c(name), json_new_int(a, json_to_int(json_get(row, name), 0) + n));
}

static bool has_code(const Json *grounds, Str code)
{
    for (size_t i = 0; i < json_count(grounds); i++) {
        if (str_eq(json_text_at(grounds->items[i], "code"), code)) {
            return true;
        }
    }
    return false;
}

static Json *words_of(const TrialReport *r, Str code)
{
    Json *text = json_new_object(r->a);
    const Json *languages = json_get(scheme_info(r->scheme), "languages");
    for (size_t i = 0; i < json_count(languages); i++) {
        Str language = json_text(languages->items[i]);
        json_set(r->a, text, language, json_new_str(r->a, scheme_label(r->scheme, r->a, language, "reasons", code)));
    }
    return text;
}

/* Grounds that stand in one proof and not in the other. */
static void add_grounds(TrialReport *r, const char *kind, const Json *in, const Json *out, int64_t n)
{
    const Json *grounds = json_get(in, "grounds");
    for (size_t i = 0; i < json_count(grounds); i++) {
        const Json *g = grounds->items[i];
        Str code = json_text_at(g, "code"), rule = json_text_at(g, "rule");
        if (has_code(json_get(out, "grounds"), code)) {
            continue;
        }
        Str key = str_printf(r->a, "%s %.*s %.*s", kind, STR_ARG(code), STR_ARG(rule));
        Json *row = map_get(&r->reasons, key);
        if (row == NULL) {
            row = json_new_object(r->a);
            json_set(r->a, row, STR("change"), json_new_str_c(r->a, kind));
            json_set(r->a, row, STR("code"), json_new_str(r->a, str_copy(r->a, code)));
            json_set(r->a, row, STR("cites"), json_new_str(r->a, str_copy(r->a, json_text_at(g, "cites"))));
            json_set(r->a, row, STR("rule"), json_new_str(r->a, str_copy(r->a, rule)));
            json_set(r->a, row, STR("text"), words_of(r, json_text_at(row, "code")));
            map_set(&r->reasons, key, row);
        }
        count_in(r->a, row, "decisions", n);
    }
}

static void add_rules(TrialReport *r, const Json *in, const Json *out, const char *count, int64_t n)
{
    const Json *fired = json_get(in, "fired");
    for (size_t i = 0; i < json_count(fired); i++) {
        Str rule = json_text(fired->items[i]), model = json_text_at(in, "model");
        if (json_has_text(json_get(out, "fired"), rule)) {
            continue;
        }
        Str key = str_printf(r->a, "%.*s %.*s", STR_ARG(model), STR_ARG(rule));
        Json *row = map_get(&r->fired, key);
        if (row == NULL) {
            row = json_new_object(r->a);
            json_set(r->a, row, STR("model"), json_new_str(r->a, str_copy(r->a, model)));
            json_set(r->a, row, STR("rule"), json_new_str(r->a, str_copy(r->a, rule)));
            json_set(r->a, row, STR("stops"), json_new_int(r->a, 0));
            json_set(r->a, row, STR("starts"), json_new_int(r->a, 0));
            map_set(&r->fired, key, row);
        }
        count_in(r->a, row, count, n);
    }
}

Json *trial_side(TrialReport *r, const Json *proof)
{
    static const char *const KEPT[] = {"outcome", "grounds", "fired", "result"};
    Json *j = json_new_object(r->a);
    for (size_t i = 0; i < COUNT_OF(KEPT); i++) {
        json_set(r->a, j, str_from_c(KEPT[i]), json_copy(r->a, json_get(proof, KEPT[i])));
    }
    return j;
}

void trial_add_reasons(TrialReport *r, TrialChange change, const Json *before, const Json *after, int64_t decisions)
{
    bool worse = change == CHANGE_LOSE;
    add_grounds(r, trial_change_name(change), worse ? after : before, worse ? before : after, decisions);
    add_rules(r, before, after, "stops", decisions);
    add_rules(r, after, before, "starts", decisions);
}

bool trial_has_room(TrialReport *r)
{
    bool room = r->cases->count < TRIAL_MOST_CASES;
    r->left_out += !room;
    return room;
}

void trial_add_change(TrialReport *r, const TrialWhich *w, TrialChange change, Json *before, Json *after)
{
    Json *j = json_new_object(r->a);
    json_set(r->a, j, STR("seq"), json_new_int(r->a, w->seq));
    json_set(r->a, j, STR("case"), json_new_str(r->a, str_copy(r->a, w->case_id)));
    json_set(r->a, j, STR("step"), json_new_str(r->a, str_copy(r->a, w->step)));
    json_set(r->a, j, STR("day"), json_new_str(r->a, day_print(r->a, w->day)));
    json_set(r->a, j, STR("change"), json_new_str_c(r->a, trial_change_name(change)));
    json_set(r->a, j, STR("before"), before);
    json_set(r->a, j, STR("after"), after);
    json_push(r->a, r->cases, j);
}

void trial_add_missing(TrialReport *r, Str model, Str input, int64_t decisions)
{
    Str key = str_printf(r->a, "%.*s %.*s", STR_ARG(model), STR_ARG(input));
    Json *row = map_get(&r->missing, key);
    if (row == NULL) {
        row = json_new_object(r->a);
        json_set(r->a, row, STR("model"), json_new_str(r->a, str_copy(r->a, model)));
        json_set(r->a, row, STR("input"), json_new_str(r->a, str_copy(r->a, input)));
        map_set(&r->missing, key, row);
    }
    count_in(r->a, row, "decisions", decisions);
}

/* ---- Small groups ---- */

void trial_hide(const int64_t *n, size_t count, int64_t small, bool *hide)
{
    size_t hidden = 0, least = count;
    for (size_t i = 0; i < count; i++) {
        hide[i] = n[i] > 0 && n[i] < small;
        hidden += hide[i];
    }
    for (size_t i = 0; i < count && hidden == 1; i++) {
        if (!hide[i] && n[i] > 0 && (least == count || n[i] < n[least])) {
            least = i;
        }
    }
    if (least < count) {
        hide[least] = true;
    }
}

static int by_value(const void *a, const void *b)
{
    return str_cmp(((const MapEntry *)a)->key, ((const MapEntry *)b)->key);
}

static Json *group_json(const TrialReport *r, size_t at)
{
    static const char *const COLUMNS[CHANGE_COUNT] = {"decisions", "gain", "lose", "other"};
    Arena *a = r->a;
    size_t count = r->by[at].count;
    MapEntry *entries = ARENA_ARRAY(a, MapEntry, count + 1);
    Json *j = json_new_object(a), *rows = json_new_array(a);
    for (size_t i = 0; i < count; i++) {
        entries[i] = r->by[at].entries[i];
        json_push(a, rows, json_new_object(a));
    }
    qsort(entries, count, sizeof *entries, by_value);
    for (size_t i = 0; i < count; i++) {
        json_set(a, rows->items[i], STR("value"), json_new_str(a, entries[i].key));
    }
    int64_t *n = ARENA_ARRAY(a, int64_t, count + 1);
    bool *hide = ARENA_ARRAY(a, bool, count + 1);
    for (size_t c = 0; c < CHANGE_COUNT; c++) {
        for (size_t i = 0; i < count; i++) {
            n[i] = ((const TrialTally *)entries[i].value)->n[c];
        }
        trial_hide(n, count, r->rules.small, hide);
        for (size_t i = 0; i < count; i++) {
            json_set(a, rows->items[i], str_from_c(COLUMNS[c]), hide[i] ? json_new_null(a) : json_new_int(a, n[i]));
        }
    }
    json_set(a, j, STR("name"), json_new_str(a, json_text_at(r->rules.by->items[at], "name")));
    json_set(a, j, STR("small"), json_new_int(a, r->rules.small));
    json_set(a, j, STR("rows"), rows);
    return j;
}

/* ---- The whole ---- */

static Json *rows_of(Arena *a, const Map *m)
{
    MapEntry *entries = ARENA_ARRAY(a, MapEntry, m->count + 1);
    Json *list = json_new_array(a);
    for (size_t i = 0; i < m->count; i++) {
        entries[i] = m->entries[i];
    }
    qsort(entries, m->count, sizeof *entries, by_value);
    for (size_t i = 0; i < m->count; i++) {
        json_push(a, list, entries[i].value);
    }
    return list;
}

Json *trial_report_json(TrialReport *r)
{
    Arena *a = r->a;
    Json *j = json_new_object(a), *in_force = json_new_object(a), *result = json_new_object(a), *by = json_new_array(a);
    json_set(a, j, STR("scheme"), json_new_str(a, scheme_id(r->scheme)));
    json_set(a, in_force, STR("decisions"), json_new_int(a, r->decisions));
    json_set(a, in_force, STR("same"), json_new_int(a, r->same));
    json_set(a, in_force, STR("erased"), json_new_int(a, r->erased));
    json_set(a, in_force, STR("differs"), r->differs);
    json_set(a, j, STR("in_force"), in_force);
    json_set(a, result, STR("decided"), json_new_int(a, r->all.n[CHANGE_NONE]));
    json_set(a, result, STR("same"),
             json_new_int(a, r->all.n[CHANGE_NONE] - r->all.n[CHANGE_GAIN] - r->all.n[CHANGE_LOSE] -
                                 r->all.n[CHANGE_OTHER]));
    for (int c = CHANGE_GAIN; c < CHANGE_COUNT; c++) {
        json_set(a, result, str_from_c(trial_change_name((TrialChange)c)), json_new_int(a, r->all.n[c]));
    }
    json_set(a, j, STR("draft_result"), result);
    json_set(a, j, STR("missing_facts"), rows_of(a, &r->missing));
    for (size_t i = 0; i < json_count(r->rules.by) && i < MAX_BY; i++) {
        json_push(a, by, group_json(r, i));
    }
    json_set(a, j, STR("by"), by);
    json_set(a, j, STR("reasons"), rows_of(a, &r->reasons));
    json_set(a, j, STR("rules"), rows_of(a, &r->fired));
    json_set(a, j, STR("cases"), r->cases);
    json_set(a, j, STR("left_out"), json_new_int(a, r->left_out));
    return j;
}

bool trial_reproduced(const Json *report)
{
    const Json *rounds = json_get(report, "rounds");
    bool ok =
        json_to_int(json_path(report, "in_force.decisions"), 0) == json_to_int(json_path(report, "in_force.same"), -1);
    for (size_t i = 0; i < json_count(rounds); i++) {
        ok = ok && json_is_true(json_get(rounds->items[i], "same"));
    }
    return ok;
}
