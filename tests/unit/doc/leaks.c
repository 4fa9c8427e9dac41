/* leaks.c: tells the leak checker what is not ours: fontconfig keeps its caches, cairo 1.16 loses 768 bytes a CFF font
 * subset.
 * SPDX-License-Identifier: Apache-2.0 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\n";
}
