/* fold.h: names as search keys: any script → plain Latin capitals, so that Cyrillic, Hangul and passport spellings meet.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include "str.h"

/* Latin capitals, digits and single spaces: transliterated (ICU Any-Latin; Latin-ASCII), then letters that passports
 * and transliteration tables spell differently are brought together (J, Y, I → I; KH, H → H; X → KS; W → V; double
 * letters → one). For finding, not for showing: different names may share a key. */
Str fold_name(Arena *a, Str name);

/* The text in small letters, in any script that has them. */
Str fold_case(Arena *a, Str text);

#endif
