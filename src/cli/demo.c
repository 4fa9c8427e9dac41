/* demo.c: see demo.h. The script's format is described in docs/scheme-format.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include "demo.h"

#include "flow/signed.h"

#include "base/mrz.h"
#include "query/query.h"
#include "scheme/scheme.h"

enum {
    SLOT_DATA = 0,
    SLOT_V,
    SLOT_N,
    SLOT_RANDOM,
    SLOT_PICK,
    SLOT_CHANCE,
    SLOT_PASSPORT_ZONE,
    SLOT_CASE_OF,
    SLOT_COUNT
};
enum { MAX_DEPTH = 8 };

typedef struct {
    const Flow *f;
    const Scheme *s;
    const DemoOptions *options;
    Arena *a;     /* for the whole play */
    Arena *vars;  /* variables; grows slowly */
    Arena *step;  /* for one step; reset before the next */
    FeelRun *run; /* in step */
    FeelScope *scope;
    Map codes; /* expression text → FeelCode* */
    Value frame[SLOT_COUNT];
    Json *v;
    int64_t n, steps;
    uint64_t random;
    Instant now;
    Err *err;
} Demo;

/* ---- Chance: xorshift64*, so that the same seed gives the same people on every machine ---- */

static uint64_t next_random(Demo *d)
{
    d->random ^= d->random >> 12;
    d->random ^= d->random << 25;
    d->random ^= d->random >> 27;
    return d->random * 2685821657736338717ULL;
}

static int64_t int_arg(Value v)
{
    int64_t n;
    return v.kind == FEEL_NUMBER && dec_to_int(feel_dec(v), &n) && n > 0 ? n : 1;
}

static Value call_random(__attribute__((unused)) FeelRun *run, void *host, const Value *args,
                         __attribute__((unused)) size_t count)
{
    return feel_int((int64_t)((next_random(host) >> 11) % (uint64_t)int_arg(args[0])) + 1);
}

static Value call_chance(__attribute__((unused)) FeelRun *run, void *host, const Value *args,
                         __attribute__((unused)) size_t count)
{
    int64_t percent = args[0].kind == FEEL_NUMBER && args[0].i == 0 ? 0 : int_arg(args[0]);
    return feel_bool((int64_t)((next_random(host) >> 11) % 100) < percent);
}

static Value call_pick(FeelRun *run, void *host, const Value *args, __attribute__((unused)) size_t count)
{
    if (args[0].kind != FEEL_LIST || args[0].len == 0) {
        return feel_error(run, "pick: a list with items is expected");
    }
    return feel_items(args[0])[(next_random(host) >> 11) % args[0].len];
}

/* {surname, given, number, nationality, birth, sex, expiry, personal}: two lines of a passport */
static Value call_passport_zone(FeelRun *run, __attribute__((unused)) void *host, const Value *args,
                                __attribute__((unused)) size_t count)
{
    Arena *a = feel_run_arena(run);
    Str text;
    Err err;
    Mrz m = {.kind = STR("P")};
    m.surname = feel_text(feel_get(args[0], STR("surname")));
    m.given_names = feel_text(feel_get(args[0], STR("given")));
    m.number = feel_text(feel_get(args[0], STR("number")));
    m.nationality = m.issuer = feel_text(feel_get(args[0], STR("nationality")));
    m.birth = feel_text(feel_get(args[0], STR("birth")));
    m.sex = feel_text(feel_get(args[0], STR("sex")));
    m.expiry = feel_text(feel_get(args[0], STR("expiry")));
    m.personal_number = feel_text(feel_get(args[0], STR("personal")));
    return mrz_print(a, &m, &text, &err) ? feel_str(text)
                                         : feel_error(run, "passport zone: %s: %s", err.field, err.text);
}

/* A case as it is now, by its id. */
static Value call_case_of(FeelRun *run, void *host, const Value *args, __attribute__((unused)) size_t count)
{
    const Demo *d = host;
    const CaseRow *row = NULL;
    Err err;
    if (!query_case(d->f->store, feel_run_arena(run), feel_text(args[0]), &row, &err) || row == NULL) {
        return feel_error(run, "case of: there is no case %.*s", STR_ARG(feel_text(args[0])));
    }
    return command_case_value(run, d->s, row);
}

