/* chart.c: small charts as inline SVG with the same figures as a table beneath. Positions across are per cent of the
 * width, so that text keeps its size on a phone; colours come from the style sheet by class.
 * SPDX-License-Identifier: Apache-2.0 */
#include "view/view_int.h"

#include <stdlib.h>

enum {
    MAX_SERIES = 6,
    MAX_POINTS = 400,
    PLOT_TOP = 24,
    PLOT_HEIGHT = 176,
    PLOT_BOTTOM = PLOT_TOP + PLOT_HEIGHT,
    SVG_HEIGHT = 226,
    ROW_HEIGHT = 44,
    SHOWN_LABELS = 4,
    LABEL_WIDTH = 160,
    LINE_HEIGHT = 18,
    LONG_LABEL = 7
};

typedef struct {
    Str label;
    double *values;
    bool *known; /* a value of null is a gap */
} Series;

typedef struct {
    Arena *a;
    Buf *out;
    Str language;
    const Json *spec, *labels;
    size_t points, series_count;
    bool is_line, is_band;
    Series series[MAX_SERIES];
    double top, step; /* the scale's upper end and the distance of its lines */
    double limit;     /* below 0: none */
} Chart;

static bool number_read(Arena *a, const Json *j, double *ret)
{
    Str text = json_text(j);
    if (text.len == 0 || text.len > 40) {
        return false;
    }
    const char *c = str_c(a, text);
    char *end;
    double value = strtod(c, &end);
    if (*end != 0 || !(value >= 0 && value < 1e15)) {
        return false;
    }
    *ret = value;
    return true;
}

/* 1, 2 or 5 times a power of ten, so that at most five lines of a scale reach top. */
static double scale_step(double top)
{
    static const double nice[] = {1, 2, 5};
    for (double power = 1;; power *= 10) {
        for (size_t i = 0; i < COUNT_OF(nice); i++) {
            if (top / (power * nice[i]) <= 5) {
                return power * nice[i];
            }
        }
    }
}

static bool series_read(Chart *c, const Json *j, Series *s, Err *err)
{
    const Json *values = json_get(j, "values");
    if (json_count(values) != c->points) {
        return err_set(err, TEMPLATE_BROKEN, "A series of a chart has %zu values for %zu labels.", json_count(values),
                       c->points);
    }
    s->label = json_text_at(j, "label");
    s->values = ARENA_ARRAY(c->a, double, c->points);
    s->known = ARENA_ARRAY(c->a, bool, c->points);
    for (size_t i = 0; i < c->points; i++) {
        if (values->items[i]->kind == JSON_NULL) {
            continue;
        }
        s->known[i] = number_read(c->a, values->items[i], &s->values[i]);
        if (!s->known[i]) {
            return err_set(err, TEMPLATE_BROKEN, "A value of a chart is not a number from 0.");
        }
    }
    return true;
}

static void scale_find(Chart *c, bool stacked)
{
    double top = c->limit > 0 ? c->limit : 0;
    for (size_t i = 0; i < c->points; i++) {
        double sum = 0;
        for (size_t s = 0; s < c->series_count; s++) {
            sum = stacked ? sum + c->series[s].values[i] : c->series[s].values[i];
            top = sum > top ? sum : top;
        }
    }
    c->step = scale_step(top);
    c->top = c->step;
    while (c->top < top) {
        c->top += c->step;
    }
}

static bool chart_read(Arena *a, const Json *spec, Str language, Buf *out, bool stacked, Chart *ret, Err *err)
{
    const Json *series = json_get(spec, "series");
    Chart c = {.a = a, .out = out, .language = language, .spec = spec, .labels = json_get(spec, "labels"), .limit = -1};
    c.points = c.labels != NULL && c.labels->kind == JSON_ARRAY ? c.labels->count : 0;
    if (c.points == 0 || c.points > MAX_POINTS || series == NULL || series->kind != JSON_ARRAY || series->count == 0 ||
        series->count > MAX_SERIES) {
        return err_set(err, TEMPLATE_BROKEN, "A chart needs 1 to %d labels and 1 to %d series.", MAX_POINTS,
                       MAX_SERIES);
    }
    c.series_count = series->count;
    for (size_t i = 0; i < c.series_count; i++) {
        if (!series_read(&c, series->items[i], &c.series[i], err)) {
            return false;
        }
    }
    const Json *limit = json_path(spec, "limit.value");
    if (limit != NULL && !number_read(a, limit, &c.limit)) {
        return err_set(err, TEMPLATE_BROKEN, "The limit of a chart is not a number from 0.");
    }
    scale_find(&c, stacked);
    *ret = c;
    return true;
}

