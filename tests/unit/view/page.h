/* page.h: page models for the tests of view: the files of tests/view/fixtures, each in any of the four languages.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_UNIT_VIEW_PAGE_H
#define TESTS_UNIT_VIEW_PAGE_H

#include "view/view.h"

/* The name of the n-th fixture ("decision-refused"), in the order of the alphabet; empty past the last. */
Str page_fixture(Arena *a, size_t n);
/* "decision-refused" → "decision" */
Str page_template(Str fixture);
/* The fixture over _common.json. A text may stand in it as {"en": …, "ko": …, "kk": …, "ru": …}; language chooses. */
Json *page_model(Arena *a, Str fixture, Str language);
/* What is wrong with the nesting of tags in html, or NULL. */
const char *page_unbalanced(Arena *a, Str html);

#endif
