/* simulate_test.c: the generator's known values, the same bytes for a seed, persons that do not get lost, what rates
 * must do.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/hash.h"
#include "simulate/simulate.h"

#define SMALL(ppm, places)                                                                                                      \
    "{\"first\":\"2020-01\",\"months\":60,\"start_here\":300,\"start_overstay\":40,\"asked_ppm\":1500000,\"change_ppm\":20000," \
    "\"end_overstay_ppm\":20000,\"cells\":[{\"ppm\":700000},{\"ppm\":300000}],\"stages\":[{\"name\":\"a\",\"months\":12,"       \
    "\"leave_ppm\":5000,\"desert_ppm\":3000,\"overstay_ppm\":" ppm                                                              \
    ",\"then\":{\"stage\":\"b\",\"ppm\":500000,\"gap\":2}},{\"name\":\"b\","                                                    \
    "\"months\":6,\"comes_in\":true,\"leave_ppm\":0,\"desert_ppm\":0,\"overstay_ppm\":" ppm                                     \
    "}],\"years\":[{\"year\":2020,\"places\":" places "}]}"

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

/* The numbers as text, so that the hash is the same whatever order bytes have on a machine. `without`: series left out,
 * a bit for each. */
static Str hash_series(Arena *a, const SimModel *m, const int64_t *rows, unsigned without)
{
    Buf b = buf_new(a, (size_t)1 << 24);
    for (size_t i = 0; i < sim_months(m) * SIM_SERIES_COUNT; i++) {
        if ((without >> (i % SIM_SERIES_COUNT) & 1) == 0) {
            buf_printf(&b, "%lld\n", (long long)rows[i]);
        }
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

static Str hash_rows(Arena *a, const SimModel *m, const int64_t *rows)
{
    return hash_series(a, m, rows, 0);
}

/* All that the data can say beside SMALL: groups at the start, dated rates, a passage from a month on, lengthened
 * stays, changes of status, ends of overstay against the ordinary rate. */
#define RICH(takes, elsewhere)                                                                                                                    \
    "{\"first\":\"2020-01\",\"months\":60,\"start_here\":300,\"start_overstay\":0,\"asked_ppm\":1500000,\"change_ppm\":20000,"                    \
    "\"end_overstay_ppm\":20000,\"cells\":[{\"ppm\":1000000}],"                                                                                   \
    "\"start\":[{\"stage\":\"b\",\"persons\":200,\"from\":3,\"to\":4}],\"stages\":[{\"name\":\"a\",\"months\":12,\"leave_ppm\":0,"                \
    "\"desert_ppm\":0,\"overstay_ppm\":[{\"from\":\"2020-01\",\"ppm\":0},{\"from\":\"2022-01\",\"ppm\":1000000}],\"then\":{\"stage\":\"b\","      \
    "\"ppm\":1000000,\"gap\":0,\"from\":\"2021-06\"}},{\"name\":\"b\",\"months\":6,\"leave_ppm\":0,\"desert_ppm\":0,\"overstay_ppm\":0}],"        \
    "\"longer\":[{\"from\":\"2020-02\",\"to\":\"2020-12\",\"months\":12,\"who\":\"first\",\"takes_ppm\":" takes "},"                              \
    "{\"from\":\"2021-03\",\"to\":\"2021-05\",\"months\":1,\"who\":\"lengthened\"}],\"elsewhere\":{\"stages\":[\"b\"],\"years\":[{\"year\":2020," \
    "\"places\":" elsewhere "}]},\"years\":[{\"year\":2020,\"places\":120}]}"

static int64_t sum(const int64_t *rows, SimSeries s, size_t from, size_t until)
{
    int64_t n = 0;
    for (size_t k = from; k < until; k++) {
        n += rows[k * SIM_SERIES_COUNT + s];
    }
    return n;
}

TEST(a_group_at_the_start_ends_its_stay_when_the_data_says)
{
    const SimModel *m = model(a, RICH("0", "0"));
    const int64_t *rows = run(a, m, 3); /* the 100 others leave from month 1 to 12, evenly */
    check(sum(rows, SIM_DEPARTURES, 3, 5) >= 200 && sum(rows, SIM_DEPARTURES, 0, 3) < 40 &&
          sum(rows, SIM_DEPARTURES, 5, 8) < 50);
}

TEST(a_stay_is_lengthened_once_and_once_more_for_those_who_had_it)
{
    const SimModel *none = model(a, RICH("0", "0")), *all = model(a, RICH("1000000", "0")),
                   *half = model(a, RICH("500000", "0"));
    const int64_t *x = run(a, none, 3), *y = run(a, all, 3), *z = run(a, half, 3);
    check(sum(x, SIM_DEPARTURES, 2, 12) > 250);
    eq_int(sum(y, SIM_DEPARTURES, 2, 12), 0);     /* nobody's stay ends in the year */
    check(sum(y, SIM_DEPARTURES, 15, 18) >= 200); /* month 3 or 4, a year, and a month more: 16 or 17 */
    check(sum(z, SIM_DEPARTURES, 2, 12) > 100 && sum(z, SIM_DEPARTURES, 2, 12) < 200);
}

TEST(a_passage_and_a_rate_hold_from_their_month_on)
{
    const SimModel *m = model(a, RICH("0", "0"));
    const int64_t *rows = run(a, m, 9);
    eq_int(sum(rows, SIM_EXTENSIONS, 0, 17), 0);
    check(sum(rows, SIM_EXTENSIONS, 17, 60) > 100);
    eq_int(sum(rows, SIM_NEW_OVERSTAY, 0, 60),
           0); /* from 2022 everybody who does not go on would overstay: everybody goes on */
}

TEST(changes_of_status_are_as_many_as_given_and_lose_nobody)
{
    const SimModel *m = model(a, RICH("1000000", "24"));
    for (uint64_t seed = 0; seed < 20; seed++) {
        const int64_t *rows = run(a, m, seed);
        int64_t before = 300;
        eq_int(sum(rows, SIM_ELSEWHERE, 0, 12), 24);
        for (size_t k = 0; k < sim_months(m); k++) {
            const int64_t *now = rows + k * SIM_SERIES_COUNT;
            eq_int(now[SIM_STOCK], before + now[SIM_ARRIVALS] - now[SIM_DEPARTURES] - now[SIM_ELSEWHERE]);
            before = now[SIM_STOCK];
        }
    }
    const SimModel *many = model(a, RICH("0", "100000")); /* more than there are: all who may, and it ends */
    check(sum(run(a, many, 1), SIM_ELSEWHERE, 0, 12) >= 200);
}

TEST(overstay_ends_faster_or_slower_in_the_months_stated)
{
    static const char TEXT[] =
        "{\"first\":\"2020-01\",\"months\":24,\"start_here\":0,\"start_overstay\":1000,\"asked_ppm\":0,\"change_ppm\":0,"
        "\"end_overstay_ppm\":100000,\"end_overstay\":[{\"from\":\"2020-01\",\"to\":\"2020-06\",\"times_ppm\":0},"
        "{\"from\":\"2020-08\",\"to\":\"2020-08\",\"times_ppm\":10000000}],\"cells\":[{\"ppm\":1000000}],\"stages\":[{\"name\":\"a\","
        "\"months\":60,\"leave_ppm\":0,\"desert_ppm\":0,\"overstay_ppm\":0}],\"years\":[{\"year\":2020,\"places\":0}]}";
    const int64_t *rows = run(a, model(a, TEXT), 1);
    eq_int(rows[5 * SIM_SERIES_COUNT + SIM_OVERSTAY], 1000);
    check(rows[6 * SIM_SERIES_COUNT + SIM_OVERSTAY] > 860 && rows[6 * SIM_SERIES_COUNT + SIM_OVERSTAY] < 940);
    eq_int(rows[7 * SIM_SERIES_COUNT + SIM_OVERSTAY], 0);
}

TEST(a_seed_gives_the_same_bytes_for_all_that_the_data_can_say)
{
    const SimModel *m = model(a, RICH("500000", "24"));
    eq_text(hash_series(a, m, run(a, m, 42), 1U << SIM_ENDS),
            "9040ffd01a41e3da2166d0c7e94c670a1c04419f49549eb8805e3b04313b6efc");
}

TEST(a_figure_of_several_months_and_of_a_share_is_compared_with_their_sum)
{
    static const char TEXT[] =
        "{\"first\":\"2020-01\",\"months\":24,\"start_here\":0,\"start_overstay\":0,\"asked_ppm\":2000000,\"change_ppm\":0,"
        "\"end_overstay_ppm\":0,\"cells\":[{\"ppm\":1000000}],\"stages\":[{\"name\":\"a\",\"months\":60,\"leave_ppm\":0,"
        "\"desert_ppm\":0,\"overstay_ppm\":0}],\"years\":[{\"year\":2020,\"places\":120}],\"published\":["
        "{\"series\":\"arrivals\",\"month\":\"2020-12\",\"over\":12,\"covers_ppm\":500000,\"value\":63,\"use\":\"test\","
        "\"limit_permille\":47,\"source\":\"s\",\"why\":\"planned\"}]}";
    Err err;
    Json *report;
    check(sim_report(a, model(a, TEXT), (SimRuns){.seed = 1, .runs = 3}, &report, &err));
    const Json *p = json_get(report, "published")->items[0];
    eq_text(json_text(json_get(p, "bands")->items[1]), "60");
    eq_text(json_text_at(p, "permille"), "-48"); /* 47.6, rounded up */
    check(!json_is_true(json_get(p, "within")));
    eq_text(json_text_at(p, "why"), "planned");
}

/* 10 come in each month from January; nobody leaves within the two years. */
#define COMING(figure)                                                                                                       \
    "{\"first\":\"2020-01\",\"months\":24,\"start_here\":0,\"start_overstay\":0,\"asked_ppm\":2000000,\"change_ppm\":0,"     \
    "\"end_overstay_ppm\":0,\"cells\":[{\"ppm\":1000000}],\"stages\":[{\"name\":\"a\",\"months\":60,\"leave_ppm\":0,"        \
    "\"desert_ppm\":0,\"overstay_ppm\":0}],\"years\":[{\"year\":2020,\"places\":120}],\"published\":[{\"series\":\"stock\"," \
    "\"month\":\"2020-12\",\"value\":100,\"use\":\"test\",\"limit_permille\":50,\"source\":\"s\"" figure "}]}"

static Str mid_of(Arena *a, const char *text)
{
    Err err;
    Json *report;
    check(sim_report(a, model(a, text), (SimRuns){.seed = 1, .runs = 3}, &report, &err));
    return json_text(json_get(json_get(report, "published")->items[0], "bands")->items[1]);
}

TEST(a_survey_leaves_out_newcomers_and_has_its_day_in_the_month)
{
    eq_text(mid_of(a, COMING("")), "120");
    eq_text(mid_of(a, COMING(",\"newcomers\":3")), "90");
    eq_text(mid_of(a, COMING(",\"middle\":true")), "115");
    eq_text(mid_of(a, COMING(",\"middle\":true,\"newcomers\":3,\"covers_ppm\":500000")), "42"); /* (90 + 80) / 4 */
}

/* 60 end their stay in month 2, all come in again after the time abroad that holds in that month. */
#define AGAIN(gap)                                                                                                             \
    "{\"first\":\"2020-01\",\"months\":24,\"start_here\":60,\"start_overstay\":0,\"asked_ppm\":3000000,\"change_ppm\":0,"      \
    "\"end_overstay_ppm\":0,\"cells\":[{\"ppm\":1000000}],\"start\":[{\"stage\":\"a\",\"persons\":60,\"from\":2,\"to\":2}],"   \
    "\"stages\":[{\"name\":\"a\",\"months\":60,\"leave_ppm\":0,\"desert_ppm\":0,\"overstay_ppm\":0,\"then\":{\"stage\":\"b\"," \
    "\"ppm\":1000000,\"gap\":" gap                                                                                             \
    "}},{\"name\":\"b\",\"months\":60,\"comes_in\":true,\"leave_ppm\":0,\"desert_ppm\":0,"                                     \
    "\"overstay_ppm\":0}],\"years\":[{\"year\":2020,\"places\":1200}]}"

TEST(the_time_abroad_is_that_of_the_month_in_which_the_stay_ended)
{
    static const size_t BACK[] = {5, 7, 3};
    const char *const text[] = {AGAIN("3"),
                                AGAIN("[{\"from\":\"2020-01\",\"months\":5},{\"from\":\"2020-04\",\"months\":1}]"),
                                AGAIN("[{\"from\":\"2020-01\",\"months\":5},{\"from\":\"2020-03\",\"months\":1}]")};
    for (size_t i = 0; i < COUNT_OF(BACK); i++) {
        const int64_t *rows = run(a, model(a, text[i]), 1);
        eq_int(sum(rows, SIM_ENDS, 0, 24), 60);
        eq_int(sum(rows, SIM_ENDS, 2, 3), 60);
        eq_int(sum(rows, SIM_REENTRIES, 0, BACK[i]), 0);
        eq_int(sum(rows, SIM_REENTRIES, BACK[i], BACK[i] + 1), 60);
    }
}

/* 100 end in month 2; all get 2 months, then 12 more, then 1 more who had at most `before`. */
#define LONGER(before)                                                                                                        \
    "{\"first\":\"2020-01\",\"months\":36,\"start_here\":100,\"start_overstay\":0,\"asked_ppm\":0,\"change_ppm\":0,"          \
    "\"end_overstay_ppm\":0,\"cells\":[{\"ppm\":1000000}],\"start\":[{\"stage\":\"a\",\"persons\":100,\"from\":2,\"to\":2}]," \
    "\"stages\":[{\"name\":\"a\",\"months\":60,\"leave_ppm\":0,\"desert_ppm\":0,\"overstay_ppm\":0}],\"longer\":["            \
    "{\"from\":\"2020-03\",\"to\":\"2020-03\",\"months\":2},"                                                                 \
    "{\"from\":\"2020-05\",\"to\":\"2020-05\",\"months\":12,\"who\":\"lengthened\"},"                                         \
    "{\"from\":\"2021-05\",\"to\":\"2021-05\",\"months\":1,\"who\":\"lengthened\"" before "}],"                               \
    "\"years\":[{\"year\":2020,\"places\":0}]}"

TEST(a_stay_is_not_lengthened_beyond_the_most_that_the_provision_allows_before)
{
    static const struct {
        const char *text;
        size_t end;
    } CASES[] = {{LONGER(""), 17}, {LONGER(",\"before\":14"), 17}, {LONGER(",\"before\":13"), 16}};
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const int64_t *rows = run(a, model(a, CASES[i].text), 1);
        eq_int(sum(rows, SIM_DEPARTURES, 0, CASES[i].end), 0);
        eq_int(sum(rows, SIM_DEPARTURES, CASES[i].end, CASES[i].end + 1), 100);
    }
}

TEST(a_seed_gives_the_same_bytes_on_every_machine)
{
    const SimModel *m = model(a, SMALL("200000", "240"));
    eq_text(hash_series(a, m, run(a, m, 42), 1U << SIM_ELSEWHERE | 1U << SIM_ENDS),
            "6b62012986cf195f67ffa1b6a589bbbb45456acaadbf3c683bc9fa782565dde1");
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
            check(now[SIM_ARRIVALS] <= 20 && now[SIM_REENTRIES] <= now[SIM_ARRIVALS] &&
                  now[SIM_OVERSTAY] <= now[SIM_STOCK]);
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
            check(
                sim_report(a, model(a, seed % 2 ? SMALL("200000", "240") : SMALL("200000", "60")), how, &fresh, &err));
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
    check(!sim_kept_report(k, a, broken, (SimRuns){.seed = 1, .runs = 1}, &report,
                           &err)); /* a fault is not kept as a report */
}

TEST(a_model_with_a_fault_is_refused)
{
    static const char *const WRONG[] = {"{}",
                                        "{\"first\":\"2020-13\",\"months\":12}",
                                        "{\"first\":\"2020-01\",\"months\":5,\"cells\":[{\"ppm\":1}]}",
                                        "{\"first\":\"2020-01\",\"months\":12,\"cells\":[{\"ppm\":2000000}]}",
                                        RICH("2000000", "0"),
                                        RICH("0", "-1"),
                                        COMING(",\"newcomers\":13"),
                                        AGAIN("25"),
                                        AGAIN("[{\"from\":\"2020-01\",\"months\":25}]"),
                                        AGAIN("[{\"from\":\"2020-01\"}]"),
                                        LONGER(",\"before\":-1")};
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        Json *j;
        SimModel *m;
        Err err;
        check(json_parse(a, str_from_c(WRONG[i]), &j, &err));
        check(!sim_read(a, j, &m, &err) && err.code == LAW_BROKEN);
    }
}
