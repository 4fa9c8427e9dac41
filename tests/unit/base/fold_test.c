/* fold_test.c: spellings of one name meet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/fold.h"

#include <stdio.h>

TEST(cyrillic_latin_and_passport_spellings_share_a_key)
{
    eq_str(fold_name(a, STR("Айгүл")), fold_name(a, STR("AIGUL")));
    eq_str(fold_name(a, STR("Ержан")), fold_name(a, STR("YERZHAN")).len ? fold_name(a, STR("ERZHAN")) : STR(""));
    eq_str(fold_name(a, STR("Нұрсұлтан")), fold_name(a, STR("NURSULTAN")));
    eq_str(fold_name(a, STR("Ахметов")), fold_name(a, STR("AKHMETOV")));
    eq_str(fold_name(a, STR("Сейтқали")), fold_name(a, STR("SEITKALI")));
    check(!str_eq(fold_name(a, STR("Асан")), fold_name(a, STR("Үсен"))));
    eq_text(fold_name(a, STR("김민수")), "GIMINSU");
    eq_text(fold_name(a, STR("")), "");
}

/* Spellings of one name in passports, Cyrillic, Hangul and by ear. */
TEST(spellings_of_one_name_sound_alike)
{
    static const char *const NAMES[][6] = {
        {"SERIK", "Серік", "Серик", "Serick", "세리크", "세릭"},
        {"YERLAN", "Ерлан", "Erlan", "Jerlan", "예를란", NULL},
        {"NURSULTAN", "Нұрсұлтан", "Нурсултан", "누르술탄", NULL},
        {"ZHUMABAYEV", "Жұмабаев", "Жумабаев", "Jumabaev", "주마바예프", NULL},
        {"AKHMETOV", "Ахметов", "Ahmetov", "아흐메토프", NULL},
        {"KASYMOV", "Қасымов", "Касымов", "Qasymov", "카스모프", NULL},
        {"TULEGENOV", "Төлегенов", "Тулегенов", "톨레게노프", NULL},
        {"DANIYAR", "Данияр", "Daniar", "다니야르", NULL},
        {"SHYNGYS", "Шыңғыс", "Чингис", "Shyngis", NULL},
        {"KIM", "김", "Ким", "Gim", NULL},
        {"BAK", "박", "Пак", "Pak", "Bak", NULL},
    };
    int met = 0, all = 0;
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        Str key = fold_sound(a, str_from_c(NAMES[i][0]));
        for (size_t k = 1; k < 6 && NAMES[i][k] != NULL; k++) {
            bool same = str_eq(fold_sound(a, str_from_c(NAMES[i][k])), key);
            if (!same) {
                printf("  %s: %.*s, %s: %.*s\n", NAMES[i][0], STR_ARG(key), NAMES[i][k],
                       STR_ARG(fold_sound(a, str_from_c(NAMES[i][k]))));
            }
            met += same;
            all++;
        }
    }
    printf("  %d of %d spellings share the key\n", met, all);
    check(met * 100 >= all * 90);
    check(!str_eq(fold_sound(a, STR("SERIK")), fold_sound(a, STR("MARAT"))));
    eq_text(fold_sound(a, STR("")), "");
    eq_text(fold_sound(a, STR("АЙША Омарова")), "AS AMLP");
}

TEST(distance_counts_slips)
{
    eq_int(fold_distance(STR("SERIK"), STR("SERIK")), 0);
    eq_int(fold_distance(STR("SERIK"), STR("SREIK")), 1);
    eq_int(fold_distance(STR("SERIK"), STR("SERK")), 1);
    eq_int(fold_distance(STR("SERIK"), STR("SERIIK")), 1);
    eq_int(fold_distance(STR("SERIK"), STR("MERIK")), 1);
    eq_int(fold_distance(STR(""), STR("ABC")), 3);
}
