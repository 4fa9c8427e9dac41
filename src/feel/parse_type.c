/* parse_type.c: type literals as in "instance of list<context<a: number>>".
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/parse_int.h"

static const FeelType *bad_type(Parser *p, const char *expected)
{
    (void)parse_fail(p, expected);
    return NULL;
}

static const FeelType *parse_item_type(Parser *p, const FeelType *(*make)(Arena *, const FeelType *))
{
    const FeelType *item = parse_type(p);
    if (item == NULL || !parse_expect(p, ">")) {
        return NULL;
    }
    return make(p->a, item);
}

static const FeelType *parse_context_type(Parser *p)
{
    FeelMember *members = NULL;
    size_t count = 0;
    while (!lex_take(p, ">")) {
        if (count > 0 && !parse_expect(p, ",")) {
            return NULL;
        }
        Str name = lex_name_before(p, ':');
        if (name.len == 0) {
            return bad_type(p, "a name and a colon");
        }
        p->at++;
        const FeelType *type = parse_type(p);
        if (type == NULL) {
            return NULL;
        }
        members = arena_grow(p->a, members, count * sizeof(FeelMember), (count + 1) * sizeof(FeelMember));
        members[count++] = (FeelMember){name, type};
    }
    return feel_type_context(p->a, members, count);
}

static const FeelType *parse_function_type(Parser *p)
{
    const FeelType **params = NULL;
    size_t count = 0;
    while (!lex_take(p, ">")) {
        if (count > 0 && !parse_expect(p, ",")) {
            return NULL;
        }
        const FeelType *type = parse_type(p);
        if (type == NULL) {
            return NULL;
        }
        params = arena_grow(p->a, params, count * sizeof(*params), (count + 1) * sizeof(*params));
        params[count++] = type;
    }
    if (!parse_expect(p, "->")) {
        return NULL;
    }
    const FeelType *result = parse_type(p);
    return result != NULL ? feel_type_function(p->a, params, count, result) : NULL;
}

/* The longest of the type names that the scope and the standard know. */
static const FeelType *parse_type_name(Parser *p)
{
    const FeelType *best = NULL;
    size_t best_end = 0;
    for (const FeelScope *s = p->src->scope; s != NULL; s = s->outer) {
        for (int i = s->type_count - 1; i >= 0; i--) {
            size_t end = name_match(p->text, p->at, s->types[i].name);
            if (end > best_end) {
                best_end = end;
                best = s->types[i].type ? s->types[i].type : feel_type_any();
            }
        }
    }
    static const char *const NAMES[] = {"Any",
                                        "Null",
                                        "number",
                                        "string",
                                        "boolean",
                                        "date",
                                        "time",
                                        "date and time",
                                        "days and time duration",
                                        "years and months duration",
                                        "list",
                                        "context",
                                        "range",
                                        "function"};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        size_t end = name_match(p->text, p->at, str_from_c(NAMES[i]));
        if (end > best_end) {
            best_end = end;
            best = feel_type_by_name(str_from_c(NAMES[i]));
        }
    }
    if (best == NULL) {
        return bad_type(p, "the name of a type");
    }
    p->at = best_end;
    return best;
}

static const FeelType *parse_type_here(Parser *p)
{
    lex_skip(p);
    size_t start = p->at;
    if (lex_take_word(p, "list") && lex_take(p, "<")) {
        return parse_item_type(p, feel_type_list);
    }
    p->at = start;
    if (lex_take_word(p, "range") && lex_take(p, "<")) {
        return parse_item_type(p, feel_type_range);
    }
    p->at = start;
    if (lex_take_word(p, "context") && lex_take(p, "<")) {
        return parse_context_type(p);
    }
    p->at = start;
    if (lex_take_word(p, "function") && lex_take(p, "<")) {
        return parse_function_type(p);
    }
    p->at = start;
    return parse_type_name(p);
}

const FeelType *parse_type(Parser *p)
{
    if (++p->nesting > NESTING_MAX) {
        (void)parse_fail_at(p, p->at, TOO_DEEP, "this type is nested too deeply");
        return NULL;
    }
    const FeelType *t = parse_type_here(p);
    p->nesting--;
    return t;
}
