/* fold.h: names as search keys: any script → plain Latin capitals, so that Cyrillic, Hangul and passport spellings
 * meet.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include "str.h"

/* Latin capitals, digits and single spaces: transliterated (ICU Any-Latin; Latin-ASCII), then letters that passports
 * and transliteration tables spell differently are brought together (J, Y, I → I; KH, H → H; X → KS; W → V; double
 * letters → one). For finding, not for showing: different names may share a key. */
Str fold_name(Arena *a, Str name);

/* How the words sound, roughly: classes of consonants (S for all hissing, K for K, G and Q, L also for R, P for all
 * lips, T also for D), vowels only as A at the beginning, so that Hangul and guessed spellings meet the passport's.
 * Many names share a key. */
Str fold_sound(Arena *a, Str name);
/* Letters to change (put in, leave out, replace, swap) until one text is the other, by bytes; texts are cut at 64. */
int fold_distance(Str one, Str other);
/* The text in small letters, in any script that has them. */
Str fold_case(Arena *a, Str text);

#endif
