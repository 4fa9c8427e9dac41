/* office.c: see office.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "office.h"

#include "base/utf8.h"
#include "project/project.h"
#include "reach.h"

enum { NOTE_MOST = 2000 };

typedef struct {
    Arena *a;
    const Caller *caller;
    const OfficeAct *act;
    Instant now;
    bool hands_over;
} Office;

static bool has_role(const Caller *c, Str role)
{
    for (size_t i = 0; i < c->role_count; i++) {
        if (str_eq(c->roles[i], role)) {
            return true;
        }
    }
    return false;
}

static bool check_handover(const Flow *in, const Office *o, const Scheme *s, const CaseRow *row, Err *err)
{
    Caller other;
    Str scheme;
    if (row->holder.len == 0 || !(has_role(o->caller, row->holder) || has_role(o->caller, STR("admin")))) {
        return err_set(err, NOT_ALLOWED, "Only who may act on the case next can hand it over.");
    }
    if (o->act->to.len == 0) {
        return true;
    }
    bool fits = flow_caller(in, o->a, o->act->to, &other, &scheme, err) && str_eq(scheme, row->scheme) &&
                has_role(&other, row->holder);
    if (!fits) {
        return err_field(err, FIELD_CHOICE, "to", "This colleague has not the role that acts next.");
    }
    return flow_check_reach(in, o->a, s, &other, row, err) ||
           err_field(err, FIELD_CHOICE, "to", "This colleague is of another office.");
}

static bool write_in(const Flow *in, void *host, Err *err)
{
    const Office *o = host;
    const CaseRow *row;
    if (!query_case(in->store, o->a, o->act->case_id, &row, err)) {
        return false;
    }
    const Scheme *s = flow_scheme(in, o->act->scheme);
    const SchemeType *t = row && s ? scheme_type(s, row->type) : NULL;
    if (t == NULL || !str_eq(row->scheme, o->act->scheme)) {
        return err_set(err, NOT_FOUND, "There is no case %.*s.", STR_ARG(o->act->case_id));
    }
    if (!flow_check_reach(in, o->a, s, o->caller, row, err) || (o->hands_over && !check_handover(in, o, s, row, err))) {
        return false;
    }
    Event e = {.scheme = row->scheme,
               .stream = str_printf(o->a, "office:%.*s", STR_ARG(row->id)),
               .at = o->now,
               .type = o->hands_over ? STR("office.handed_over") : STR("office.noted"),
               .day = instant_day(o->now, scheme_utc_offset(s)),
               .actor = o->caller->account,
               .data = json_new_object(o->a)};
    json_set(o->a, e.data, STR("case"), json_new_str(o->a, row->id));
    if (o->hands_over) {
        json_set(o->a, e.data, STR("to"), json_new_str(o->a, o->act->to));
    }
    Str note = str_trim(o->act->note);
    e.person = t->person ? row->id : t->subject.len ? json_text(json_get_str(row->data, t->subject)) : STR("");
    if (note.len > 0 && e.person.len > 0) {
        e.sealed = json_new_object(o->a);
    } else {
        e.person = STR("");
    }
    if (note.len > 0) {
        json_set(o->a, e.sealed ? e.sealed : e.data, STR("note"), json_new_str(o->a, note));
    }
    e.version = store_version_of(in->store, e.stream) + 1;
    return store_append(in->store, o->a, &e, 1, err) && project_apply(in->store, o->a, &e, NULL, err);
}

static bool act(const Flow *f, Arena *a, const Caller *caller, const OfficeAct *what, bool hands_over, Instant now,
                Err *err)
{
    Office o = {.a = a, .caller = caller, .act = what, .now = now, .hands_over = hands_over};
    if (caller->party.len > 0 || caller->role_count == 0) {
        return err_set(err, NOT_ALLOWED, "%s", err_plain(NOT_ALLOWED));
    }
    if (utf8_count(what->note) > NOTE_MOST) {
        return err_field(err, TOO_LARGE, "note", "%s", err_plain(TOO_LARGE));
    }
    return flow_write(f, write_in, &o, err);
}

bool flow_hand_over(const Flow *f, Arena *a, const Caller *caller, const OfficeAct *what, Instant now, Err *err)
{
    return act(f, a, caller, what, true, now, err);
}

bool flow_note(const Flow *f, Arena *a, const Caller *caller, const OfficeAct *what, Instant now, Err *err)
{
    if (str_trim(what->note).len == 0) {
        return err_field(err, FIELD_MISSING, "note", "%s", err_plain(FIELD_MISSING));
    }
    return act(f, a, caller, what, false, now, err);
}
