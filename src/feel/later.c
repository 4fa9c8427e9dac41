/* later.c: expressions that are compiled when they are first asked for something, by whichever thread asks first.
 * SPDX-License-Identifier: Apache-2.0 */
#include "feel/lang_int.h"

#include <pthread.h>
#include <stdatomic.h>

struct FeelLater {
    pthread_mutex_t lock; /* of the memory */
    Arena *a;
};

struct FeelLate {
    FeelCode face; /* what the caller holds */
    FeelLater *home;
    FeelScope scope; /* as it was: names that come later are not seen */
    Str text;
    _Atomic(const FeelCode *) code;
};

static const FeelCode BROKEN = {.late = NULL};

static void end_later(void *thing)
{
    FeelLater *l = thing;
    arena_free(l->a);
    pthread_mutex_destroy(&l->lock);
}

FeelLater *feel_later_new(Arena *a)
{
    FeelLater *l = ARENA_NEW(a, FeelLater);
    pthread_mutex_init(&l->lock, NULL);
    l->a = arena_new(0);
    arena_on_reset(a, end_later, l);
    return l;
}

const FeelCode *feel_compile_later(Arena *a, FeelLater *home, const FeelScope *s, Str text)
{
    FeelLate *late = ARENA_NEW(a, FeelLate);
    late->face.late = late;
    late->home = home;
    late->scope = *s;
    late->text = text;
    atomic_init(&late->code, NULL);
    return &late->face;
}

const FeelCode *feel_late_code(FeelLate *late)
{
    const FeelCode *code = atomic_load_explicit(&late->code, memory_order_acquire);
    if (code != NULL) {
        return code;
    }
    pthread_mutex_lock(&late->home->lock);
    code = atomic_load_explicit(&late->code, memory_order_relaxed);
    if (code == NULL) {
        Err ignored; /* feel_check_later() tells it */
        code = feel_compile(late->home->a, &late->scope, late->text, &code, &ignored) ? code : &BROKEN;
        atomic_store_explicit(&late->code, code, memory_order_release);
    }
    pthread_mutex_unlock(&late->home->lock);
    return code;
}

bool feel_late_is_broken(const FeelCode *code)
{
    return code == &BROKEN;
}

bool feel_check_later(Arena *scratch, const FeelCode *code, Err *err)
{
    const FeelCode *made;
    return code->late == NULL || feel_compile(scratch, &code->late->scope, code->late->text, &made, err);
}
