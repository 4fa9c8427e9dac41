/* access_test.c: settings of signing in, rates, names of devices.
 * SPDX-License-Identifier: Apache-2.0 */
#include "../../test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/access.h"

static bool load(Arena *a, const char *text, const Access **ret, Err *err)
{
    char path[] = "/tmp/access-XXXXXX";
    int fd = mkstemp(path);
    check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    bool ok = access_load(a, str_from_c(path), ret, err);
    unlink(path);
    return ok;
}

TEST(settings_say_what_differs_from_the_usual)
{
    const Access *s;
    Err err = {0};
    check(load(a, "{\"idle_minutes\": 10, \"rates\": {\"/sign-in\": {\"address\": 3}}}", &s, &err));
    eq_int(s->idle_minutes, 10);
    eq_int(s->longest_minutes, access_default()->longest_minutes);
    eq_int(access_rate(s, STR("/sign-in")).per_address, 3);
    eq_int(access_rate(s, STR("/sign-in")).per_account, access_rate(access_default(), STR("/sign-in")).per_account);
    eq_int(access_rate(s, STR("/nothing")).per_address, access_rate(access_default(), STR("")).per_address);
}

TEST(a_setting_that_cannot_be_is_refused_by_name)
{
    static const char *const BAD[][2] = {{"{\"idle_minutes\": 0}", "idle_minutes"},
                                         {"{\"idle_minutes\": \"10\"}", "idle_minutes"},
                                         {"{\"idle_minutes\": 1.5}", "idle_minutes"},
                                         {"{\"idel_minutes\": 10}", "idel_minutes"},
                                         {"{\"password_least\": 4}", "password_least"},
                                         {"{\"rates\": {\"/x\": {\"adress\": 1}}}", "adress"},
                                         {"{\"idle_minutes\": 100, \"longest_minutes\": 50}", "longest_minutes"}};
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        const Access *s = NULL;
        Err err = {0};
        check(!load(a, BAD[i][0], &s, &err));
        eq_int(err.code, BAD_REQUEST);
        check(strstr(err.text, BAD[i][1]) != NULL);
        check(s == NULL);
    }
}

TEST(a_minutes_worth_at_once_then_one_by_one_and_the_wait_is_exact)
{
    int64_t t = 1000000;
    for (int i = 0; i < 4; i++) {
        eq_int(access_wait_ms(7, 4, (Instant){t}), 0);
        access_take(7, 4, (Instant){t});
    }
    eq_int(access_wait_ms(7, 4, (Instant){t}), 15000);
    eq_int(access_wait_ms(7, 4, (Instant){t + 14999}), 1);
    eq_int(access_wait_ms(7, 4, (Instant){t + 15000}), 0);
    access_take(7, 4, (Instant){t + 15000});
    eq_int(access_wait_ms(7, 4, (Instant){t + 15000}), 15000);
    eq_int(access_wait_ms(8, 4, (Instant){t}), 0); /* somebody else */
    eq_int(access_wait_ms(7, 0, (Instant){t}), 0); /* no limit */
}

TEST(a_browser_is_named_in_plain_words)
{
    static const char *const NAMES[][2] = {
        {"Mozilla/5.0 (Linux; Android 14; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36",
         "Samsung Internet, Android"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Windows"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
         "Safari, iPhone"},
        {"curl/8.5.0", "curl"},
        {"<script>", ""},
        {"", ""}};
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        eq_str(access_device(a, str_from_c(NAMES[i][0])), str_from_c(NAMES[i][1]));
    }
}
