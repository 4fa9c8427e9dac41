/* mrz_fuzz.c: libFuzzer entry: any text as a machine-readable zone; what is accepted prints to what reads the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/mrz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Str text = {(const char *)data, size}, name, printed;
    Mrz m, again;
    ErrList faults = {.arena = a};
    Day day;
    (void)!mrz_name(a, text, &name);
    (void)!mrz_birth_day(text, (Day){20000}, &day);
    (void)!mrz_expiry_day(text, (Day){20000}, &day);
    bool ok = mrz_parse(a, text, &m, &faults);
    check_that(ok == (faults.count == 0));
    if (ok && mrz_print(a, &m, &printed, NULL)) {
        check_that(mrz_parse(a, printed, &again, &faults));
        check_that(str_eq(again.number, m.number) && str_eq(again.birth, m.birth) &&
                   str_eq(again.personal_number, m.personal_number));
    }
    arena_free(a);
    return 0;
}
