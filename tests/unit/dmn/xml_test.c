/* xml_test.c: hostile files end in a clear error; what was read is written back the same.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_testing.h"

#include <stdio.h>
#include <string.h>

static Err refusal(Arena *a, Str xml)
{
    DmnSource s = {STR("f.dmn"), xml};
    DmnModel *m = NULL;
    Err err = {0};
    check(!dmn_load(a, &s, 1, &m, &err));
    return err;
}

TEST(document_types_and_entities_are_refused)
{
    Err err =
        refusal(a, STR("<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"aaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>"));
    eq_int(err.code, BAD_XML);
    eq_text(str_from_c(err.text), "f.dmn line 2: document type declarations are not allowed");
    eq_int(refusal(a, STR("<x>&undefined;</x>")).code, BAD_XML);
}

TEST(broken_xml_names_its_line)
{
    Err err = refusal(a, STR("<a>\n<b>\n</a>"));
    eq_int(err.code, BAD_XML);
    eq_text(str_from_c(err.text), "f.dmn line 3: mismatched tag");
    eq_int(refusal(a, STR("")).code, BAD_XML);
    eq_int(refusal(a, STR("<a:b/>")).code, BAD_XML);
    eq_int(refusal(a, STR("<x/>")).code, MODEL_BROKEN);
    eq_int(refusal(a, STR("<definitions xmlns=\"http://www.omg.org/spec/DMN/20130901\"/>")).code, MODEL_BROKEN);
}

TEST(limits_of_depth_and_attributes_hold)
{
    Buf deep = buf_new(a, 1 << 20), wide = buf_new(a, 1 << 20);
    for (int i = 0; i < 100; i++) {
        buf_add_c(&deep, "<a>");
    }
    eq_int(refusal(a, buf_str(&deep)).code, TOO_DEEP);
    buf_add_c(&wide, "<a b=\"");
    for (int i = 0; i < 70000; i++) {
        buf_byte(&wide, 'x');
    }
    buf_add_c(&wide, "\"/>");
    eq_int(refusal(a, buf_str(&wide)).code, TOO_LARGE);
}

TEST(a_file_of_more_than_16_mb_is_refused)
{
    size_t len = ((size_t)16 << 20) + 1;
    char *p = arena_alloc(a, len);
    memset(p, ' ', len);
    eq_int(refusal(a, (Str){p, len}).code, TOO_LARGE);
}
