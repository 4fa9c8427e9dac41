/* sheet_int.h: what the files of the spreadsheet readers share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_SHEET_INT_H
#define DOC_SHEET_INT_H

#include "doc/sheet.h"

/* Sets *err with the place as its field; returns false. */
bool sheet_fault(Arena *a, size_t row, size_t column, ErrCode code, const char *text, Err *err);
/* Digits with an optional sign and point. */
bool sheet_is_number(Str s);

#endif
