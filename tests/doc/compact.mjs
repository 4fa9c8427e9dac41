// compact.mjs: the compact form of a permit back to its SD-JWT, as docs/adr/0004 describes it; a second implementation.
// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";

const url64 = (bytes) => Buffer.from(bytes).toString("base64url");

function base32(text) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const out = [];
  let hold = 0, bits = 0;
  for (const c of text) {
    const value = letters.indexOf(c);
    if (value < 0) throw new Error("not base 32");
    hold = ((hold << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) { bits -= 8; out.push((hold >> bits) & 255); }
  }
  return Buffer.from(out);
}

// RFC 8785 for what a permit holds: objects with sorted names, arrays, text, whole numbers.
export function canonical(v) {
  if (Array.isArray(v)) return "[" + v.map(canonical).join(",") + "]";
  if (v && typeof v === "object") return "{" + Object.keys(v).sort().map((k) => JSON.stringify(k) + ":" + canonical(v[k])).join(",") + "}";
  return JSON.stringify(v);
}

export function expand(compact) {
  const bytes = base32(compact);
  if (bytes[0] !== 1) throw new Error("another version");
  const layout = JSON.parse(inflateRawSync(bytes.subarray(65)).toString("utf8"));
  const [iss, vct, iat, nbf, exp, uri, idx, kid, open, disclosed, withheld] = layout;
  const disclosures = disclosed.map((d) => url64(canonical(d)));
  const digests = disclosures.map((d) => createHash("sha256").update(d).digest("base64url")).concat(withheld);
  digests.sort((a, b) => (a < b ? -1 : 1));
  const payload = { ...open };
  for (const [name, value] of Object.entries({ iss, vct, iat, nbf, exp })) if (value !== null) payload[name] = value;
  if (uri !== null) payload.status = { status_list: { uri, idx } };
  if (digests.length > 0) Object.assign(payload, { _sd: digests, _sd_alg: "sha-256" });
  const input = url64(canonical({ alg: "EdDSA", kid, typ: "dc+sd-jwt" })) + "." + url64(canonical(payload));
  return [input + "." + url64(bytes.subarray(1, 65)), ...disclosures, ""].join("~");
}
