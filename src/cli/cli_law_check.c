/* cli_law_check.c: `goldenbridge law check`: what fails the build of a law.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <string.h>

#include "flow/statute.h"

typedef struct {
    Cli *c;
    const Scheme *s;
    int passed, failed;
} Check;

static void finding(Check *k, const SchemeModel *m, Str place, const char *what, Str detail)
{
    k->failed++;
    fprintf(k->c->out, "FAIL %.*s: %.*s: %s %.*s\n", STR_ARG(m->path), STR_ARG(place), what, STR_ARG(detail));
}

static Day end_of(const Scheme *s, const SchemeModel *m)
{
    const SchemeModel *models;
    size_t count = scheme_models(s, &models);
    Day last = {INT32_MAX};
    for (size_t i = 0; i < count; i++) {
        bool later =
            str_eq(models[i].name, m->name) && day_cmp(models[i].from, m->from) > 0 && models[i].from.n <= last.n;
        last = later ? (Day){models[i].from.n - 1} : last;
    }
    return last;
}

/* ---- Days on which a rule can apply ---- */

/* Day inside date("…") at the start of a text; the rest follows. */
static bool cut_date(Str *text, Day *ret)
{
    enum { DAY_LEN = 10 };
    Str head = STR("date(\""), tail = STR("\")");
    if (!str_starts(*text, head) || text->len < head.len + DAY_LEN + tail.len ||
        !day_parse(str_sub(*text, head.len, head.len + DAY_LEN), ret)) {
        return false;
    }
    *text = str_sub(*text, head.len + DAY_LEN + tail.len, text->len);
    return true;
}

/* A cell that bounds a day: < date, >= date or [date..date). Others leave the days as they are. */
static void narrow(Str cell, Day *first, Day *last)
{
    Day low, high;
    Str rest = str_trim(cell);
    if (str_starts(rest, STR("< "))) {
        rest = str_sub(rest, 2, rest.len);
        *last = cut_date(&rest, &high) && rest.len == 0 && high.n - 1 < last->n ? (Day){high.n - 1} : *last;
    } else if (str_starts(rest, STR(">= "))) {
        rest = str_sub(rest, 3, rest.len);
        *first = cut_date(&rest, &low) && rest.len == 0 && low.n > first->n ? low : *first;
    } else if (str_starts(rest, STR("["))) {
        rest = str_sub(rest, 1, rest.len);
        if (cut_date(&rest, &low) && str_starts(rest, STR(".."))) {
            rest = str_sub(rest, 2, rest.len);
            if (cut_date(&rest, &high) && str_eq(rest, STR(")"))) {
                *first = low.n > first->n ? low : *first;
                *last = high.n - 1 < last->n ? (Day){high.n - 1} : *last;
            }
        }
    }
}

/* A citation must stand in every version of the text that is in force while the rule can apply; days before the oldest
 * text known are judged by that text. *ret_without: the first day of a version without it. */
static bool stands(Check *k, StatuteRef ref, Day first, Day last, Day *ret_without)
{
    Day *days;
    size_t count = statute_versions(k->s, k->c->a, ref.layer, &days);
    for (size_t i = 0; i < count; i++) {
        Day from = i == 0 ? (Day){INT32_MIN} : days[i],
            until = i + 1 < count ? (Day){days[i + 1].n - 1} : (Day){INT32_MAX};
        StatutePlace p;
        Err err;
        if (day_cmp(from, last) <= 0 && day_cmp(until, first) >= 0 &&
            !(statute_find(k->s, NULL, k->c->a, ref, days[i], &p, &err) && p.exists)) {
            *ret_without = days[i];
            return false;
        }
    }
    return true;
}

