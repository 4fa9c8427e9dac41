/* scheme_type.c: one file of processes/ → SchemeType, with every expression compiled and every name checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "scheme_int.h"

#include "base/country.h"

bool scheme_broken(const SchemeReader *r, const char *what, Str detail)
{
    return err_set(r->err, LAW_BROKEN, "%.*s: %.*s: %s %.*s", STR_ARG(r->path), STR_ARG(r->place), what,
                   STR_ARG(detail));
}

/* Parts by the kind they must have where they stand; a text may stand for a list of one. */
typedef struct {
    const char *key;
    JsonKind kind;
} PartKind;

static bool parts_fit(const SchemeReader *r, const Json *j, const PartKind *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Json *part = json_get(j, parts[i].key);
        bool is_list = parts[i].kind == JSON_ARRAY;
        if (part != NULL && part->kind != parts[i].kind && !(is_list && part->kind == JSON_STRING)) {
            return err_set(r->err, LAW_BROKEN, "%.*s: %.*s: \"%s\" is not %s", STR_ARG(r->path), STR_ARG(r->place),
                           parts[i].key, is_list ? "a list" : "an object");
        }
    }
    return true;
}

static SchemeNames read_names(Arena *a, const Json *j)
{
    SchemeNames n = {0};
    if (j != NULL && j->kind == JSON_STRING) {
        n.items = ARENA_NEW(a, Str);
        n.items[n.count++] = j->text;
        return n;
    }
    n.items = ARENA_ARRAY(a, Str, json_count(j) + 1);
    for (size_t i = 0; i < json_count(j); i++) {
        n.items[n.count++] = json_text(j->items[i]);
    }
    return n;
}

/* NULL text gives NULL code. */
static bool read_expr(const SchemeReader *r, const Json *j, const FeelCode **ret)
{
    *ret = NULL;
    Str text = json_text(j);
    if (j != NULL && j->kind == JSON_BOOL) {
        text = j->boolean ? STR("true") : STR("false");
    }
    if (text.len == 0) {
        return true;
    }
    return scheme_expression(r, text, ret);
}

static bool read_exprs(const SchemeReader *r, const Json *j, SchemeExprs *ret)
{
    ret->items = ARENA_ARRAY(r->s->arena, SchemeExpr, json_count(j) + 1);
    ret->count = 0;
    for (size_t i = 0; j != NULL && j->kind == JSON_OBJECT && i < j->count; i++) {
        SchemeExpr *e = &ret->items[ret->count++];
        e->name = j->members[i].key;
        e->text = json_text(j->members[i].value);
        if (!read_expr(r, j->members[i].value, &e->code)) {
            return false;
        }
        if (e->code == NULL) {
            return scheme_broken(r, "no expression for", e->name);
        }
    }
    return true;
}

static bool read_code(const SchemeReader *r, const Json *j, ErrCode otherwise, ErrCode *ret)
{
    Str name = json_text(j);
    *ret = otherwise;
    for (int c = OK + 1; name.len > 0; c++) {
        if (c > LIMIT_MEMORY) {
            return scheme_broken(r, "unknown error code", name);
        }
        if (str_eq_c(name, err_name((ErrCode)c))) {
            *ret = (ErrCode)c;
            break;
        }
    }
    return true;
}

/* ---- Fields ---- */

static const struct {
    const char *name;
    SchemeFieldKind kind;
    FeelKind feel;
} KINDS[] = {
    {"text", SCHEME_TEXT, FEEL_STRING},      {"number", SCHEME_NUMBER, FEEL_NUMBER}, {"date", SCHEME_DATE, FEEL_DATE},
    {"yes_no", SCHEME_YES_NO, FEEL_BOOLEAN}, {"choice", SCHEME_CHOICE, FEEL_STRING}, {"case", SCHEME_CASE, FEEL_STRING},
    {"mrz", SCHEME_MRZ, FEEL_STRING},        {"list", SCHEME_LIST, FEEL_LIST},       {"file", SCHEME_FILE, FEEL_NULL},
    {"country", SCHEME_CHOICE, FEEL_STRING},
};

