/* temporal_fuzz.c: libFuzzer entry: any text as date, time, date and time, duration, range or number; what is read
 * must print to a text that reads as the same value. Build: as regex_fuzz.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/fn_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void go_round(FeelRun *run, Value v)
{
    if (v.kind == FEEL_NULL || v.kind == FEEL_NUMBER || v.kind == FEEL_RANGE) {
        return;
    }
    Buf b = buf_new(run->arena, 1000);
    temporal_print(&b, v);
    check_that(feel_same(feel_temporal(run, buf_str(&b)), v));
    const Value day = {.kind = FEEL_DAYS_DURATION, .i = 86399999999999}, month = {.kind = FEEL_YEARS_DURATION, .i = -1};
    Value moved = feel_add(run, v, day);
    if (moved.kind != FEEL_NULL && v.kind != FEEL_DATE) {
        check_that(feel_same(feel_sub(run, moved, day), v) || v.kind == FEEL_DATE_TIME); /* a zone may change between */
    }
    (void)feel_add(run, v, month);
    (void)feel_sub(run, v, v);
    (void)feel_equal(run, v, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const FeelBuiltinFn READERS[] = {fn_date, fn_time, fn_date_and_time, fn_duration, fn_range, fn_number};
    Arena *a = arena_new(0);
    FeelRun *run = feel_run_new(a, (FeelLimits){.steps = 100000, .bytes = 8 << 20}, (Instant){0});
    Value text = feel_str((Str){(const char *)data, size});
    go_round(run, feel_temporal(run, feel_text(text)));
    for (size_t i = 0; i < COUNT_OF(READERS); i++) {
        go_round(run, READERS[i](run, &text, 1));
    }
    (void)arena_free(a);
    return 0;
}
