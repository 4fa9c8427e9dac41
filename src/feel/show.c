/* show.c: steps as text, for people who debug the engine.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

static const struct {
    const char *name, *form;
} OPS[] = {
#define X(name, form) {#name, form},
    FEEL_OPS(X)
#undef X
};

enum { SHOWN_MAX = 60, SHOW_DEPTH = 8 };

static void show_operand(Buf *b, const FeelCode *code, uint32_t o)
{
    static const char SPACE[] = "rfkc";
    uint32_t space = OPERAND_SPACE(o), i = OPERAND_INDEX(o);
    buf_printf(b, " %c%u", SPACE[space], i);
    if (space == IN_CONSTANTS) {
        Value v = code->constants[i];
        buf_add_c(b, "=");
        if (v.kind == FEEL_FUNCTION && v.boxed) {
            buf_add_c(b, ((const FeelBuiltin *)v.p)->name);
        } else if ((v.kind != FEEL_LIST && v.kind != FEEL_CONTEXT && v.kind != FEEL_STRING) || v.len < SHOWN_MAX) {
            feel_print(b, v);
        } else {
            buf_add_c(b, "…");
        }
    }
}

static void show_step(Buf *b, const FeelCode *code, const Step *s)
{
    buf_add_c(b, OPS[s->op].name);
    for (const char *f = OPS[s->op].form; *f != '\0'; f++) {
        switch (*f) {
        case 'd': buf_printf(b, " r%u <-", s->d); break;
        case 'a': show_operand(b, code, s->a); break;
        case 'b': show_operand(b, code, s->b); break;
        case 'r': buf_printf(b, " r%u..+%u", s->b, s->c); break;
        case 'j': buf_printf(b, " ->%u", s->c); break;
        default: buf_printf(b, " #%u", s->b); break;
        }
    }
    buf_byte(b, '\n');
}

static void show(Buf *b, const FeelCode *code, int depth)
{
    for (uint32_t i = 0; i < code->step_count; i++) {
        buf_printf(b, "%*s%u ", depth * 2, "", i);
        show_step(b, code, &code->steps[i]);
    }
    for (uint32_t i = 0; i < code->function_count && depth < SHOW_DEPTH; i++) {
        buf_printf(b, "%*sfunction %u\n", depth * 2, "", i);
        show(b, code->functions[i], depth + 1);
    }
}

void feel_code_print(Buf *b, const FeelCode *code)
{
    show(b, code_now(code), 0);
}
