/* arena.c: blocks in a chain, bump allocation.
 * SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* madvise() */
#include "arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 1024 * 1024, ALIGN = 16, LARGE_PAGE = 2 * 1024 * 1024 };

typedef struct Block Block;
struct Block {
    Block *before;
    size_t size, used;
    size_t before_bytes; /* handed out in all blocks before this one */
    size_t pad[2];
};
_Static_assert(sizeof(Block) % ALIGN == 0, "what follows the header is aligned as arena_alloc promises");

typedef struct Cleanup Cleanup;
struct Cleanup {
    Cleanup *next;
    void (*fn)(void *);
    void *thing;
};

struct Arena {
    Block *top;
    Cleanup *cleanups;
    size_t limit;
};

void bug_at(const char *file, int line, const char *message)
{
    fprintf(stderr, "goldenbridge: bug at %s:%d: %s\n", file, line, message);
    abort();
}

static unsigned char *block_bytes(Block *b)
{
    return (unsigned char *)b + sizeof(Block);
}

/* A large block lies on large pages: one page fault in place of 512. Where the system has none they are as
 * any other. */
static void *block_memory(size_t bytes)
{
    void *ret = NULL;
    if (bytes < 2 * (size_t)LARGE_PAGE) {
        return malloc(bytes);
    }
    if (posix_memalign(&ret, LARGE_PAGE, bytes) != 0) {
        return NULL;
    }
    (void)madvise(ret, bytes / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
    return ret;
}

static Block *block_new(Block *before, size_t size)
{
    Block *b = block_memory(sizeof(Block) + size);
    if (b == NULL) {
        bug("out of memory");
    }
    *b = (Block){.before = before, .size = size, .before_bytes = before ? before->before_bytes + before->used : 0};
    return b;
}

Arena *arena_new(size_t limit_bytes)
{
    Arena *a = calloc(1, sizeof(Arena));
    if (a == NULL) {
        bug("out of memory");
    }
    a->limit = limit_bytes ? limit_bytes : SIZE_MAX / 2;
    a->top = block_new(NULL, FIRST_BLOCK);
    return a;
}

static void run_cleanups(Arena *a)
{
    Cleanup *c = a->cleanups;
    a->cleanups = NULL;
    for (; c != NULL; c = c->next) {
        c->fn(c->thing);
    }
}

static void drop_blocks_above(Arena *a, Block *keep)
{
    while (a->top != keep) {
        Block *b = a->top;
        a->top = b->before;
        free(b);
    }
}

Arena *arena_free(Arena *a)
{
    if (a != NULL) {
        run_cleanups(a);
        drop_blocks_above(a, NULL);
        free(a);
    }
    return NULL;
}

void arena_reset(Arena *a)
{
    run_cleanups(a);
    Block *first = a->top;
    while (first->before != NULL) {
        first = first->before;
    }
    drop_blocks_above(a, first);
    first->used = 0;
}

size_t arena_used(const Arena *a)
{
    return a->top->before_bytes + a->top->used;
}

bool arena_has_room(const Arena *a, size_t bytes)
{
    size_t used = arena_used(a);
    return bytes <= a->limit && used <= a->limit - bytes;
}

static size_t round_up(size_t bytes)
{
    check_that(bytes < SIZE_MAX / 4);
    return (bytes + (ALIGN - 1)) & ~(size_t)(ALIGN - 1);
}

static void add_block(Arena *a, size_t bytes)
{
    size_t size = a->top->size * 2;
    if (size > LARGEST_STEP) {
        size = LARGEST_STEP;
    }
    a->top = block_new(a->top, size > bytes ? size : bytes);
}

void *arena_alloc(Arena *a, size_t bytes)
{
    bytes = round_up(bytes ? bytes : 1);
    if (!arena_has_room(a, bytes)) {
        bug("arena limit reached");
    }
    if (a->top->size - a->top->used < bytes) {
        add_block(a, bytes);
    }
    unsigned char *p = block_bytes(a->top) + a->top->used;
    a->top->used += bytes;
    return memset(p, 0, bytes);
}

void arena_reserve(Arena *a, size_t bytes)
{
    bytes = round_up(bytes);
    if (arena_has_room(a, bytes) && a->top->size - a->top->used < bytes) {
        a->top = block_new(a->top, bytes);
    }
}

void *arena_grow(Arena *a, void *old, size_t old_bytes, size_t new_bytes)
{
    check_that(new_bytes >= old_bytes);
    size_t had = round_up(old_bytes ? old_bytes : 1), want = round_up(new_bytes);
    unsigned char *end = block_bytes(a->top) + a->top->used;
    bool is_last = old != NULL && (unsigned char *)old + had == end;
    if (is_last && a->top->size - a->top->used >= want - had && arena_has_room(a, want - had)) {
        a->top->used += want - had;
        memset((unsigned char *)old + had, 0, want - had);
        return old;
    }
    void *p = arena_alloc(a, new_bytes);
    return old_bytes ? memcpy(p, old, old_bytes) : p;
}

void arena_on_reset(Arena *a, void (*fn)(void *), void *thing)
{
    Cleanup *c = ARENA_NEW(a, Cleanup);
    *c = (Cleanup){.next = a->cleanups, .fn = fn, .thing = thing};
    a->cleanups = c;
}

ArenaMark arena_mark(const Arena *a)
{
    return (ArenaMark){.block = a->top, .used = a->top->used};
}

void arena_rewind(Arena *a, ArenaMark mark)
{
    drop_blocks_above(a, mark.block);
    a->top->used = mark.used;
}
