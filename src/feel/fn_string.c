/* fn_string.c: built-in functions of texts; the regular expressions themselves are in regex.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

#include "base/utf8.h"

#include <utf8proc.h>

/* A buffer for a result, bounded by what the run may still allocate (old copies stay behind while it grows). */
static Buf text_new(FeelRun *run)
{
    size_t used = arena_used(run->arena) - run->bytes_before, limit = run->limits.bytes;
    return buf_new(run->arena, used < limit ? (limit - used) / 4 : 0);
}

static Value text_done(FeelRun *run, const Buf *b)
{
    return buf_ok(b) ? feel_str(buf_str(b)) : feel_fail(run, LIMIT_MEMORY, "a text longer than the memory allows");
}

static bool two_texts(const Value *args, Str *a, Str *b)
{
    return arg_text(args[0], a) && arg_text(args[1], b);
}

static Value bad_texts(FeelRun *run, const char *function, const Value *args)
{
    return bad_argument(run, function, arg_unwrapped(args[0]).kind == FEEL_STRING ? args[1] : args[0]);
}

Value fn_string(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    if (args[0].kind == FEEL_NULL) {
        return feel_error(run, "string: null has no text");
    }
    if (args[0].kind == FEEL_STRING) {
        return args[0];
    }
    Buf b = text_new(run);
    feel_print_plain(&b, args[0]);
    return text_done(run, &b);
}

Value fn_not(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Value v = arg_unwrapped(args[0]);
    return v.kind == FEEL_BOOLEAN ? feel_bool(!v.i) : bad_argument(run, "not", v);
}

Value fn_substring(FeelRun *run, const Value *args, size_t count)
{
    Str s;
    int64_t start, length = INT64_MAX;
    if (!arg_text(args[0], &s) || !arg_int(args[1], &start)) {
        return bad_argument(run, "substring", arg_unwrapped(args[0]).kind == FEEL_STRING ? args[1] : args[0]);
    }
    if (count > 2 && !arg_int(args[2], &length)) {
        return bad_argument(run, "substring", args[2]);
    }
    int64_t size = (int64_t)utf8_count(s);
    if (start == 0 || start > size || start < -size || length < 1) {
        return feel_error(run, "substring: position or length outside of the text");
    }
    int64_t from = start > 0 ? start - 1 : size + start, to = length < size - from ? from + length : size;
    return feel_str(str_sub(s, utf8_at(s, (size_t)from), utf8_at(s, (size_t)to)));
}

Value fn_string_length(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s;
    return arg_text(args[0], &s) ? feel_int((int64_t)utf8_count(s)) : bad_argument(run, "string length", args[0]);
}

/* Simple mapping, and the one full mapping that people meet: ß. */
static Value with_case(FeelRun *run, Value v, bool upper, const char *function)
{
    Str s;
    if (!arg_text(v, &s)) {
        return bad_argument(run, function, v);
    }
    Buf b = text_new(run);
    for (size_t at = 0; at < s.len;) {
        int32_t c = utf8_next(s, &at);
        if (upper && c == 0xDF) {
            buf_add_c(&b, "SS");
        } else {
            utf8_put(&b, upper ? utf8proc_toupper(c) : utf8proc_tolower(c));
        }
    }
    return text_done(run, &b);
}

Value fn_upper_case(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return with_case(run, args[0], true, "upper case");
}

Value fn_lower_case(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    return with_case(run, args[0], false, "lower case");
}

Value fn_substring_before(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s, match;
    if (!two_texts(args, &s, &match)) {
        return bad_texts(run, "substring before", args);
    }
    size_t at = str_find(s, match, 0);
    return feel_str(str_sub(s, 0, at == SIZE_MAX ? 0 : at));
}

Value fn_substring_after(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s, match;
    if (!two_texts(args, &s, &match)) {
        return bad_texts(run, "substring after", args);
    }
    size_t at = str_find(s, match, 0);
    return feel_str(str_sub(s, at == SIZE_MAX ? s.len : at + match.len, s.len));
}

Value fn_contains(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s, match;
    return two_texts(args, &s, &match) ? feel_bool(str_find(s, match, 0) != SIZE_MAX)
                                       : bad_texts(run, "contains", args);
}

