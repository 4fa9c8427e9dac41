/* cli_law.c: `goldenbridge law …`: statutes and the models that rest on them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli_int.h"

#include <string.h>

#include "flow/signed.h"
#include "flow/statute.h"

static bool read_day(Cli *c, Str text, const Scheme *s, Day *ret, Err *err)
{
    Instant now;
    if (text.len > 0) {
        return day_parse(text, ret) || err_set(err, BAD_USAGE, "%.*s is not a day such as 2026-03-31.", STR_ARG(text));
    }
    if (!cli_now(c, &now, err)) {
        return false;
    }
    *ret = instant_day(now, scheme_utc_offset(s));
    return true;
}

static int law_import(Cli *c, const Scheme *s)
{
    Err err;
    int64_t files;
    if (c->argc != 3) {
        return cli_usage(c, "Name the folder of the texts.");
    }
    if (!cli_open(c, STORE_WRITE, &err) || !statute_import(s, c->flow.store, str_from_c(c->argv[2]), &files, &err)) {
        return cli_fail(c, &err);
    }
    fprintf(c->out, "%lld texts imported\n", (long long)files);
    return 0;
}

static int law_show(Cli *c, const Scheme *s)
{
    Err err;
    Day day;
    StatuteRef ref;
    StatutePlace p;
    bool *lines;
    Str on = cli_option(c, "on");
    if (c->argc != 3) {
        return cli_usage(c, "Name one place, such as act:25(1).");
    }
    bool open = cli_open(c, STORE_READ, &err); /* without a store the index alone answers */
    if (!read_day(c, on, s, &day, &err) || !statute_parse(s, c->a, str_from_c(c->argv[2]), &ref, &err) ||
        !statute_find(s, NULL, c->a, ref, day, &p, &err)) {
        return cli_fail(c, &err);
    }
    if (open && !statute_find(s, c->flow.store, c->a, ref, day, &p, &err)) {
        p.text = STR(""); /* no text was imported into this store */
    }
    if (!p.exists) {
        err_set(&err, NOT_FOUND, "%s does not stand in the version of %.*s.", c->argv[2],
                STR_ARG(day_print(c->a, p.from)));
        return cli_fail(c, &err);
    }
    p.text = statute_named(s, c->a, &p, &lines);
    if (c->json) {
        Json *j = json_new_object(c->a);
        json_set(c->a, j, STR("layer"), json_new_str(c->a, ref.layer));
        json_set(c->a, j, STR("article"), json_new_str(c->a, ref.article));
        json_set(c->a, j, STR("title"), json_new_str(c->a, p.title));
        json_set(c->a, j, STR("from"), json_new_str(c->a, day_print(c->a, p.from)));
        json_set(c->a, j, STR("number"), json_new_str(c->a, p.number));
        json_set(c->a, j, STR("sha256"), json_new_str(c->a, p.hash));
        json_set(c->a, j, STR("text"), json_new_str(c->a, p.text));
        cli_print_json(c, j);
        return 0;
    }
    fprintf(c->out, "%.*s %.*s (%.*s), in force from %.*s, No. %.*s\n\n", STR_ARG(ref.layer), STR_ARG(ref.article),
            STR_ARG(p.title), STR_ARG(day_print(c->a, p.from)), STR_ARG(p.number));
    if (p.text.len == 0) {
        fprintf(c->out, "The text is not in this store (goldenbridge law import DIR). Official site: %.*s\n",
                STR_ARG(json_text_at(scheme_info(s), "official_site")));
    }
    fprintf(c->out, "%.*s", STR_ARG(p.text));
    return 0;
}

