/* query_search.c: finds cases by words in any spelling and script, with slips of the pen, the nearest first. Words are
 * looked up as they fold (base/fold.h), then as they sound, then with one sound changed. All of the words must be met.
 * SPDX-License-Identifier: Apache-2.0 */
#include "query_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fold.h"
#include "base/map.h"

enum { WORDS_MOST = 6, PER_LOOKUP = 400, HITS_MOST = 1000, SOUND_MOST = 16, FAR = 1000 };

typedef struct {
    Str id;
    int missed; /* bits of the words that are not met yet */
    int distance;
} Hit;

typedef struct {
    Store *s;
    Arena *a;
    const QueryPage *page;
    Str words[WORDS_MOST], sounds[WORDS_MOST];
    size_t count;
    Map hits; /* case id → Hit* */
    Err *err;
} Search;

/* ---- Looking up ---- */

static void note_hit(Search *f, Str id, size_t word)
{
    Hit *h = map_get(&f->hits, id);
    if (h == NULL) {
        h = ARENA_NEW(f->a, Hit);
        *h = (Hit){.id = id, .missed = (1 << f->count) - 1};
        map_set(&f->hits, id, h);
    }
    h->missed &= ~(1 << word);
}

#define OF_PAGE " AND ($9 = '' OR c.type = $9) AND ($10 = '' OR c.state = $10) AND" IN_REACH " LIMIT $11"

/* Cases with a word from `from` to before `to` that the reader may read: what is left out here is in no total either.
 * CROSS JOIN: SQLite would look through all cases instead. */
static bool look_up(Search *f, Str from, Str to, size_t word)
{
    StoreRows rows;
    StoreValue p[] = {REACH_PARAMS(f->page->reach), STORE_S(from),           STORE_S(to),
                      STORE_S(f->page->type),       STORE_S(f->page->state), STORE_I(PER_LOOKUP)};
    if (!store_query(
            f->s, f->a,
            "SELECT w.case_id FROM words w CROSS JOIN cases c WHERE c.id = w.case_id AND w.word >= $7 AND w.word < $8" OF_PAGE,
            p, COUNT_OF(p), &rows, f->err)) {
        return false;
    }
    for (size_t i = 0; i < rows.row_count; i++) {
        note_hit(f, rows.cells[i * rows.column_count].s, word);
    }
    return true;
}

static bool look_up_sound(Search *f, Str sound, size_t word)
{
    return look_up(f, str_printf(f->a, "=%.*s", STR_ARG(sound)), str_printf(f->a, "=%.*s!", STR_ARG(sound)), word);
}

/* The sound with one class left out, replaced, put in, or two swapped. */
static bool look_up_slips(Search *f, Str sound, size_t word)
{
    static const char CLASSES[] = "AHKLMNPST";
    char text[SOUND_MOST + 2];
    if (sound.len < 3 || sound.len > SOUND_MOST) {
        return true;
    }
    for (size_t at = 0; at <= sound.len; at++) {
        Str head = str_sub(sound, 0, at), rest = str_sub(sound, at, sound.len),
            tail = str_sub(sound, at + 1, sound.len);
        for (const char *c = CLASSES; *c != 0; c++) {
            int put = snprintf(text, sizeof text, "%.*s%c%.*s", STR_ARG(head), *c, STR_ARG(rest));
            if (!look_up_sound(f, (Str){text, (size_t)put}, word)) {
                return false;
            }
            int replaced = snprintf(text, sizeof text, "%.*s%c%.*s", STR_ARG(head), *c, STR_ARG(tail));
            if (rest.len > 0 && !look_up_sound(f, (Str){text, (size_t)replaced}, word)) {
                return false;
            }
        }
        int left = snprintf(text, sizeof text, "%.*s%.*s", STR_ARG(head), STR_ARG(tail));
        if (rest.len > 0 && !look_up_sound(f, (Str){text, (size_t)left}, word)) {
            return false;
        }
        int swapped = snprintf(text, sizeof text, "%.*s%c%c%.*s", STR_ARG(head), tail.len ? tail.ptr[0] : 0,
                               rest.len ? rest.ptr[0] : 0, STR_ARG(str_sub(sound, at + 2, sound.len)));
        if (tail.len > 0 && !look_up_sound(f, (Str){text, (size_t)swapped}, word)) {
            return false;
        }
    }
    return true;
}

/* ---- How near ---- */

