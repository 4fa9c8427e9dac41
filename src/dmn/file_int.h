/* file_int.h: whole files and folders for the tools of this room. The engine itself opens nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DMN_FILE_INT_H
#define DMN_FILE_INT_H

#include "base/err.h"
#include "base/str.h"

/* NOT_FOUND, TOO_LARGE (more than 16 MB) or IO_FAILED with the path. */
MUST_USE bool file_read(Arena *a, Str path, Str *ret, Err *err);
/* Names in a folder, sorted by bytes, without those that start with a dot. */
MUST_USE bool folder_read(Arena *a, Str path, Str **ret, size_t *ret_count, Err *err);
bool folder_is(Arena *a, Str path);

#endif