static int law_list(Cli *c, const Scheme *s)
{
    Err err;
    Day day;
    if (!read_day(c, cli_option(c, "on"), s, &day, &err)) {
        return cli_fail(c, &err);
    }
    const SchemeModel *models;
    size_t count = scheme_models(s, &models);
    Json *list = json_new_array(c->a);
    for (size_t i = 0; i < count; i++) {
        if (scheme_model(s, models[i].name, day) != &models[i]) {
            continue;
        }
        Json *j = json_new_object(c->a);
        json_set(c->a, j, STR("model"), json_new_str(c->a, models[i].name));
        json_set(c->a, j, STR("from"), json_new_str(c->a, day_print(c->a, models[i].from)));
        json_set(c->a, j, STR("sha256"), json_new_str(c->a, models[i].hash));
        json_push(c->a, list, j);
        if (!c->json) {
            fprintf(c->out, "%-26.*s from %.*s\n", STR_ARG(models[i].name), STR_ARG(day_print(c->a, models[i].from)));
        }
    }
    if (c->json) {
        cli_print_json(c, list);
    }
    return 0;
}

static void diff_models(Cli *c, const Scheme *s, Day from, Day to, Json *list)
{
    const SchemeModel *models;
    size_t count = scheme_models(s, &models);
    for (size_t i = 0; i < count; i++) {
        bool began = day_cmp(models[i].from, from) > 0 && day_cmp(models[i].from, to) <= 0;
        if (began) {
            Json *j = json_new_object(c->a);
            json_set(c->a, j, STR("model"), json_new_str(c->a, models[i].name));
            json_set(c->a, j, STR("from"), json_new_str(c->a, day_print(c->a, models[i].from)));
            json_push(c->a, list, j);
        }
    }
}

static int law_diff(Cli *c, const Scheme *s)
{
    Err err;
    Day from, to;
    if (c->argc != 4) {
        return cli_usage(c, "Name two days.");
    }
    if (!read_day(c, str_from_c(c->argv[2]), s, &from, &err) || !read_day(c, str_from_c(c->argv[3]), s, &to, &err)) {
        return cli_fail(c, &err);
    }
    Json *j = json_new_object(c->a), *texts = statute_diff(s, c->a, from, to), *models = json_new_array(c->a);
    diff_models(c, s, from, to, models);
    json_set(c->a, j, STR("articles"), texts);
    json_set(c->a, j, STR("models"), models);
    if (c->json) {
        cli_print_json(c, j);
        return 0;
    }
    for (size_t i = 0; i < texts->count; i++) {
        const Json *t = texts->items[i];
        fprintf(c->out, "%-8.*s %.*s %.*s  %.*s\n", STR_ARG(json_text_at(t, "change")),
                STR_ARG(json_text_at(t, "layer")), STR_ARG(json_text_at(t, "article")),
                STR_ARG(json_text_at(t, "title")));
    }
    for (size_t i = 0; i < models->count; i++) {
        fprintf(c->out, "model    %.*s from %.*s\n", STR_ARG(json_text_at(models->items[i], "model")),
                STR_ARG(json_text_at(models->items[i], "from")));
    }
    return 0;
}

static int law_impact(Cli *c, const Scheme *s)
{
    Err err;
    StatuteRef ref;
    if (c->argc != 3) {
        return cli_usage(c, "Name one article, such as act:25.");
    }
    if (!statute_parse(s, c->a, str_from_c(c->argv[2]), &ref, &err)) {
        return cli_fail(c, &err);
    }
    Json *list = statute_cited_by(s, c->a, ref);
    if (c->json) {
        cli_print_json(c, list);
        return 0;
    }
    for (size_t i = 0; i < list->count; i++) {
        const Json *r = list->items[i];
        fprintf(c->out, "%.*s from %.*s: %.*s, rule %.*s [%.*s]\n", STR_ARG(json_text_at(r, "model")),
                STR_ARG(json_text_at(r, "from")), STR_ARG(json_text_at(r, "decision")),
                STR_ARG(json_text_at(r, "rule")), STR_ARG(json_text_at(r, "cites")));
    }
    fprintf(c->out, "%zu rules\n", list->count);
    return 0;
}

/* ---- Signatures ---- */

