/* doc.h: the face of the room: credentials, QR codes, PDF papers; sheet.h and mail.h continue it. Knows no store, no
 * law. Everything is a pure function of what is passed in: no clock, no randomness; the same input gives the same
 * bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DOC_DOC_H
#define DOC_DOC_H

#include "base/day.h"
#include "base/json.h"
#include "doc/mail.h"
#include "doc/sheet.h"

/* ---- Keys: Ed25519 ------------------------------------------------------------------------------------- */

typedef struct {
    unsigned char b[32];
} DocSeed; /* secret: wipe it when done */

typedef struct {
    unsigned char b[32];
} DocPublicKey;

/* The public half of a seed. */
DocPublicKey doc_key_public(const DocSeed *seed);
/* The first 8 bytes of the JWK's thumbprint (RFC 7638) as base64url: the `kid` of everything signed with it. */
Str doc_key_id(Arena *a, DocPublicKey key);
/* {"kty":"OKP","crv":"Ed25519","x":…,"kid":…,"alg":"EdDSA","use":"sig"} */
Json *doc_key_jwk(Arena *a, DocPublicKey key);
/* The document of /.well-known/jwt-vc-issuer: {"issuer":…,"jwks":{"keys":[…]}}. Old keys stay in it. */
Json *doc_issuer_metadata(Arena *a, Str issuer, const DocPublicKey *keys, size_t count);
/* Reads the keys of that document or of a JWK set; BAD_REQUEST if there is none that can be used. */
MUST_USE bool doc_keys_read(Arena *a, const Json *jwks, DocPublicKey **ret, size_t *ret_count, Err *err);

/* ---- Credential: SD-JWT VC (RFC 9901), EdDSA, with an entry in a token status list --------------------- */

/* What is signed. Times are seconds since 1970. Claims of `open` are read by all; each claim of `hidden` can be
 * withheld. */
typedef struct {
    Str issuer;       /* URL */
    Str type;         /* vct */
    int64_t issued_s; /* iat */
    int64_t starts_s; /* nbf; 0: absent */
    int64_t ends_s;   /* exp; 0: absent */
    Str status_uri;   /* empty: no status list */
    int64_t status_index;
    const Json *open;   /* object; may be NULL */
    const Json *hidden; /* object; may be NULL */
    Str salts;          /* DOC_SALT_BYTES for each member of hidden, from doc_salts() */
} DocCredential;

#define DOC_SALT_BYTES 16

/* Salts for one credential, derived from a secret that never leaves the store: issuing again gives the same bytes.
 * `name` must differ from credential to credential (permit number and version). */
Str doc_salts(Arena *a, const DocSeed *secret, Str name, size_t count);
/* "header.payload.signature~disclosure~…~" with all disclosures. FIELD_* if something of *c is missing or reserved. */
MUST_USE bool doc_credential_sign(Arena *a, const DocCredential *c, const DocSeed *seed, Str *ret, Err *err);
/* The same credential without the disclosures of the named claims; it still verifies. */
MUST_USE bool doc_credential_withhold(Arena *a, Str credential, const Str *names, size_t count, Str *ret, Err *err);

/* What a verifier learns. */
typedef struct {
    Json *claims; /* open and disclosed ones in one object, with iss, vct, iat, nbf, exp; without _sd and status */
    Str issuer, type, key_id;
    int64_t issued_s, starts_s, ends_s; /* 0: absent */
    Str status_uri;                     /* empty: none */
    int64_t status_index;
    size_t withheld; /* claims whose disclosure is not there */
} DocReading;

/* Checks form, signature and every disclosure; not the time and not the status. Takes the long and the compact form,
 * and either behind "https://…#", as it stands in the QR code. BAD_REQUEST: not such a credential; BAD_SIGNATURE:
 * changed, or signed by none of the keys. */
MUST_USE bool doc_credential_verify(Arena *a, Str text, const DocPublicKey *keys, size_t count, DocReading *ret,
                                    Err *err);

