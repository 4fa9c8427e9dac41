/* page_memo.c: what one request asked before: its reader's reach, what linked cases are called, names. A page names
 * the same firm ten times over; it is asked for once.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

#include "base/map.h"

struct PageMemo {
    const Scheme *scheme;
    const Caller *caller; /* whose answers these are */
    QueryReach reach;
    bool has_reach;
    Map briefs; /* id → MemoBrief */
    Map texts;  /* page_remember() */
};

typedef struct {
    const CaseRow *row; /* NULL: none in reach */
} MemoBrief;

PageMemo *page_memo(Arena *a, const Scheme *scheme, const Caller *caller)
{
    PageMemo *m = ARENA_NEW(a, PageMemo);
    *m = (PageMemo){.scheme = scheme, .caller = caller, .briefs = {.arena = a}, .texts = {.arena = a}};
    return m;
}

/* NULL where the view is that of another reader or scheme than the request's: nothing of one is shown to the other. */
static PageMemo *memo_of(const PageView *v)
{
    return v->memo != NULL && v->memo->scheme == v->scheme && v->memo->caller == v->caller ? v->memo : NULL;
}

const Str *page_recall(const PageView *v, Str key)
{
    const PageMemo *m = memo_of(v);
    return m != NULL ? map_get(&m->texts, key) : NULL;
}

Str page_remember(const PageView *v, Str key, Str text)
{
    PageMemo *m = memo_of(v);
    if (m != NULL) {
        Str *kept = ARENA_NEW(v->a, Str);
        *kept = text;
        map_set(&m->texts, key, kept);
    }
    return text;
}

QueryReach page_reach(const PageView *v)
{
    PageMemo *m = memo_of(v);
    if (m == NULL) {
        return flow_reach(v->a, v->scheme, v->caller);
    }
    if (!m->has_reach) {
        m->reach = flow_reach(v->a, v->scheme, v->caller);
        m->has_reach = true;
    }
    return m->reach;
}

bool page_brief(const PageView *v, Str id, const CaseRow **ret, Err *err)
{
    PageMemo *m = memo_of(v);
    const MemoBrief *known = m != NULL ? map_get(&m->briefs, id) : NULL;
    if (known != NULL) {
        *ret = known->row;
        return true;
    }
    QueryReach reach = page_reach(v);
    if (!query_brief_in(v->flow->store, v->a, &reach, id, ret, err)) {
        return false;
    }
    if (m != NULL) {
        MemoBrief *b = ARENA_NEW(v->a, MemoBrief);
        b->row = *ret;
        map_set(&m->briefs, id, b);
    }
    return true;
}
