/* permit.js: checks a permit in the browser, without network: form, signature, disclosures, time, status list. An ES module:
 * import("/static/permit.js"). The same steps as src/doc; docs/adr/0004 has the form. SPDX-License-Identifier: Apache-2.0 */

export class PermitError extends Error {} /* message: "not_a_permit", "changed" or "cannot_check" (the browser lacks Ed25519) */

const utf8 = new TextEncoder(), text = new TextDecoder("utf-8", { fatal: true });
const RESERVED = ["iss", "iat", "nbf", "exp", "vct", "status", "cnf", "_sd", "_sd_alg", "..."];

function url64(bytes) {
  let s = "";
  for (const b of bytes) s += String.fromCharCode(b);
  return btoa(s).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/* Strict: one content has one spelling. */
function fromUrl64(s) {
  let bytes;
  try {
    bytes = Uint8Array.from(atob(s.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  } catch { throw new PermitError("not_a_permit"); }
  if (url64(bytes) !== s) throw new PermitError("changed");
  return bytes;
}

function json(bytes) {
  try { return JSON.parse(text.decode(bytes)); } catch { throw new PermitError("not_a_permit"); }
}

function fromBase32(s) {
  const out = [];
  let hold = 0, bits = 0;
  for (const c of s.toUpperCase()) {
    const value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c);
    if (value < 0) throw new PermitError("not_a_permit");
    hold = ((hold << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) { bits -= 8; out.push((hold >> bits) & 255); }
  }
  if (bits >= 5 || (hold & ((1 << bits) - 1))) throw new PermitError("changed");
  return Uint8Array.from(out);
}

async function inflate(bytes, format, limit) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let size = 0;
  try {
    for (let r = await reader.read(); !r.done; r = await reader.read()) {
      size += r.value.length;
      if (size > limit) throw new PermitError("not_a_permit");
      parts.push(r.value);
    }
  } catch (e) { throw e instanceof PermitError ? e : new PermitError("not_a_permit"); }
  const all = new Uint8Array(size);
  let at = 0;
  for (const p of parts) { all.set(p, at); at += p.length; }
  return all;
}

const digest = async (s) => url64(new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(s))));

/* RFC 8785 for what a permit holds. */
function canonical(v) {
  if (Array.isArray(v)) return "[" + v.map(canonical).join(",") + "]";
  if (v && typeof v === "object") return "{" + Object.keys(v).sort().map((k) => JSON.stringify(k) + ":" + canonical(v[k])).join(",") + "}";
  return JSON.stringify(v);
}

/* The compact form back to the long one. */
async function expand(compact) {
  const bytes = fromBase32(compact);
  if (bytes.length <= 65 || bytes[0] !== 1) throw new PermitError("not_a_permit");
  const layout = json(await inflate(bytes.subarray(65), "deflate-raw", 65536));
  if (!Array.isArray(layout) || layout.length !== 11 || !Array.isArray(layout[9]) || !Array.isArray(layout[10])) throw new PermitError("not_a_permit");
  const [iss, vct, iat, nbf, exp, uri, idx, kid, open, disclosed, withheld] = layout;
  const disclosures = disclosed.map((d) => url64(utf8.encode(canonical(d))));
  const digests = (await Promise.all(disclosures.map(digest))).concat(withheld).sort((a, b) => (a < b ? -1 : 1));
  const payload = { ...open };
  for (const [name, value] of Object.entries({ iss, vct, iat, nbf, exp })) if (value !== null) payload[name] = value;
  if (uri !== null) payload.status = { status_list: { uri, idx } };
  if (digests.length > 0) Object.assign(payload, { _sd: digests, _sd_alg: "sha-256" });
  const part = (v) => url64(utf8.encode(canonical(v)));
  const jwt = part({ alg: "EdDSA", kid, typ: "dc+sd-jwt" }) + "." + part(payload) + "." + url64(bytes.subarray(1, 65));
  return [jwt, ...disclosures, ""].join("~");
}

async function verified(jwt, type, jwks) {
  const parts = jwt.split(".");
  if (parts.length !== 3) throw new PermitError("not_a_permit");
  const header = json(fromUrl64(parts[0])), payload = json(fromUrl64(parts[1])), signature = fromUrl64(parts[2]);
  if (header.alg !== "EdDSA" || header.typ !== type || "crit" in header) throw new PermitError("not_a_permit");
  const signed = utf8.encode(parts[0] + "." + parts[1]);
  for (const k of jwks.filter((j) => j.crv === "Ed25519" && (!header.kid || j.kid === header.kid))) {
    let key;
    try {
      key = await crypto.subtle.importKey("raw", fromUrl64(k.x), { name: "Ed25519" }, false, ["verify"]);
    } catch { throw new PermitError("cannot_check"); }
    if (await crypto.subtle.verify({ name: "Ed25519" }, key, signature, signed)) return payload;
  }
  throw new PermitError("changed");
}

/* A signed status list (the JWT) to {uri, issued_s, ends_s, entry(index)}. jwks: the keys of /.well-known/jwt-vc-issuer. */
export async function statusRead(jwt, jwks) {
  const p = await verified(jwt.trim(), "statuslist+jwt", jwks);
  const width = p.status_list.bits, bits = await inflate(fromUrl64(p.status_list.lst), "deflate", 1 << 24);
  if (![1, 2, 4, 8].includes(width)) throw new PermitError("not_a_permit");
  const entry = (i) => {
    const byte = bits[Math.floor((i * width) / 8)];
    return byte === undefined ? undefined : (byte >> ((i * width) % 8)) & ((1 << width) - 1);
  };
  return { uri: p.sub, issued_s: p.iat, ends_s: p.exp ?? 0, entry };
}

function stateOf(p, list, now_s) {
  if (p.exp && now_s >= p.exp) return "ended";
  if (p.nbf && now_s < p.nbf) return "not_yet";
  const at = p.status?.status_list;
  if (!at) return "valid";
  if (!list || list.uri !== at.uri || (list.ends_s && now_s >= list.ends_s)) return "status_unknown";
  return { 0: "valid", 1: "revoked", 2: "suspended" }[list.entry(at.idx)] ?? "status_unknown";
}

/* What was scanned (link, compact or long form) to {state, claims, withheld, listed_s}. state: valid, not_yet, ended, revoked,
 * suspended, status_unknown; listed_s: the moment of the list ("valid as of"), 0 without one. Throws PermitError. */
export async function permitCheck(scanned, jwks, list, now_s) {
  let s = scanned.trim();
  s = s.slice(s.indexOf("#") + 1);
  if (s.length === 0 || s.length > 65536) throw new PermitError("not_a_permit");
  if (!s.includes("~")) s = await expand(s);
  const [jwt, ...rest] = s.split("~");
  if (rest.length === 0 || rest.pop() !== "") throw new PermitError("not_a_permit");
  const payload = await verified(jwt, "dc+sd-jwt", jwks);
  const digests = new Set(payload._sd ?? []), count = digests.size, claims = { ...payload };
  for (const name of ["_sd", "_sd_alg", "status"]) delete claims[name];
  for (const d of rest) {
    if (!digests.delete(await digest(d))) throw new PermitError("changed");
    const parts = json(fromUrl64(d));
    if (!Array.isArray(parts) || parts.length !== 3 || RESERVED.includes(parts[1]) || Object.hasOwn(claims, parts[1])) throw new PermitError("not_a_permit");
    claims[parts[1]] = parts[2];
  }
  return { state: stateOf(payload, list, now_s), claims, withheld: count - rest.length, listed_s: list?.issued_s ?? 0 };
}
