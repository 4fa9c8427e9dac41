/* page_group.c: a case that gathers others, such as people who travel together: who belongs to it and how far each has
 * come.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* scheme.json: "groups": [{"type", "members": {"type", "fields": [field that names the group], "stages": [states, in
 * order]}}] */
static const Json *rule_of(const PageView *v, Str type)
{
    const Json *rules = json_get(scheme_info(v->scheme), "groups");
    for (size_t i = 0; i < json_count(rules); i++) {
        if (str_eq(json_text_at(rules->items[i], "type"), type)) {
            return json_get(rules->items[i], "members");
        }
    }
    return NULL;
}

bool page_is_member(const PageView *v, Str group_type, const CaseRow *row, Str field)
{
    const Json *rule = rule_of(v, group_type);
    return rule != NULL && str_eq(json_text_at(rule, "type"), row->type) &&
           json_has_text(json_get(rule, "fields"), field);
}

static void add_stages(const PageView *v, Json *list, const Json *rule, const CaseRow *const *members, size_t count)
{
    const Json *stages = json_get(rule, "stages");
    for (size_t i = 0; i < json_count(stages); i++) {
        Str stage = json_text(stages->items[i]);
        int64_t n = 0;
        for (size_t k = 0; k < count; k++) {
            n += str_eq(members[k]->state, stage);
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "label", page_state_label(v, json_text_at(rule, "type"), stage));
        page_set_int(v, j, "count", n);
        page_set_bool(v, j, "empty", n == 0);
    }
}

static void add_member(const PageView *v, Json *list, const CaseRow *row)
{
    Json *j = page_add(v, list);
    page_set_text(v, j, "href", page_case_href(v, row->id));
    page_set_text(v, j, "title", page_title_of(v, row));
    page_set_text(v, j, "state_label", page_state_label(v, row->type, row->state));
    page_set_text(v, j, "state_tone", page_state_tone(v, row));
    page_set_text(v, j, "since", day_print(v->a, row->since));
    page_set_text(v, j, "due", row->due);
}

void page_members(const PageView *v, Json *model, const CaseRow *group, const CaseRow *linked, const Str *fields,
                  size_t count)
{
    const Json *rule = rule_of(v, group->type);
    if (rule == NULL) {
        return;
    }
    Json *j = page_object_in(v, model, "members"), *rows = page_list_in(v, j, "rows");
    const CaseRow **members = ARENA_ARRAY(v->a, const CaseRow *, count + 1);
    size_t n = 0;
    for (size_t i = count; i > 0; i--) { /* in the order in which they were registered */
        if (page_is_member(v, group->type, &linked[i - 1], fields[i - 1])) {
            members[n++] = &linked[i - 1];
            add_member(v, rows, &linked[i - 1]);
        }
    }
    page_set_text(v, j, "label", page_label(v, "types", json_text_at(rule, "type")));
    page_set_int(v, j, "total", (int64_t)n);
    page_set_bool(v, j, "is_group", true);
    add_stages(v, page_list_in(v, j, "stages"), rule, members, n);
}
