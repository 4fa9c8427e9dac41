/* attach.c: small files that come with a form: photographs and papers as proof. Their bytes stand in the event,
 * sealed; the case only says that they are there.
 * SPDX-License-Identifier: Apache-2.0 */
#include "command_int.h"

#include "base/hash.h"
#include "base/utf8.h"

enum { MAX_ATTACHED = 3 * 1024 * 1024, MAX_NAME = 120 };

/* The kinds of files that are taken, by their first bytes: what a file is called does not count. */
static const char *kind_of(Str bytes)
{
    static const struct {
        const char *start, *type;
    } KINDS[] = {{"%PDF-", "application/pdf"}, {"\xFF\xD8\xFF", "image/jpeg"}, {"\x89PNG\r\n\x1A\n", "image/png"}};
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        if (str_starts(bytes, str_from_c(KINDS[i].start))) {
            return KINDS[i].type;
        }
    }
    return NULL;
}

/* The last piece of a path, without what a header or a page could stumble over. */
static Str plain_name(Arena *a, Str name)
{
    Str rest = name, piece = STR("");
    while (str_cut(&rest, '/', &piece)) {
    }
    Buf b = buf_new(a, MAX_NAME * 4);
    for (size_t i = 0; i < piece.len; i++) {
        unsigned char c = (unsigned char)piece.ptr[i];
        buf_byte(&b, c < ' ' || c == 0x7F || c == '"' || c == '\\' || c == '<' || c == '>' ? '_' : (char)c);
    }
    return b.len > 0 ? buf_str(&b) : STR("file");
}

bool command_file(Arena *a, const Json *sent, Json **ret, Err *err)
{
    Str bytes, name = json_text_at(sent, "name");
    if (!base64_parse(a, json_text_at(sent, "data"), &bytes) || bytes.len == 0) {
        return err_set(err, BAD_FILE, "The file could not be read.");
    }
    if (bytes.len > MAX_ATTACHED || utf8_count(name) > MAX_NAME) {
        return err_set(err, TOO_LARGE, "A file may have up to 3 MB.");
    }
    const char *type = kind_of(bytes);
    if (type == NULL) {
        return err_set(err, BAD_FILE, "Only pictures (JPEG, PNG) and PDF files are taken.");
    }
    Json *j = *ret = json_new_object(a);
    json_set(a, j, STR("name"), json_new_str(a, plain_name(a, name)));
    json_set(a, j, STR("type"), json_new_str_c(a, type));
    json_set(a, j, STR("size"), json_new_int(a, (int64_t)bytes.len));
    json_set(a, j, STR("sha256"), json_new_str(a, hex_print(a, HASH_STR(hash_of(bytes)))));
    return true;
}

void command_add_files(Planning *p, Event *e)
{
    const SchemeStep *step = p->in->step;
    for (size_t i = 0; i < step->fields.count; i++) {
        const SchemeField *f = scheme_field(p->in->type, step->fields.items[i]);
        const Json *sent = f->kind == SCHEME_FILE ? json_get_str(p->form, f->name) : NULL;
        Json *said = json_get_str(json_get(e->sealed, "set"), f->name);
        if (sent == NULL || said == NULL || said->kind != JSON_OBJECT) {
            continue;
        }
        Json *files = json_get(e->sealed, "files");
        files = files ? files : json_set(p->a, e->sealed, STR("files"), json_new_object(p->a));
        json_set(p->a, files, json_text_at(said, "sha256"), json_new_str(p->a, json_text_at(sent, "data")));
    }
}
