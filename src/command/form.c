/* form.c: names of steps, who may take them, and forms: every fault at once, by field.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

#include "base/mrz.h"
#include "base/utf8.h"

enum { MAX_LIST = 1000 };

bool command_resolve(const Scheme *s, Str step, CommandInput *ret, Err *err)
{
    static const struct {
        const char *suffix;
        CommandMode mode;
    } MODES[] = {{"/confirm", COMMAND_CONFIRM}, {"/reject", COMMAND_REJECT}};
    ret->scheme = s;
    ret->mode = COMMAND_PLAIN;
    for (size_t i = 0; i < COUNT_OF(MODES); i++) {
        Str suffix = str_from_c(MODES[i].suffix);
        if (str_ends(step, suffix)) {
            step.len -= suffix.len;
            ret->mode = MODES[i].mode;
        }
    }
    ret->step = scheme_step(s, step, &ret->type);
    if (ret->step == NULL || (ret->mode != COMMAND_PLAIN && !ret->step->two_people)) {
        return err_set(err, NOT_FOUND, "There is no step %.*s.", STR_ARG(step));
    }
    return true;
}

/* ---- Who may ---- */

static bool has_role(const Caller *c, Str role)
{
    for (size_t i = 0; i < c->role_count; i++) {
        if (str_eq(c->roles[i], role)) {
            return true;
        }
    }
    return false;
}

/* The case behind a field of the form or the case; NULL if there is none. */
static const CaseRow *linked_case(const CommandInput *in, const Json *data, Str field)
{
    Err err;
    const CaseRow *row = NULL;
    Str id = json_text(json_get_str(data, field));
    return id.len > 0 && in->facts.by_id != NULL && in->facts.by_id(in->facts.host, id, &row, &err) ? row : NULL;
}

/* "party": the caller is this case; "party:FIELD": the caller is the case that the field links to; "party:FIELD.FIELD":
 * the one that the linked case links to. */
static bool is_party(const CommandInput *in, Str who)
{
    if (in->caller->party.len == 0) {
        return false;
    }
    if (str_eq(who, STR("party"))) {
        return in->row != NULL && str_eq(in->row->id, in->caller->party);
    }
    Str rest = str_sub(who, 6, who.len), field;
    const Json *data = in->row ? in->row->data : in->command->form;
    (void)str_cut(&rest, '.', &field);
    if (rest.len > 0) {
        const CaseRow *linked = linked_case(in, data, field);
        data = linked ? linked->data : NULL;
        field = rest;
    }
    return str_eq(json_text(json_get_str(data, field)), in->caller->party);
}

bool command_may(const CommandInput *in, Err *err)
{
    Buf roles = buf_new(feel_run_arena(in->run), 200);
    for (size_t i = 0; i < in->step->who.count; i++) {
        Str who = in->step->who.items[i];
        bool party = str_starts(who, STR("party"));
        if (party ? is_party(in, who) : has_role(in->caller, who)) {
            return true;
        }
        buf_printf(&roles, "%s%.*s", i ? ", " : "", STR_ARG(who));
    }
    return err_set(err, NOT_ALLOWED, "Only these may take this step: %.*s.", STR_ARG(buf_str(&roles)));
}

bool command_about_fits(const CommandInput *in, Err *err)
{
    const SchemeField *f = scheme_field(in->type, in->step->about);
    const CaseRow *row = linked_case(in, in->command->form, in->step->about);
    if (row == NULL || f == NULL || !str_eq(row->type, f->of)) {
        return err_set(err, NOT_FOUND, "There is no such case.");
    }
    if (!scheme_names_have(&in->step->from, row->state)) {
        return err_set(err, WRONG_STATE, "The case is in the state %.*s; this step cannot be taken from there.",
                       STR_ARG(row->state));
    }
    return true;
}

/* ---- Fields ---- */

typedef struct {
    const CommandInput *in;
    const SchemeField *field;
    ErrList *faults;
} FieldCheck;

