/* tool.c: the command line of matching: replay a published round, try rows out, or print the root of frozen input.
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
    "       goldenbridge match try FILE [--secret HEX] [--json]\n"
    "\n"
    "replay  Recomputes a published round (ranking, referral or matching) from its frozen, pseudonymised\n"
    "        rows and the revealed secret, and prints every line of the outcome. Anybody with the same file\n"
    "        gets the same bytes; the last line is their SHA-256.\n"
    "        With the id of a case in place of a file it is that case's round, out of the store; it fails\n"
    "        unless the outcome is the one in the log.\n"
    "publish Prints the pseudonymised rows of a round of the store, with the secret once it is revealed.\n"
    "root    Prints the hash of the rows and rules of a round, which is published before the secret is.\n"
    "try     Computes rows that nobody froze or committed to, to see what would come of them; ties go by the\n"
    "        secret given (64 hex digits; zeros if none). The first line says that it is a trial.\n"
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

typedef struct {
    const char *verb, *path, *secret; /* secret: 64 hex digits, or NULL: zeros */
    bool as_json;
} Wanted;

static bool read_secret(Arena *a, const char *text, Hash *ret, Err *err)
{
    Str bytes;
    *ret = (Hash){0};
    if (text == NULL) {
        return true;
    }
    if (!hex_parse(a, str_from_c(text), &bytes) || bytes.len != sizeof ret->b) {
        return err_set(err, FIELD_FORMAT, "The secret is 64 hexadecimal digits.");
    }
    memcpy(ret->b, bytes.ptr, sizeof ret->b);
    return true;
}

static bool root_of(Arena *a, const Wanted *w, Str input, Str *ret, Err *err)
{
    (void)w;
    Hash root;
    if (!match_replay_root(a, input, &root, err)) {
        return false;
    }
    *ret = str_printf(a, "%.*s\n", STR_ARG(hex_print(a, HASH_STR(root))));
    return true;
}

static bool replay_of(Arena *a, const Wanted *w, Str input, Str *ret, Err *err)
{
    return match_replay(a, input, w->as_json, ret, err);
}

static bool trial_of(Arena *a, const Wanted *w, Str input, Str *ret, Err *err)
{
    Hash secret;
    return read_secret(a, w->secret, &secret, err) && match_try(a, input, secret, w->as_json, ret, err);
}

static const struct {
    const char *name;
    bool (*run)(Arena *, const Wanted *, Str, Str *, Err *);
    bool takes_json, takes_secret;
} verbs[] = {{"replay", replay_of, true, false}, {"root", root_of, false, false}, {"try", trial_of, true, true}};

static bool run(Arena *a, size_t verb, const Wanted *w, FILE *out, Err *err)
{
    Str input, text;
    if (!read_file(a, w->path, &input, err) || !verbs[verb].run(a, w, input, &text, err)) {
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

static bool read_args(int argc, char **argv, size_t verb, Wanted *w)
{
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0 && verbs[verb].takes_json) {
            w->as_json = true;
        } else if (strcmp(argv[i], "--secret") == 0 && verbs[verb].takes_secret && i + 1 < argc) {
            w->secret = argv[++i];
        } else if ((argv[i][0] == '-' && argv[i][1] != '\0') || w->path != NULL) {
            return false;
        } else {
            w->path = argv[i];
        }
    }
    return w->path != NULL;
}

int match_tool(int argc, char **argv, FILE *out, FILE *err)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, out);
            return 0;
        }
    }
    Wanted w = {.verb = argc > 1 ? argv[1] : ""};
    size_t verb = 0;
    while (verb < COUNT_OF(verbs) && strcmp(verbs[verb].name, w.verb) != 0) {
        verb++;
    }
    if (verb == COUNT_OF(verbs) || !read_args(argc, argv, verb, &w)) {
        return wrong_use(err);
    }
    Arena *a = arena_new(0);
    Err fault = {0};
    bool is_done = run(a, verb, &w, out, &fault);
    if (!is_done) {
        fprintf(err, "goldenbridge match %s: %s: %s (%s)\n", w.verb, w.path, fault.text, err_name(fault.code));
    }
    arena_free(a);
    return is_done ? 0 : err_exit_status(fault.code);
}
