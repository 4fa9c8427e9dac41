/* pdf_test.c: papers: the same bytes twice, fonts inside, text and structure found again by poppler, faults by block.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../test.h"

static void needs(Arena *a, const char *program)
{
    int status;
    test_shell(a, str_printf(a, "command -v %s", program), &status);
    if (status != 0) {
        skip(str_c(a, str_printf(a, "%s is not installed", program)));
    }
}

static void write_file(const char *path, Str bytes)
{
    FILE *f = fopen(path, "wb");
    check(f != NULL && fwrite(bytes.ptr, 1, bytes.len, f) == bytes.len);
    check(fclose(f) == 0);
}

/* Writes the PDF beside the test program and runs a line with its path in place of %s. */
static Str run_on(Arena *a, Str pdf, const char *before, const char *after, int *ret_status)
{
    char path[] = "/tmp/goldenbridge-pdf-XXXXXX";
    int fd = mkstemp(path);
    check(fd >= 0 && close(fd) == 0);
    write_file(path, pdf);
    Str text = test_shell(a, str_printf(a, "%s %s %s 2>/dev/null", before, path, after), ret_status);
    remove(path);
    return text;
}

static bool has(Str text, const char *part)
{
    return str_find(text, str_from_c(part), 0) != SIZE_MAX;
}

/* The facts of a sample paper, with a signed permit in the place of its QR code. */
static Json *facts_of(Arena *a, const char *kind)
{
    Str text = test_read_file(a, str_c(a, str_printf(a, "tests/doc/facts/%s.json", kind)));
    size_t at = str_find(text, STR("@QR"), 0);
    Err err = {0};
    if (at != SIZE_MAX) {
        Str compact = {NULL, 0};
        check(doc_compact_print(a, sample_signed(a), &compact, &err));
        text = str_printf(a, "%.*shttps://permits.example/verify#%.*s%.*s", (int)at, text.ptr, STR_ARG(compact),
                          STR_ARG(str_sub(text, at + 3, text.len)));
    }
    Json *facts = NULL;
    check(json_parse(a, text, &facts, &err));
    return facts;
}

static Str paper(Arena *a, const char *kind)
{
    Buf out = buf_new(a, 64 << 20);
    Err err = {0};
    bool ok = doc_paper(a, str_from_c(kind), facts_of(a, kind), &out, &err);
    eq_text(str_from_c(err.text), "");
    check(ok);
    return buf_str(&out);
}

static Str render(Arena *a, const char *json)
{
    Buf out = buf_new(a, 64 << 20);
    Err err = {0};
    bool ok = doc_pdf_render(a, sample_json(a, json), &out, &err);
    eq_text(str_from_c(err.text), "");
    check(ok);
    return buf_str(&out);
}

#define HEAD "'title':'T','language':'en','metadata':{'created':'2026-01-02T09:00:00Z'}"

static Err fault(Arena *a, const char *json)
{
    Buf out = buf_new(a, 64 << 20);
    Err err = {0};
    check(!doc_pdf_render(a, sample_json(a, json), &out, &err));
    eq_int(out.len, 0);
    return err;
}

TEST(every_kind_of_paper_renders_the_same_bytes_twice)
{
    size_t count;
    const DocKind *kinds = doc_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        Str first = paper(a, str_c(a, kinds[i].name)), second = paper(a, str_c(a, kinds[i].name));
        check(first.len > 10000);
        eq_str(second, first);
    }
}

TEST(every_kind_of_paper_is_sound_by_qpdf)
{
    needs(a, "qpdf");
    size_t count;
    const DocKind *kinds = doc_kinds(&count);
    for (size_t i = 0; i < count; i++) {
        int status;
        run_on(a, paper(a, str_c(a, kinds[i].name)), "qpdf --check", "", &status);
        eq_int(status, 0);
    }
}