static bool fault(const FieldCheck *c, ErrCode code, const char *text)
{
    Err e;
    err_field(&e, code, str_c(c->faults->arena, c->field->name), "%s", text);
    err_list_add(c->faults, e);
    return false;
}

static bool is_empty(const Json *j)
{
    return j == NULL || j->kind == JSON_NULL || (j->kind == JSON_STRING && str_trim(j->text).len == 0) ||
           (j->kind == JSON_ARRAY && j->count == 0);
}

/* Forms of the web send every value as text: numbers and yes/no are read from text too. */
static bool normal_form(const FieldCheck *c, const Json *j, Json **ret)
{
    Arena *a = feel_run_arena(c->in->run);
    const SchemeField *f = c->field;
    *ret = (Json *)(uintptr_t)j;
    if (j->kind != JSON_STRING) {
        return true;
    }
    Str text = str_trim(j->text);
    Dec d;
    if (f->kind == SCHEME_NUMBER) {
        if (!dec_parse(text, &d)) {
            return fault(c, FIELD_FORMAT, "A number is expected, such as 12 or 12.5.");
        }
        *ret = json_new_number(a, dec_print(a, d));
    } else if (f->kind == SCHEME_YES_NO) {
        bool yes = str_eq(text, STR("true")) || str_eq(text, STR("yes")) || str_eq(text, STR("on"));
        if (!yes && !str_eq(text, STR("false")) && !str_eq(text, STR("no"))) {
            return fault(c, FIELD_FORMAT, "Yes or no is expected.");
        }
        *ret = json_new_bool(a, yes);
    } else if (f->kind == SCHEME_LIST) {
        Json *list = *ret = json_new_array(a);
        for (Str rest = text, item; str_cut(&rest, ',', &item);) {
            json_push(a, list, json_new_str(a, str_trim(item)));
        }
    } else {
        *ret = json_new_str(a, text);
    }
    return true;
}

static bool check_kind(const FieldCheck *c, const Json *j)
{
    static const JsonKind WANT[] = {
        [SCHEME_TEXT] = JSON_STRING, [SCHEME_NUMBER] = JSON_NUMBER, [SCHEME_DATE] = JSON_STRING,
        [SCHEME_YES_NO] = JSON_BOOL, [SCHEME_CHOICE] = JSON_STRING, [SCHEME_CASE] = JSON_STRING,
        [SCHEME_MRZ] = JSON_STRING,  [SCHEME_LIST] = JSON_ARRAY,    [SCHEME_FILE] = JSON_OBJECT};
    const SchemeField *f = c->field;
    if (j->kind != WANT[f->kind]) {
        return fault(c, FIELD_FORMAT, "This is not the kind of value that is expected here.");
    }
    if (j->kind == JSON_STRING && utf8_count(j->text) > f->max_length) {
        return fault(c, FIELD_RANGE, "This text is too long.");
    }
    if (j->kind == JSON_ARRAY && j->count > MAX_LIST) {
        return fault(c, FIELD_RANGE, "This list is too long.");
    }
    for (size_t i = 0; j->kind == JSON_ARRAY && f->choices.count > 0 && i < j->count; i++) {
        if (!scheme_names_have(&f->choices, json_text(j->items[i]))) {
            return fault(c, FIELD_CHOICE, "This is not one of the choices.");
        }
    }
    Day day;
    if (f->kind == SCHEME_DATE && !day_parse(j->text, &day)) {
        return fault(c, FIELD_FORMAT, "A date is expected as year-month-day, such as 2026-03-31.");
    }
    if (f->kind == SCHEME_CHOICE && !scheme_names_have(&f->choices, j->text)) {
        return fault(c, FIELD_CHOICE, "This is not one of the choices.");
    }
    return true;
}

static bool check_case(const FieldCheck *c, const Json *j)
{
    const CaseRow *row = NULL;
    Err err;
    const CommandFacts *facts = &c->in->facts;
    if (!facts->by_id(facts->host, j->text, &row, &err) || row == NULL ||
        (c->field->of.len > 0 && !str_eq(row->type, c->field->of))) {
        return fault(c, FIELD_CHOICE, "There is no such case.");
    }
    return true;
}

