/* broken_test.c: a scheme folder with one fault is refused whole, with file, place and reason.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "scheme/scheme.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCHEME "{\"id\": \"x\", \"processes\": [\"thing\"], \"rest_days\": [7]}"
#define THING                                                                                                        \
    "{\"type\": \"thing\", \"prefix\": \"T\", \"fields\": {\"name\": {\"type\": \"text\"}, \"sort\": {\"type\": "    \
    "\"choice\", \"choices\": [\"a\"]}}, \"states\": {\"open\": {\"due\": \"today\"}}, \"steps\": {\"thing.open\": " \
    "{\"opens\": true, \"who\": [\"clerk\"], \"to\": \"open\", \"event\": \"thing.opened\", \"fields\": "            \
    "[\"name\"]}}}"

static void write_file(Arena *a, Str folder, const char *name, Str text)
{
    FILE *f = fopen(str_printf(a, "%.*s/%s", STR_ARG(folder), name).ptr, "w");
    check(f != NULL);
    fwrite(text.ptr, 1, text.len, f);
    check(fclose(f) == 0);
}

static Str new_folder(Arena *a)
{
    char path[] = "/tmp/goldenbridge-scheme-XXXXXX";
    check(mkdtemp(path) != NULL);
    Str folder = str_copy(a, str_from_c(path));
    mkdir(str_printf(a, "%s/processes", path).ptr, 0755);
    mkdir(str_printf(a, "%s/messages", path).ptr, 0755);
    mkdir(str_printf(a, "%s/decisions", path).ptr, 0755);
    mkdir(str_printf(a, "%s/decisions/2020-01-01", path).ptr, 0755);
    write_file(a, folder, "scheme.json", STR(SCHEME));
    write_file(a, folder, "processes/thing.json", STR(THING));
    return folder;
}

static void remove_folder(Arena *a, Str folder)
{
    static const char *const NAMES[] = {"processes/thing.json",
                                        "messages/en.json",
                                        "messages/more.en.json",
                                        "decisions/2020-01-01/m.dmn",
                                        "days.json",
                                        "statutes.json",
                                        "scheme.json",
                                        "decisions/2020-01-01",
                                        "decisions",
                                        "messages",
                                        "processes",
                                        "."};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        const char *path = str_printf(a, "%.*s/%s", STR_ARG(folder), NAMES[i]).ptr;
        if (unlink(path) != 0) {
            rmdir(i + 1 < COUNT_OF(NAMES) ? path : str_c(a, folder));
        }
    }
}

/* The text with `old` replaced once; `old` must be there. */
static Str swap(Arena *a, const char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    check(at != NULL);
    return str_printf(a, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
}

static void is_refused(Arena *a, const char *file, Str text, ErrCode code, const char *place)
{
    Str folder = new_folder(a);
    Scheme *s = NULL;
    Err err = {0};
    write_file(a, folder, file, text);
    bool loaded = scheme_load(a, folder, &s, &err);
    remove_folder(a, folder);
    if (loaded || strstr(err.text, file) == NULL || strstr(err.text, place) == NULL) {
        printf("  %s with %.*s\n    gives    %s\n    expected %s\n", file, STR_ARG(text),
               loaded ? "no error" : err.text, place);
    }
    check(!loaded && s == NULL);
    eq_text(str_from_c(err_name(err.code)), err_name(code));
    check(strstr(err.text, place) != NULL);
    check(strstr(err.text, file) != NULL);
}

TEST(a_whole_folder_loads)
{
    Str folder = new_folder(a);
    Scheme *s;
    Err err = {0};
    bool ok = scheme_load(a, folder, &s, &err);
    remove_folder(a, folder);
    check(ok);
    eq_text(scheme_id(s), "x");
}

TEST(a_broken_process_is_refused_with_file_place_and_reason)
{
    static const struct {
        const char *old, *new, *place;
    } FAULTS[] = {
        {"[\"name\"]}", "[\"nam\"]}", "thing.open: unknown field nam"},
        {"\"to\": \"open\"", "\"to\": \"shut\"", "thing.open: unknown state shut"},
        {"\"to\": \"open\"", "\"from\": [\"shut\"]", "thing.open: unknown state shut"},
        {"\"type\": \"text\"", "\"type\": \"txt\"", "name: unknown type of field txt"},
        {"\"choices\": [\"a\"]", "\"choices\": []", "sort: a choice without choices"},
        {"\"due\": \"today\"", "\"due\": \"today +\"", "open: \"today +\""},
        {"\"due\": \"today\"", "\"due\": \"tomorrow\"", "open: \"tomorrow\""},
        {"\"prefix\": \"T\"", "\"prefix\": \"T\", \"office\": {\"clerk\": \"place\"}",
         "office: not an indexed field: place"},
        {"\"prefix\": \"T\"", "\"prefix\": \"T\", \"office\": {\"clerk\": \"name\"}",
         "office: not an indexed field: name"},
        {"\"prefix\": \"T\"", "\"prefix\": \"T\", \"office\": {\"clerk\": [\"name.place\"]}",
         "office: no field that links to a case: name"},
        {"\"prefix\": \"T\"", "\"prefix\": \"T\", \"office\": {\"clerk\": \"a.b.c.d\"}",
         "an office is at most two links away: a.b.c.d"},
        {"\"prefix\": \"T\"", "\"prefix\": \"T\", \"office\": [\"clerk\"]", "\"office\" is not an object"},
        {"\"opens\": true", "\"opens\": true, \"decision\": {\"model\": \"m\", \"name\": \"M\"}",
         "thing.open: unknown decision model m"},
        {"\"opens\": true", "\"opens\": true, \"set\": {\"size\": \"1\"}", "thing.open: unknown field size"},
        {"\"opens\": true", "\"opens\": true, \"set\": {\"name\": \"\"}", "thing.open: no expression for name"},
        {"\"opens\": true", "\"opens\": true, \"outcomes\": {\"refused\": {\"to\": \"shut\"}}",
         "thing.open: unknown state shut"},
        {"\"opens\": true", "\"opens\": true, \"require\": [{\"if\": \"true\"}]", "a requirement needs"},
        {"\"opens\": true",
         "\"opens\": true, \"require\": [{\"if\": \"true\", \"message\": \"m\", \"code\": \"OOPS\"}]",
         "unknown error code OOPS"},
        {"\"opens\": true", "\"opens\": true, \"reads\": {\"r\": {\"list\": \"nothing\"}}",
         "thing.open: unknown case type nothing"},
        {"\"opens\": true", "\"opens\": true, \"reads\": {\"r\": {\"list\": \"thing\", \"where\": {\"name\": \"1\"}}}",
         "not an indexed field: name"},
        {"\"opens\": true", "\"opens\": true, \"reads\": {\"r\": {\"list\": \"thing\", \"states\": [\"shut\"]}}",
         "unknown state shut"},
        {"\"opens\": true", "\"opens\": true, \"reads\": {\"r\": {\"guess\": \"thing\"}}", "a read needs one of"},
        {"\"opens\": true",
         "\"opens\": true, \"also\": [{\"cases\": \"case.id\", \"type\": \"other\", \"event\": \"e\"}]",
         "unknown case type other"},
        {"\"opens\": true",
         "\"opens\": true, \"also\": [{\"cases\": \"case.id\", \"type\": \"thing\", \"event\": \"e\", \"set\": {\"z\": \"1\"}}]",
         "unknown field z"},
        {"\"opens\": true", "\"opens\": true, \"also\": [{\"type\": \"thing\", \"event\": \"e\"}]",
         "an effect needs cases"},
        {"\"steps\": {",
         "\"steps\": {\"thing.close\": {\"who\": [\"clerk\"], \"from\": [\"open\"], \"to\": \"open\", \"event\": \"thing.closed\", \"sign\": true, "
         "\"also\": [{\"cases\": \"case.id\", \"type\": \"thing\", \"event\": \"thing.closed\"}]}, ",
         "the event of a signed step: thing.closed"},
        {"\"opens\": true", "\"opens\": true, \"draw\": {\"places\": \"1\"}", "a draw needs"},
        {"\"opens\": true",
         "\"opens\": true, \"draw\": {\"pool\": \"p\", \"places\": \"1\", \"multiple\": \"1\", \"rank\": \"1\", \"exposure\": \"1\", \"into\": \"name\"}",
         "a draw's pool is no list that the step reads: p"},
        {"\"opens\": true",
         "\"opens\": true, \"reads\": {\"p\": {\"list\": \"thing\"}}, \"draw\": {\"pool\": \"p\", \"places\": \"1\", \"multiple\": \"1\", \"rank\": \"1\", \"exposure\": \"1\", \"into\": \"who\"}",
         "unknown field who"},
        {"\"prefix\": \"T\"", "\"prefix\": \"\"", "\"prefix\" is missing"},
        {"\"prefix\": \"T\"", "\"prefix\": \"T\", \"subject\": \"person\"", "unknown field person"},
        {"\"type\": \"text\"", "\"type\": \"case\", \"of\": \"other\"", "name: unknown case type other"},
    };
    for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
        is_refused(a, "processes/thing.json", swap(a, THING, FAULTS[i].old, FAULTS[i].new), LAW_BROKEN,
                   FAULTS[i].place);
    }
}

