/* coded.c: runs a plan of stages over blocks of rows; each new case of a stage is decided the single way, once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "coded_int.h"
#include "table_int.h"

#include <string.h>

enum { FEW_BITS = 12, WORD_BITS = 64, ROOM = 64 << 10 };

/* ---- Deciding one case ----------------------------------------------------------------------------------------- */

static bool evaluation_ready(Coder *c)
{
    if (c->ev == NULL) {
        c->ev = eval_begin(c->run, c->d, NULL);
    }
    c->broken |= c->ev == NULL;
    return c->ev != NULL;
}

/* Frames are used again where nothing can keep a pointer to them. */
static void frames_clear(Coder *c, const DmnInvocable *owner)
{
    const Expr *e = owner->logic;
    bool again = e == NULL || e->kind == EXPR_LITERAL || e->kind == EXPR_TABLE;
    memset(c->frame, 0, c->frame_size * sizeof(Value));
    c->ev->frames = c->frame;
    c->ev->frames_left = again ? c->frame_size : 0;
    c->ev->used_before = arena_used(c->ev->a);
}

static Value code_value(Coder *c, const DmnInvocable *owner, const FeelCode *code)
{
    frames_clear(c, owner);
    node_slots(c->ev, owner, c->frame);
    return feel_eval(c->run, code, c->frame);
}

/* The value of a stage in a row of the block. */
static Value stage_value(Coder *c, const Stage *s, size_t row)
{
    FeelMark mark = feel_run_mark(c->run);
    Value v;
    for (size_t i = 0; i < s->owner->slot_count; i++) {
        const Slot *slot = &s->owner->slots[i];
        for (size_t j = 0; j < slot->count; j++) {
            const Stage *from = c->by_number[slot->nodes[j]->number];
            if (from != NULL) {
                c->ev->memo[slot->nodes[j]->number] = from->dict.items[from->codes[row]];
            }
        }
    }
    if (s->kind == STAGE_PART) {
        v = code_value(c, s->owner, s->code);
        v = s->input != NULL ? type_check(c->run, v, s->input->type, s->input->text) : v;
    } else {
        frames_clear(c, s->owner);
        v = node_eval(c->ev, s->owner);
    }
    if (feel_run_failed(c->run, NULL)) {
        feel_run_back(c->run, &mark);
        c->broken = true;
        return feel_null();
    }
    return v;
}

/* ---- Classes --------------------------------------------------------------------------------------------------- */

/* A value that stands for a class of its own; no FEEL value is of this kind. */
static Value own_class(size_t code)
{
    return (Value){.kind = FEEL_TYPE, .i = (int64_t)code};
}

static Value column_class(const Operand *o, Value v, size_t code)
{
    if (is_error(v)) {
        return own_class(code);
    }
    if (o->column->any) {
        return feel_int(0);
    }
    size_t region = v.kind == FEEL_NULL ? o->column->regions : index_region(o->column, v);
    if (region == SIZE_MAX) {
        return own_class(code);
    }
    return feel_int((int64_t)(o->regions != NULL ? o->regions[region] : region));
}

static Value operand_class(Coder *c, const Stage *s, const Operand *o, size_t code)
{
    Value v = o->from->dict.items[code];
    if (o->code != NULL) {
        c->ev->memo[o->from->owner->number] = v;
        v = code_value(c, s->owner, o->code);
    }
    if (o->input != NULL) {
        v = type_check(c->run, v, o->input->type, o->input->text);
    }
    return o->column != NULL ? column_class(o, v, code) : v;
}

static bool has_classes(const Operand *o)
{
    return o->code != NULL || o->input != NULL || o->column != NULL;
}

/* Classes for the numbers that are new since the last block. */
static void classes_extend(Coder *c, const Stage *s, Operand *o)
{
    size_t count = o->from->dict.count;
    if (!has_classes(o) || o->mapped == count) {
        return;
    }
    if (count > o->map_cap) {
        o->map = arena_grow(c->memory, o->map, o->map_cap * sizeof(uint32_t), count * 2 * sizeof(uint32_t));
        o->map_cap = count * 2;
    }
    FeelMark mark = feel_run_mark(c->run);
    for (; o->mapped < count && !c->broken; o->mapped++) {
        o->map[o->mapped] = dict_code(&o->classes, operand_class(c, s, o, o->mapped));
        c->broken = feel_run_failed(c->run, NULL);
    }
    if (c->broken) {
        feel_run_back(c->run, &mark);
    }
}

