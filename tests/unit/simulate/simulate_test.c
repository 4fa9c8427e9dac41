/* simulate_test.c: the generator's known values, the same bytes for a seed, persons that do not get lost, what rates must do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/hash.h"
#include "simulate/simulate.h"

#define SMALL(ppm, places)                                                                                                             \
    "{\"first\":\"2020-01\",\"months\":60,\"start_here\":300,\"start_overstay\":40,\"asked_ppm\":1500000,\"change_ppm\":20000,"            \
    "\"end_overstay_ppm\":20000,\"cells\":[{\"ppm\":700000},{\"ppm\":300000}],\"stages\":[{\"name\":\"a\",\"months\":12,"                    \
    "\"leave_ppm\":5000,\"desert_ppm\":3000,\"overstay_ppm\":" ppm ",\"then\":{\"stage\":\"b\",\"ppm\":500000,\"gap\":2}},{\"name\":\"b\"," \
    "\"months\":6,\"comes_in\":true,\"leave_ppm\":0,\"desert_ppm\":0,\"overstay_ppm\":" ppm "}],\"years\":[{\"year\":2020,\"places\":" places "}]}"

static SimModel *model(Arena *a, const char *text)
{
    Json *j;
    Err err;
    SimModel *m;
    check(json_parse(a, str_from_c(text), &j, &err));
    check(sim_read(a, j, &m, &err));
    return m;
}

static int64_t *run(Arena *a, const SimModel *m, uint64_t seed)
{
    Err err;
    int64_t *rows = ARENA_ARRAY(a, int64_t, sim_months(m) * SIM_SERIES_COUNT);
    check(sim_run(a, m, seed, rows, &err));
    return rows;
}

/* The numbers as text, so that the hash is the same whatever order bytes have on a machine. */
static Str hash_rows(Arena *a, const SimModel *m, const int64_t *rows)
{
    Buf b = buf_new(a, (size_t)1 << 24);
    for (size_t i = 0; i < sim_months(m) * SIM_SERIES_COUNT; i++) {
        buf_printf(&b, "%lld\n", (long long)rows[i]);
    }
    return hex_print(a, HASH_STR(hash_of(buf_str(&b))));
}