static const struct {
    const char *name;
    FeelNative call;
} FUNCTIONS[] = {{"random", call_random},
                 {"pick", call_pick},
                 {"chance", call_chance},
                 {"passport zone", call_passport_zone},
                 {"case of", call_case_of}};

/* ---- Expressions ---- */

static void fill_functions(Demo *d)
{
    for (size_t i = 0; i < COUNT_OF(FUNCTIONS); i++) {
        FeelMember *param = ARENA_NEW(d->a, FeelMember);
        *param = (FeelMember){STR("value"), feel_type_any()};
        d->frame[SLOT_RANDOM + i] = feel_native(d->a, param, 1, feel_type_any(), FUNCTIONS[i].call, d);
    }
}

static const FeelCode *code_of(Demo *d, Str text)
{
    const FeelCode *code = map_get(&d->codes, text);
    Err inner;
    if (code == NULL) {
        if (!feel_compile(d->a, d->scope, text, &code, &inner)) {
            err_set(d->err, LAW_BROKEN, "demo.json: \"%.*s\": %s", STR_ARG(text), inner.text);
            return NULL;
        }
        map_set(&d->codes, text, (void *)(uintptr_t)code);
    }
    return code;
}

/* A text is an expression; any other JSON value stands for itself. */
static bool evaluate(Demo *d, const Json *expr, Value *ret)
{
    if (expr == NULL || expr->kind != JSON_STRING) {
        return feel_from_json(d->step, expr, NULL, ret, d->err);
    }
    const FeelCode *code = code_of(d, expr->text);
    if (code == NULL) {
        return false;
    }
    d->frame[SLOT_N] = feel_int(d->n);
    *ret = feel_eval(d->run, code, d->frame);
    if (ret->kind == FEEL_NULL && ret->reason != 0) {
        const Str *messages;
        size_t count = feel_run_messages(d->run, &messages);
        return err_set(d->err, LAW_BROKEN, "demo.json: \"%.*s\" gave no value: %.*s", STR_ARG(expr->text),
                       STR_ARG(count ? messages[count - 1] : STR("")));
    }
    return true;
}

static bool evaluate_text(Demo *d, const Json *expr, Str *ret)
{
    Value v;
    *ret = STR("");
    if (expr == NULL) {
        return true;
    }
    bool ok = evaluate(d, expr, &v);
    *ret = ok ? feel_text(v) : STR("");
    return ok;
}

/* Variables live as JSON, so that steps can be forgotten; the frame holds them as one context. */
static bool set_variable(Demo *d, Str name, const Json *value)
{
    json_set(d->vars, d->v, str_copy(d->vars, name), json_copy(d->vars, value));
    return feel_from_json(d->vars, d->v, NULL, &d->frame[SLOT_V], d->err);
}

/* ---- Nodes ---- */

static bool play_list(Demo *d, const Json *list, int depth);

static void fresh_step(Demo *d)
{
    arena_reset(d->step);
    d->run = flow_new_run(d->step, d->now);
}

static bool play_let(Demo *d, const Json *let)
{
    for (size_t i = 0; i < json_count(let); i++) {
        Value v;
        if (!evaluate(d, let->members[i].value, &v) ||
            !set_variable(d, let->members[i].key, feel_to_json(d->step, v))) {
            return false;
        }
    }
    return true;
}

static bool play_day(Demo *d, const Json *day)
{
    Value v;
    if (!evaluate(d, day, &v)) {
        return false;
    }
    if (v.kind != FEEL_DATE) {
        return err_set(d->err, LAW_BROKEN, "demo.json: \"day\" is no date");
    }
    d->now.ms = v.i * 86400000LL + 9 * 3600000LL - (int64_t)scheme_utc_offset(d->s) * 60000;
    return true;
}

/* "@CAND-000001" is the party itself; anything else an account. */
static bool caller_of(Demo *d, Str who, Caller *ret)
{
    Str scheme;
    if (!str_starts(who, STR("@"))) {
        return flow_caller(d->f, d->step, who, ret, &scheme, d->err);
    }
    *ret = (Caller){.account = str_printf(d->step, "party:%.*s", STR_ARG(str_sub(who, 1, who.len))),
                    .party = str_sub(who, 1, who.len),
                    .language = STR("en")};
    return true;
}