/* The compact form for a QR code: the same credential, losslessly, in the letters A-Z2-7; see docs/adr/0004. */
MUST_USE bool doc_compact_print(Arena *a, Str credential, Str *ret, Err *err);
MUST_USE bool doc_compact_parse(Arena *a, Str compact, Str *ret_credential, Err *err);

/* ---- Token status list (draft-ietf-oauth-status-list), one bit for each credential: 0 valid, 1 revoked - */

typedef struct {
    Str uri;
    int64_t issued_s, ends_s; /* ends_s 0: absent */
    int64_t ttl_s;            /* 0: absent */
    Str bits;                 /* eight entries in a byte, the lowest bit first */
    int entry_bits;           /* 1 when we make it; 1, 2, 4 or 8 when read */
} DocStatusList;

/* All zero for `entries` credentials. */
DocStatusList doc_status_new(Arena *a, Str uri, size_t entries);
/* Writes one entry of a list made by doc_status_new(). */
void doc_status_set(DocStatusList *list, size_t index, bool revoked);
/* FIELD_RANGE if the list has no such entry. 0 is valid, 1 revoked, 2 suspended. */
MUST_USE bool doc_status_get(const DocStatusList *list, int64_t index, int *ret, Err *err);
MUST_USE bool doc_status_sign(Arena *a, const DocStatusList *list, const DocSeed *seed, Str *ret_jwt, Err *err);
MUST_USE bool doc_status_verify(Arena *a, Str jwt, const DocPublicKey *keys, size_t count, DocStatusList *ret,
                                Err *err);

typedef enum { DOC_VALID = 1, DOC_NOT_YET, DOC_ENDED, DOC_REVOKED, DOC_SUSPENDED, DOC_STATUS_UNKNOWN } DocState;
/* The state on a moment by a list, which may be NULL: then, and if it is another list, DOC_STATUS_UNKNOWN unless the
 * time alone decides. */
DocState doc_state_at(const DocReading *reading, const DocStatusList *list, int64_t now_s);

/* ---- QR code ------------------------------------------------------------------------------------------- */

typedef struct {
    int size;                  /* modules in a row, without the quiet zone */
    const unsigned char *dark; /* size × size; 1 is dark */
} DocQr;

/* Error correction M. TOO_LARGE past what a code holds. */
MUST_USE bool doc_qr_new(Arena *a, Str text, DocQr *ret, Err *err);
/* <svg> with quiet zone and role="img"; colour comes from the page (currentColor); no inline style. `label`
 * is escaped. */
void doc_qr_svg(Buf *out, const DocQr *qr, Str label);
/* PNG bytes, `module_px` pixels for each module. */
MUST_USE bool doc_qr_png(const DocQr *qr, int module_px, Buf *out, Err *err);

/* The text of the first QR code on a photograph or screenshot (JPEG, PNG). BAD_FILE: no such picture, or too large (64
 * megapixels); NOT_FOUND: no code in it. */
MUST_USE bool doc_qr_read(Arena *a, Str picture, Str *ret, Err *err);

/* ---- Papers -------------------------------------------------------------------------------------------- */

/* Renders a document description as tagged A4 PDF; docs/documents.md describes the blocks. FIELD_MISSING and
 * FIELD_FORMAT name the block ("blocks.3.rows"); FIELD_FORMAT also where no installed font has a letter. */
MUST_USE bool doc_pdf_render(Arena *a, const Json *document, Buf *out, Err *err);

/* A kind of paper: a function from facts (with their labels, in the reader's languages) to a document description. */
typedef struct {
    Str name; /* "permit" */
    bool (*layout)(Arena *a, const Json *facts, Json **ret_document, Err *err);
} DocKind;

const DocKind *doc_kinds(size_t *ret_count);
/* Layout by name and doc_pdf_render in one. NOT_FOUND if there is no such kind. */
MUST_USE bool doc_paper(Arena *a, Str kind, const Json *facts, Buf *out, Err *err);
/* The same paper in several languages, one after the other, each beginning on a page of its own; the first is the
 * document's. */
MUST_USE bool doc_paper_in(Arena *a, Str kind, const Json *const *facts, size_t count, Buf *out, Err *err);

#endif