TEST(the_generator_is_xoshiro256_starstar_seeded_by_splitmix64)
{
    SimRandom r = {{1, 2, 3, 4}}; /* first values of the authors' program from this state */
    static const uint64_t WANT[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    for (size_t i = 0; i < COUNT_OF(WANT); i++) {
        check(sim_next(&r) == WANT[i]);
    }
    r = sim_random(1234567); /* the first value of SplitMix64 with this seed */
    check(r.s[0] == UINT64_C(6457827717110365317));
}

TEST(a_seed_gives_the_same_bytes_on_every_machine)
{
    const SimModel *m = model(a, SMALL("200000", "240"));
    eq_text(hash_rows(a, m, run(a, m, 42)), "6b62012986cf195f67ffa1b6a589bbbb45456acaadbf3c683bc9fa782565dde1");
    check(!str_eq(hash_rows(a, m, run(a, m, 42)), hash_rows(a, m, run(a, m, 43))));
}

TEST(arrivals_never_exceed_the_places_and_stock_follows_the_flows)
{
    const SimModel *m = model(a, SMALL("200000", "240"));
    for (uint64_t seed = 0; seed < 50; seed++) {
        const int64_t *rows = run(a, m, seed);
        int64_t before = 340;
        for (size_t k = 0; k < sim_months(m); k++) {
            const int64_t *now = rows + k * SIM_SERIES_COUNT;
            check(now[SIM_ARRIVALS] <= 20 && now[SIM_REENTRIES] <= now[SIM_ARRIVALS] && now[SIM_OVERSTAY] <= now[SIM_STOCK]);
            eq_int(now[SIM_STOCK], before + now[SIM_ARRIVALS] - now[SIM_DEPARTURES]);
            before = now[SIM_STOCK];
        }
    }
}

TEST(nobody_overstays_by_expiry_where_the_rate_is_nought)
{
    const SimModel *none = model(a, SMALL("0", "240")), *all = model(a, SMALL("1000000", "240"));
    int64_t few = 0, many = 0;
    const int64_t *x = run(a, none, 7), *y = run(a, all, 7);
    for (size_t k = 0; k < sim_months(none); k++) {
        few += x[k * SIM_SERIES_COUNT + SIM_NEW_OVERSTAY];
        many += y[k * SIM_SERIES_COUNT + SIM_NEW_OVERSTAY];
    }
    check(few < 80 && many > 5 * few);
}

TEST(bands_are_ordered_and_hold_the_runs)
{
    Err err;
    const SimModel *m = model(a, SMALL("200000", "240"));
    size_t count = sim_months(m) * SIM_SERIES_COUNT;
    int64_t *bands = ARENA_ARRAY(a, int64_t, count * 3);
    check(sim_bands(a, m, (SimRuns){.seed = 5, .runs = 40}, bands, &err));
    for (size_t i = 0; i < count; i++) {
        check(bands[i * 3] <= bands[i * 3 + 1] && bands[i * 3 + 1] <= bands[i * 3 + 2]);
    }
    int64_t *one = ARENA_ARRAY(a, int64_t, count * 3);
    check(sim_bands(a, m, (SimRuns){.seed = 5, .runs = 1}, one, &err));
    for (size_t i = 0; i < count; i++) {
        check(one[i * 3] == one[i * 3 + 2]);
    }
}

static Str report_text(Arena *a, const SimModel *m, uint32_t threads)
{
    Err err;
    Json *report;
    Buf b = buf_new(a, (size_t)1 << 24);
    check(sim_report(a, m, (SimRuns){.seed = 7, .runs = 23, .threads = threads}, &report, &err));
    json_write(&b, report);
    return buf_str(&b);
}

TEST(a_report_is_the_same_for_any_number_of_threads)
{
    const SimModel *m = model(a, SMALL("200000", "240"));
    Str alone = report_text(a, m, 1);
    for (uint32_t threads = 0; threads <= 16; threads += 4) {
        eq_text(report_text(a, m, threads), str_c(a, alone));
    }
}

TEST(a_kept_report_is_that_of_its_data_seed_and_runs)
{
    SimKept *k = sim_kept(a);
    for (int pass = 0; pass < 3; pass++) { /* more than there is room for, so that the oldest go and are made again */
        for (uint64_t seed = 1; seed <= 12; seed++) {
            Json *data, *kept, *fresh;
            Err err;
            SimRuns how = {.seed = seed % 6, .runs = 1 + (uint32_t)(seed / 6)};
            check(json_parse(a, seed % 2 ? STR(SMALL("200000", "240")) : STR(SMALL("200000", "60")), &data, &err));
            check(sim_kept_report(k, a, data, how, &kept, &err));
            check(sim_report(a, model(a, seed % 2 ? SMALL("200000", "240") : SMALL("200000", "60")), how, &fresh, &err));
            Buf x = buf_new(a, (size_t)1 << 24), y = buf_new(a, (size_t)1 << 24);
            json_write(&x, kept);
            json_write(&y, fresh);
            eq_text(buf_str(&x), str_c(a, buf_str(&y)));
        }
    }
    Json *broken, *report;
    Err err;
    check(json_parse(a, STR("{}"), &broken, &err));
    check(!sim_kept_report(k, a, broken, (SimRuns){.seed = 1, .runs = 1}, &report, &err) && err.code == LAW_BROKEN);
    check(!sim_kept_report(k, a, broken, (SimRuns){.seed = 1, .runs = 1}, &report, &err)); /* a fault is not kept as a report */
}

TEST(a_model_with_a_fault_is_refused)
{
    static const char *const WRONG[] = {"{}", "{\"first\":\"2020-13\",\"months\":12}", "{\"first\":\"2020-01\",\"months\":5,\"cells\":[{\"ppm\":1}]}",
                                        "{\"first\":\"2020-01\",\"months\":12,\"cells\":[{\"ppm\":2000000}]}"};
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        Json *j;
        SimModel *m;
        Err err;
        check(json_parse(a, str_from_c(WRONG[i]), &j, &err));
        check(!sim_read(a, j, &m, &err) && err.code == LAW_BROKEN);
    }
}
