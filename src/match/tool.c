/* tool.c: the command line of matching: replay a published round, or print the root of its frozen input.
 * SPDX-License-Identifier: Apache-2.0 */
#include "match.h"

#include <errno.h>
#include <string.h>

enum { MOST_FILE = 1 << 30, FIRST_READ = 1 << 16 };

static const char help[] =
    "Usage: goldenbridge match replay FILE [--json]\n"
    "       goldenbridge match replay ROUND [--json] [--store URL]\n"
    "       goldenbridge match publish ROUND [--store URL]\n"
    "       goldenbridge match root FILE\n"
    "\n"
    "replay  Recomputes a published round (ranking, referral or matching) from its frozen, pseudonymised\n"
    "        rows and the revealed secret, and prints every line of the outcome. Anybody with the same file\n"
    "        gets the same bytes; the last line is their SHA-256.\n"
    "        With the id of a case in place of a file it is that case's round, out of the store; it fails\n"
    "        unless the outcome is the one in the log.\n"
    "publish Prints the pseudonymised rows of a round of the store, with the secret once it is revealed.\n"
    "root    Prints the hash of the rows and rules of a round, which is published before the secret is.\n"
    "\n"
    "FILE is CSV or JSON (goldenbridge-round/1); - reads standard input. --json prints the same as JSON.\n"
    "Exit status: 0 recomputed, 2 wrong use, 65 the round is faulty, 66 there is no such file, 74 reading failed,\n"
    "77 the secret is not the one that was committed to.\n";

static bool read_all(Arena *a, FILE *f, Str *ret, Err *err)
{
    size_t len = 0, room = FIRST_READ;
    char *p = arena_alloc(a, room);
    for (size_t n; (n = fread(p + len, 1, room - len, f)) > 0;) {
        len += n;
        if (len == room && len >= MOST_FILE) {
            return err_set(err, TOO_LARGE, "The file is larger than %d bytes.", MOST_FILE);
        }
        if (len == room) {
            p = arena_grow(a, p, room, room * 2);
            room *= 2;
        }
    }
    *ret = (Str){p, len};
    return !ferror(f) || err_set(err, IO_FAILED, "Reading failed.");
}

static bool read_file(Arena *a, const char *path, Str *ret, Err *err)
{
    if (strcmp(path, "-") == 0) {
        return read_all(a, stdin, ret, err);
    }
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return err_set(err, errno == ENOENT ? NOT_FOUND : IO_FAILED, "The file cannot be opened: %s.", strerror(errno));
    }
    bool is_read = read_all(a, f, ret, err);
    fclose(f);
    return is_read;
}

static bool run(Arena *a, bool is_root, bool as_json, const char *path, FILE *out, Err *err)
{
    Str input, text;
    if (!read_file(a, path, &input, err)) {
        return false;
    }
    if (is_root) {
        Hash root;
        if (!match_replay_root(a, input, &root, err)) {
            return false;
        }
        text = str_printf(a, "%.*s\n", STR_ARG(hex_print(a, HASH_STR(root))));
    } else if (!match_replay(a, input, as_json, &text, err)) {
        return false;
    }
    bool is_written = fwrite(text.ptr, 1, text.len, out) == text.len && fflush(out) == 0;
    return is_written || err_set(err, IO_FAILED, "Writing failed.");
}

static int wrong_use(FILE *err)
{
    fputs(help, err);
    return err_exit_status(BAD_USAGE);
}

int match_tool(int argc, char **argv, FILE *out, FILE *err)
{
    const char *path = NULL;
    bool as_json = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, out);
            return 0;
        }
    }
    bool is_root = argc > 1 && strcmp(argv[1], "root") == 0;
    if (argc < 2 || (!is_root && strcmp(argv[1], "replay") != 0)) {
        return wrong_use(err);
    }
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0 && !is_root) {
            as_json = true;
        } else if ((argv[i][0] == '-' && argv[i][1] != '\0') || path != NULL) {
            return wrong_use(err);
        } else {
            path = argv[i];
        }
    }
    if (path == NULL) {
        return wrong_use(err);
    }
    Arena *a = arena_new(0);
    Err fault = {0};
    bool is_done = run(a, is_root, as_json, path, out, &fault);
    if (!is_done) {
        fprintf(err, "goldenbridge match %s: %s: %s (%s)\n", argv[1], path, fault.text, err_name(fault.code));
    }
    arena_free(a);
    return is_done ? 0 : err_exit_status(fault.code);
}