/* ---- Keys ------------------------------------------------------------------------------------------------------ */

static unsigned bits_for(size_t count)
{
    unsigned bits = 1;
    while (((size_t)1 << bits) < count) {
        bits++;
    }
    return bits;
}

static size_t class_count(const Operand *o)
{
    return has_classes(o) ? o->classes.count : o->from->dict.count;
}

/* Where each operand stands in the key. False: they do not fit in one. */
static bool key_layout(Stage *s, size_t *ret_words, unsigned *ret_bits)
{
    unsigned word = 0, shift = 0;
    for (size_t i = 0; i < s->operand_count; i++) {
        Operand *o = &s->operands[i];
        size_t count = class_count(o);
        o->width = bits_for(count > 4 ? count * 2 : count);
        if (shift + o->width > WORD_BITS) {
            word++;
            shift = 0;
        }
        o->word = word;
        o->shift = shift;
        shift += o->width;
    }
    *ret_words = word + 1;
    *ret_bits = word * WORD_BITS + shift;
    return word < KEY_WORDS;
}

static uint64_t key_part(const Operand *o, const uint64_t *key)
{
    uint64_t mask = o->width < WORD_BITS ? ((uint64_t)1 << o->width) - 1 : UINT64_MAX;
    return (key[o->word] >> o->shift) & mask;
}

static void remember(Stage *s, const uint64_t *key, uint32_t number)
{
    if (s->few != NULL) {
        s->few[key[0]] = number + 1;
    } else {
        memo_set(&s->memo, memo_find(&s->memo, key), key, number);
    }
}

/* A known case in the new layout. */
static void remember_again(Stage *s, const Operand *old, const uint64_t *key, uint32_t number)
{
    uint64_t again[KEY_WORDS] = {0};
    for (size_t i = 0; i < s->operand_count; i++) {
        again[s->operands[i].word] |= key_part(&old[i], key) << s->operands[i].shift;
    }
    remember(s, again, number);
}

static void layout_change(Coder *c, Stage *s)
{
    size_t words = 0;
    unsigned bits = 0;
    Operand *old = ARENA_ARRAY(c->memory, Operand, s->operand_count + 1);
    Stage before = *s;
    if (s->operand_count > 0) {
        memcpy(old, s->operands, s->operand_count * sizeof(Operand));
    }
    if (!key_layout(s, &words, &bits)) {
        c->broken = true;
        return;
    }
    s->few = bits <= FEW_BITS ? ARENA_ARRAY(c->memory, uint32_t, (size_t)1 << bits) : NULL;
    s->memo = s->few == NULL ? memo_new(c->memory, words) : (Memo){0};
    s->bits = bits;
    for (uint64_t key = 0; before.few != NULL && key < (uint64_t)1 << before.bits; key++) {
        if (before.few[key] != 0) {
            remember_again(s, old, &key, before.few[key] - 1);
        }
    }
    for (size_t i = 0; i < before.memo.slot_count; i++) {
        const uint64_t *slot = before.memo.slots + i * (before.memo.words + 1);
        if (slot[before.memo.words] != 0) {
            remember_again(s, old, slot, (uint32_t)slot[before.memo.words] - 1);
        }
    }
}

static void layout_fit(Coder *c, Stage *s)
{
    bool fits = s->few != NULL || s->memo.slots != NULL;
    for (size_t i = 0; i < s->operand_count; i++) {
        const Operand *o = &s->operands[i];
        fits = fits && class_count(o) <= (size_t)1 << o->width;
    }
    if (!fits) {
        layout_change(c, s);
    }
}