static bool run_command(Demo *d, Str who, const Command *c, const Json *node)
{
    Caller caller;
    FlowResult r;
    if (!caller_of(d, who, &caller)) {
        return false;
    }
    d->steps++;
    d->now.ms += 10;
    if (!flow_run(d->f, d->run, &caller, c, FLOW_JOIN, d->now, &r)) {
        if (json_is_true(json_get(node, "may_fail"))) {
            return true;
        }
        return err_set(d->err, r.err.code, "demo.json: %.*s by %.*s: %s: %s", STR_ARG(c->step), STR_ARG(who),
                       r.err.field, r.err.text);
    }
    Str wanted = json_text_at(node, "outcome"), got = json_text_at(r.outcome, "outcome");
    if (wanted.len > 0 && !str_eq(wanted, got)) {
        const Json *grounds = json_path(r.outcome, "decision.grounds");
        Buf b = buf_new(d->step, 4000);
        json_write(&b, grounds ? grounds : r.outcome);
        return err_set(d->err, LAW_BROKEN, "demo.json: %.*s gave %.*s %.*s", STR_ARG(c->step), STR_ARG(got),
                       STR_ARG(buf_str(&b)));
    }
    Str save = json_text_at(node, "save");
    return save.len == 0 || set_variable(d, save, r.outcome);
}

static bool play_step(Demo *d, const Json *node)
{
    Str who, second;
    Command c = {.scheme = scheme_id(d->s), .step = json_text_at(node, "step"), .expected_version = -1};
    c.form = json_new_object(d->step);
    const Json *form = json_get(node, "form");
    for (size_t i = 0; i < json_count(form); i++) {
        Value v;
        if (!evaluate(d, form->members[i].value, &v)) {
            return false;
        }
        json_set(d->step, c.form, form->members[i].key, feel_to_json(d->step, v));
    }
    if (!evaluate_text(d, json_get(node, "as"), &who) || !evaluate_text(d, json_get(node, "case"), &c.case_id) ||
        !evaluate_text(d, json_get(node, "confirm_as"), &second) || !run_command(d, who, &c, node)) {
        return false;
    }
    if (second.len == 0) {
        return true;
    }
    Command confirm = {.scheme = c.scheme, .expected_version = -1, .form = json_new_object(d->step)};
    confirm.step = str_printf(d->step, "%.*s/confirm", STR_ARG(c.step));
    Str saved = json_text(
        json_path(d->v, str_c(d->step, str_printf(d->step, "%.*s.case", STR_ARG(json_text_at(node, "save"))))));
    confirm.case_id = c.case_id.len ? c.case_id : saved;
    return run_command(d, second, &confirm, node);
}

static bool play_repeat(Demo *d, const Json *node, int depth)
{
    Value v;
    int64_t count, before = d->n;
    if (!evaluate(d, json_get(node, "repeat"), &v)) {
        return false;
    }
    if (v.kind != FEEL_NUMBER || !dec_to_int(feel_dec(v), &count)) {
        return err_set(d->err, LAW_BROKEN, "demo.json: \"repeat\" is no number");
    }
    for (int64_t i = 1; i <= count; i++) {
        d->n = i;
        if (!play_list(d, json_get(node, "do"), depth)) {
            return false;
        }
        if (d->options->progress != NULL && i % 100 == 0) {
            d->options->progress(d->options->host, d->steps, json_text_at(node, "note"));
        }
    }
    d->n = before;
    return true;
}

static bool play_if(Demo *d, const Json *node, int depth)
{
    Value v;
    if (!evaluate(d, json_get(node, "if"), &v)) {
        return false;
    }
    return !feel_is_true(v) || play_list(d, json_get(node, "do"), depth);
}

static bool play_for(Demo *d, const Json *node, int depth)
{
    Value v;
    Str name = json_text_at(node, "for");
    if (!evaluate(d, json_get(node, "in"), &v)) {
        return false;
    }
    Arena *own = arena_new(0); /* the list outlives the steps inside */
    Json *items = json_copy(own, feel_to_json(d->step, v));
    bool ok = true;
    for (size_t i = 0; ok && i < json_count(items); i++) {
        ok = set_variable(d, name, items->items[i]) && play_list(d, json_get(node, "do"), depth);
    }
    arena_free(own);
    return ok;
}