static bool read_kind(const SchemeReader *r, const Json *j, SchemeField *f)
{
    Str kind = json_text_at(j, "type");
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        if (str_eq_c(kind, KINDS[i].name)) {
            f->kind = KINDS[i].kind;
            f->type = KINDS[i].feel == FEEL_LIST   ? feel_type_list(r->s->arena, feel_type_basic(FEEL_STRING))
                      : KINDS[i].feel == FEEL_NULL ? feel_type_any()
                                                   : feel_type_basic(KINDS[i].feel);
            return true;
        }
    }
    return scheme_broken(r, "unknown type of field", kind);
}

static SchemeNames all_countries(void)
{
    const Str *codes;
    size_t count = country_codes(&codes);
    return (SchemeNames){(Str *)(uintptr_t)codes, count}; /* nobody writes into them */
}

static bool read_field(SchemeReader *r, Str name, const Json *j, SchemeField *f)
{
    r->place = name;
    f->name = name;
    Str index = json_text_at(j, "index");
    f->unique = str_eq(index, STR("unique"));
    f->indexed = f->unique || str_eq(index, STR("yes"));
    f->searchable = json_is_true(json_get(j, "search"));
    f->personal = json_is_true(json_get(j, "personal"));
    f->of = json_text_at(j, "of");
    f->unit = json_text_at(j, "unit");
    f->country = str_eq(json_text_at(j, "type"), STR("country"));
    f->choices = f->country ? all_countries() : read_names(r->s->arena, json_get(j, "choices"));
    f->max_length = (size_t)json_to_int(json_get(j, "max"), 500);
    f->check_text = json_text_at(j, "check");
    if (!read_kind(r, j, f) || !read_code(r, json_get(j, "check_code"), FIELD_FORMAT, &f->check_code)) {
        return false;
    }
    if (f->kind == SCHEME_CHOICE && f->choices.count == 0) {
        return scheme_broken(r, "a choice without choices:", name);
    }
    FeelScope *scope = feel_scope_new(r->s->arena, NULL);
    feel_scope_add(scope, STR("value"), f->type);
    SchemeReader inner = *r;
    inner.scope = scope;
    return read_expr(&inner, json_get(j, "check"), &f->check);
}

static bool read_fields(SchemeReader *r, const Json *j)
{
    SchemeType *t = r->type;
    t->fields = ARENA_ARRAY(r->s->arena, SchemeField, json_count(j) + 1);
    FeelMember *members = ARENA_ARRAY(r->s->arena, FeelMember, json_count(j) + 1);
    for (size_t i = 0; i < json_count(j); i++) {
        if (!read_field(r, j->members[i].key, j->members[i].value, &t->fields[i])) {
            return false;
        }
        t->field_count++;
        members[i] = (FeelMember){t->fields[i].name, t->fields[i].type};
    }
    t->type = feel_type_context(r->s->arena, members, t->field_count);
    return true;
}

/* ---- Scopes ---- */

static FeelScope *base_scope(const SchemeReader *r)
{
    static const char *const NAMES[] = {"form",     "case",     "caller",     "today",       "decision",
                                        "item",     "holidays", "period end", "days before", "paused period end",
                                        "name key", "passport", "law hash",   "round",       "line",
                                        "offer"};
    FeelScope *scope = feel_scope_new(r->s->arena, NULL);
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        int slot = feel_scope_add(scope, str_from_c(NAMES[i]), NULL);
        check_that(slot == (int)i);
    }
    return scope;
}

/* ---- States ---- */

static bool read_states(SchemeReader *r, const Json *j)
{
    SchemeType *t = r->type;
    t->states = ARENA_ARRAY(r->s->arena, SchemeState, json_count(j) + 1);
    r->scope = base_scope(r);
    for (size_t i = 0; i < json_count(j); i++) {
        const Json *v = j->members[i].value;
        SchemeState *state = &t->states[t->state_count++];
        r->place = state->name = j->members[i].key;
        state->holder = json_text_at(v, "holder");
        state->final = json_is_true(json_get(v, "final"));
        state->tone = json_text_at(v, "tone");
        state->due_text = json_text_at(v, "due");
        state->due_cite = json_text_at(v, "due_cite");
        if (!read_expr(r, json_get(v, "due"), &state->due)) {
            return false;
        }
    }
    return true;
}

/* ---- Steps ---- */

