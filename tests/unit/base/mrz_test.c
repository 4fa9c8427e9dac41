/* mrz_test.c: the machine-readable zone against the specimen of ICAO 9303 part 4, appendix B, and every change of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/mrz.h"

#include <string.h>

#include "../../test.h"

#define SPECIMEN "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"

static bool parse(Arena *a, Str text, Mrz *ret, ErrList *faults)
{
    *faults = (ErrList){.arena = a};
    return mrz_parse(a, text, ret, faults);
}

TEST(icao_specimen_is_read_whole)
{
    Mrz m;
    ErrList faults;
    check(parse(a, STR(SPECIMEN), &m, &faults));
    eq_text(m.kind, "P");
    eq_text(m.issuer, "UTO");
    eq_text(m.surname, "ERIKSSON");
    eq_text(m.given_names, "ANNA MARIA");
    eq_text(m.number, "L898902C3");
    eq_text(m.nationality, "UTO");
    eq_text(m.birth, "740812");
    eq_text(m.sex, "F");
    eq_text(m.expiry, "120415");
    eq_text(m.personal_number, "ZE184226B");
}

TEST(check_digits_of_icao_part_3_come_out)
{
    check(mrz_check_digit(STR("520727")) == '3');
    check(mrz_check_digit(STR("AB2134<<<")) == '5');
    check(mrz_check_digit(STR("HA672242<658022549601086<<<<<<<<<<<<<<0")) ==
          '8'); /* part 3, composite of TD1 size data */
}

TEST(specimen_is_printed_as_it_stands)
{
    Mrz m;
    ErrList faults;
    Str text = {NULL, 0};
    Err err = {0};
    check(parse(a, STR(SPECIMEN), &m, &faults));
    check(mrz_print(a, &m, &text, &err));
    eq_text(text, SPECIMEN);
}

TEST(one_line_lower_case_and_spaces_are_taken)
{
    Mrz m;
    ErrList faults;
    check(parse(a, STR("  p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<l898902c36uto7408122f1204159ze184226b<<<<<10 "),
                &m, &faults));
    check(parse(
        a, STR("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\r\nL898902C36UTO7408122F1204159 ZE184226B<<<<<10\r\n"), &m,
        &faults));
    check(!parse(a, STR("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L\n898902C36UTO7408122F1204159ZE184226B<<<<<10"),
                 &m, &faults));
    eq_text(str_from_c(faults.items[0].field), "lines");
}

TEST(every_change_in_the_checked_fields_is_a_fault)
{
    Str specimen = STR(SPECIMEN);
    for (size_t i = 45; i < specimen.len; i++) {
        static const char OTHERS[] = "0123456789";
        bool name_or_state = i >= 55 && i < 58, sex = i == 65;
        if (name_or_state || sex) {
            continue; /* no check digit covers these */
        }
        for (size_t k = 0; k < 10; k++) {
            char *copy = arena_alloc(a, specimen.len);
            memcpy(copy, specimen.ptr, specimen.len);
            copy[i] = OTHERS[k];
            Mrz m;
            ErrList faults;
            /* Values that differ by ten weigh the same: A is 10, so 0 for A, 1 for B … are not told apart. */
            char old = specimen.ptr[i];
            int value = old >= 'A' && old <= 'Z' ? (old - 'A') % 10 : old == '<' ? 0 : old - '0';
            check(parse(a, (Str){copy, specimen.len}, &m, &faults) == ((int)k == value));
        }
    }
}

TEST(faults_name_their_field_and_come_together)
{
    Mrz m;
    ErrList faults;
    check(!parse(a, STR("P<UTOER1KSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C37UTO7413122Q1204158ZE184226B<<<<<10"),
                 &m, &faults));
    static const struct {
        const char *field;
        ErrCode code;
    } WANT[] = {{"name", FIELD_FORMAT},
                {"number", FIELD_CHECK_DIGIT},
                {"birth", FIELD_FORMAT},
                {"sex", FIELD_FORMAT},
                {"expiry", FIELD_CHECK_DIGIT}};
    eq_int(faults.count, COUNT_OF(WANT));
    for (size_t i = 0; i < COUNT_OF(WANT); i++) {
        eq_text(str_from_c(faults.items[i].field), WANT[i].field);
        eq_int(faults.items[i].code, WANT[i].code);
    }
}

