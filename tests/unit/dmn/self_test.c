/* self_test.c: index, plain scan and batch give the same bits on random inputs, for every model of the law and of the
 * conformance suite. DMN_CASES sets how many cases each model gets (usually 2,000; the proof at scale is 1,000,000).
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "dmn/dmn_tools.h"
#include "dmn/file_int.h"
#include "dmn_testing.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { USUAL_CASES = 2000, FOLDER_DEPTH = 8, MODELS_BESIDE = 64 };

typedef struct {
    Arena *a;
    size_t models, with_inputs;
    DmnSelfCounts sum;
} Walk;

static size_t cases_wanted(void)
{
    const char *text = getenv("DMN_CASES");
    long n = text != NULL ? strtol(text, NULL, 10) : 0;
    return n > 0 ? (size_t)n : USUAL_CASES;
}

static void model_compare(Walk *w, Str folder, const Str *names, size_t count, size_t which)
{
    Arena *mine = arena_new(0);
    DmnSource sources[MODELS_BESIDE];
    size_t n = 0;
    Err err = {0};
    DmnSelfCounts c = {0};
    for (size_t i = 0; i < count && n < MODELS_BESIDE; i++) {
        size_t at = i == 0 ? which : i <= which ? i - 1 : i; /* the model itself comes first */
        if (str_ends(names[at], STR(".dmn"))) {
            sources[n].path = str_printf(mine, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[at]));
            check(file_read(mine, sources[n].path, &sources[n].xml, &err));
            n++;
        }
    }
    bool alone = str_find(sources[0].xml, STR("import"), 0) == SIZE_MAX;
    DmnSelfWanted wanted = {.cases = cases_wanted(), .seed = 42 + w->models, .out = stdout};
    bool ok = dmn_selftest(mine, sources, alone ? 1 : n, wanted, &c, &err);
    if (!ok || c.differing > 0) {
        printf("  %.*s: %s\n", STR_ARG(sources[0].path), ok ? "differs" : err.text);
    }
    check(ok && c.differing == 0);
    w->models++;
    w->with_inputs += c.subjects > 0;
    w->sum.cases += c.cases;
    w->sum.answered += c.answered;
    w->sum.columnar += c.columnar;
    w->sum.limited += c.limited;
    arena_free(mine);
}

static void folder_walk(Walk *w, Str folder, int depth)
{
    Str *names = NULL;
    size_t count = 0;
    check(folder_read(w->a, folder, &names, &count, NULL));
    for (size_t i = 0; i < count; i++) {
        Str path = str_printf(w->a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i]));
        if (depth < FOLDER_DEPTH && folder_is(w->a, path)) {
            folder_walk(w, path, depth + 1);
        } else if (str_ends(path, STR(".dmn"))) {
            model_compare(w, folder, names, count, i);
        }
    }
}

static void walk_print(const Walk *w)
{
    printf("  %zu models, %zu with inputs: %zu cases, %zu answered, %zu in columns, %zu past the limits\n", w->models,
           w->with_inputs, w->sum.cases, w->sum.answered, w->sum.columnar, w->sum.limited);
}

TEST_WITHIN(index_scan_and_batch_agree_on_every_law_model, 3600)
{
    Walk w = {.a = a};
    Str *schemes = NULL;
    size_t count = 0;
    if (!folder_read(a, STR("law"), &schemes, &count, NULL)) {
        skip("the folder law is not here");
    }
    for (size_t i = 0; i < count; i++) {
        Str folder = str_printf(a, "law/%.*s/decisions", STR_ARG(schemes[i]));
        if (folder_is(a, folder)) {
            folder_walk(&w, folder, 0);
        }
    }
    walk_print(&w);
    check(w.with_inputs > 0);
    check(w.sum.answered > w.sum.cases / 2);
    check(w.sum.columnar > w.sum.cases / 10 * 9);
}

TEST_WITHIN(index_scan_and_batch_agree_on_every_tck_model, 3600)
{
    Walk w = {.a = a};
    const char *dir = getenv("TCK_DIR");
    struct stat st;
    dir = dir != NULL ? dir : stat("../shared/dmn-tck", &st) == 0 ? "../shared/dmn-tck" : "../../shared/dmn-tck";
    if (stat(dir, &st) != 0) {
        skip("the dmn-tck folder is not here; set TCK_DIR");
    }
    folder_walk(&w, str_from_c(dir), 0);
    walk_print(&w);
    check(w.with_inputs > 0);
    check(w.sum.answered > w.sum.cases / 4);
    check(w.sum.columnar > w.sum.cases / 4 * 3);
}

TEST(wild_inputs_reach_every_part_of_a_table)
{
    Str xml = table_model(a, "hitPolicy=\"UNIQUE\"", "x number;y string", "o number",
                          "r1|< 10|\"a\"|1\nr2|>= 10|\"a\"|2\nr3|-|\"b\"|3");
    DmnSource source = {STR("t.dmn"), xml};
    DmnSelfCounts c = {0};
    Err err = {0};
    check(dmn_selftest(a, &source, 1, (DmnSelfWanted){.cases = 5000, .seed = 3}, &c, &err));
    eq_int(c.cases, 5000);
    eq_int(c.differing, 0);
    check(c.answered > 2000 && c.columnar > 1000);
}