Value fn_starts_with(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s, match;
    return two_texts(args, &s, &match) ? feel_bool(str_starts(s, match)) : bad_texts(run, "starts with", args);
}

Value fn_ends_with(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str s, match;
    return two_texts(args, &s, &match) ? feel_bool(str_ends(s, match)) : bad_texts(run, "ends with", args);
}

Value fn_string_join(FeelRun *run, const Value *args, size_t count)
{
    Value list;
    Str delimiter = STR("");
    if (!arg_list(run, args[0], &list)) {
        return bad_argument(run, "string join", args[0]);
    }
    if (count > 1 && args[1].kind != FEEL_NULL && !arg_text(args[1], &delimiter)) {
        return bad_argument(run, "string join", args[1]);
    }
    Buf b = text_new(run);
    bool first = true;
    for (size_t i = 0; i < list.len && buf_ok(&b); i++) {
        Value item = feel_items(list)[i];
        if (item.kind == FEEL_NULL) {
            continue;
        }
        if (item.kind != FEEL_STRING) {
            return bad_argument(run, "string join", item);
        }
        buf_add(&b, first ? STR("") : delimiter);
        buf_add(&b, feel_text(item));
        first = false;
    }
    return text_done(run, &b);
}

/* ---- Regular expressions ---------------------------------------------------------------------------------------- */

/* Pattern and optional flags of a call. */
static bool pattern_of(FeelRun *run, Value pattern, const Value *flags, const Regex **ret, const char **ret_reason)
{
    Str p, f = STR("");
    *ret_reason = "the pattern is no text";
    if (!arg_text(pattern, &p)) {
        return false;
    }
    *ret_reason = "the flags are no text";
    if (flags != NULL && flags->kind != FEEL_NULL && !arg_text(*flags, &f)) {
        return false;
    }
    return regex_compile(run, p, f, ret, ret_reason);
}

Value fn_matches(FeelRun *run, const Value *args, size_t count)
{
    Str input;
    const Regex *re;
    const char *reason;
    RegexSpan spans[REGEX_GROUPS_MAX + 1];
    if (!arg_text(args[0], &input)) {
        return bad_argument(run, "matches", args[0]);
    }
    if (!pattern_of(run, args[1], count > 2 ? &args[2] : NULL, &re, &reason)) {
        return feel_error(run, "matches: %s", reason);
    }
    bool found = regex_search(run, re, input, 0, spans);
    return run->failed ? feel_null() : feel_bool(found);
}

/* The number after '$': as many digits as still name a group. */
static size_t group_of(Str s, size_t *at, int groups)
{
    size_t n = (size_t)(s.ptr[(*at)++] - '0');
    while (*at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9') {
        size_t next = n * 10 + (size_t)(s.ptr[*at] - '0');
        if (next > (size_t)groups) {
            break;
        }
        n = next;
        (*at)++;
    }
    return n;
}

static bool replacement_is_valid(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char next = i + 1 < s.len ? s.ptr[i + 1] : 0;
        if (s.ptr[i] == '$' && (next < '0' || next > '9')) {
            return false;
        }
        if (s.ptr[i] == '\\') {
            if (next != '\\' && next != '$') {
                return false;
            }
            i++;
        }
    }
    return true;
}

static void put_replacement(Buf *b, Str with, Str input, const RegexSpan *spans, int groups)
{
    for (size_t i = 0; i < with.len;) {
        size_t end = i;
        while (end < with.len && with.ptr[end] != '$' && with.ptr[end] != '\\') {
            end++;
        }
        buf_add(b, str_sub(with, i, end));
        i = end;
        if (i == with.len) {
            break;
        }
        if (with.ptr[i++] == '\\') {
            buf_add(b, str_sub(with, i, i + 1));
            i++;
            continue;
        }
        size_t group = group_of(with, &i, groups);
        if (group <= (size_t)groups && spans[group].from != SIZE_MAX) {
            buf_add(b, str_sub(input, spans[group].from, spans[group].to));
        }
    }
}