static bool read_one_read(const SchemeReader *r, Str name, const Json *j, SchemeRead *read)
{
    static const struct {
        const char *key;
        SchemeReadKind kind;
    } FORMS[] = {
        {"find", READ_FIND}, {"list", READ_LIST}, {"count", READ_COUNT}, {"case", READ_CASE}, {"units", READ_UNITS}};
    read->name = name;
    for (size_t i = 0; i < COUNT_OF(FORMS); i++) {
        const Json *subject = json_get(j, FORMS[i].key);
        if (subject == NULL) {
            continue;
        }
        read->kind = FORMS[i].kind;
        read->states = read_names(r->s->arena, json_get(j, "states"));
        read->own_excluded = json_is_true(json_get(j, "others"));
        if (read->kind == READ_CASE || read->kind == READ_UNITS) {
            read->type = json_text_at(j, "type");
            return read_expr(r, subject, &read->id);
        }
        read->type = json_text(subject);
        return read_exprs(r, json_get(j, "where"), &read->where);
    }
    return scheme_broken(r, "a read needs one of find, list, count, case, units:", name);
}

/* Reads see the names of the reads before them. */
static bool read_reads(SchemeReader *r, const Json *j, FeelScope *scope, SchemeStep *step)
{
    step->reads = ARENA_ARRAY(r->s->arena, SchemeRead, json_count(j) + 1);
    for (size_t i = 0; i < json_count(j); i++) {
        r->scope = scope;
        if (!read_one_read(r, j->members[i].key, j->members[i].value, &step->reads[i])) {
            return false;
        }
        step->read_count++;
        feel_scope_add(scope, j->members[i].key, NULL);
    }
    return true;
}

static bool read_requires(const SchemeReader *r, const Json *j, SchemeStep *step)
{
    step->requires = ARENA_ARRAY(r->s->arena, SchemeRequire, json_count(j) + 1);
    for (size_t i = 0; i < json_count(j); i++) {
        const Json *v = j->items[i];
        SchemeRequire *q = &step->requires[step->require_count++];
        q->text = json_text_at(v, "if");
        q->field = json_text_at(v, "field");
        q->message = json_text_at(v, "message");
        if (!read_expr(r, json_get(v, "if"), &q->holds) || !read_code(r, json_get(v, "code"), NOT_IN_FORCE, &q->code)) {
            return false;
        }
        if (q->holds == NULL || q->message.len == 0) {
            return scheme_broken(r, "a requirement needs \"if\" and \"message\"", STR(""));
        }
    }
    return true;
}

static bool read_outcomes(const SchemeReader *r, const Json *j, SchemeStep *step)
{
    step->outcomes = ARENA_ARRAY(r->s->arena, SchemeOutcome, json_count(j) + 1);
    for (size_t i = 0; i < json_count(j); i++) {
        const JsonMember *m = &j->members[i];
        step->outcomes[step->outcome_count++] = (SchemeOutcome){
            .outcome = m->key, .to = json_text_at(m->value, "to"), .event = json_text_at(m->value, "event")};
    }
    return true;
}

static bool read_also(const SchemeReader *r, const Json *j, SchemeStep *step)
{
    step->also = ARENA_ARRAY(r->s->arena, SchemeAlso, json_count(j) + 1);
    for (size_t i = 0; i < json_count(j); i++) {
        const Json *v = j->items[i];
        SchemeAlso *also = &step->also[step->also_count++];
        also->opens = json_get(v, "open") != NULL;
        also->type = json_text_at(v, also->opens ? "open" : "type");
        also->to = json_text_at(v, "to");
        also->event = json_text_at(v, "event");
        also->outcome = json_text_at(v, "outcome");
        also->from = read_names(r->s->arena, json_get(v, "from"));
        also->lines = read_names(r->s->arena, json_get(v, "lines"));
        if (!read_expr(r, json_get(v, also->opens ? "for" : "cases"), &also->cases) ||
            !read_exprs(r, json_get(v, "set"), &also->set)) {
            return false;
        }
        if ((also->cases == NULL && also->lines.count == 0) || also->event.len == 0) {
            return scheme_broken(r, "an effect needs cases (or lines) and event", STR(""));
        }
    }
    return true;
}