static void number_put(Chart *c, double value)
{
    Buf text = buf_new(c->a, 64);
    value_write_number(&text, c->a, c->language, str_printf(c->a, "%.15g", value));
    view_html(c->out, buf_str(&text));
}

static void label_put(Chart *c, size_t i)
{
    view_html(c->out, json_text(c->labels->items[i]));
}

static void legend_put(Chart *c)
{
    if (c->series_count < 2 && c->limit < 0) {
        return;
    }
    buf_add_c(c->out, "<ul class=\"legend\">");
    if (c->is_band) {
        buf_add_c(c->out,
                  "<li><svg class=\"key\" width=\"18\" height=\"12\" aria-hidden=\"true\"><rect class=\"s1 band\" "
                  "width=\"18\" height=\"12\" rx=\"2\"/></svg>");
        view_html(c->out, json_text_at(c->spec, "band"));
        buf_add_c(c->out, "</li>");
    }
    for (size_t i = c->is_band; i < (c->is_band ? 2 : c->series_count); i++) {
        buf_add_c(c->out, "<li><svg class=\"key\" width=\"18\" height=\"12\" aria-hidden=\"true\">");
        buf_printf(c->out,
                   c->is_line ? "<path class=\"line s%zu\" d=\"M0 6H18\"/>"
                              : "<rect class=\"s%zu\" width=\"12\" height=\"12\" rx=\"2\"/>",
                   c->is_band ? 1 : i + 1);
        buf_add_c(c->out, "</svg>");
        view_html(c->out, c->series[i].label);
        buf_add_c(c->out, "</li>");
    }
    if (c->limit >= 0) {
        buf_add_c(
            c->out,
            "<li><svg class=\"key\" width=\"16\" height=\"12\" aria-hidden=\"true\"><line class=\"limit\" x2=\"16\" "
            "y1=\"6\" y2=\"6\"/></svg>");
        view_html(c->out, json_text(json_path(c->spec, "limit.label")));
        buf_byte(c->out, ' ');
        number_put(c, c->limit);
        buf_add_c(c->out, "</li>");
    }
    buf_add_c(c->out, "</ul>");
}

/* A chart whose title is the heading above it says it once: "named" in its spec. */
static void figure_open(Chart *c, int height)
{
    Str id = json_text_at(c->spec, "id"), unit = json_text_at(c->spec, "unit");
    bool named = json_is_true(json_get(c->spec, "named"));
    buf_printf(c->out, "<figure class=\"chart\"><figcaption%s id=\"chart-", named ? " class=\"sr\"" : "");
    view_attr(c->out, id);
    buf_add_c(c->out, "\">");
    view_html(c->out, json_text_at(c->spec, "title"));
    buf_add_c(c->out, named || unit.len == 0 ? "</figcaption>" : " ");
    if (unit.len > 0) {
        buf_add_c(c->out, named ? "<p class=\"unit\">" : "<span class=\"unit\">");
        view_html(c->out, unit);
        buf_add_c(c->out, named ? "</p>" : "</span></figcaption>");
    }
    legend_put(c);
    buf_printf(c->out, "<svg class=\"plot\" width=\"100%%\" height=\"%d\" role=\"img\" aria-labelledby=\"chart-",
               height);
    view_attr(c->out, id);
    buf_add_c(c->out, "\">");
}

