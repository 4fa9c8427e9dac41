/* draft.c: a draft as files → models and caps that can be tried.
 * SPDX-License-Identifier: Apache-2.0 */
#include "trial_int.h"

#include "base/file.h"
#include "base/hash.h"

enum { MAX_MODEL = 8 * 1024 * 1024 };

static bool is_known(const Scheme *s, Str name)
{
    const SchemeModel *models;
    size_t count = scheme_models(s, &models);
    for (size_t i = 0; i < count; i++) {
        if (str_eq(models[i].name, name)) {
            return true;
        }
    }
    return false;
}

static bool add_model(Arena *a, TrialDraft *d, Str file, Str xml, Day from, Err *err)
{
    DmnModel *model;
    const DmnProblem *problems;
    Str name = str_sub(file, 0, file.len - 4);
    DmnSource source = {.path = file, .xml = xml};
    if (!is_known(d->scheme, name)) {
        return err_set(err, MODEL_BROKEN, "%.*s: the scheme has no decision model of this name.", STR_ARG(file));
    }
    if (!dmn_load(a, &source, 1, &model, err)) {
        return false;
    }
    if (dmn_problems(model, &problems) > 0) {
        return err_set(err, MODEL_BROKEN, "%.*s, line %d, %.*s: %.*s", STR_ARG(file), problems[0].line,
                       STR_ARG(problems[0].element), STR_ARG(problems[0].message));
    }
    if (d->count == d->cap) {
        d->models = arena_grow(a, d->models, d->cap * sizeof *d->models, (d->cap * 2 + 4) * sizeof *d->models);
        d->cap = d->cap * 2 + 4;
    }
    d->models[d->count++] = (SchemeModel){
        .name = name, .from = from, .path = file, .hash = hex_print(a, HASH_STR(hash_of(xml))), .model = model};
    return true;
}

/* Spreadsheets part with semicolons where a comma is the decimal point. */
static Str with_commas(Arena *a, Str line)
{
    if (str_find(line, STR(";"), 0) == SIZE_MAX || str_find(line, STR(","), 0) != SIZE_MAX) {
        return line;
    }
    Buf b = buf_new(a, line.len + 1);
    for (size_t i = 0; i < line.len; i++) {
        buf_byte(&b, line.ptr[i] == ';' ? ',' : line.ptr[i]);
    }
    return buf_str(&b);
}

/* Lines cell,… and pool,…; round,ID names the only round that is meant. */
static bool add_caps(Arena *a, TrialDraft *d, Str file, Str text, Err *err)
{
    Buf b = buf_new(a, MAX_MODEL);
    Str line, mark = STR("\xEF\xBB\xBF");
    for (Str rest = str_sub(text, str_starts(text, mark) ? mark.len : 0, text.len); str_cut(&rest, '\n', &line);) {
        line = with_commas(a, str_trim(line));
        if (str_starts(line, STR("round,"))) {
            d->caps_round = str_copy(a, str_sub(line, 6, line.len));
        } else if (str_starts(line, STR("cell,")) || str_starts(line, STR("pool,"))) {
            buf_printf(&b, "%.*s\n", STR_ARG(line));
        } else if (line.len > 0 && line.ptr[0] != '#') {
            return err_set(err, BAD_REQUEST, "%.*s: a line begins with cell, pool or round, not: %.*s", STR_ARG(file),
                           STR_ARG(str_sub(line, 0, 60)));
        }
    }
    d->caps = buf_str(&b);
    return d->caps.len > 0 || err_set(err, BAD_REQUEST, "%.*s holds no cap.", STR_ARG(file));
}

bool trial_add(Arena *a, TrialDraft *d, Str file_name, Str bytes, Day from, Err *err)
{
    Str base = file_name, piece;
    for (Str rest = file_name; str_cut(&rest, '/', &piece);) {
        base = piece;
    }
    if (bytes.len > MAX_MODEL) {
        return err_set(err, TOO_LARGE, "A draft is at most %d MB.", MAX_MODEL >> 20);
    }
    if (str_ends(base, STR(".dmn"))) {
        return add_model(a, d, base, bytes, from, err);
    }
    return str_ends(base, STR(".csv"))
               ? add_caps(a, d, base, bytes, err)
               : err_set(err, BAD_REQUEST, "%.*s: a draft is a file NAME.dmn or NAME.csv.", STR_ARG(base));
}

static bool load_folder(Arena *a, Str folder, Day from, TrialDraft *d, Err *err)
{
    static const char *const KINDS[] = {".dmn", ".csv"};
    for (size_t k = 0; k < COUNT_OF(KINDS); k++) {
        size_t count;
        Str *names = folder_list(a, folder, KINDS[k], &count), bytes;
        for (size_t i = 0; i < count; i++) {
            Str path = str_printf(a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i]));
            if (!file_load(a, path, MAX_MODEL, &bytes, err) || !trial_add(a, d, names[i], bytes, from, err)) {
                return false;
            }
        }
    }
    return true;
}

bool trial_load(Arena *a, const Scheme *s, Str path, Day from, TrialDraft *ret, Err *err)
{
    Str bytes;
    *ret = (TrialDraft){.scheme = s};
    if (str_ends(path, STR(".dmn")) || str_ends(path, STR(".csv"))) {
        return file_load(a, path, MAX_MODEL, &bytes, err) && trial_add(a, ret, path, bytes, from, err);
    }
    size_t days;
    Str inner = str_printf(a, "%.*s/decisions", STR_ARG(path)), *names = folder_list(a, inner, "", &days);
    for (size_t i = 0; i < days; i++) {
        if (!load_folder(a, str_printf(a, "%.*s/%.*s", STR_ARG(inner), STR_ARG(names[i])), from, ret, err)) {
            return false;
        }
    }
    if (!load_folder(a, path, from, ret, err)) {
        return false;
    }
    return ret->count > 0 || ret->caps.len > 0 ||
           err_set(err, NOT_FOUND, "%.*s holds no draft: no file NAME.dmn or NAME.csv.", STR_ARG(path));
}
