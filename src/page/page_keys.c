/* page_keys.c: the keys that do something on a page, in one table: what the script listens for, and the page that
 * explains them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "page_int.h"

/* `deed` is a path to open, or what the script does: next, previous, search, step. */
typedef struct {
    const char *key, *deed, *label;
    bool signed_in; /* leads to what only an account has */
} Shortcut;

static const Shortcut SHORTCUTS[] = {
    {"j", "next", "keys.next", false},       {"k", "previous", "keys.previous", false},
    {"/", "search", "keys.search", false},   {"s", "step", "keys.step", false},
    {"h", "/", "keys.home", false},          {"n", "/notices", "keys.notices", true},
    {"?", "/shortcuts", "keys.help", false},
};

void page_add_keys(const PageView *v, Json *model)
{
    Json *list = page_list_in(v, model, "keys");
    for (size_t i = 0; i < COUNT_OF(SHORTCUTS); i++) {
        if (v->caller == NULL && SHORTCUTS[i].signed_in) {
            continue;
        }
        Json *j = page_add(v, list);
        page_set_text(v, j, "key", str_from_c(SHORTCUTS[i].key));
        page_set_text(v, j, "deed", str_from_c(SHORTCUTS[i].deed));
    }
}

bool page_shortcuts(const PageView *v, Page *ret, __attribute__((unused)) Err *err)
{
    *ret = (Page){"shortcuts", json_new_object(v->a)};
    page_frame(v, ret->model, view_text(v->a, v->language, "keys.title", NULL));
    Json *list = page_list_in(v, ret->model, "shortcuts");
    for (size_t i = 0; i < COUNT_OF(SHORTCUTS); i++) {
        Json *j = page_add(v, list);
        page_set_text(v, j, "key", str_from_c(SHORTCUTS[i].key));
        page_set_text(v, j, "label", view_text(v->a, v->language, SHORTCUTS[i].label, NULL));
        page_set_text(v, j, "href", SHORTCUTS[i].deed[0] == '/' ? str_from_c(SHORTCUTS[i].deed) : STR(""));
    }
    return true;
}
