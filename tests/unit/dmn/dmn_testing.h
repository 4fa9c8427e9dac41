/* dmn_testing.h: small models for tests, written as a few lines of text.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DMN_TESTING_H
#define TESTS_DMN_TESTING_H

#include "base/buf.h"
#include "dmn/dmn.h"
#include "../../test.h"

/* XML of a model with one decision "d" that is a table.
 *   table    attributes of the table: hitPolicy="FIRST"
 *   columns  "x number;y string" with inputs of those names
 *   outputs  "o number" or "o number \"a\",\"b\"" (output values), separated by ';'; "=1" after the type gives a
 * default rules    one line per rule, cells separated by '|', first the id, an optional last "#text" is the article */
Str table_model(Arena *a, const char *table, const char *columns, const char *outputs, const char *rules);
/* Loads; ends the test with the message if that fails. */
DmnModel *model_of(Arena *a, Str xml);
/* Evaluates decision `name` on JSON inputs; the value as FEEL prints it. */
Str value_of(Arena *a, const DmnModel *m, const char *name, const char *json);
Str xml_model(Arena *a, const char *inside); /* <definitions> around it */

#endif
