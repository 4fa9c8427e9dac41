/* mail.c: e-mail messages as text of RFC 5322 and RFC 2045-2047: printable everywhere, no line over 76 where it
 * matters.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"

bool mail_address_is_valid(Str address)
{
    size_t at = str_find(address, STR("@"), 0);
    if (address.len > 254 || at == SIZE_MAX || at == 0 || at + 1 == address.len || at > 64) {
        return false;
    }
    for (size_t i = 0; i < address.len; i++) {
        char c = address.ptr[i];
        if (c <= 0x20 || c >= 0x7F || strchr("<>()[],;:\\\"", c) != NULL || (c == '@' && i != at)) {
            return false;
        }
    }
    return true;
}

static bool is_one_line(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] < 0x20 || s.ptr[i] == 0x7F) {
            return false;
        }
    }
    return utf8_is_valid(s);
}

static bool is_ascii(Str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* Encoded words (RFC 2047, B), each whole code points and at most 75 characters, folded. */
static void encoded_words(Buf *out, Arena *a, Str text)
{
    for (size_t i = 0, end; i < text.len; i = end) {
        end = i;
        for (size_t next = i; next < text.len && next - i <= 42;) {
            end = next;
            utf8_next(text, &next);
            end = next - i <= 42 ? next : end;
        }
        Str word = base64_print(a, str_sub(text, i, end));
        buf_printf(out, "%s=?UTF-8?B?%.*s?=", i ? "\r\n " : "", STR_ARG(word));
    }
}

static void text_header(Buf *out, Arena *a, const char *name, Str text)
{
    buf_printf(out, "%s: ", name);
    bool looks_encoded = str_find(text, STR("=?"), 0) != SIZE_MAX;
    if (is_ascii(text) && !looks_encoded && text.len + strlen(name) < 76) {
        buf_add(out, text);
    } else {
        encoded_words(out, a, text);
    }
    buf_add_c(out, "\r\n");
}

static void address_header(Buf *out, Arena *a, const char *name, MailAddress address)
{
    buf_printf(out, "%s: ", name);
    if (address.name.len > 0) {
        if (is_ascii(address.name) && address.name.len < 60 && str_find(address.name, STR("=?"), 0) == SIZE_MAX) {
            buf_byte(out, '"');
            for (size_t i = 0; i < address.name.len; i++) {
                if (address.name.ptr[i] == '"' || address.name.ptr[i] == '\\') {
                    buf_byte(out, '\\');
                }
                buf_byte(out, address.name.ptr[i]);
            }
            buf_byte(out, '"');
        } else {
            encoded_words(out, a, address.name);
        }
        buf_add_c(out, "\r\n ");
    }
    buf_printf(out, "<%.*s>\r\n", STR_ARG(address.address));
}

static void date_header(Buf *out, Instant t)
{
    static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    Day day = instant_day(t, 0);
    Ymd d = day_to_ymd(day);
    int64_t second = (t.ms - (int64_t)day.n * 86400000) / 1000;
    buf_printf(out, "Date: %s, %d %s %04d %02d:%02d:%02d +0000\r\n", DAYS[day_weekday(day) - 1], d.day,
               MONTHS[d.month - 1], d.year, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

/* Quoted-printable of RFC 2045, section 6.7, for text: line ends become CR LF. */
static void quoted_printable(Buf *out, Str text)
{
    size_t column = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n') {
            continue;
        }
        if (c == '\n' || c == '\r') {
            buf_add_c(out, "\r\n");
            column = 0;
            continue;
        }
        bool at_end = i + 1 == text.len || text.ptr[i + 1] == '\n' || text.ptr[i + 1] == '\r';
        bool plain =
            (c >= 0x21 && c <= 0x7E && c != '=' && !(c == '.' && column == 0)) || ((c == ' ' || c == '\t') && !at_end);
        size_t width = plain ? 1 : 3;
        if (column + width > 75) {
            buf_add_c(out, "=\r\n");
            column = 0;
            plain = plain && c != '.';
            width = plain ? 1 : 3;
        }
        if (plain) {
            buf_byte(out, (char)c);
        } else {
            buf_printf(out, "=%02X", c);
        }
        column += width;
    }
    buf_add_c(out, "\r\n");
}

static void text_part(Buf *out, const char *type, Str text)
{
    buf_printf(out, "Content-Type: %s; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", type);
    quoted_printable(out, text);
}

