/* java.c: the handful of Java methods that existing models name in external functions, done here; there is no Java.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include "base/utf8.h"

#include <math.h>
#include <stdio.h>

static bool numbers(const Value *args, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (args[i].kind != FEEL_NUMBER) {
            return false;
        }
    }
    return true;
}

static Value larger(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)host;
    if (count != 2 || !numbers(args, count)) {
        return feel_error(run, "Math.max takes two numbers");
    }
    return dec_cmp(feel_dec(args[0]), feel_dec(args[1])) >= 0 ? args[0] : args[1];
}

/* Java's answer is a binary fraction; this is its shortest exact decimal text, read back. */
static Value cosine(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)host;
    char text[64];
    Dec d;
    if (count != 1 || !numbers(args, count)) {
        return feel_error(run, "Math.cos takes a number");
    }
    double x;
    if (sscanf(str_c(run->arena, dec_print(run->arena, feel_dec(args[0]))), "%lf", &x) != 1) {
        return feel_error(run, "this number has no cosine");
    }
    int n = snprintf(text, sizeof(text), "%.15f", cos(x));
    return n > 0 && dec_parse((Str){text, (size_t)n}, &d) ? feel_number(run->arena, d)
                                                          : feel_error(run, "this number has no cosine");
}

static Value whole_in(FeelRun *run, const Value *args, size_t count, int64_t least, int64_t most)
{
    int64_t n;
    bool fits = count == 1 && numbers(args, count) && dec_to_int(feel_dec(args[0]), &n) && n >= least && n <= most;
    return fits ? args[0] : feel_error(run, "this number does not fit the Java type");
}

static Value short_of(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)host;
    return whole_in(run, args, count, INT16_MIN, INT16_MAX);
}

static Value byte_of(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)host;
    return whole_in(run, args, count, INT8_MIN, INT8_MAX);
}

static Value char_of(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)host;
    bool one = count == 1 && args[0].kind == FEEL_STRING && utf8_count(feel_text(args[0])) == 1;
    return one ? args[0] : feel_error(run, "this is not one character");
}

static Value number_of(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)host;
    Dec d;
    if (count != 1 || args[0].kind != FEEL_STRING || !dec_parse(feel_text(args[0]), &d)) {
        return feel_error(run, "this text is not a number");
    }
    return feel_number(run->arena, d);
}

static Value integer_of(FeelRun *run, void *host, const Value *args, size_t count)
{
    Value v = number_of(run, host, args, count);
    return v.kind == FEEL_NULL ? v : whole_in(run, &v, 1, INT32_MIN, INT32_MAX);
}

/* %s, %d and %%; the arguments may come as one list. */
static Value format(FeelRun *run, void *host, const Value *args, size_t count)
{
    (void)host;
    if (count < 1 || args[0].kind != FEEL_STRING) {
        return feel_error(run, "String.format takes a text first");
    }
    bool list = count == 2 && args[1].kind == FEEL_LIST;
    const Value *rest = list ? feel_items(args[1]) : args + 1;
    size_t left = list ? args[1].len : count - 1;
    Str f = feel_text(args[0]);
    Buf b = buf_new(run->arena, run->limits.bytes);
    for (size_t i = 0; i < f.len; i++) {
        bool field = f.ptr[i] == '%' && i + 1 < f.len;
        if (!field) {
            buf_byte(&b, f.ptr[i]);
        } else if (f.ptr[++i] == '%') {
            buf_byte(&b, '%');
        } else if ((f.ptr[i] == 's' || f.ptr[i] == 'd') && left > 0) {
            feel_print_plain(&b, *rest++);
            left--;
        } else {
            return feel_error(run, "String.format has a field that is not known or has no argument");
        }
        if (!feel_room(run, 0)) {
            return feel_null();
        }
    }
    return buf_ok(&b) ? feel_str(buf_str(&b)) : feel_error(run, "this text is too long");
}

static const struct {
    const char *class_name, *signature;
    FeelNative call;
    FeelKind result;
} METHODS[] = {
    {"java.lang.Math", "max(double,double)", larger, FEEL_NUMBER},
    {"java.lang.Math", "max(float,float)", larger, FEEL_NUMBER},
    {"java.lang.Math", "max(int,int)", larger, FEEL_NUMBER},
    {"java.lang.Math", "max(long,long)", larger, FEEL_NUMBER},
    {"java.lang.Math", "cos(double)", cosine, FEEL_NUMBER},
    {"java.lang.Byte", "valueOf(byte)", byte_of, FEEL_NUMBER},
    {"java.lang.Short", "valueOf(short)", short_of, FEEL_NUMBER},
    {"java.lang.Integer", "valueOf(java.lang.String)", integer_of, FEEL_NUMBER},
    {"java.lang.Float", "valueOf(java.lang.String)", number_of, FEEL_NUMBER},
    {"java.lang.Double", "valueOf(java.lang.String)", number_of, FEEL_NUMBER},
    {"java.lang.String", "valueOf(char)", char_of, FEEL_STRING},
    {"java.lang.String", "format(java.lang.String,[Ljava.lang.Object;)", format, FEEL_STRING},
};

static bool same_without_spaces(Str s, const char *c)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ' ') {
            continue;
        }
        if (s.ptr[i] != *c) {
            return false;
        }
        c++;
    }
    return *c == '\0';
}

FeelNative feel_java_method(Str class_name, Str signature, const FeelType **ret_result)
{
    for (size_t i = 0; i < COUNT_OF(METHODS); i++) {
        if (str_eq_c(class_name, METHODS[i].class_name) && same_without_spaces(signature, METHODS[i].signature)) {
            *ret_result = feel_type_basic(METHODS[i].result);
            return METHODS[i].call;
        }
    }
    return NULL;
}
