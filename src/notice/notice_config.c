/* notice_config.c: where messages go out, from the environment, so that secrets stand in no command line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "notice_int.h"

#include <stdlib.h>

static Str setting(Arena *a, const char *name)
{
    const char *text = getenv(str_printf(a, "GOLDENBRIDGE_%s", name).ptr);
    return str_from_c(text);
}

static bool has_scheme(Str url, const char *first, const char *second)
{
    return str_starts(url, str_from_c(first)) || str_starts(url, str_from_c(second));
}

bool notice_config(Arena *a, NoticeConfig *ret, Err *err)
{
    *ret = (NoticeConfig){.from = {.name = STR("Goldenbridge"), .address = setting(a, "MAIL_FROM")},
                          .origin = setting(a, "ORIGIN"),
                          .hooks_private = str_eq_c(setting(a, "HOOKS_PRIVATE"), "1")};
    ret->mail = (MailServer){.url = setting(a, "MAIL_URL"),
                             .user = setting(a, "MAIL_USER"),
                             .password = setting(a, "MAIL_PASSWORD"),
                             .ca_file = setting(a, "MAIL_CA"),
                             .allow_plain = str_eq_c(setting(a, "MAIL_PLAIN"), "1")};
    ret->sms = (SmsGateway){.url = setting(a, "SMS_URL"), .token = setting(a, "SMS_TOKEN")};
    if (ret->mail.url.len > 0 && !has_scheme(ret->mail.url, "smtp://", "smtps://")) {
        return err_field(err, BAD_USAGE, "GOLDENBRIDGE_MAIL_URL",
                         "The address of a mail server begins with smtp:// or smtps://.");
    }
    if (ret->mail.url.len > 0 && !mail_address_is_valid(ret->from.address)) {
        return err_field(err, BAD_USAGE, "GOLDENBRIDGE_MAIL_FROM", "Mail needs the address that it comes from.");
    }
    if (ret->sms.url.len > 0 && (!has_scheme(ret->sms.url, "https://", "http://") || ret->sms.token.len == 0)) {
        return err_field(err, BAD_USAGE, "GOLDENBRIDGE_SMS_URL",
                         "Short messages need an address with https:// or http:// and GOLDENBRIDGE_SMS_TOKEN.");
    }
    return true;
}