TEST(parts_of_the_wrong_kind_are_refused)
{
    static const struct {
        const char *old, *new, *place;
    } FAULTS[] = {
        {"\"fields\": {\"name\": {\"type\": \"text\"}, \"sort\": {\"type\": \"choice\", \"choices\": [\"a\"]}}",
         "\"fields\": [1, 2]", "\"fields\" is not an object"},
        {"\"states\": {\"open\": {\"due\": \"today\"}}", "\"states\": [\"open\"]", "\"states\" is not an object"},
        {"\"opens\": true", "\"opens\": true, \"reads\": [1]", "\"reads\" is not an object"},
        {"\"opens\": true", "\"opens\": true, \"require\": {\"if\": \"true\"}", "\"require\" is not a list"},
        {"\"opens\": true", "\"opens\": true, \"also\": {\"event\": \"e\"}", "\"also\" is not a list"},
        {"\"opens\": true", "\"opens\": true, \"outcomes\": [\"granted\"]", "\"outcomes\" is not an object"},
        {"\"who\": [\"clerk\"]", "\"who\": {\"clerk\": 1}", "\"who\" is not a list"},
        {"\"fields\": [\"name\"]", "\"fields\": {\"name\": 1}", "\"fields\" is not a list"},
    };
    for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
        is_refused(a, "processes/thing.json", swap(a, THING, FAULTS[i].old, FAULTS[i].new), LAW_BROKEN,
                   FAULTS[i].place);
    }
    is_refused(a, "processes/thing.json", STR("[1]"), LAW_BROKEN, "is missing");
    is_refused(a, "processes/thing.json", STR("{\"type\": \"thing\", \"prefix\": \"T\", \"steps\": [1]}"), LAW_BROKEN,
               "\"steps\" is not an object");
    is_refused(a, "scheme.json", STR("{\"id\": \"x\", \"processes\": {\"thing\": 1}}"), LAW_BROKEN, "\"processes\"");
    is_refused(a, "scheme.json", STR("{\"id\": \"x\", \"processes\": [\"thing\"], \"rest_days\": {\"7\": 7}}"),
               LAW_BROKEN, "\"rest_days\"");
    is_refused(
        a, "scheme.json",
        STR("{\"id\": \"x\", \"processes\": [\"thing\"], \"queue\": {\"first\": [\"thing.open\", \"thing.shut\"]}}"),
        LAW_BROKEN, "thing.shut");
}