static bool read_message(const SchemeReader *r, const Json *j, SchemeStep *step)
{
    if (j == NULL) {
        return true;
    }
    SchemeMessage *m = step->message = ARENA_NEW(r->s->arena, SchemeMessage);
    m->topic = json_text_at(j, "topic");
    if (!read_expr(r, json_get(j, "to"), &m->to) || !read_exprs(r, json_get(j, "params"), &m->params) ||
        !read_exprs(r, json_get(j, "texts"), &m->texts)) {
        return false;
    }
    return (m->to != NULL && m->topic.len > 0) || scheme_broken(r, "a message needs \"topic\" and \"to\"", STR(""));
}

/* What people are chosen or ordered by, as written. */
static SchemeNames read_criteria(Arena *a, const Json *j)
{
    static const char *const KEYS[] = {"eligible", "rank", "exposure", "points", "cell", "units", "wishes"};
    SchemeNames n = {.items = ARENA_ARRAY(a, Str, COUNT_OF(KEYS))};
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        if (json_text_at(j, KEYS[i]).len > 0) {
            n.items[n.count++] = json_text_at(j, KEYS[i]);
        }
    }
    return n;
}

static bool read_draw(const SchemeReader *r, const Json *j, SchemeStep *step)
{
    if (j == NULL) {
        return true;
    }
    SchemeDraw *d = step->draw = ARENA_NEW(r->s->arena, SchemeDraw);
    d->pool = json_text_at(j, "pool");
    d->into = json_text_at(j, "into");
    d->criteria = read_criteria(r->s->arena, j);
    d->least_shown_first = str_eq(json_text_at(j, "order"), STR("least shown first"));
    bool ok = read_expr(r, json_get(j, "places"), &d->places) && read_expr(r, json_get(j, "multiple"), &d->multiple) &&
              read_expr(r, json_get(j, "eligible"), &d->eligible) && read_expr(r, json_get(j, "rank"), &d->rank) &&
              read_expr(r, json_get(j, "exposure"), &d->exposure) && read_expr(r, json_get(j, "beacon"), &d->beacon);
    if (ok && (!d->places || !d->multiple || !d->rank || !d->exposure || !d->pool.len || !d->into.len)) {
        return scheme_broken(r, "a draw needs pool, places, multiple, rank, exposure and into", STR(""));
    }
    return ok;
}

static bool read_round(const SchemeReader *r, const Json *j, SchemeStep *step)
{
    if (j == NULL) {
        return true;
    }
    SchemeRound *d = step->round = ARENA_NEW(r->s->arena, SchemeRound);
    d->matches = str_eq(json_text_at(j, "kind"), STR("match"));
    d->freezes = json_is_true(json_get(j, "freeze"));
    d->one_per_pass = json_is_true(json_get(j, "one_per_pass"));
    d->list = json_text_at(j, "list");
    d->offers = json_text_at(j, "offers");
    d->criteria = read_criteria(r->s->arena, j);
    d->model = json_text(json_path(j, "decision.model"));
    d->decision = json_text(json_path(j, "decision.name"));
    const struct {
        const char *key;
        const FeelCode **ret;
    } EXPRESSIONS[] = {
        {"eligible", &d->eligible}, {"points", &d->points}, {"units", &d->units},           {"cell", &d->cell},
        {"wishes", &d->wishes},     {"seats", &d->seats},   {"offer_cell", &d->offer_cell}, {"caps", &d->caps},
        {"pool", &d->pool},         {"root", &d->root},     {"beacon", &d->beacon}};
    for (size_t i = 0; i < COUNT_OF(EXPRESSIONS); i++) {
        if (!read_expr(r, json_get(j, EXPRESSIONS[i].key), EXPRESSIONS[i].ret)) {
            return false;
        }
    }
    if (!d->list.len || !d->points ||
        (d->matches ? !d->wishes || !d->seats || !d->offers.len : !d->units || !d->cell || !d->caps)) {
        return scheme_broken(
            r, "a round needs list and points; a ranking units, cell and caps; a match wishes, offers and seats",
            STR(""));
    }
    d->pair_model = json_text(json_path(j, "pair.model"));
    d->pair_decision = json_text(json_path(j, "pair.name"));
    return read_exprs(r, json_path(j, "decision.facts"), &d->facts) &&
           read_exprs(r, json_path(j, "pair.facts"), &d->pair_facts);
}

