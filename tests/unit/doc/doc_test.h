/* doc_test.h: the sample credential that the tests of doc share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DOC_TEST_H
#define TESTS_DOC_TEST_H

#include "doc/doc.h"

DocSeed sample_seed(unsigned char fill);
Json *sample_json(Arena *a, const char *text); /* ' stands for a quotation mark */
DocCredential sample_credential(Arena *a);
Str sample_signed(Arena *a);

#endif
