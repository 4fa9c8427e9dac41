/* hook_test.c: webhooks: which addresses are public, and the signature of a published example.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/hook.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "../../test.h"

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        return hook_address_is_public((const struct sockaddr *)&v4);
    }
    check(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
    return hook_address_is_public((const struct sockaddr *)&v6);
}

TEST(webhooks_go_to_public_addresses_alone)
{
    static const char *const PUBLIC[] = {"8.8.8.8",         "172.15.255.255", "172.32.0.0",      "100.63.0.1",
                                         "100.128.0.0",     "192.0.3.1",      "198.20.0.0",      "223.255.255.255",
                                         "2606:4700::1111", "2a00:1450::1",   "2002:808:808::1", "::ffff:8.8.8.8",
                                         "64:ff9b::808:808"};
    static const char *const INSIDE[] = {"0.0.0.0",
                                         "0.1.2.3",
                                         "10.0.0.1",
                                         "100.64.0.1",
                                         "100.127.255.255",
                                         "127.0.0.1",
                                         "127.255.255.255",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.0.0.1",
                                         "192.0.2.1",
                                         "192.168.0.1",
                                         "198.18.0.1",
                                         "198.19.255.255",
                                         "198.51.100.7",
                                         "203.0.113.9",
                                         "224.0.0.1",
                                         "239.1.1.1",
                                         "240.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "::ffff:127.0.0.1",
                                         "::ffff:10.1.2.3",
                                         "::127.0.0.1",
                                         "64:ff9b::a00:1",
                                         "fe80::1",
                                         "fc00::1",
                                         "fd12:3456::1",
                                         "ff02::1",
                                         "2001::1",
                                         "2001:db8::1",
                                         "2002:7f00:1::1",
                                         "2002:c0a8:101::"};
    for (size_t i = 0; i < COUNT_OF(PUBLIC); i++) {
        if (!is_public(PUBLIC[i])) {
            printf("  %s is public\n", PUBLIC[i]);
            check(false);
        }
    }
    for (size_t i = 0; i < COUNT_OF(INSIDE); i++) {
        if (is_public(INSIDE[i])) {
            printf("  %s is not public\n", INSIDE[i]);
            check(false);
        }
    }
}

/* Key, id, time and body of the example in the specification's own libraries. */
TEST(a_webhook_is_signed_as_in_the_published_example)
{
    Str bytes;
    Hash secret = {0}, seed = {0};
    check(base64_parse(a, STR("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &bytes));
    eq_int((int64_t)bytes.len, 24);
    memcpy(secret.b, bytes.ptr, bytes.len); /* HMAC pads a short key with zeros, as this does */
    HookMessage m = {
        .id = STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), .body = STR("{\"test\": 2432232314}"), .at = {1614265330LL * 1000}};
    Str signature = hook_signature(a, &m, &secret, &seed);
    check(str_starts(signature, STR("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,")));
    m.body = STR("{\"test\": 2432232315}");
    check(!str_starts(hook_signature(a, &m, &secret, &seed), STR("v1,g0hM9SsE+")));
}