TEST(permit_is_one_page_with_embedded_fonts_and_readable_text)
{
    needs(a, "pdfinfo");
    Str pdf = paper(a, "permit");
    int status;
    Str info = run_on(a, pdf, "pdfinfo", "", &status);
    check(has(info, "Tagged:          yes"));
    check(has(info, "Pages:           1\n"));
    check(has(info, "Page size:       595.276 x 841.89 pts (A4)"));
    check(has(info, "CreationDate:    Mon Mar  2"));
    check(has(info, "Metadata Stream: yes"));
    Str fonts = run_on(a, pdf, "pdffonts", "| tail -n +3", &status);
    check(has(fonts, "NotoSansCJK") && has(fonts, "NotoSans-Regular"));
    Str rest = fonts, line;
    while (str_cut(&rest, '\n', &line) && line.len > 0) {
        check(has(line, "yes yes yes")); /* embedded, subset, with Unicode */
    }
    Str text = run_on(a, pdf, "pdftotext", "-", &status);
    check(has(text, "АХМЕТОВА Әсел") && has(text, "한빛정밀(주)") && has(text, "Еңбек етуге рұқсат"));
}

TEST(permit_on_paper_is_read_by_zbar_and_verifies)
{
    needs(a, "zbarimg");
    needs(a, "pdftoppm");
    int status;
    Str read = run_on(a, paper(a, "permit"), "pdftoppm -r 200 -png", "| zbarimg --quiet --raw -", &status);
    DocSeed seed = sample_seed(1);
    DocPublicKey key = doc_key_public(&seed);
    DocReading r;
    Err err = {0};
    check(doc_credential_verify(a, read, &key, 1, &r, &err));
    eq_text(json_text_at(r.claims, "employer"), "한빛정밀(주)");
}

TEST(structure_has_headings_tables_lists_figures_and_languages)
{
    needs(a, "pdfinfo");
    int status;
    Str permit = run_on(a, paper(a, "permit"), "pdfinfo -struct-text", "", &status);
    check(has(permit, "H1 (block)") && has(permit, "H2 (block)") && has(permit, "Figure") && has(permit, "LBody"));
    check(has(permit, "\"Сізге ең төменгі жалақы, демалыс күні, сақтандыру және шағымдану құқығы берілген. Кез "
                      "келген уақытта өз тіліңізде көмек сұрай аласыз: 1577-0071.\""));
    Str contract = paper(a, "contract"), tree = run_on(a, contract, "pdfinfo -struct-text", "", &status);
    check(has(tree, "TD") && has(tree, "/Scope /Column"));
    check(has(contract, "/Lang (ru)") && has(contract, "/Lang (ko)"));
}

TEST(figure_carries_its_text_for_those_who_cannot_see_it)
{
    Str pdf = paper(a, "confirmation");
    check(has(pdf, "/S /Figure"));
    check(has(pdf, "/Alt <FEFF0051005200200063006F006400650020006F006600200074006800650020006F0066006600650072>"));
}

TEST(long_table_repeats_its_heading_on_each_page)
{
    needs(a, "pdftotext");
    Buf b = buf_new(a, 1 << 20);
    buf_add_c(
        &b,
        "{" HEAD
        ",'blocks':[{'kind':'table','columns':[{'label':'Nr','width':10,'align':'right'},{'label':'Name'}],'rows':[");
    for (int i = 0; i < 120; i++) {
        buf_printf(&b, "%s['%d','row %d']", i ? "," : "", i, i);
    }
    buf_add_c(&b, "]}]}");
    buf_byte(&b, 0);
    int status;
    Str text = run_on(a, render(a, buf_str(&b).ptr), "pdftotext -layout", "-", &status);
    int pages = 0, headings = 0;
    for (size_t at = 0; (at = str_find(text, STR("Name"), at)) != SIZE_MAX; at++) {
        headings++;
    }
    for (size_t at = 0; (at = str_find(text, STR("\f"), at)) != SIZE_MAX; at++) {
        pages++;
    }
    check(pages >= 3);
    eq_int(headings, pages);
    check(has(text, "row 0\n") && has(text, "row 119\n") && has(text, "1/4"));
}

TEST(paragraph_longer_than_a_page_flows_on)
{
    needs(a, "pdftotext");
    Buf b = buf_new(a, 1 << 20);
    buf_add_c(&b, "{" HEAD ",'blocks':[{'kind':'paragraph','text':'");
    for (int i = 0; i < 1500; i++) {
        buf_printf(&b, "w%d ", i);
    }
    buf_add_c(&b, "end.'}]}");
    buf_byte(&b, 0);
    int status;
    Str text = run_on(a, render(a, buf_str(&b).ptr), "pdftotext", "-", &status);
    check(has(text, "w0 ") && has(text, "w1499 end.") && has(text, "1/2") && has(text, "2/2"));
}

