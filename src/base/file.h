/* file.h: whole files and the names in a folder. For loading at start and for tools; no request opens files by name.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "err.h"
#include "str.h"

/* The whole file. NOT_FOUND or IO_FAILED with the path, TOO_LARGE past limit_bytes. */
MUST_USE bool file_load(Arena *a, Str path, size_t limit_bytes, Str *ret, Err *err);
bool file_exists(Arena *a, Str path); /* and may be read */
/* Names in a folder that end in `suffix` and do not begin with a point, sorted; none if there is no such folder. */
Str *folder_list(Arena *a, Str folder, const char *suffix, size_t *ret_count);

#endif
