/* hook.c: a signed message to another system: standard-webhooks 1.0, HMAC-SHA256 and Ed25519; one try, no redirect,
 * and no address inside the operator's own network unless that is allowed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "doc/doc_int.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doc/hook.h"

enum { TIMEOUT_S = 15, CONNECT_S = 5, ED_SEED_BYTES = 32 };

/* ---- Signature ---- */

Str hook_secret_text(Arena *a, const Hash *secret)
{
    return str_printf(a, "whsec_%.*s", STR_ARG(base64_print(a, HASH_STR(*secret))));
}

static void key_pair(const Hash *seed, unsigned char public_key[32], unsigned char secret_key[64])
{
    _Static_assert(sizeof seed->b == ED_SEED_BYTES, "an Ed25519 seed");
    crypto_sign_ed25519_seed_keypair(public_key, secret_key, seed->b);
}

Str hook_public_key_text(Arena *a, const Hash *seed)
{
    unsigned char public_key[32], secret_key[64];
    key_pair(seed, public_key, secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
    return str_printf(a, "whpk_%.*s", STR_ARG(base64_print(a, (Str){(const char *)public_key, sizeof public_key})));
}

Str hook_signature(Arena *a, const HookMessage *m, const Hash *secret, const Hash *seed)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES], signature[64], public_key[32], secret_key[64];
    Buf b = buf_new(a, m->body.len + 1024);
    buf_printf(&b, "%.*s.%lld.", STR_ARG(m->id), (long long)(m->at.ms / 1000));
    buf_add(&b, m->body);
    check_that(buf_ok(&b));
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, secret->b, sizeof secret->b);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)b.ptr, b.len);
    crypto_auth_hmacsha256_final(&state, mac);
    key_pair(seed, public_key, secret_key);
    crypto_sign_ed25519_detached(signature, NULL, (const unsigned char *)b.ptr, b.len, secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
    return str_printf(a, "v1,%.*s v1a,%.*s", STR_ARG(base64_print(a, (Str){(const char *)mac, sizeof mac})),
                      STR_ARG(base64_print(a, (Str){(const char *)signature, sizeof signature})));
}

/* ---- Where to ---- */

static bool is_public_v4(uint32_t ip)
{
    static const struct {
        uint32_t net;
        int bits;
    } INSIDE[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
                  {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24}, {0xC0586300, 24}, {0xC0A80000, 16},
                  {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24}, {0xE0000000, 3}};
    for (size_t i = 0; i < COUNT_OF(INSIDE); i++) {
        if ((ip ^ INSIDE[i].net) >> (32 - INSIDE[i].bits) == 0) {
            return false;
        }
    }
    return true;
}

static uint32_t four_bytes(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Only global unicast that is no documentation, and what carries an IPv4 address is judged by that. */
static bool is_public_v6(const unsigned char ip[16])
{
    static const unsigned char MAPPED[12] = {[10] = 0xFF, [11] = 0xFF}, NAT64[12] = {0x00, 0x64, 0xFF, 0x9B};
    if (memcmp(ip, MAPPED, sizeof MAPPED) == 0 || memcmp(ip, NAT64, sizeof NAT64) == 0) {
        return is_public_v4(four_bytes(ip + 12));
    }
    bool global = (ip[0] & 0xE0) == 0x20;
    bool six_to_four = ip[0] == 0x20 && ip[1] == 0x02,
         teredo_or_special = ip[0] == 0x20 && ip[1] == 0x01 && ip[2] < 0x02;
    bool documentation = ip[0] == 0x20 && ip[1] == 0x01 && ip[2] == 0x0D && ip[3] == 0xB8;
    return global && !teredo_or_special && !documentation && (!six_to_four || is_public_v4(four_bytes(ip + 2)));
}

bool hook_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return is_public_v4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return is_public_v6(in.sin6_addr.s6_addr);
    }
    return false;
}

typedef struct {
    bool allows_private, refused;
} Door;

/* The address that will be connected to, after the name was resolved: a name that changes its mind gains nothing. */
static curl_socket_t open_socket(void *door, curlsocktype purpose, struct curl_sockaddr *to)
{
    Door *d = door;
    if (purpose != CURLSOCKTYPE_IPCXN || (!d->allows_private && !hook_address_is_public(&to->addr))) {
        d->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype, to->protocol);
}

/* ---- Out ---- */

static size_t drop_answer(char *from, size_t size, size_t count, void *nothing)
{
    (void)from;
    (void)nothing;
    return size * count;
}

static struct curl_slist *headers_of(Arena *a, const HookMessage *m, const Hash *secret, const Hash *seed)
{
    struct curl_slist *h = curl_slist_append(NULL, "Content-Type: application/json");
    h = curl_slist_append(h, "User-Agent: Goldenbridge");
    h = curl_slist_append(h, str_printf(a, "webhook-id: %.*s", STR_ARG(m->id)).ptr);
    h = curl_slist_append(h, str_printf(a, "webhook-timestamp: %lld", (long long)(m->at.ms / 1000)).ptr);
    return curl_slist_append(h,
                             str_printf(a, "webhook-signature: %.*s", STR_ARG(hook_signature(a, m, secret, seed))).ptr);
}

bool hook_send(Arena *a, const HookMessage *m, const Hash *secret, const Hash *seed, bool allows_private,
               int *ret_status, Err *err)
{
    Door door = {.allows_private = allows_private};
    char error[CURL_ERROR_SIZE] = "";
    long status = 0;
    *ret_status = 0;
    CURL *h = curl_easy_init();
    check_that(h != NULL);
    struct curl_slist *headers = headers_of(a, m, secret, seed);
    curl_easy_setopt(h, CURLOPT_URL, str_c(a, m->url));
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, allows_private ? "http,https" : "https");
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    curl_easy_setopt(h, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, drop_answer);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, &door);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, str_c(a, m->body));
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE, (long)m->body.len);
    CURLcode code = curl_easy_perform(h);
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(h);
    *ret_status = (int)status;
    if (code == CURLE_OK && status >= 200 && status < 300) {
        return true;
    }
    err_set(err, SEND_FAILED, "%s", err_plain(SEND_FAILED));
    if (err != NULL) {
        snprintf(err->detail, sizeof err->detail, "%s (answer %ld)",
                 door.refused       ? "an address inside a private network"
                 : code != CURLE_OK ? curl_easy_strerror(code)
                                    : "refused",
                 status);
    }
    return false;
}
