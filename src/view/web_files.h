/* web_files.h: the files of web/ packed into the program by tools/pack.c, sorted by path. Not a reader of the disk:
 * see view_file().
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VIEW_WEB_FILES_H
#define VIEW_WEB_FILES_H

#include <stddef.h>

typedef struct {
    const char *path; /* from web/, such as "static/app.css" */
    const unsigned char *bytes;
    size_t len;
    const char *tag; /* 16 hex digits of a hash of the bytes, for ETag and for versioned addresses */
} WebFile;

extern const WebFile WEB_FILES[];
extern const size_t WEB_FILE_COUNT;

#endif