static size_t keys_make(Coder *c, const Stage *s, size_t rows)
{
    size_t words = s->few != NULL ? 1 : s->memo.words;
    for (size_t w = 0; w < words; w++) {
        memset(c->keys[w], 0, rows * sizeof(uint64_t));
    }
    for (size_t i = 0; i < s->operand_count; i++) {
        const Operand *o = &s->operands[i];
        const uint32_t *codes = o->from->codes, *map = o->map;
        uint64_t *key = c->keys[o->word];
        for (size_t r = 0; map == NULL && r < rows; r++) {
            key[r] |= (uint64_t)codes[r] << o->shift;
        }
        for (size_t r = 0; map != NULL && r < rows; r++) {
            key[r] |= (uint64_t)map[codes[r]] << o->shift;
        }
    }
    return words;
}

static uint32_t case_decide(Coder *c, Stage *s, size_t row)
{
    return c->broken ? 0 : dict_code(&s->dict, stage_value(c, s, row));
}

static void few_look(Coder *c, Stage *s, size_t rows)
{
    const uint64_t *keys = c->keys[0];
    for (size_t r = 0; r < rows; r++) {
        uint32_t number = s->few[keys[r]];
        if (number == 0) {
            number = case_decide(c, s, r) + 1;
            s->few[keys[r]] = number;
        }
        s->codes[r] = number - 1;
    }
}

static void memo_look(Coder *c, Stage *s, size_t rows, size_t words)
{
    for (size_t r = 0; r < rows; r++) {
        uint64_t key[KEY_WORDS];
        for (size_t w = 0; w < words; w++) {
            key[w] = c->keys[w][r];
        }
        uint64_t *at = memo_find(&s->memo, key);
        if (at[words] != 0) {
            s->codes[r] = (uint32_t)at[words] - 1;
            continue;
        }
        s->codes[r] = case_decide(c, s, r);
        memo_set(&s->memo, at, key, s->codes[r]);
    }
}

static void stage_run(Coder *c, Stage *s, size_t rows)
{
    for (size_t i = 0; i < s->operand_count && !c->broken; i++) {
        classes_extend(c, s, &s->operands[i]);
    }
    if (c->broken) {
        return;
    }
    layout_fit(c, s);
    if (c->broken) {
        return;
    }
    size_t words = keys_make(c, s, rows);
    if (s->few != NULL) {
        few_look(c, s, rows);
    } else {
        memo_look(c, s, rows, words);
    }
}

/* ---- Inputs ---------------------------------------------------------------------------------------------------- */

/* The number of what the check of its type makes of a value. */
static uint32_t input_code(Coder *c, Stage *s, Value v)
{
    const DmnInvocable *d = s->owner;
    return dict_code(&s->dict, type_check(c->run, v, d->type, d->name));
}

static uint32_t loose_code(Coder *c, Stage *s, Value v)
{
    uint32_t raw = dict_code(&s->raw, v);
    if (raw >= s->checked_cap) {
        size_t cap = (size_t)raw * 2 + 16;
        s->checked = arena_grow(c->memory, s->checked, s->checked_cap * sizeof(uint32_t), cap * sizeof(uint32_t));
        s->checked_cap = cap;
    }
    if (s->checked[raw] == 0) {
        s->checked[raw] = input_code(c, s, v) + 1;
    }
    return s->checked[raw] - 1;
}

static bool values_alike(Value x, Value y)
{
    return x.kind == y.kind && x.scale == y.scale && x.boxed == y.boxed && x.reason == y.reason && x.len == y.len &&
           x.i == y.i;
}

static void values_load(Coder *c, Stage *s, const Value *values, size_t rows)
{
    for (size_t r = 0; r < rows; r++) {
        bool again = r > 0 && values_alike(values[r], values[r - 1]);
        s->codes[r] = again ? s->codes[r - 1] : loose_code(c, s, values[r]);
    }
}

static uint32_t *places_of(Coder *c, Stage *s, const void *dict, size_t count)
{
    if (s->known_dict != dict) {
        s->known_dict = dict;
        s->known = ARENA_ARRAY(c->memory, uint32_t, count);
    }
    return s->known;
}