static void check_cites(Check *k, const SchemeModel *m, const Json *rule)
{
    Day first = m->from, last = end_of(k->s, m), without;
    const Json *cells = json_get(rule, "cells");
    Str cites = json_text(json_path(rule, "annotations.article")), id = json_text_at(rule, "id");
    for (size_t i = 0; i < json_count(cells); i++) {
        narrow(json_text(cells->items[i]), &first, &last);
    }
    if (cites.len == 0) {
        finding(k, m, id, "a rule without an article", STR(""));
    }
    if (str_trim(json_text(json_path(rule, "annotations.source"))).len == 0) {
        finding(k, m, id, "a rule, with its figures, without a source", STR(""));
    }
    for (Str rest = cites, one; cites.len > 0 && str_cut(&rest, ';', &one);) {
        StatuteRef ref;
        Err err;
        if (!statute_parse(k->s, k->c->a, one, &ref, &err)) {
            continue; /* another layer: notices, committee, guidelines */
        }
        if (stands(k, ref, first, last, &without)) {
            k->passed++;
        } else {
            finding(k, m, id, "cites what does not stand in the text in force while the rule applies:",
                    str_printf(k->c->a, "%.*s, text of %.*s", STR_ARG(str_trim(one)),
                               STR_ARG(day_print(k->c->a, without))));
        }
    }
}

/* Gaps and overlaps count whether the engine calls them errors or warnings: of a day or a number none may be without a
 * rule. */
static bool counts(const DmnFinding *f)
{
    return f->severity == DMN_ERROR || (f->severity == DMN_WARNING && strcmp(f->code, "gap") == 0);
}

static void check_model(Check *k, const SchemeModel *m)
{
    const Json *elements = json_get(dmn_describe(k->c->a, scheme_compiled(m)), "elements");
    for (size_t i = 0; i < json_count(elements); i++) {
        const Json *rules = json_get(elements->items[i], "rules");
        for (size_t r = 0; r < json_count(rules); r++) {
            check_cites(k, m, rules->items[r]);
        }
    }
    const DmnFinding *findings;
    size_t count = dmn_check(k->c->a, scheme_compiled(m), DMN_CHECK_LAW, &findings);
    bool bad = false;
    for (size_t i = 0; i < count; i++) {
        if (counts(&findings[i])) {
            finding(k, m, findings[i].element, findings[i].code, findings[i].message);
            bad = true;
        }
    }
    k->passed += bad ? 0 : 1;
}

/* ---- Periods of the index ---- */

/* Versions of a text follow each other: a day that comes twice or goes back covers a period twice; a first version that
 * no day of the models reaches back to is told by check_cites(). */
static void check_periods(Check *k)
{
    const Json *layers = json_get(scheme_statutes(k->s), "layers");
    for (size_t i = 0; i < json_count(layers); i++) {
        const Json *versions = json_get(layers->members[i].value, "versions");
        Day before = {INT32_MIN}, from;
        for (size_t v = 0; v < json_count(versions); v++) {
            Str text = json_text_at(versions->items[v], "from");
            if (!day_parse(text, &from) || day_cmp(from, before) <= 0) {
                k->failed++;
                fprintf(k->c->out,
                        "FAIL statutes.json: %.*s: the version from \"%.*s\" covers a period twice or none\n",
                        STR_ARG(layers->members[i].key), STR_ARG(text));
            } else {
                k->passed++;
                before = from;
            }
        }
    }
}

static void check_messages(Check *k)
{
    const Json *languages = json_get(scheme_info(k->s), "languages");
    SchemeKeys keys = scheme_message_keys(k->s, k->c->a);
    for (size_t i = 0; i < keys.count; i++) {
        for (size_t l = 0; l < json_count(languages); l++) {
            Str language = json_text(languages->items[l]);
            if (scheme_has_message(k->s, language, keys.items[i])) {
                k->passed++;
            } else {
                k->failed++;
                fprintf(k->c->out, "FAIL messages: %.*s has no %.*s\n", STR_ARG(language), STR_ARG(keys.items[i]));
            }
        }
    }
}

int cli_law_check(Cli *c, const Scheme *s)
{
    Check k = {.c = c, .s = s};
    const SchemeModel *models;
    size_t count = scheme_models(s, &models);
    for (size_t i = 0; i < count; i++) {
        check_model(&k, &models[i]);
    }
    check_periods(&k);
    check_messages(&k);
    const Json *unverified = json_get(scheme_info(s), "unverified_sources");
    for (size_t i = 0; i < json_count(unverified); i++) {
        fprintf(c->out, "unverified source: %.*s (not in the index; shown as such on every page)\n",
                STR_ARG(json_text(unverified->items[i])));
    }
    fprintf(c->out, "%d passed, %d failed\n", k.passed, k.failed);
    return k.failed > 0 || k.passed == 0;
}
