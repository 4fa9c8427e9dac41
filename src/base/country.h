/* country.h: countries by their two letters (ISO 3166-1), with the names that people know them by.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_COUNTRY_H
#define BASE_COUNTRY_H

#include "str.h"

/* All countries that ICU knows, by code. The texts live as long as the process; *ret_codes is never NULL. */
size_t country_codes(const Str **ret_codes);

/* Their codes in the order in which readers of the language ("ko") look their names up; as many as country_codes()
 * gives. A language that ICU does not know is ordered as English. */
const Str *country_codes_by_name(Str language);

/* The country's name in the language, as CLDR has it; empty (ptr NULL) where there is no such country. Lives as long as
 * the process; may be called by any thread. */
Str country_name(Str code, Str language);

#endif