static void coded_load(Coder *c, Stage *s, const DmnColumn *col, size_t from, size_t rows)
{
    uint32_t *known = places_of(c, s, col->values, col->value_count);
    for (size_t r = 0; r < rows; r++) {
        uint32_t *at = &known[col->codes[from + r]];
        if (*at == 0) {
            *at = loose_code(c, s, col->values[col->codes[from + r]]) + 1;
        }
        s->codes[r] = *at - 1;
    }
}

static void texts_load(Coder *c, Stage *s, const DmnColumn *col, size_t from, size_t rows)
{
    uint32_t *known = places_of(c, s, col->dict, col->dict_count);
    for (size_t r = 0; r < rows; r++) {
        int64_t n = col->n[from + r];
        bool none = (col->null != NULL && col->null[from + r]) || n < 0 || (size_t)n >= col->dict_count;
        if (!none && known[n] == 0) {
            known[n] = input_code(c, s, feel_str(col->dict[n])) + 1;
        }
        s->codes[r] = none ? 0 : known[n] - 1;
    }
}

static void numbers_load(Coder *c, Stage *s, const DmnColumn *col, size_t from, size_t rows)
{
    int scale = col->kind == FEEL_NUMBER ? col->scale : 0;
    if (s->numbers.slots == NULL || s->number_kind != col->kind || s->number_scale != scale) {
        s->numbers = memo_new(c->memory, 1);
        s->number_kind = col->kind;
        s->number_scale = scale;
    }
    for (size_t r = 0; r < rows; r++) {
        uint64_t key = (uint64_t)col->n[from + r];
        if (col->null != NULL && col->null[from + r]) {
            s->codes[r] = 0;
            continue;
        }
        uint64_t *at = memo_find(&s->numbers, &key);
        if (at[1] == 0) {
            Value v = {.kind = (uint8_t)col->kind, .scale = (uint8_t)scale, .i = col->n[from + r]};
            s->codes[r] = input_code(c, s, v);
            memo_set(&s->numbers, at, &key, s->codes[r]);
        } else {
            s->codes[r] = (uint32_t)at[1] - 1;
        }
    }
}

static void input_load(Coder *c, Stage *s, const DmnColumn *col, size_t from, size_t rows)
{
    (void)dict_code(&s->dict, feel_null()); /* so that it is number 0 */
    if (col->kind == FEEL_STRING) {
        texts_load(c, s, col, from, rows);
    } else if (col->kind != FEEL_NULL) {
        numbers_load(c, s, col, from, rows);
    } else if (col->codes != NULL) {
        coded_load(c, s, col, from, rows);
    } else {
        values_load(c, s, col->values + from, rows);
    }
}

/* ---- The face -------------------------------------------------------------------------------------------------- */

void coder_forget(Coder *c)
{
    arena_reset(c->memory);
    c->ev = NULL;
    c->broken = false;
    for (size_t i = 0; i < c->count; i++) {
        Stage *s = c->stages[i];
        s->dict = s->raw = (Dict){.a = c->memory};
        s->memo = s->numbers = (Memo){0};
        s->few = s->checked = s->known = NULL;
        s->checked_cap = 0;
        s->known_dict = NULL;
        for (size_t k = 0; k < s->operand_count; k++) {
            Operand *o = &s->operands[k];
            o->classes = (Dict){.a = c->memory};
            o->map = NULL;
            o->mapped = o->map_cap = 0;
        }
    }
}

bool coder_run(Coder *c, const DmnColumn *columns, size_t from, size_t rows, Value *ret)
{
    if (c->broken || feel_run_failed(c->run, NULL) || !evaluation_ready(c)) {
        return false;
    }
    for (size_t i = 0; i < c->count && !c->broken; i++) {
        Stage *s = c->stages[i];
        if (s->kind == STAGE_INPUT) {
            input_load(c, s, &columns[s->column], from, rows);
            c->broken |= feel_run_failed(c->run, NULL);
        } else {
            stage_run(c, s, rows);
        }
    }
    const Stage *last = c->stages[c->count - 1];
    for (size_t r = 0; r < rows && !c->broken; r++) {
        ret[r] = last->dict.items[last->codes[r]];
    }
    return !c->broken;
}