/* "name?" is optional. */
static void split_optional(Arena *a, SchemeStep *step)
{
    step->optional.items = ARENA_ARRAY(a, Str, step->fields.count + 1);
    for (size_t i = 0; i < step->fields.count; i++) {
        Str *name = &step->fields.items[i];
        if (str_ends(*name, STR("?"))) {
            name->len--;
            step->optional.items[step->optional.count++] = *name;
        }
    }
}

static void read_plain_parts(Arena *a, const Json *j, SchemeStep *step)
{
    step->opens = json_is_true(json_get(j, "opens"));
    step->about = json_text_at(j, "about");
    step->from = read_names(a, json_get(j, "from"));
    step->who = read_names(a, json_get(j, "who"));
    step->to = json_text_at(j, "to");
    step->event = json_text_at(j, "event");
    step->fields = read_names(a, json_get(j, "fields"));
    split_optional(a, step);
    step->two_people = json_is_true(json_get(j, "two_people"));
    step->sign = json_is_true(json_get(j, "sign"));
    step->discretion = json_is_true(json_get(j, "discretion"));
    step->corrects = json_is_true(json_get(j, "corrects"));
    step->hidden = json_is_true(json_get(j, "hidden"));
    step->return_unit = json_is_true(json_get(j, "return_unit"));
    step->receipt = json_is_true(json_get(j, "receipt"));
    step->cite = json_text_at(j, "cite");
    step->group = json_text_at(j, "group");
    step->foretell = json_is_true(json_get(j, "foretell"));
    step->hidden = step->hidden || step->foretell;
    step->document = json_text_at(j, "document");
    step->model = json_text(json_path(j, "decision.model"));
    step->decision = json_text(json_path(j, "decision.name"));
}

static bool read_step(SchemeReader *r, Str name, const Json *j, SchemeStep *step)
{
    static const PartKind PARTS[] = {{"from", JSON_ARRAY},    {"who", JSON_ARRAY},     {"fields", JSON_ARRAY},
                                     {"require", JSON_ARRAY}, {"also", JSON_ARRAY},    {"reads", JSON_OBJECT},
                                     {"set", JSON_OBJECT},    {"public", JSON_OBJECT}, {"outcomes", JSON_OBJECT}};
    Arena *a = r->s->arena;
    r->place = step->name = name;
    if (!parts_fit(r, j, PARTS, COUNT_OF(PARTS))) {
        return false;
    }
    read_plain_parts(a, j, step);
    FeelScope *scope = base_scope(r);
    if (!read_reads(r, json_get(j, "reads"), scope, step)) {
        return false;
    }
    r->scope = step->scope = scope;
    step->slot_count = (size_t)feel_scope_size(scope);
    return read_requires(r, json_get(j, "require"), step) &&
           read_exprs(r, json_path(j, "decision.facts"), &step->facts) &&
           read_outcomes(r, json_get(j, "outcomes"), step) && read_exprs(r, json_get(j, "set"), &step->set) &&
           read_exprs(r, json_get(j, "public"), &step->shared) && read_also(r, json_get(j, "also"), step) &&
           read_message(r, json_get(j, "message"), step) && read_draw(r, json_get(j, "draw"), step) &&
           read_round(r, json_get(j, "round"), step) && read_expr(r, json_get(j, "move_units"), &step->move_units) &&
           read_expr(r, json_get(j, "take_unit"), &step->take_unit) &&
           read_expr(r, json_get(j, "make_units"), &step->make_units) &&
           read_expr(r, json_get(j, "offer_if"), &step->offered);
}