TEST(composite_digit_alone_is_reported_alone)
{
    Mrz m;
    ErrList faults;
    check(!parse(a, STR("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<11"),
                 &m, &faults));
    eq_int(faults.count, 1);
    eq_text(str_from_c(faults.items[0].field), "composite");
}

TEST(printed_zone_transliterates_and_cuts_long_names)
{
    Mrz m = {.kind = STR("P"),
             .issuer = STR("KAZ"),
             .nationality = STR("KAZ"),
             .number = STR("N12345678"),
             .birth = STR("000229"),
             .sex = STR("F"),
             .expiry = STR("300101"),
             .personal_number = STR("000229600123")};
    Str text = {NULL, 0};
    Err err = {0};
    m.surname = STR("Ахметова-Жұмабаева");
    m.given_names = STR("Әсел");
    check(mrz_print(a, &m, &text, &err));
    check(str_starts(text, STR("P<KAZAKHMETOVA<ZHUMABAEVA<<ASEL<<<<<<<<<<<<<\n")));
    m.surname = STR("Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    check(mrz_print(a, &m, &text, &err));
    check(str_starts(text, STR("P<KAZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJ<<A\n")));
    m.number = STR("N1234567890");
    check(!mrz_print(a, &m, &text, &err));
    eq_text(str_from_c(err.field), "number");
    m.number = STR("N1");
    m.birth = STR("001301");
    check(!mrz_print(a, &m, &text, &err));
    eq_text(str_from_c(err.field), "birth");
}

TEST(names_of_many_scripts)
{
    static const char *const ROWS[][2] = {{"Müller", "MUELLER"},
                                          {"D'Artagnan", "DARTAGNAN"},
                                          {"Jean-Luc  Picard", "JEAN<LUC<PICARD"},
                                          {"Щёлоков", "SHCHELOKOV"},
                                          {"Ғабит Мүсірепов", "GABIT<MUSIREPOV"},
                                          {"Юлия", "IULIIA"},
                                          {"Nguyễn Đức", "NGUYEN<DUC"},
                                          {"Größe", "GROESSE"},
                                          {"İpek", "IPEK"},
                                          {"ólafur", "OLAFUR"}};
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        Str out = {NULL, 0};
        check(mrz_name(a, str_from_c(ROWS[i][0]), &out));
        eq_text(out, ROWS[i][1]);
    }
    Str out = {NULL, 0};
    check(!mrz_name(a, STR("김"), &out));
    check(!mrz_name(a, STR("A\xFF"), &out));
}

TEST(two_digit_years_find_their_century)
{
    Day today = day_from_ymd((Ymd){2026, 11, 23}), d;
    check(mrz_birth_day(STR("740812"), today, &d) && day_to_ymd(d).year == 1974);
    check(mrz_birth_day(STR("261123"), today, &d) && day_to_ymd(d).year == 2026);
    check(mrz_birth_day(STR("261124"), today, &d) && day_to_ymd(d).year == 1926);
    check(mrz_birth_day(STR("000229"), today, &d) && day_to_ymd(d).year == 2000);
    check(!mrz_birth_day(STR("74<<12"), today, &d));
    check(mrz_expiry_day(STR("120415"), today, &d) && day_to_ymd(d).year == 2012);
    check(mrz_expiry_day(STR("761122"), today, &d) && day_to_ymd(d).year == 2076);
    check(mrz_expiry_day(STR("990101"), today, &d) && day_to_ymd(d).year == 1999);
}