TEST(files_that_are_no_json_are_refused_with_their_line)
{
    is_refused(a, "processes/thing.json", STR("{\n\"type\": \"thing\",\n oops}"), LAW_BROKEN, "Line 3");
    is_refused(a, "scheme.json", STR("{"), LAW_BROKEN, "scheme.json");
    is_refused(a, "messages/en.json", STR("{\"a\": }"), LAW_BROKEN, "Line 1");
    is_refused(a, "messages/en.json", STR("[]"), LAW_BROKEN, "an object of keys");
    is_refused(a, "processes/thing.json", swap(a, THING, "\"sort\":", "\"name\":"), LAW_BROKEN, "twice"); /* a field */
}

TEST(scheme_json_needs_id_processes_and_a_working_day)
{
    is_refused(a, "scheme.json", STR("{\"processes\": [\"thing\"]}"), LAW_BROKEN, "\"id\" is missing");
    is_refused(a, "scheme.json", STR("{\"id\": \"x\"}"), LAW_BROKEN, "\"processes\"");
    is_refused(a, "scheme.json", STR("{\"id\": \"x\", \"processes\": [\"thing\"], \"rest_days\": [8]}"), LAW_BROKEN,
               "rest_days");
    is_refused(a, "scheme.json",
               STR("{\"id\": \"x\", \"processes\": [\"thing\"], \"rest_days\": [1, 2, 3, 4, 5, 6, 7]}"), LAW_BROKEN,
               "no working day");
}