/* As in XPath, a pattern that matches the empty text cannot say where to replace or split. */
static bool matches_nothing(FeelRun *run, const Regex *re)
{
    RegexSpan spans[REGEX_GROUPS_MAX + 1];
    return regex_search(run, re, STR(""), 0, spans);
}

/* Where the search goes on after a match. False at the end of the text. */
static bool go_on(Str input, const RegexSpan *whole, size_t *at)
{
    if (whole->to > whole->from) {
        *at = whole->to;
        return true;
    }
    *at = whole->to;
    return utf8_next(input, at) >= 0;
}

Value fn_replace(FeelRun *run, const Value *args, size_t count)
{
    Str input, with, flags = STR("");
    const Regex *re;
    const char *reason;
    if (!arg_text(args[0], &input) || !arg_text(args[2], &with)) {
        return bad_argument(run, "replace", arg_unwrapped(args[0]).kind == FEEL_STRING ? args[2] : args[0]);
    }
    if (!pattern_of(run, args[1], count > 3 ? &args[3] : NULL, &re, &reason)) {
        return feel_error(run, "replace: %s", reason);
    }
    if (matches_nothing(run, re)) {
        return feel_error(run, "replace: the pattern matches the empty text");
    }
    bool literal = count > 3 && arg_text(args[3], &flags) && str_find(flags, STR("q"), 0) != SIZE_MAX;
    if (!literal && !replacement_is_valid(with)) {
        return feel_error(run, "replace: the replacement holds a lone $ or \\");
    }
    Buf b = text_new(run);
    RegexSpan spans[REGEX_GROUPS_MAX + 1];
    size_t at = 0, copied = 0;
    while (buf_ok(&b) && regex_search(run, re, input, at, spans)) {
        buf_add(&b, str_sub(input, copied, spans[0].from));
        if (literal) {
            buf_add(&b, with);
        } else {
            put_replacement(&b, with, input, spans, regex_group_count(re));
        }
        copied = spans[0].to;
        if (!go_on(input, &spans[0], &at)) {
            break;
        }
    }
    buf_add(&b, str_sub(input, copied, input.len));
    return run->failed ? feel_null() : text_done(run, &b);
}

Value fn_split(FeelRun *run, const Value *args, size_t count)
{
    (void)count;
    Str input;
    const Regex *re;
    const char *reason;
    if (!arg_text(args[0], &input)) {
        return bad_argument(run, "split", args[0]);
    }
    if (!pattern_of(run, args[1], NULL, &re, &reason)) {
        return feel_error(run, "split: %s", reason);
    }
    if (matches_nothing(run, re)) {
        return feel_error(run, "split: the delimiter matches the empty text");
    }
    FeelListMaker pieces = {.run = run};
    RegexSpan spans[REGEX_GROUPS_MAX + 1];
    size_t at = 0, piece = 0;
    while (!run->failed && regex_search(run, re, input, at, spans)) {
        (void)feel_list_push(&pieces, feel_str(str_sub(input, piece, spans[0].from)));
        piece = spans[0].to;
        if (!go_on(input, &spans[0], &at)) {
            break;
        }
    }
    (void)feel_list_push(&pieces, feel_str(str_sub(input, piece, input.len)));
    return run->failed ? feel_null() : feel_list_done(&pieces);
}

Value fn_extract(FeelRun *run, const Value *args, size_t count)
{
    Str input;
    const Regex *re;
    const char *reason;
    if (!arg_text(args[0], &input)) {
        return bad_argument(run, "extract", args[0]);
    }
    if (!pattern_of(run, args[1], count > 2 ? &args[2] : NULL, &re, &reason)) {
        return feel_error(run, "extract: %s", reason);
    }
    FeelListMaker found = {.run = run};
    RegexSpan spans[REGEX_GROUPS_MAX + 1];
    size_t at = 0;
    while (!run->failed && regex_search(run, re, input, at, spans)) {
        (void)feel_list_push(&found, feel_str(str_sub(input, spans[0].from, spans[0].to)));
        if (!go_on(input, &spans[0], &at)) {
            break;
        }
    }
    return run->failed ? feel_null() : feel_list_done(&found);
}
