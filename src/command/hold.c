/* hold.c: whether a step is held because another case stands in some state, as scheme.json says under "holds".
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

/* A field of the form, or else of the case. */
static Str own_field(const CommandInput *in, const Json *form, Str field)
{
    Str filed = json_text(json_get_str(form, field));
    return filed.len > 0 || in->row == NULL ? filed : json_text(json_get_str(in->row->data, field));
}

/* The value that the cause is found by: the case's own field, or that of the case which its link names. */
static bool key_of(const CommandInput *in, const Json *form, Str path, Str *ret, Err *err)
{
    Str first;
    const CaseRow *row = NULL;
    *ret = STR("");
    if (!str_cut(&path, '.', &first)) {
        return true;
    }
    Str own = own_field(in, form, first);
    if (path.ptr == NULL || own.len == 0) {
        *ret = own;
        return true;
    }
    if (!in->facts.by_id(in->facts.host, own, &row, err)) {
        return false;
    }
    *ret = row ? json_text(json_get_str(row->data, path)) : STR("");
    return true;
}

static bool find_cause(const CommandInput *in, const SchemeHold *h, Str key, const CaseRow **ret, Err *err)
{
    const CaseRow *rows = NULL;
    size_t count = 0;
    CommandWhere where = {h->key, key};
    *ret = NULL;
    if (!in->facts.list(in->facts.host, h->cause, &where, 1, &h->states, &rows, &count, err)) {
        return false;
    }
    for (size_t i = 0; i < count && *ret == NULL; i++) {
        *ret = scheme_hold_runs(h, rows[i].data, in->today) ? &rows[i] : NULL;
    }
    return true;
}

bool command_hold(const CommandInput *in, const Json *form, const SchemeHold *h, const CaseRow **ret, Err *err)
{
    Str key;
    const SchemeHoldPath *path = scheme_hold_path(h, in->type->name);
    *ret = NULL;
    if (path == NULL || (path->unless.len > 0 && own_field(in, form, path->unless).len > 0)) {
        return true;
    }
    return key_of(in, form, path->path, &key, err) && (key.len == 0 || find_cause(in, h, key, ret, err));
}

bool planning_check_holds(Planning *p)
{
    const SchemeHold *holds;
    size_t count = scheme_holds(p->in->scheme, &holds);
    for (size_t i = 0; i < count; i++) {
        const CaseRow *cause = NULL;
        if (!scheme_names_have(&holds[i].steps, p->in->step->name)) {
            continue;
        }
        if (!command_hold(p->in, p->form, &holds[i], &cause, p->err)) {
            return false;
        }
        if (cause != NULL) {
            Str text = scheme_label(p->in->scheme, p->a, p->in->caller->language, "hold", holds[i].name);
            Str since = json_text(json_get_str(cause->data, holds[i].from));
            return planning_fault(
                p, NOT_IN_FORCE, "",
                str_printf(p->a, "%.*s (%.*s; %.*s)", STR_ARG(text), STR_ARG(since), STR_ARG(holds[i].cite)));
        }
    }
    return true;
}