TEST(a_broken_decision_model_is_refused)
{
    is_refused(a, "decisions/2020-01-01/m.dmn", STR("<definitions"), BAD_XML, "m.dmn");
    is_refused(
        a, "decisions/2020-01-01/m.dmn",
        STR("<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' id='m' name='m' namespace='u:m'>\n<decision id='d' "
            "name='D'><variable name='D'/>\n<literalExpression id='x'><text>1 +</text></literalExpression></decision></definitions>"),
        MODEL_BROKEN, "m.dmn:3");
}

TEST(a_model_that_is_compiled_when_used_is_checked_aside)
{
    Str folder = new_folder(a);
    Scheme *s = NULL;
    const SchemeModel *models = NULL;
    Err err = {0};
    write_file(a, folder, "decisions/2020-01-01/m.dmn", STR("<definitions"));
    bool loaded = scheme_load_as_used(a, folder, &s, &err);
    remove_folder(a, folder);
    check(loaded && scheme_models(s, &models) == 1);
    check(!scheme_check_late(s, &err));
    eq_text(str_from_c(err_name(err.code)), "BAD_XML");
    check(strstr(err.text, "m.dmn") != NULL);
    check(scheme_compiled(&models[0]) == NULL && scheme_compiled(&models[0]) == NULL);
    check(dmn_find(scheme_compiled(&models[0]), DMN_DECISION, STR("m")) == NULL);
    eq_int((int)json_count(dmn_describe(a, scheme_compiled(&models[0]))), 0);
}

static void *compiled_aside(void *model)
{
    return (void *)(uintptr_t)scheme_compiled(model);
}

TEST(threads_that_use_a_model_first_share_what_one_of_them_compiles)
{
    enum { THREADS = 4 };
    Scheme *s = NULL, *whole = NULL;
    const SchemeModel *models, *before;
    Err err = {0};
    pthread_t threads[THREADS];
    check(scheme_load_as_used(a, STR("tests/flow/schemes/harvest"), &s, &err) &&
          scheme_load(a, STR("tests/flow/schemes/harvest"), &whole, &err));
    check(scheme_check_late(s, &err));
    size_t count = scheme_models(s, &models);
    check(count > 0 && count == scheme_models(whole, &before));
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < THREADS; k++) {
            eq_int(pthread_create(&threads[k], NULL, compiled_aside, (void *)(uintptr_t)&models[i]), 0);
        }
        for (size_t k = 0; k < THREADS; k++) {
            void *got = NULL;
            pthread_join(threads[k], &got);
            check(got != NULL && got == scheme_compiled(&models[i]));
        }
        Buf b = buf_new(a, 1 << 24), c = buf_new(a, 1 << 24);
        json_write(&b, dmn_describe(a, scheme_compiled(&models[i])));
        json_write(&c, dmn_describe(a, scheme_compiled(&before[i])));
        check(str_eq(buf_str(&b), buf_str(&c)));
        check(str_eq(models[i].hash, before[i].hash) && str_eq(models[i].law_hash, before[i].law_hash));
    }
}

/* What a server leaves for later is refused aside with the words of who reads all at once. */
static void is_refused_aside(Arena *a, const char *file, Str text, const char *why)
{
    Str folder = new_folder(a);
    Scheme *s = NULL;
    Err aside = {0}, whole = {0};
    write_file(a, folder, "messages/en.json", STR("{\"a\": \"A\"}"));
    write_file(a, folder, file, text);
    bool loaded = scheme_load_as_used(a, folder, &s, &aside);
    check(loaded && !scheme_check_late(s, &aside));
    check(!scheme_load(a, folder, &s, &whole));
    remove_folder(a, folder);
    eq_text(str_from_c(err_name(aside.code)), err_name(whole.code));
    eq_text(str_from_c(aside.text), whole.text);
    check(strstr(aside.text, why) != NULL);
}