static int nearest(Str wanted, const StoreRows *words, bool sounds)
{
    int best = FAR;
    for (size_t i = 0; i < words->row_count; i++) {
        Str word = words->cells[i].s;
        bool is_sound = str_starts(word, STR("="));
        if (is_sound != sounds) {
            continue;
        }
        word = is_sound ? str_sub(word, 1, word.len) : word;
        bool begins = str_starts(word, wanted);
        int d = begins ? (word.len == wanted.len ? 0 : 1) : 2 * fold_distance(wanted, word);
        best = d < best ? d : best;
    }
    return best;
}

/* By the words as written; by their sound where the writing is of another script altogether. */
static bool measure(Search *f, Hit *h)
{
    StoreRows words;
    StoreValue p[] = {STORE_S(h->id)};
    if (!store_query(f->s, f->a, "SELECT word FROM words WHERE case_id = $1", p, COUNT_OF(p), &words, f->err)) {
        return false;
    }
    for (size_t i = 0; i < f->count; i++) {
        int written = nearest(f->words[i], &words, false),
            heard = f->sounds[i].len ? 3 + 3 * nearest(f->sounds[i], &words, true) : FAR;
        h->distance += written < heard ? written : heard;
    }
    return true;
}

static int by_distance(const void *x, const void *y)
{
    const Hit *p = *(Hit *const *)x, *q = *(Hit *const *)y;
    return p->distance != q->distance ? p->distance - q->distance : str_cmp(p->id, q->id);
}

/* ---- The whole ---- */

static void split_words(Search *f)
{
    Str name = fold_name(f->a, f->page->text), sound = fold_sound(f->a, f->page->text), word;
    for (Str rest = name; f->count < WORDS_MOST && str_cut(&rest, ' ', &word);) {
        if (word.len > 0) {
            f->words[f->count++] = word;
        }
    }
    for (size_t i = 0; i < f->count && str_cut(&sound, ' ', &word); i++) {
        f->sounds[i] = word;
    }
}

static size_t found(const Search *f, Hit **ret)
{
    size_t n = 0;
    for (size_t i = 0; i < f->hits.count; i++) {
        Hit *h = f->hits.entries[i].value;
        if (h->missed == 0 && n < HITS_MOST) {
            ret[n++] = h;
        }
    }
    return n;
}

static bool gather(Search *f, Hit ***ret, size_t *ret_count)
{
    *ret_count = 0;
    for (int round = 0; round < 2 && *ret_count == 0; round++) {
        for (size_t i = 0; i < f->count; i++) {
            Str w = f->words[i];
            bool ok = round == 0 ? look_up(f, w, str_printf(f->a, "%.*s~", STR_ARG(w)), i) &&
                                       (f->sounds[i].len < 2 || look_up_sound(f, f->sounds[i], i))
                                 : look_up_slips(f, f->sounds[i], i);
            if (!ok) {
                return false;
            }
        }
        *ret = ARENA_ARRAY(f->a, Hit *, f->hits.count + 1);
        *ret_count = found(f, *ret);
    }
    return true;
}

/* Where the page begins: past the offset, and past the case after which it goes on, though that may be gone by now. */
static size_t first_of(Hit *const *hits, size_t count, const QueryPage *page, const QueryAfter *after)
{
    Hit last = {.id = after->id, .distance = (int)after->distance};
    const Hit *p = &last;
    size_t i = 0;
    while (after->id.len > 0 && i < count && by_distance(&hits[i], &p) <= 0) {
        i++;
    }
    return i + (size_t)page->offset;
}

bool query_search(Store *s, Arena *a, const QueryPage *page, const QueryAfter *after, const CaseRow **ret,
                  size_t *ret_count, int64_t *ret_total, QueryAfter *ret_next, Err *err)
{
    Search f = {.s = s, .a = a, .page = page, .hits.arena = a, .err = err};
    Hit **hits;
    size_t count = 0, n = 0;
    *ret_next = (QueryAfter){0};
    split_words(&f);
    if (!gather(&f, &hits, &count)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!measure(&f, hits[i])) {
            return false;
        }
    }
    qsort(hits, count, sizeof(Hit *), by_distance);
    CaseRow *rows = ARENA_ARRAY(a, CaseRow, (size_t)page->limit + 1);
    size_t i = first_of(hits, count, page, after);
    for (; i < count && n < (size_t)page->limit; i++) {
        const CaseRow *row;
        if (!query_case_in(s, a, page->reach, hits[i]->id, &row, err)) {
            return false;
        }
        if (row != NULL) {
            rows[n++] = *row;
        }
    }
    if (i < count && n > 0) {
        *ret_next = (QueryAfter){hits[i - 1]->id, hits[i - 1]->distance};
    }
    *ret = rows;
    *ret_count = n;
    *ret_total = (int64_t)count;
    return true;
}
