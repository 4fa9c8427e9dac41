/* past_test.c: past decisions that are kept for trials: what the log gains is added and the report is that of a fresh
 * reading; the facts of an erased person go, at once where somebody tries and soon where nobody does; on both engines.
 * SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "trial/trial.h"

static Str report_text(Arena *a, const Json *report)
{
    Buf b = buf_new(a, 1 << 20);
    json_write(&b, report);
    return buf_str(&b);
}

static TrialDraft draft_of(Arena *a, const World *w)
{
    const SchemeModel *models;
    const Scheme *s = flow_scheme(&w->flow, STR("tiny"));
    TrialDraft d = {.scheme = s};
    check(scheme_models(s, &models) > 0);
    d.models = ARENA_NEW(a, SchemeModel);
    *d.models = models[0];
    d.models->from = (Day){INT32_MIN};
    d.count = d.cap = 1;
    return d;
}

static Str tried(Arena *a, World *w, TrialDraft d, bool one_by_one)
{
    Json *report = NULL;
    Err err = {0};
    d.one_by_one = one_by_one;
    check(trial_run(w->flow.store, a, &d, &report, &err));
    return report_text(a, report);
}

/* What is kept gives the same as a fresh reading, in blocks and one by one. */
static const Json *same_as_fresh(Arena *a, World *w, TrialPast *p, TrialDraft d)
{
    Json *report = NULL;
    Err err = {0};
    check(trial_past_extend(p, w->flow.store, &err));
    check(trial_past_run(p, w->flow.store, a, &d, &report, &err));
    Str text = report_text(a, report), fresh = tried(a, w, d, false), alone = tried(a, w, d, true);
    check(str_eq(text, fresh) && str_eq(text, alone));
    check(trial_reproduced(report));
    return report;
}

static int64_t number(const Json *report, const char *path)
{
    return json_to_int(json_path(report, path), -1);
}

BOTH(past_that_is_kept_grows_with_the_log_and_forgets_the_erased)
{
    World *w = world_new(a, url);
    Str *stays, grower = world_grower(w, "farm"), season = world_season(w, "2026", 4), pickers[4];
    for (int i = 0; i < 4; i++) {
        pickers[i] = world_picker(w, i + 1, 20 + i);
    }
    world_drawn(w, "farm", grower, season, 4);
    eq_int(world_list(w, "stay", &stays), 4);
    TrialDraft d = draft_of(a, w);
    TrialPast *p = trial_past_new(a, d.scheme, false);
    TrialKept *kept = trial_kept(a);
    Json *report = NULL;
    Err err = {0};
    int64_t before = number(same_as_fresh(a, w, p, d), "in_force.decisions");
    for (int i = 0; i < 4; i++) { /* one more each time: only that is read */
        world_do(w, "clerk", "stay.permit", stays[i], STR("{'months': 3}"));
        eq_int(number(same_as_fresh(a, w, p, d), "in_force.decisions"), before + i + 1);
    }
    TrialPastCounts counts = trial_past_counts(p);
    eq_int(counts.decisions, before + 4);
    check(counts.rows <= counts.decisions && counts.rows > 0);
    check(trial_kept_run(kept, w->flow.store, a, &d, w->now, &report, &err));
    eq_int(number(report, "in_force.erased"), 0);
    check(flow_erase(&w->flow, a, STR("admin"), pickers[0], STR("code:12"), w->now, &err));
    const Json *after = same_as_fresh(a, w, p, d);
    eq_int(trial_past_counts(p).decisions, number(after, "in_force.decisions"));
    check(number(after, "in_force.erased") > 0);
    eq_int(number(after, "in_force.decisions") + number(after, "in_force.erased"), before + 4);
    check(trial_kept_holds(kept));
    check(trial_kept_tidy(kept, w->flow.store, w->now, &err));
    check(!trial_kept_holds(kept)); /* though nobody asked again */
    check(trial_kept_run(kept, w->flow.store, a, &d, w->now, &report, &err));
    check(str_eq(report_text(a, report), report_text(a, after)));
    check(trial_kept_tidy(kept, w->flow.store, w->now, &err) && trial_kept_holds(kept));
    w->now.ms += 11 * 60 * 1000;
    check(trial_kept_tidy(kept, w->flow.store, w->now, &err) && !trial_kept_holds(kept));
}