/* A figure of the table; where the series has an address for it, as a link to what is behind it. */
static void figure_put(Chart *c, size_t s, size_t i)
{
    const Json *hrefs = json_get(json_get(c->spec, "series")->items[s], "hrefs");
    Str href = i < json_count(hrefs) ? json_text(hrefs->items[i]) : STR("");
    if (href.len > 0) {
        buf_add_c(c->out, "<a href=\"");
        view_link(c->out, href);
        buf_add_c(c->out, "\">");
    }
    number_put(c, c->series[s].values[i]);
    buf_add_c(c->out, href.len > 0 ? "</a>" : "");
}

static void table_put(Chart *c)
{
    buf_add_c(c->out, "<details><summary>");
    view_html(c->out, message_of(c->a, c->language, STR("chart.as_table"), &(Frame){0}));
    buf_add_c(c->out, "</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"chart-");
    view_attr(c->out, json_text_at(c->spec, "id"));
    buf_add_c(c->out, "\"><table><thead><tr><th scope=\"col\">");
    view_html(c->out, json_text_at(c->spec, "x_label"));
    buf_add_c(c->out, "</th>");
    for (size_t s = 0; s < c->series_count; s++) {
        buf_add_c(c->out, "<th scope=\"col\" class=\"n\">");
        view_html(c->out, c->series[s].label);
        buf_add_c(c->out, "</th>");
    }
    buf_add_c(c->out, "</tr></thead><tbody>");
    for (size_t i = 0; i < c->points; i++) {
        buf_add_c(c->out, "<tr><th scope=\"row\">");
        label_put(c, i);
        buf_add_c(c->out, "</th>");
        for (size_t s = 0; s < c->series_count; s++) {
            buf_add_c(c->out, "<td class=\"n\">");
            if (c->series[s].known[i]) {
                figure_put(c, s, i);
            }
            buf_add_c(c->out, "</td>");
        }
        buf_add_c(c->out, "</tr>");
    }
    buf_add_c(c->out, "</tbody></table></div></details>");
}

static void figure_close(Chart *c)
{
    buf_add_c(c->out, "</svg>");
    const Json *source = json_get(c->spec, "source");
    Str note = json_text_at(c->spec, "note");
    if (note.len > 0) {
        buf_add_c(c->out, "<p class=\"note\">");
        view_html(c->out, note);
        buf_add_c(c->out, "</p>");
    }
    if (source != NULL && source->kind == JSON_OBJECT) {
        Str href = json_text_at(source, "href");
        buf_add_c(c->out, "<p class=\"source\">");
        view_html(c->out, message_of(c->a, c->language, STR("chart.source"), &(Frame){0}));
        buf_add_c(c->out, href.len > 0 ? " <a href=\"" : " <span>");
        if (href.len > 0) {
            view_link(c->out, href);
            buf_add_c(c->out, "\">");
        }
        view_html(c->out, json_text_at(source, "label"));
        buf_add_c(c->out, href.len > 0 ? "</a>" : "</span>");
        Buf day = buf_new(c->a, 256);
        value_write_day(&day, c->a, c->language, json_text_at(source, "day"));
        if (day.len > 0) {
            buf_add_c(c->out, ", ");
            view_html(c->out, buf_str(&day));
        }
        buf_add_c(c->out, "</p>");
    }
    table_put(c);
    buf_add_c(c->out, "</figure>");
}

static bool chart_done(const Chart *c, Err *err)
{
    return buf_ok(c->out) || err_set(err, TOO_LARGE, "This page is larger than its limit.");
}

/* How much of a label goes into a line beside the figure on a narrow screen: to the last space that fits, else to the
 * last letter. Widths in quarters of a Latin letter: Cyrillic letters are wider, Hangul twice as wide. */
static size_t line_end(Str label)
{
    size_t width = 0, at = 0, space = 0, last = 0;
    while (at < label.len && width <= LABEL_WIDTH) {
        unsigned char c = (unsigned char)label.ptr[at];
        last = width < LABEL_WIDTH ? at : last;
        space = c == ' ' ? at : space;
        width += c < 0x80 ? 4 : c < 0xe1 ? 5 : 8;
        at += c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    }
    return width <= LABEL_WIDTH ? label.len : space > 0 ? space : last;
}

static int line_count(Str label)
{
    int n = 1;
    for (size_t end; (end = line_end(label)) < label.len; n++) {
        label = str_trim(str_sub(label, end, label.len));
    }
    return n;
}

/* The label in lines from y on; returns the y of its last line. */
static int label_lines_put(Chart *c, Str label, int y)
{
    for (;;) {
        size_t end = line_end(label);
        buf_printf(c->out, "<text x=\"0\" y=\"%d\">", y);
        view_html(c->out, str_sub(label, 0, end));
        buf_add_c(c->out, "</text>");
        if (end == label.len) {
            return y;
        }
        label = str_trim(str_sub(label, end, label.len));
        y += LINE_HEIGHT;
    }
}

/* One row: the name above its bars, the figure at the right of the name's last line, the limit as a line. */
static void row_put(Chart *c, size_t i, int y, bool stacked)
{
    int bars = stacked ? 1 : (int)c->series_count;
    double sum = 0, shown = 0;
    int last = label_lines_put(c, json_text(c->labels->items[i]), y + 16), below = last + 7;
    buf_printf(c->out, "<rect class=\"track\" x=\"0\" y=\"%d\" width=\"100%%\" height=\"%d\" rx=\"3\"/>", below,
               bars * 16 - 4);
    for (size_t s = 0; s < c->series_count; s++) {
        double value = c->series[s].values[i];
        int top = below + (stacked ? 0 : 16 * (int)s);
        buf_printf(c->out, "<rect class=\"s%zu\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"12\" rx=\"%d\"/>",
                   s + 1, stacked ? sum / c->top * 100 : 0, top, value / c->top * 100, stacked ? 0 : 3);
        sum += value;
        shown = stacked || s == 0 ? sum : shown;
    }
    if (c->limit >= 0) {
        double x = c->limit / c->top * 100;
        buf_printf(c->out, "<line class=\"limit\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", x, x, below - 3,
                   below - 2 + bars * 16);
    }
    buf_printf(c->out, "<text class=\"value\" x=\"100%%\" y=\"%d\" text-anchor=\"end\">", last);
    number_put(c, shown);
    buf_add_c(c->out, "</text>");
}

static int row_height(const Chart *c, size_t i, bool stacked)
{
    int bars = stacked ? 1 : (int)c->series_count;
    return ROW_HEIGHT + (bars - 1) * 16 + (line_count(json_text(c->labels->items[i])) - 1) * LINE_HEIGHT;
}

/* Rows of bars, one per label. */
static bool rows_put(Arena *a, const Json *spec, Str language, Buf *out, bool stacked, Err *err)
{
    Chart c;
    int height = 0, y = 0;
    if (!chart_read(a, spec, language, out, stacked, &c, err)) {
        return false;
    }
    for (size_t i = 0; i < c.points; i++) {
        height += row_height(&c, i, stacked);
    }
    figure_open(&c, height);
    for (size_t i = 0; i < c.points; i++) {
        row_put(&c, i, y, stacked);
        y += row_height(&c, i, stacked);
    }
    figure_close(&c);
    return chart_done(&c, err);
}

bool view_chart_bars(Arena *a, const Json *spec, Str language, Buf *out, Err *err)
{
    return rows_put(a, spec, language, out, false, err);
}

bool view_chart_stacked(Arena *a, const Json *spec, Str language, Buf *out, Err *err)
{
    return rows_put(a, spec, language, out, true, err);
}

static double y_of(const Chart *c, double value)
{
    return PLOT_BOTTOM - value / c->top * PLOT_HEIGHT;
}

static void grid_put(Chart *c)
{
    for (double value = 0; value <= c->top; value += c->step) {
        double y = y_of(c, value);
        buf_printf(c->out, "<line class=\"rule\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", y, y);
    }
}

/* Per cent of the width left free for the figures of the scale: by the longest of them, so that none stands on a bar.
 */
static double gutter_of(const Chart *c)
{
    size_t digits = 1;
    for (double top = c->top; top >= 10; top /= 10) {
        digits++;
    }
    size_t wide = digits + (digits > 3) + (c->step < 1 ? 2 : 0);
    return wide < 7 ? 3 + 2.4 * (double)wide : 20;
}

/* A place across the plot, of 0 to 100, in per cent of the picture. */
static double x_of(const Chart *c, double at)
{
    double gutter = gutter_of(c);
    return gutter + at * (100 - gutter) / 100;
}

/* After the lines, so that figures stay readable above them. */
static void ticks_put(Chart *c)
{
    for (double value = c->step; value <= c->top; value += c->step) {
        buf_printf(c->out, "<text class=\"tick\" x=\"0\" y=\"%.1f\">", y_of(c, value) - 4);
        number_put(c, value);
        buf_add_c(c->out, "</text>");
    }
}

/* Labels under the plot: at most SHOWN_LABELS, of long ones one less, the first and the last kept inside the picture.
 */
static void labels_put(Chart *c, bool between)
{
    bool is_long = json_text(c->labels->items[0]).len > LONG_LABEL;
    size_t shown = is_long ? SHOWN_LABELS - 1 : SHOWN_LABELS;
    size_t every = (c->points + shown - 1) / shown;
    for (size_t i = 0; i < c->points; i += every) {
        double parts = between ? (double)c->points : c->points > 1 ? (double)(c->points - 1) : 1;
        double x = x_of(c, ((double)i + (between ? 0.5 : 0)) / parts * 100);
        bool first = i == 0 && !between;
        const char *anchor = first ? "start" : x > 96 ? "end" : "middle";
        buf_printf(c->out, "<text class=\"tick\" x=\"%.2f%%\" y=\"%d\" text-anchor=\"%s\">", first && is_long ? 0 : x,
                   PLOT_BOTTOM + 18, anchor);
        label_put(c, i);
        buf_add_c(c->out, "</text>");
    }
}

static void limit_put(Chart *c)
{
    if (c->limit >= 0) {
        double y = y_of(c, c->limit);
        buf_printf(c->out, "<line class=\"limit\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>", y, y);
    }
}

/* The points of one series as a path in a picture of 1000 × PLOT_HEIGHT that stretches; in steps when the figure stays
 * until the next one. A gap begins a new piece. */
static void path_put(Chart *c, size_t s, size_t ink, bool steps)
{
    bool pen_down = false;
    double span = c->points > 1 ? (double)(c->points - 1) : 1;
    buf_printf(c->out, "<path class=\"line s%zu\" d=\"", ink + 1);
    for (size_t i = 0; i < c->points; i++) {
        if (!c->series[s].known[i]) {
            pen_down = false;
            continue;
        }
        double x = (double)i / span * 1000, y = PLOT_HEIGHT - c->series[s].values[i] / c->top * PLOT_HEIGHT;
        if (pen_down && steps) {
            buf_printf(c->out, "H%.1f", x);
        }
        buf_printf(c->out, "%s%.1f %.1f", pen_down ? "L" : "M", x, y);
        pen_down = true;
    }
    buf_add_c(c->out, "\"/>");
}

static void band_point(Chart *c, size_t s, size_t i, bool first)
{
    double span = c->points > 1 ? (double)(c->points - 1) : 1;
    buf_printf(c->out, "%s%.1f %.1f", first ? "M" : "L", (double)i / span * 1000,
               PLOT_HEIGHT - c->series[s].values[i] / c->top * PLOT_HEIGHT);
}

/* What lies between the first and the third series as an area, the second as a line in it. */
static void band_put(Chart *c)
{
    buf_add_c(c->out, "<path class=\"s1 band\" d=\"");
    for (size_t i = 0; i < c->points; i++) {
        band_point(c, 0, i, i == 0);
    }
    for (size_t i = c->points; i-- > 0;) {
        band_point(c, 2, i, false);
    }
    buf_add_c(c->out, "Z\"/>");
    path_put(c, 1, 0, false);
}

static bool lines_put(Arena *a, const Json *spec, Str language, Buf *out, bool steps, Err *err)
{
    Chart c;
    if (!chart_read(a, spec, language, out, false, &c, err)) {
        return false;
    }
    c.is_line = true;
    c.is_band = c.series_count == 3 && str_eq_c(json_text_at(spec, "kind"), "band");
    figure_open(&c, SVG_HEIGHT);
    grid_put(&c);
    buf_printf(
        out,
        "<svg x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\" viewBox=\"0 0 1000 %d\" preserveAspectRatio=\"none\">",
        x_of(&c, 0), PLOT_TOP, 100 - x_of(&c, 0), PLOT_HEIGHT, PLOT_HEIGHT);
    if (c.is_band) {
        band_put(&c);
    }
    for (size_t s = c.is_band ? 0 : c.series_count; s-- > 0;) {
        path_put(&c, s, s, steps && s == 0);
    }
    buf_add_c(out, "</svg>");
    limit_put(&c);
    ticks_put(&c);
    labels_put(&c, false);
    figure_close(&c);
    return chart_done(&c, err);
}

bool view_chart_line(Arena *a, const Json *spec, Str language, Buf *out, Err *err)
{
    return lines_put(a, spec, language, out, false, err);
}

/* What is left of a number, in steps; further series (an even pace, a projection) as lines. */
bool view_chart_burn_down(Arena *a, const Json *spec, Str language, Buf *out, Err *err)
{
    return lines_put(a, spec, language, out, true, err);
}

/* Columns; spec.mark {index, label} names the column where the reader stands. */
bool view_chart_distribution(Arena *a, const Json *spec, Str language, Buf *out, Err *err)
{
    Chart c;
    if (!chart_read(a, spec, language, out, false, &c, err)) {
        return false;
    }
    int64_t mark = json_to_int(json_path(spec, "mark.index"), -1);
    double width = 100.0 / (double)c.points, wide = x_of(&c, width) - x_of(&c, 0);
    figure_open(&c, SVG_HEIGHT);
    grid_put(&c);
    for (size_t i = 0; i < c.points; i++) {
        double value = c.series[0].values[i], y = y_of(&c, value), x = x_of(&c, width * (double)i);
        bool is_marked = mark >= 0 && (size_t)mark == i;
        buf_printf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" width=\"%.2f%%\" height=\"%.1f\"/>",
                   is_marked ? "mark" : "s1", x + wide * 0.08, y, wide * 0.84, PLOT_BOTTOM - y);
        if (is_marked) {
            double middle = x + wide / 2;
            buf_printf(out, "<text class=\"value\" x=\"%.2f%%\" y=\"%.1f\" text-anchor=\"%s\">", middle,
                       y > 20 ? y - 6 : 14,
                       middle < 15   ? "start"
                       : middle > 85 ? "end"
                                     : "middle");
            view_html(out, json_text(json_path(spec, "mark.label")));
            buf_add_c(out, "</text>");
        }
    }
    ticks_put(&c);
    labels_put(&c, true);
    figure_close(&c);
    return chart_done(&c, err);
}

bool view_chart(Arena *a, const Json *spec, Str language, Buf *out, Err *err)
{
    static const struct {
        const char *kind;
        bool (*draw)(Arena *, const Json *, Str, Buf *, Err *);
    } kinds[] = {
        {"bars", view_chart_bars}, {"stacked", view_chart_stacked},     {"line", view_chart_line},
        {"band", view_chart_line}, {"burn_down", view_chart_burn_down}, {"distribution", view_chart_distribution},
    };
    Str kind = json_text_at(spec, "kind");
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_eq_c(kind, kinds[i].kind)) {
            return kinds[i].draw(a, spec, language, out, err);
        }
    }
    return err_set(err, TEMPLATE_BROKEN, "There is no chart of the kind %.*s.", (int)(kind.len < 40 ? kind.len : 40),
                   kind.ptr);
}