TEST(what_is_read_when_used_is_checked_aside)
{
    is_refused_aside(a, "processes/thing.json", swap(a, THING, "\"today\"", "\"today +\""), "\"today +\"");
    is_refused_aside(a, "processes/thing.json", swap(a, THING, "\"today\"", "\"tomorrow\""), "tomorrow");
    is_refused_aside(a, "processes/thing.json",
                     swap(a, THING, "\"opens\": true",
                          "\"opens\": true, \"reads\": {\"x\": {\"case\": \"y\"}, \"y\": {\"case\": \"x\"}}"),
                     "\"y\""); /* a read that comes later is not seen */
    is_refused_aside(a, "messages/en.json", STR("[]"), "an object of keys");
    is_refused_aside(a, "messages/en.json", STR("{\"a\":"), "en.json");
    is_refused_aside(a, "messages/more.en.json", STR("{\"a\": \"B\"}"), "another file of this language has a, too");
    is_refused_aside(a, "statutes.json", STR("{\"layers\": {,}}"), "statutes.json");
}

typedef struct {
    const Scheme *s;
    const FeelCode *code;
} Aside;

static void *used_aside(void *host)
{
    const Aside *in = host;
    Value frame[SLOT_FIRST_READ] = {0};
    Arena *a = arena_new(0);
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    scheme_fill_frame(in->s, frame);
    frame[SLOT_TODAY] = feel_date((Day){20000});
    Value v = feel_eval(run, in->code, frame);
    bool ok = !feel_run_failed(run, NULL) && v.kind == FEEL_DATE &&
              str_eq(scheme_message(in->s, STR("kk"), STR("a")), STR("A")) && json_count(scheme_statutes(in->s)) == 1;
    arena_free(a);
    return ok ? host : NULL;
}

TEST(threads_share_expressions_texts_and_statutes_that_one_of_them_reads_first)
{
    enum { THREADS = 4 };
    Str folder = new_folder(a);
    Scheme *s = NULL;
    Err err = {0};
    pthread_t threads[THREADS];
    write_file(a, folder, "messages/en.json", STR("{\"a\": \"A\"}"));
    write_file(a, folder, "statutes.json", STR("{\"layers\": {}}"));
    bool loaded = scheme_load_as_used(a, folder, &s, &err);
    remove_folder(a, folder); /* what was read counts, not the files */
    check(loaded && scheme_check_late(s, &err));
    Aside in = {s, scheme_state(scheme_type(s, STR("thing")), STR("open"))->due};
    for (size_t k = 0; k < THREADS; k++) {
        eq_int(pthread_create(&threads[k], NULL, used_aside, &in), 0);
    }
    for (size_t k = 0; k < THREADS; k++) {
        void *got = NULL;
        pthread_join(threads[k], &got);
        check(got == &in);
    }
}

TEST(a_broken_expression_that_is_used_before_it_is_found_fails_the_run)
{
    Str folder = new_folder(a);
    Scheme *s = NULL;
    Err err = {0};
    write_file(a, folder, "processes/thing.json", swap(a, THING, "\"today\"", "\"today +\""));
    bool loaded = scheme_load_as_used(a, folder, &s, &err);
    remove_folder(a, folder);
    check(loaded);
    Value frame[SLOT_FIRST_READ] = {0}, constant;
    size_t reads = 1;
    FeelRun *run = feel_run_new(a, (FeelLimits){0}, (Instant){0});
    const FeelCode *due = scheme_state(scheme_type(s, STR("thing")), STR("open"))->due;
    for (int i = 0; i < 2; i++) {
        check(feel_eval(run, due, frame).kind == FEEL_NULL);
        check(feel_run_failed(run, &err) && err.code == LAW_BROKEN);
        feel_run_reset(run);
    }
    (void)feel_code_reads(due, &reads);
    check(reads == 0 && !feel_code_constant(due, &constant));
}

TEST(a_missing_process_file_is_named)
{
    Str folder = new_folder(a);
    Scheme *s;
    Err err = {0};
    write_file(a, folder, "scheme.json", STR("{\"id\": \"x\", \"processes\": [\"thing\", \"ghost\"]}"));
    bool loaded = scheme_load(a, folder, &s, &err);
    remove_folder(a, folder);
    check(!loaded);
    check(strstr(err.text, "processes/ghost.json") != NULL);
}

TEST(the_model_of_a_day_is_the_newest_before_it)
{
    Scheme *s;
    Err err = {0};
    Day day;
    check(scheme_load(a, STR("tests/flow/schemes/harvest"), &s, &err));
    check(day_parse(STR("2019-12-31"), &day));
    check(scheme_model(s, STR("harvest-stay"), day) == NULL);
    day.n++;
    check(scheme_model(s, STR("harvest-stay"), day) != NULL);
    check(scheme_model(s, STR("harvest"), day) == NULL);
}
