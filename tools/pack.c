/* pack.c: writes every file of a folder as one C source: the array WEB_FILES of path, bytes,
 * length and hash, sorted by path.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FILES = 4096, MAX_PATH = 1024 };

static char *paths[MAX_FILES];
static int count;

static void collect(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char path[MAX_PATH];
        struct stat st;
        if (e->d_name[0] == '.' || snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= MAX_PATH ||
            stat(path, &st) != 0) {
            continue;
        }
        if (S_ISDIR(st.st_mode)) {
            collect(path);
        } else if (count < MAX_FILES) {
            paths[count++] = strdup(path);
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Writes the bytes of one file; *hash gets their 64-bit FNV-1a. */
static long write_bytes(const char *path, int number, unsigned long long *hash)
{
    *hash = 14695981039346656037ULL;
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    printf("static const unsigned char F%d[] = {", number);
    long len = 0;
    for (int c; (c = fgetc(f)) != EOF; len++) {
        printf(len % 32 == 0 ? "\n%d," : "%d,", c);
        *hash = (*hash ^ (unsigned long long)c) * 1099511628211ULL;
    }
    printf("0};\n");
    fclose(f);
    return len;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: pack FOLDER\n");
        return 2;
    }
    collect(argv[1]);
    qsort(paths, (size_t)count, sizeof *paths, by_path);
    static long lengths[MAX_FILES];
    static unsigned long long hashes[MAX_FILES];
    printf("#include \"view/web_files.h\"\n");
    for (int i = 0; i < count; i++) {
        lengths[i] = write_bytes(paths[i], i, &hashes[i]);
    }
    printf("const WebFile WEB_FILES[] = {\n");
    for (int i = 0; i < count; i++) {
        printf("{\"%s\", F%d, %ld, \"%016llx\"},\n", paths[i] + strlen(argv[1]) + 1, i, lengths[i], hashes[i]);
    }
    printf("{0}};\nconst size_t WEB_FILE_COUNT = %d;\n", count);
    return 0;
}