static int law_versions(Cli *c, const Scheme *s)
{
    Err err;
    Json *list;
    bool on;
    if (!cli_open(c, STORE_READ, &err) || !signed_list(c->flow.store, c->a, s, &list, &on, &err)) {
        return cli_fail(c, &err);
    }
    if (c->json) {
        cli_print_json(c, list);
        return 0;
    }
    for (size_t i = 0; i < list->count; i++) {
        const Json *v = list->items[i];
        bool is_signed = json_is_true(json_get(v, "signed"));
        fprintf(c->out, "%.*s %.*s %s%.*s\n", STR_ARG(json_text_at(v, "from")), STR_ARG(json_text_at(v, "hash")),
                is_signed ? "signed by " : "NOT SIGNED", STR_ARG(json_text_at(v, "case")));
    }
    if (!on) {
        fprintf(c->out, "Nothing is signed in this store: every folder decides.\n");
    }
    return 0;
}

static int law_sign(Cli *c, const Scheme *s)
{
    Err err;
    Day day;
    if (c->argc < 3 || !day_parse(str_from_c(c->argv[2]), &day)) {
        return cli_usage(c, "Name the day of the folder.");
    }
    Str hash = scheme_law_hash(s, day), type = json_text_at(scheme_info(s), "signed_law");
    if (hash.len == 0 || type.len == 0) {
        err_set(&err, NOT_FOUND, "The scheme has no folder of %s to sign.", c->argv[2]);
        return cli_fail(c, &err);
    }
    char **argv = ARENA_ARRAY(c->a, char *, (size_t)c->argc + 3);
    int n = 0;
    argv[n++] = (char *)(uintptr_t) "do";
    argv[n++] = (char *)(uintptr_t)str_c(c->a, str_printf(c->a, "%.*s.sign", STR_ARG(type)));
    argv[n++] = (char *)(uintptr_t)str_c(c->a, str_printf(c->a, "from=%s", c->argv[2]));
    argv[n++] = (char *)(uintptr_t)str_c(c->a, str_printf(c->a, "hash=%.*s", STR_ARG(hash)));
    for (int i = 3; i < c->argc; i++) {
        argv[n++] = c->argv[i];
    }
    c->argv = argv;
    c->argc = n;
    return cli_do(c);
}

int cli_signed_law(Cli *c, bool tell_if_off)
{
    Err err;
    int findings = 0;
    for (size_t i = 0; i < c->scheme_count; i++) {
        Json *list;
        bool on;
        if (!signed_list(c->flow.store, c->a, c->schemes[i], &list, &on, &err)) {
            cli_fail(c, &err);
            return findings + 1;
        }
        for (size_t k = 0; on && k < list->count; k++) {
            if (!json_is_true(json_get(list->items[k], "signed"))) {
                findings++;
                fprintf(c->errors,
                        "The law folder %.*s of %.*s is not as two people signed it: its models do not decide.\n",
                        STR_ARG(json_text_at(list->items[k], "from")), STR_ARG(scheme_id(c->schemes[i])));
            }
        }
        if (!on && tell_if_off && list->count > 0) {
            findings++;
            fprintf(c->errors, "No version of the law of %.*s is signed in this store.\n",
                    STR_ARG(scheme_id(c->schemes[i])));
        }
    }
    return findings;
}

int cli_law(Cli *c)
{
    static const struct {
        const char *name;
        int (*run)(Cli *c, const Scheme *s);
    } PARTS[] = {{"import", law_import},     {"show", law_show},     {"list", law_list},
                 {"diff", law_diff},         {"impact", law_impact}, {"check", cli_law_check},
                 {"versions", law_versions}, {"sign", law_sign},     {"try", cli_law_try}};
    Err err;
    if (c->argc < 2) {
        return cli_usage(c, "Say what: import, show, list, diff, impact, check, versions, sign or try.");
    }
    if (!cli_load_law(c, &err)) {
        return cli_fail(c, &err);
    }
    const Scheme *s = cli_scheme(c, &err);
    for (size_t i = 0; s != NULL && i < COUNT_OF(PARTS); i++) {
        if (strcmp(PARTS[i].name, c->argv[1]) == 0) {
            return PARTS[i].run(c, s);
        }
    }
    return s ? cli_usage(c, "Say what: import, show, list, diff, impact, check, versions, sign or try.")
             : cli_fail(c, &err);
}