TEST(title_cannot_smuggle_objects_into_the_file)
{
    needs(a, "pdfinfo");
    int status;
    Str pdf = render(a, "{'title':'x\\n9 0 obj\\n<< /Type /StructElem\\n   /S /H2\\n>>\\nendobj','language':'en',"
                        "'metadata':{'created':'2026-01-02T09:00:00Z'},'blocks':[{'kind':'heading','text':'One'}]}");
    Str tree = run_on(a, pdf, "pdfinfo -struct-text", "", &status);
    eq_int(status, 0);
    check(has(tree, "\"One\""));
}

TEST(faults_of_a_paper_name_the_block)
{
    Err err = fault(a, "{'language':'en','blocks':[]}");
    eq_text(str_from_c(err.field), "title");
    eq_int(err.code, FIELD_MISSING);
    err = fault(a, "{" HEAD ",'blocks':[{'kind':'paragraph','text':'a'},{'kind':'dance'}]}");
    eq_text(str_from_c(err.field), "blocks.1");
    eq_int(err.code, FIELD_CHOICE);
    err = fault(a, "{" HEAD ",'blocks':[{'kind':'table','columns':[{'label':'A'}],'rows':[['1','2']]}]}");
    eq_int(err.code, FIELD_FORMAT);
    err = fault(a, "{" HEAD ",'blocks':[{'kind':'table','rows':[]}]}");
    eq_int(err.code, FIELD_FORMAT);
    err = fault(a, "{" HEAD ",'blocks':[{'kind':'qr','text':'','label':'x'}]}");
    eq_text(str_from_c(err.field), "blocks.0");
    err = fault(a, "{" HEAD ",'blocks':[{'kind':'paragraph','text':'\xF3\xB0\x80\x80'}]}");
    eq_int(err.code, FIELD_FORMAT);
    err = fault(a, "{'title':'T','language':'en)','metadata':{'created':'2026-01-02T09:00:00Z'},'blocks':[]}");
    eq_text(str_from_c(err.field), "language");
    err = fault(a, "{'title':'T','language':'en','metadata':{'created':'yesterday'},'blocks':[]}");
    eq_text(str_from_c(err.field), "metadata.created");
}

TEST(kind_that_does_not_exist_and_missing_facts_are_faults)
{
    Buf out = buf_new(a, 1 << 20);
    Err err = {0};
    check(!doc_paper(a, STR("poem"), json_new_object(a), &out, &err));
    eq_int(err.code, NOT_FOUND);
    Json *facts = facts_of(a, "refusal");
    json_remove(facts, STR("remedies"));
    check(!doc_paper(a, STR("refusal"), facts, &out, &err));
    eq_text(str_from_c(err.field), "remedies");
}

TEST(blocks_of_wrong_shapes_end_in_a_paper_or_a_fault)
{
    static const char *const KINDS[] = {"address", "box",   "columns_two", "heading", "letterhead", "list",
                                        "page",    "pairs", "paragraph",   "qr",      "rule",       "signature",
                                        "small",   "space", "table",       "title"};
    static const char *const SHAPES[] = {"[]",     "{}",       "null", "[null]", "[[]]",
                                         "[[[]]]", "{'a':{}}", "7",    "'x'",    "['x',{},7]"};
    static const char *const KEYS[] = {"items", "rows", "columns", "languages", "lines",
                                       "texts", "text", "aside",   "points"};
    for (size_t k = 0; k < COUNT_OF(KINDS); k++) {
        for (size_t s = 0; s < COUNT_OF(SHAPES); s++) {
            Buf b = buf_new(a, 1 << 16), out = buf_new(a, 1 << 20);
            buf_printf(&b, "{" HEAD ",'blocks':[{'kind':'%s'", KINDS[k]);
            for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
                buf_printf(&b, ",'%s':%s", KEYS[i], SHAPES[(s + i * (s % 3)) % COUNT_OF(SHAPES)]);
            }
            buf_add_c(&b, "}]}");
            buf_byte(&b, 0);
            Err err = {0};
            bool ok = doc_pdf_render(a, sample_json(a, buf_str(&b).ptr), &out, &err);
            check(ok ? out.len > 500 : err.code != OK);
        }
    }
}
