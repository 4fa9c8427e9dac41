/* written_test.c: read, change, write, read, for every model of the law and of the conformance suite: what is written
 * has the same elements, attributes, texts and comments, and a cell changed and changed back leaves no trace.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn/file_int.h"
#include "dmn/xml_int.h"
#include "dmn_testing.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { FOLDER_DEPTH = 8 };

typedef struct {
    Arena *a;
    size_t models, changed;
} Walk;

static bool same_attributes(const XmlNode *x, const XmlNode *y)
{
    for (size_t i = 0; i < x->attr_count; i++) {
        if (!str_eq(x->attrs[i].name, y->attrs[i].name) || !str_eq(x->attrs[i].value, y->attrs[i].value)) {
            return false;
        }
    }
    return true;
}

/* Deeper than XML_DEPTH no tree is read. */
static bool same_tree(const XmlNode *x, const XmlNode *y)
{
    if (x->kind != y->kind || !str_eq(x->qname, y->qname) || !str_eq(x->ns, y->ns) || !str_eq(x->text, y->text) ||
        x->attr_count != y->attr_count || !same_attributes(x, y)) {
        return false;
    }
    const XmlNode *p = x->first, *q = y->first;
    for (; p != NULL && q != NULL; p = p->next, q = q->next) {
        if (!same_tree(p, q)) {
            return false;
        }
    }
    return p == NULL && q == NULL;
}

static XmlNode *tree_of(Arena *a, Str xml)
{
    XmlNode *root = NULL;
    Err err = {0};
    check(xml_read(a, STR("m.dmn"), xml, &root, &err));
    return root;
}

static Str printed(Arena *a, const DmnDraft *d)
{
    Buf b = buf_new(a, 64 << 20);
    dmn_draft_print(d, &b);
    return buf_str(&b);
}

/* The first rule with an id and an input cell below n. */
static const XmlNode *first_rule(const XmlNode *n)
{
    if (xml_is(n, "rule") && xml_has_attr(n, "id") && xml_child(n, "inputEntry") != NULL) {
        return n;
    }
    for (const XmlNode *c = xml_first(n); c != NULL; c = xml_next(c)) {
        const XmlNode *found = first_rule(c);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

static bool change_and_back(Arena *a, DmnDraft *d, const XmlNode *root, Str before)
{
    Err err = {0};
    const XmlNode *rule = first_rule(root);
    const XmlNode *text = rule != NULL ? xml_child(xml_child(rule, "inputEntry"), "text") : NULL;
    if (text == NULL) {
        return false;
    }
    Str id = xml_attr(rule, "id"), cell = xml_text(a, text);
    check(dmn_draft_set(d, id, DMN_PLACE_INPUT, 0, STR("< 1 & > \"2\""), &err));
    Str changed = printed(a, d);
    check(!str_eq(changed, before));
    eq_text(xml_text(a, xml_child(xml_child(first_rule(tree_of(a, changed)), "inputEntry"), "text")), "< 1 & > \"2\"");
    check(dmn_draft_set(d, id, DMN_PLACE_INPUT, 0, cell, &err));
    check(same_tree(tree_of(a, printed(a, d)), root));
    return true;
}

static void file_check(Walk *w, Str path)
{
    Arena *mine = arena_new(0);
    Str xml, once;
    Err err = {0};
    DmnDraft *d = NULL;
    check(file_read(mine, path, &xml, &err));
    if (dmn_draft_open(mine, (DmnSource){path, xml}, &d, &err)) {
        XmlNode *root = tree_of(mine, xml);
        once = printed(mine, d);
        check(same_tree(tree_of(mine, once), root));
        w->models++;
        w->changed += change_and_back(mine, d, root, once);
    }
    arena_free(mine);
}

static void folder_walk(Walk *w, Str folder, int depth)
{
    Str *names = NULL;
    size_t count = 0;
    check(folder_read(w->a, folder, &names, &count, NULL));
    for (size_t i = 0; i < count; i++) {
        Str path = str_printf(w->a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(names[i]));
        if (depth < FOLDER_DEPTH && folder_is(w->a, path)) {
            folder_walk(w, path, depth + 1);
        } else if (str_ends(path, STR(".dmn"))) {
            file_check(w, path);
        }
    }
}

TEST_WITHIN(every_law_model_is_written_as_it_was_read, 120)
{
    Walk w = {.a = a};
    if (!folder_is(a, STR("law"))) {
        skip("the folder law is not here");
    }
    folder_walk(&w, STR("law"), 0);
    check(w.models >= 50);
    check(w.changed >= w.models / 2);
}

TEST_WITHIN(every_tck_model_is_written_as_it_was_read, 120)
{
    Walk w = {.a = a};
    const char *dir = getenv("TCK_DIR");
    struct stat st;
    dir = dir != NULL ? dir : stat("../shared/dmn-tck", &st) == 0 ? "../shared/dmn-tck" : "../../shared/dmn-tck";
    if (stat(dir, &st) != 0) {
        skip("the dmn-tck folder is not here; set TCK_DIR");
    }
    folder_walk(&w, str_from_c(dir), 0);
    check(w.models >= 20);
    check(w.changed > 5);
}
