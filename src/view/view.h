/* view.h: page model (a JSON tree) → HTML, CSV, SVG; escapes by context. Opens nothing but web/, decides nothing.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pages, their models and the template language are described in web/PAGES.md. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

/* Renders web/templates/<template_name>.html inside base.html with the texts of web/messages/<language>.json (English
 * where that language has no such file or text; ⟦key⟧ where English has none either, which the tests refuse).
 * NOT_FOUND: no such template. TEMPLATE_BROKEN: it cannot be read. TOO_LARGE: the page does not fit into out. */
MUST_USE bool view_page(Arena *a, Str template_name, const Json *model, Str language, Buf *out, Err *err);
/* The same without the layout: a fragment that script puts into an open page, or the body of an e-mail. */
MUST_USE bool view_part(Arena *a, Str template_name, const Json *model, Str language, Buf *out, Err *err);
/* One text of the catalogue with its {parameters} taken from params (may be NULL), not escaped. */
Str view_text(Arena *a, Str language, const char *key, const Json *params);
/* The same with a text that comes from elsewhere, such as a template of a scheme. */
Str view_fill(Arena *a, Str language, Str pattern, const Json *params);
/* A fault in the reader's language. Requirements of a scheme come in it already; the engine's own words are English:
 * another reader gets their translation, or the catalogue's text of the code where there is none. */
Str view_fault(Arena *a, Str language, const Err *fault);
/* The languages that have a catalogue, as "en", "kk", … in the order of the alphabet; view_language(n) is empty past
 * the last. */
Str view_language(size_t n);

/* Escapes. Each writes s for one place; html and attr serve text and a quoted attribute. */
void view_html(Buf *out, Str s);
void view_attr(Buf *out, Str s);
void view_url(Buf *out, Str s); /* one component of an address: everything but A-Z a-z 0-9 - . _ ~ as %XX */
void view_link(Buf *out,
               Str s); /* a whole address in an attribute: other schemes than http, https, mailto, tel become # */
void view_json(Buf *out, Str s); /* a quoted JSON string that may stand inside HTML */
void view_csv_cell(Buf *out,
                   Str s); /* RFC 4180; a cell that a spreadsheet would run as a formula gets a leading apostrophe */

/* The page model `list` (columns, rows) as CSV with a byte order mark, so that spreadsheets read Hangul
 * and Cyrillic. */
void view_csv(Buf *out, const Json *list);

/* Charts as a figure: inline SVG without style attributes, and the same figures as a table for those who do not see it.
 * spec: {kind, id, title, note, unit, labels:[…], series:[{label, values:[…], hrefs:[…]}], limit:{label,value},
 * source:{label,href,day}}. hrefs (may be absent, or empty texts): the address behind each value, a link in the table.
 * A spec that does not make sense (counts that differ, not a number) fails with TEMPLATE_BROKEN. */
MUST_USE bool view_chart(Arena *a, const Json *spec, Str language, Buf *out, Err *err); /* by spec.kind */
MUST_USE bool view_chart_bars(Arena *a, const Json *spec, Str language, Buf *out, Err *err);
MUST_USE bool view_chart_stacked(Arena *a, const Json *spec, Str language, Buf *out, Err *err);
MUST_USE bool view_chart_line(Arena *a, const Json *spec, Str language, Buf *out, Err *err);
MUST_USE bool view_chart_burn_down(Arena *a, const Json *spec, Str language, Buf *out, Err *err);
MUST_USE bool view_chart_distribution(Arena *a, const Json *spec, Str language, Buf *out, Err *err);

/* A file that a browser may ask for (only those below web/static/). */
typedef struct {
    Str bytes;
    const char *content_type;
    Str etag; /* weak, as the answer may be compressed; with its quotes */
} ViewFile;

/* path is what stands behind /static/, such as "app.css". False: there is no such file. */
MUST_USE bool view_file(Arena *a, Str path, ViewFile *ret);
/* A file of web/ that the program itself reads, such as "api/openapi.json". */
MUST_USE bool view_data(Arena *a, Str path, Str *ret_bytes);
/* Development: from now on read web/ from this folder instead of the packed copy. Call once, before the first page. */
void view_use_folder(const char *folder);

#endif