static bool play_account(Demo *d, const Json *form)
{
    Json *values = json_new_object(d->step);
    for (size_t i = 0; i < json_count(form); i++) {
        Value v;
        if (!evaluate(d, form->members[i].value, &v)) {
            return false;
        }
        json_set(d->step, values, form->members[i].key, feel_to_json(d->step, v));
    }
    d->steps++;
    return demo_account(d->f, d->step, d->s, values, d->now, d->err);
}

static bool play_node(Demo *d, const Json *node, int depth)
{
    fresh_step(d);
    if (json_get(node, "day") != NULL) {
        return play_day(d, json_get(node, "day"));
    }
    if (json_get(node, "let") != NULL) {
        return play_let(d, json_get(node, "let"));
    }
    if (json_get(node, "account") != NULL) {
        return play_account(d, json_get(node, "account"));
    }
    if (json_get(node, "step") != NULL) {
        return play_step(d, node);
    }
    if (json_get(node, "repeat") != NULL) {
        return play_repeat(d, node, depth);
    }
    if (json_get(node, "for") != NULL) {
        return play_for(d, node, depth);
    }
    return json_get(node, "if") == NULL || play_if(d, node, depth);
}

static bool play_list(Demo *d, const Json *list, int depth)
{
    if (depth >= MAX_DEPTH) {
        return err_set(d->err, LAW_BROKEN, "demo.json: nested too deeply");
    }
    for (size_t i = 0; i < json_count(list); i++) {
        if (!play_node(d, list->items[i], depth + 1)) {
            return false;
        }
    }
    return true;
}

/* ---- The whole ---- */

bool demo_account(const Flow *f, Arena *a, const Scheme *s, Json *form, Instant now, Err *err)
{
    static const Str SYSTEM[] = {STR_INIT("system")};
    Caller system = {
        .account = STR("system"), .name = STR("system"), .roles = SYSTEM, .role_count = 1, .language = STR("en")};
    Command c = {.scheme = scheme_id(s), .step = STR("account.bootstrap"), .expected_version = -1, .form = form};
    FlowResult r;
    if (flow_run(f, flow_new_run(a, now), &system, &c, FLOW_JOIN, now, &r)) {
        return true;
    }
    return err_set(err, r.err.code, "account %.*s: %s: %s", STR_ARG(json_text_at(form, "login")), r.err.field,
                   r.err.text);
}

static bool prepare(Demo *d, Json **ret_script)
{
    Json *file;
    Str path = str_printf(d->a, "%.*s/demo.json", STR_ARG(scheme_folder(d->s)));
    if (!scheme_file_json(d->a, path, &file, d->err)) {
        return false;
    }
    d->scope = feel_scope_new(d->a, NULL);
    static const char *const NAMES[] = {"data", "v", "n", "random", "pick", "chance", "passport zone", "case of"};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        feel_scope_add(d->scope, str_from_c(NAMES[i]), NULL);
    }
    fill_functions(d);
    Day today = instant_day(d->options->now, scheme_utc_offset(d->s));
    d->v = json_copy(d->vars, json_get(file, "sizes"));
    d->v = d->v ? d->v : json_new_object(d->vars);
    for (size_t i = 0; i < json_count(d->options->sizes); i++) {
        json_set(d->vars, d->v, d->options->sizes->members[i].key, d->options->sizes->members[i].value);
    }
    *ret_script = json_get(file, "script");
    return set_variable(d, STR("today"), json_new_str(d->a, day_print(d->a, today))) &&
           feel_from_json(d->a, json_get(file, "data"), NULL, &d->frame[SLOT_DATA], d->err);
}

bool demo_play(const Flow *f, const Scheme *s, const DemoOptions *options, int64_t *ret_steps, Err *err)
{
    Demo d = {.f = f,
              .s = s,
              .options = options,
              .a = arena_new(0),
              .vars = arena_new(0),
              .step = arena_new(0),
              .now = options->now,
              .err = err,
              .random = (uint64_t)options->seed * 2654435761ULL + 88172645463325252ULL};
    d.codes.arena = d.a;
    Json *script;
    bool ok = prepare(&d, &script) && store_begin(f->store, err);
    if (ok) {
        ok = play_list(&d, script, 0) && signed_ship(f, d.a, s, options->now, err);
        if (ok) {
            ok = store_commit(f->store, err);
        } else {
            store_rollback(f->store);
        }
    }
    *ret_steps = d.steps;
    arena_free(d.step);
    arena_free(d.vars);
    arena_free(d.a);
    return ok;
}
