/* mail_test.c: messages and calendars, read back by Python's e-mail library and sent to a server of its standard
 * library.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../test.h"

static MailMessage sample(void)
{
    MailMessage m = {.from = {STR("Goldenbridge · 골든브리지"), STR("noreply@permits.example")},
                     .to = {STR("Әсел \"A\" Ахметова"), STR("asel@example.org")}};
    m.reply_to = STR("help@permits.example");
    m.subject = STR("Тіркелу мерзіміне 14 күн қалды — 외국인등록 기한 안내, please register before 29 April 2026");
    m.language = STR("kk");
    m.text = STR(
        "Сәлем!\n\n.a line that begins with a point\nFrom here = a sum \nA long line: abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz"
        " abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz.\r\nend");
    m.message_id = STR("2026-000123.7@permits.example");
    m.sent = (Instant){1776211200123};
    return m;
}

static bool has(Str text, const char *part)
{
    return str_find(text, str_from_c(part), 0) != SIZE_MAX;
}

static void needs_python(Arena *a)
{
    int status;
    test_shell(a, STR("python3 -c 'import email.policy, socket'"), &status);
    if (status != 0) {
        skip("python3 is not installed");
    }
}

static Str folder_new(Arena *a)
{
    char *folder = arena_alloc(a, 64);
    snprintf(folder, 64, "/tmp/goldenbridge-mail-XXXXXX");
    check(mkdtemp(folder) != NULL);
    return str_from_c(folder);
}

static void folder_remove(Arena *a, Str folder)
{
    int status;
    test_shell(a, str_printf(a, "rm -r %.*s", STR_ARG(folder)), &status);
}

static Str read_back(Arena *a, const MailMessage *m)
{
    Buf out = buf_new(a, 32 << 20);
    Err err = {0};
    int status;
    check(mail_print(a, m, &out, &err));
    Str folder = folder_new(a);
    FILE *f = fopen(str_c(a, str_printf(a, "%.*s/m", STR_ARG(folder))), "wb");
    check(f != NULL && fwrite(out.ptr, 1, out.len, f) == out.len);
    fclose(f);
    Str text = test_shell(a, str_printf(a, "python3 tests/doc/mail_read.py < %.*s/m", STR_ARG(folder)), &status);
    folder_remove(a, folder);
    eq_int(status, 0);
    return text;
}

TEST(message_is_read_back_by_another_library)
{
    needs_python(a);
    MailMessage m = sample();
    Str text = read_back(a, &m);
    check(has(text, "From: Goldenbridge · 골든브리지 <noreply@permits.example>\n"));
    check(has(text, "To: \"Әсел \\\"A\\\" Ахметова\" <asel@example.org>\n"));
    check(
        has(text,
            "Subject: Тіркелу мерзіміне 14 күн қалды — 외국인등록 기한 안내, please register before 29 April 2026\n"));
    check(has(text, "Date: Wed, 15 Apr 2026 00:00:00 +0000\n"));
    check(has(text, "Message-ID: <2026-000123.7@permits.example>\n"));
    check(has(text, "Content-Language: kk\n") && has(text, "Auto-Submitted: auto-generated\n"));
    check(has(
        text,
        "[text/plain] 'Сәлем!\\n\\n.a line that begins with a point\\nFrom here = a sum \\nA long line: abcdefghijklmnopqrstuvwxyz "
        "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz.\\nend\\n'"));
}

TEST(message_with_html_and_files_is_read_back)
{
    needs_python(a);
    MailMessage m = sample();
    char bytes[1000];
    memset(bytes, 7, sizeof bytes);
    MailPart parts[] = {{STR("рұқсат 1.pdf"), STR("application/pdf"), {bytes, sizeof bytes}},
                        {STR("a.ics"), STR("text/calendar"), STR("BEGIN:VCALENDAR")}};
    m.html = STR("<p>Сәлем</p>");
    m.parts = parts;
    m.part_count = 2;
    Str text = read_back(a, &m);
    check(has(text, "[multipart/mixed]\n[multipart/alternative]\n[text/plain]"));
    check(has(text, "[text/html] '<p>Сәлем</p>'"));
    check(has(text, "[application/pdf рұқсат 1.pdf] 1000 b'\\x07"));
    check(has(text, "[text/calendar a.ics] 15"));
}

TEST(headers_cannot_be_smuggled_in)
{
    Buf out = buf_new(a, 1 << 20);
    Err err = {0};
    MailMessage m = sample();
    m.subject = STR("x\r\nBcc: all@example.org");
    check(!mail_print(a, &m, &out, &err));
    eq_text(str_from_c(err.field), "subject");
    m = sample();
    m.to.address = STR("a@b.c>\r\nRCPT TO:<d@e.f");
    check(!mail_print(a, &m, &out, &err));
    eq_text(str_from_c(err.field), "to.address");
    m = sample();
    m.from.name = STR("a\nb");
    check(!mail_print(a, &m, &out, &err));
    eq_int(err.code, FIELD_FORMAT);
    eq_int(out.len, 0);
}

TEST(addresses_of_mail)
{
    check(mail_address_is_valid(STR("a@b.c")) && mail_address_is_valid(STR("first.last+tag@example.org")));
    static const char *const BAD[] = {"",        "a",       "@b",    "a@",      "a@b@c",
                                      "a b@c.d", "<a@b.c>", "ә@b.c", "a@b.c\n", "a,b@c.d"};
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        check(!mail_address_is_valid(str_from_c(BAD[i])));
    }
}

/* Starts the test server in the background and gives its port. */
static Str server_start(Arena *a, const char *mode, Str folder)
{
    int status;
    test_shell(a,
               str_printf(a, "python3 tests/doc/server.py %s %.*s/port %.*s/got %.*s/pem >/dev/null 2>&1 &", mode,
                          STR_ARG(folder), STR_ARG(folder), STR_ARG(folder)),
               &status);
    const char *port = str_c(a, str_printf(a, "%.*s/port", STR_ARG(folder)));
    for (int i = 0; i < 500 && access(port, R_OK) != 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return test_read_file(a, port);
}

static Str server_got(Arena *a, Str folder)
{
    const char *got = str_c(a, str_printf(a, "%.*s/got", STR_ARG(folder)));
    for (int i = 0; i < 250 && access(got, R_OK) != 0; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    return test_read_file(a, got);
}

TEST(message_is_sent_to_an_smtp_server)
{
    needs_python(a);
    Str folder = folder_new(a), port = server_start(a, "mail", folder);
    MailServer server = {.url = str_printf(a, "smtp://127.0.0.1:%.*s/permits.example", STR_ARG(port)),
                         .allow_plain = true,
                         .timeout_s = 10};
    MailMessage m = sample();
    Err err = {0};
    bool ok = mail_send(a, &server, &m, &err);
    eq_text(str_from_c(err.detail), "");
    check(ok);
    Str got = server_got(a, folder);
    folder_remove(a, folder);
    check(has(got, "MAIL FROM:<noreply@permits.example>"));
    check(has(got, "RCPT TO:<asel@example.org>"));
    Buf want = buf_new(a, 1 << 20);
    check(mail_print(a, &m, &want, &err));
    check(str_ends(got, buf_str(&want)));
}

TEST(refused_or_absent_mail_server_is_a_failure_with_detail)
{
    needs_python(a);
    Str folder = folder_new(a), port = server_start(a, "reject", folder);
    MailServer server = {
        .url = str_printf(a, "smtp://127.0.0.1:%.*s", STR_ARG(port)), .allow_plain = true, .timeout_s = 10};
    MailMessage m = sample();
    Err err = {0};
    check(!mail_send(a, &server, &m, &err));
    eq_int(err.code, SEND_FAILED);
    check(has(str_from_c(err.detail), "550"));
    server.url = STR("smtp://127.0.0.1:1");
    check(!mail_send(a, &server, &m, &err));
    eq_int(err.code, SEND_FAILED);
    server.url = STR("file:///etc/passwd");
    check(!mail_send(a, &server, &m, &err));
    eq_int(err.code, FIELD_FORMAT);
    folder_remove(a, folder);
}

TEST(mail_without_encryption_is_not_sent_unless_allowed)
{
    needs_python(a);
    Str folder = folder_new(a), port = server_start(a, "mail", folder);
    MailServer server = {.url = str_printf(a, "smtp://127.0.0.1:%.*s", STR_ARG(port)), .timeout_s = 10};
    MailMessage m = sample();
    Err err = {0};
    check(!mail_send(a, &server, &m, &err));
    eq_int(err.code, SEND_FAILED);
    folder_remove(a, folder);
}

TEST(mail_over_tls_needs_a_certificate_that_is_trusted)
{
    needs_python(a);
    Str folder = folder_new(a);
    int status;
    test_shell(
        a,
        str_printf(
            a,
            "cd %.*s && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 "
            "-days 2 -keyout key -out cert 2>/dev/null && cat key cert > pem",
            STR_ARG(folder)),
        &status);
    if (status != 0) {
        skip("the openssl program is not installed");
    }
    Str port = server_start(a, "tls", folder);
    MailServer server = {.url = str_printf(a, "smtps://127.0.0.1:%.*s", STR_ARG(port)), .timeout_s = 10};
    MailMessage m = sample();
    Err err = {0};
    server.ca_file = str_printf(a, "%.*s/cert", STR_ARG(folder));
    bool ok = mail_send(a, &server, &m, &err);
    eq_text(str_from_c(err.detail), "");
    check(ok);
    check(has(server_got(a, folder), "RCPT TO:<asel@example.org>"));
    folder_remove(a, folder);
    folder = folder_new(a);
    test_shell(
        a,
        str_printf(
            a,
            "cd %.*s && openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 "
            "-days 2 -keyout key -out cert 2>/dev/null && cat key cert > pem",
            STR_ARG(folder)),
        &status);
    port = server_start(a, "tls", folder);
    server = (MailServer){.url = str_printf(a, "smtps://127.0.0.1:%.*s", STR_ARG(port)), .timeout_s = 10};
    check(!mail_send(a, &server, &m, &err)); /* by nobody that the system trusts */
    eq_int(err.code, SEND_FAILED);
    folder_remove(a, folder);
}

TEST(short_message_goes_through_the_gateway)
{
    needs_python(a);
    Str folder = folder_new(a), port = server_start(a, "sms", folder);
    SmsGateway gateway = {
        .url = str_printf(a, "http://127.0.0.1:%.*s/send", STR_ARG(port)), .token = STR("secret"), .timeout_s = 10};
    Err err = {0};
    check(sms_send(a, &gateway, STR("+77011234567"), STR("Мерзім: 29.04"), STR("n-1"), &err));
    Str got = server_got(a, folder);
    folder_remove(a, folder);
    check(has(got, "POST /send HTTP/1.1") && has(got, "Idempotency-Key: n-1") &&
          has(got, "Authorization: Bearer secret"));
    check(str_ends(got, STR("{\"to\":\"+77011234567\",\"text\":\"Мерзім: 29.04\",\"id\":\"n-1\"}")));
    check(!sms_send(a, &gateway, STR("+7"), STR("x"), STR("a\r\nX: y"), &err));
    eq_int(err.code, FIELD_FORMAT);
}

TEST(calendar_folds_escapes_and_reminds)
{
    CalendarEvent events[2] = {{.uid = STR("duty-1@permits.example"),
                                .day = day_from_ymd((Ymd){2026, 4, 29}),
                                .summary = STR("Шетелдік ретінде тіркелу; мерзім, соңғы күн — 외국인등록 기한"),
                                .description = STR("One\nTwo \\ three"),
                                .url = STR("https://permits.example/duty/1"),
                                .alarm_days = 14,
                                .sequence = 2},
                               {.uid = STR("duty-2@permits.example"),
                                .day = day_from_ymd((Ymd){2026, 12, 31}),
                                .summary = STR("x"),
                                .cancelled = true,
                                .alarm_days = 3}};
    Buf out = buf_new(a, 1 << 20);
    calendar_print(&out, STR("Duties"), STR("kk"), (Instant){1776211200000}, events, 2);
    Str text = buf_str(&out), rest = text, line;
    while (str_cut(&rest, '\n', &line) && rest.ptr != NULL) {
        check(line.len <= 76 && str_ends(line, STR("\r")));
    }
    Buf plain = buf_new(a, 1 << 20);
    for (size_t i = 0; i < text.len; i++) {
        if (str_starts(str_sub(text, i, text.len), STR("\r\n "))) {
            i += 2;
        } else {
            buf_byte(&plain, text.ptr[i]);
        }
    }
    Str unfolded = buf_str(&plain);
    check(has(unfolded, "SUMMARY:Шетелдік ретінде тіркелу\\; мерзім\\, соңғы күн — 외국인등록 기한\r\n"));
    check(has(unfolded, "DESCRIPTION:One\\nTwo \\\\ three\r\n"));
    check(has(unfolded, "DTSTART;VALUE=DATE:20260429\r\nDTEND;VALUE=DATE:20260430\r\n"));
    check(has(unfolded, "TRIGGER:-P14D\r\n") && !has(unfolded, "TRIGGER:-P3D") &&
          has(unfolded, "STATUS:CANCELLED\r\n"));
    check(has(unfolded, "DTEND;VALUE=DATE:20270101\r\n") && has(unfolded, "DTSTAMP:20260415T000000Z\r\n"));
    check(str_starts(text, STR("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Goldenbridge//Duties//KK\r\n")));
    check(str_ends(text, STR("END:VCALENDAR\r\n")));
}
