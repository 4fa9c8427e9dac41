/* country_test.c: countries by their names in the languages of the pages.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/country.h"

TEST(a_country_has_its_name_in_every_language)
{
    static const char *const NAMES[][3] = {{"VN", "en", "Vietnam"}, {"VN", "ko", "베트남"},   {"VN", "kk", "Вьетнам"},
                                           {"VN", "ru", "Вьетнам"}, {"DE", "ko", "독일"},     {"DE", "kk", "Германия"},
                                           {"FR", "en", "France"},  {"UZ", "kk", "Өзбекстан"}};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        eq_text(country_name(str_from_c(NAMES[i][0]), str_from_c(NAMES[i][1])), NAMES[i][2]);
    }
    check(country_name(STR("ZZ"), STR("en")).ptr == NULL);
    check(country_name(STR("kz"), STR("en")).ptr == NULL);
    check(country_name(STR(""), STR("en")).ptr == NULL);
    check(country_name(STR("KAZ"), STR("en")).ptr == NULL);
}

/* The same codes, each once; the order is the one of a dictionary: Å beside A, not behind Z. */
TEST(countries_stand_in_the_order_of_their_names)
{
    const Str *codes, *by_name = country_codes_by_name(STR("en"));
    size_t count = country_codes(&codes), aland = 0, albania = 0, zambia = 0;
    check(count > 200);
    for (size_t i = 0; i < count; i++) {
        size_t seen = 0;
        for (size_t k = 0; k < count; k++) {
            seen += str_eq(by_name[k], codes[i]);
        }
        check(seen == 1);
        aland = str_eq(by_name[i], STR("AX")) ? i : aland;
        albania = str_eq(by_name[i], STR("AL")) ? i : albania;
        zambia = str_eq(by_name[i], STR("ZM")) ? i : zambia;
    }
    check(aland < albania && albania < zambia);
}
