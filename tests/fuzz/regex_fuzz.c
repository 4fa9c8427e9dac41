/* regex_fuzz.c: libFuzzer entry: flags, pattern and text, each ended by a zero byte; compiled, searched, replaced,
 * split. Build: clang -std=c17 -D_POSIX_C_SOURCE=200809L -O1 -g -fsanitize=address,undefined,fuzzer -Isrc
 * tests/fuzz/regex_fuzz.c src/base/X.c src/feel/X.c and the libraries of base and utf8proc.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"
#include "feel/fn_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str rest = {(const char *)data, size}, flags, pattern;
    if (size == 0 || !utf8_is_valid(rest) || !str_cut(&rest, '\0', &flags) || rest.ptr == NULL ||
        !str_cut(&rest, '\0', &pattern) || rest.ptr == NULL) {
        return 0;
    }
    Arena *a = arena_new(0);
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = 100000, .bytes = 8 << 20}, (Instant){0});
    const Value args[4] = {feel_str(rest), feel_str(pattern), feel_str(STR("<$0$1>")), feel_str(flags)};
    const Value match[3] = {args[0], args[1], args[3]};
    (void)fn_matches(run, match, 3);
    (void)fn_replace(run, args, 4);
    (void)fn_split(run, args, 2);
    (void)fn_extract(run, match, 3);
    (void)arena_free(a);
    return 0;
}