static bool check_mrz(const FieldCheck *c, const Json *j)
{
    Mrz mrz;
    ErrList found = {.arena = c->faults->arena};
    if (mrz_parse(feel_run_arena(c->in->run), j->text, &mrz, &found)) {
        return true;
    }
    for (size_t i = 0; i < found.count; i++) {
        fault(c, found.items[i].code, found.items[i].text);
    }
    return false;
}

/* What a case says of a file; its bytes go into the event. */
static bool check_file(const FieldCheck *c, const Json *j, Json **ret)
{
    Err e;
    return command_file(feel_run_arena(c->in->run), j, ret, &e) || fault(c, e.code, e.text);
}

static bool check_rule(const FieldCheck *c, Value v)
{
    if (c->field->check == NULL) {
        return true;
    }
    Value frame[1] = {v};
    if (feel_is_true(feel_eval(c->in->run, c->field->check, frame))) {
        return true;
    }
    return fault(c, c->field->check_code, err_plain(c->field->check_code));
}

/* One field: present, of its kind, within its rules. */
static bool check_field(const FieldCheck *c, const Json *raw, FeelEntry *ret)
{
    Json *j;
    Err err;
    if (!normal_form(c, raw, &j) || !check_kind(c, j) || (c->field->kind == SCHEME_CASE && !check_case(c, j)) ||
        (c->field->kind == SCHEME_MRZ && !check_mrz(c, j)) ||
        (c->field->kind == SCHEME_FILE && !check_file(c, j, &j))) {
        return false;
    }
    ret->name = c->field->name;
    if (!feel_from_json(feel_run_arena(c->in->run), j, c->field->type, &ret->value, &err)) {
        return fault(c, FIELD_FORMAT, err.text);
    }
    return check_rule(c, ret->value);
}

static bool known_beside_fields(const SchemeStep *step, Str name)
{
    return step->discretion && (str_eq(name, STR("outcome")) || str_eq(name, STR("depart_reason")));
}

static void refuse_unknown(const CommandInput *in, const Json *form, ErrList *faults)
{
    for (size_t i = 0; form != NULL && form->kind == JSON_OBJECT && i < form->count; i++) {
        Str name = form->members[i].key;
        if (!scheme_names_have(&in->step->fields, name) && !known_beside_fields(in->step, name)) {
            Err e;
            err_field(&e, FIELD_UNKNOWN, str_c(faults->arena, name), "%s", err_plain(FIELD_UNKNOWN));
            err_list_add(faults, e);
        }
    }
}

bool command_check_form(const CommandInput *in, const Json *form, Value *ret, ErrList *faults)
{
    size_t before = faults->count, n = 0;
    Arena *a = feel_run_arena(in->run);
    FeelEntry *entries = ARENA_ARRAY(a, FeelEntry, in->step->fields.count + 3);
    for (size_t i = 0; i < in->step->fields.count; i++) {
        Str name = in->step->fields.items[i];
        FieldCheck c = {.in = in, .field = scheme_field(in->type, name), .faults = faults};
        const Json *raw = json_get_str(form, name);
        if (is_empty(raw)) {
            if (!scheme_names_have(&in->step->optional, name)) {
                fault(&c, FIELD_MISSING, err_plain(FIELD_MISSING));
            } else {
                entries[n++] = (FeelEntry){name, feel_null()};
            }
            continue;
        }
        n += check_field(&c, raw, &entries[n]) ? 1 : 0;
    }
    for (size_t i = 0; in->step->discretion && i < 2; i++) {
        Str name = i == 0 ? STR("outcome") : STR("depart_reason");
        Str text = str_trim(json_text(json_get_str(form, name)));
        if (text.len > 0) {
            entries[n++] = (FeelEntry){name, feel_str(text)};
        }
    }
    refuse_unknown(in, form, faults);
    *ret = feel_context(entries, n);
    return faults->count == before;
}