/* "like" names a step of the same file: what this one does not say is said there; of objects, member by member. */
static bool complete_step(SchemeReader *r, const Json *steps, Str name, const Json *j, const Json **ret)
{
    Arena *a = r->s->arena;
    Str like = json_text_at(j, "like");
    const Json *model = like.len ? json_get_str(steps, like) : NULL;
    *ret = j;
    r->place = name;
    if (like.len == 0) {
        return true;
    }
    if (model == NULL || json_get(model, "like") != NULL) {
        return scheme_broken(r, "\"like\" names no step that stands for itself:", like);
    }
    Json *whole = json_copy(a, model);
    for (size_t i = 0; i < json_count(j); i++) {
        Str key = j->members[i].key;
        Json *value = j->members[i].value, *there = json_get_str(whole, key);
        bool both = there != NULL && there->kind == JSON_OBJECT && value->kind == JSON_OBJECT;
        for (size_t k = 0; both && k < value->count; k++) {
            json_set(a, there, value->members[k].key, value->members[k].value);
        }
        if (!both) {
            json_set(a, whole, key, value);
        }
    }
    *ret = whole;
    return true;
}

static bool read_steps(SchemeReader *r, const Json *j)
{
    SchemeType *t = r->type;
    t->steps = ARENA_ARRAY(r->s->arena, SchemeStep, json_count(j) + 1);
    for (size_t i = 0; i < json_count(j); i++) {
        const Json *step;
        if (!complete_step(r, j, j->members[i].key, j->members[i].value, &step) ||
            !read_step(r, j->members[i].key, step, &t->steps[t->step_count++])) {
            return false;
        }
    }
    return true;
}

static bool read_office(const SchemeReader *r, Str role, Str path, SchemeOffice *ret)
{
    *ret = (SchemeOffice){.role = role, .field = path};
    for (size_t dot; (dot = str_find(ret->field, STR("."), 0)) != SIZE_MAX;) {
        if (ret->link_count == SCHEME_OFFICE_LINKS) {
            return scheme_broken(r, "an office is at most two links away:", path);
        }
        ret->links[ret->link_count++] = str_sub(ret->field, 0, dot);
        ret->field = str_sub(ret->field, dot + 1, ret->field.len);
    }
    return true;
}

/* {role: "field", role: "link.field", role: ["link.field", "link.link.field"]} */
static bool read_offices(SchemeReader *r, const Json *j)
{
    Arena *a = r->s->arena;
    SchemeType *t = r->type;
    size_t room = 1;
    for (size_t i = 0; i < json_count(j); i++) {
        room += read_names(a, j->members[i].value).count;
    }
    t->offices = ARENA_ARRAY(a, SchemeOffice, room);
    r->place = STR("office");
    for (size_t i = 0; i < json_count(j); i++) {
        SchemeNames paths = read_names(a, j->members[i].value);
        for (size_t k = 0; k < paths.count; k++) {
            if (!read_office(r, j->members[i].key, paths.items[k], &t->offices[t->office_count++])) {
                return false;
            }
        }
    }
    return true;
}

bool scheme_read_type(Scheme *s, Str path, const Json *j, SchemeType *ret, Err *err)
{
    SchemeReader r = {.s = s, .path = path, .place = STR("the file"), .type = ret, .err = err};
    ret->name = json_text_at(j, "type");
    ret->prefix = json_text_at(j, "prefix");
    ret->person = json_is_true(json_get(j, "person"));
    ret->beside = json_is_true(json_get(j, "beside"));
    ret->readers = read_names(s->arena, json_get(j, "readers"));
    ret->subject = json_text_at(j, "subject");
    ret->party_role = json_text_at(j, "party_role");
    ret->list = read_names(s->arena, json_get(j, "list"));
    if (ret->name.len == 0 || ret->prefix.len == 0) {
        return scheme_broken(&r, "\"type\" or \"prefix\" is missing", STR(""));
    }
    static const PartKind PARTS[] = {{"fields", JSON_OBJECT}, {"states", JSON_OBJECT}, {"steps", JSON_OBJECT},
                                     {"list", JSON_ARRAY},    {"readers", JSON_ARRAY}, {"office", JSON_OBJECT}};
    if (!parts_fit(&r, j, PARTS, COUNT_OF(PARTS)) || !read_fields(&r, json_get(j, "fields")) ||
        !read_states(&r, json_get(j, "states")) || !read_steps(&r, json_get(j, "steps"))) {
        return false;
    }
    if (!read_offices(&r, json_get(j, "office"))) {
        return false;
    }
    r.scope = base_scope(&r);
    r.place = STR("title");
    return read_expr(&r, json_get(j, "title"), &ret->title);
}