static void file_part(Buf *out, Arena *a, const MailPart *part)
{
    buf_printf(out,
               "Content-Type: %.*s\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n "
               "filename*=UTF-8''",
               STR_ARG(part->type));
    for (size_t i = 0; i < part->name.len; i++) {
        unsigned char c = (unsigned char)part->name.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                     c == '-' || c == '_';
        if (plain) {
            buf_byte(out, (char)c);
        } else {
            buf_printf(out, "%%%02X", c);
        }
    }
    buf_add_c(out, "\r\n\r\n");
    Str text = base64_print(a, part->bytes);
    for (size_t i = 0; i < text.len; i += 76) {
        buf_add(out, str_sub(text, i, i + 76));
        buf_add_c(out, "\r\n");
    }
}

static bool message_check(const MailMessage *m, Err *err)
{
    const struct {
        const char *field;
        bool ok;
    } RULES[] = {{"from.address", mail_address_is_valid(m->from.address)},
                 {"to.address", mail_address_is_valid(m->to.address)},
                 {"reply_to", m->reply_to.len == 0 || mail_address_is_valid(m->reply_to)},
                 {"message_id", mail_address_is_valid(m->message_id)},
                 {"from.name", is_one_line(m->from.name)},
                 {"to.name", is_one_line(m->to.name)},
                 {"subject", is_one_line(m->subject) && m->subject.len > 0 && m->subject.len < 900},
                 {"language", is_one_line(m->language) && m->language.len < 36 && is_ascii(m->language)},
                 {"text", utf8_is_valid(m->text) && m->text.len > 0},
                 {"html", utf8_is_valid(m->html)}};
    for (size_t i = 0; i < COUNT_OF(RULES); i++) {
        if (!RULES[i].ok) {
            return err_field(err, FIELD_FORMAT, RULES[i].field, "This cannot stand in a message.");
        }
    }
    for (size_t i = 0; i < m->part_count; i++) {
        if (!is_one_line(m->parts[i].name) || !is_one_line(m->parts[i].type) || !is_ascii(m->parts[i].type) ||
            m->parts[i].type.len == 0 || m->parts[i].name.len > 120) {
            return err_field(err, FIELD_FORMAT, "parts", "An attachment needs a name and a type of one line.");
        }
    }
    return true;
}

/* The boundary is a hash of all that stands between, so that it cannot occur there by design of a sender. */
static Str boundary_of(Arena *a, const MailMessage *m, const char *which)
{
    Str seed = str_printf(a, "%s\n%.*s\n%.*s\n%.*s", which, STR_ARG(m->message_id), STR_ARG(m->text), STR_ARG(m->html));
    Hash h = hash_of(seed);
    return str_sub(hex_print(a, HASH_STR(h)), 0, 32);
}

/* The text, and the same as HTML where there is one. */
static void body_print(Arena *a, const MailMessage *m, Buf *out)
{
    if (m->html.len == 0) {
        text_part(out, "text/plain", m->text);
        return;
    }
    Str b = boundary_of(a, m, "alternative");
    buf_printf(out, "Content-Type: multipart/alternative; boundary=\"%.*s\"\r\n\r\n--%.*s\r\n", STR_ARG(b), STR_ARG(b));
    text_part(out, "text/plain", m->text);
    buf_printf(out, "--%.*s\r\n", STR_ARG(b));
    text_part(out, "text/html", m->html);
    buf_printf(out, "--%.*s--\r\n", STR_ARG(b));
}

bool mail_print(Arena *a, const MailMessage *m, Buf *out, Err *err)
{
    if (!message_check(m, err)) {
        return false;
    }
    date_header(out, m->sent);
    address_header(out, a, "From", m->from);
    address_header(out, a, "To", m->to);
    if (m->reply_to.len > 0) {
        address_header(out, a, "Reply-To", (MailAddress){.address = m->reply_to});
    }
    text_header(out, a, "Subject", m->subject);
    buf_printf(out, "Message-ID: <%.*s>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n",
               STR_ARG(m->message_id));
    if (m->language.len > 0) {
        buf_printf(out, "Content-Language: %.*s\r\n", STR_ARG(m->language));
    }
    if (m->part_count == 0) {
        body_print(a, m, out);
    } else {
        Str b = boundary_of(a, m, "mixed");
        buf_printf(out, "Content-Type: multipart/mixed; boundary=\"%.*s\"\r\n\r\n--%.*s\r\n", STR_ARG(b), STR_ARG(b));
        body_print(a, m, out);
        for (size_t i = 0; i < m->part_count; i++) {
            buf_printf(out, "--%.*s\r\n", STR_ARG(b));
            file_part(out, a, &m->parts[i]);
        }
        buf_printf(out, "--%.*s--\r\n", STR_ARG(b));
    }
    return buf_ok(out) ? true : err_set(err, TOO_LARGE, "The message is too large.");
}
