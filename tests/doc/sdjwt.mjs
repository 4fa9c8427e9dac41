// sdjwt.mjs: our permit and status list under libraries that we did not write: accepted whole, refused changed.
// usage: node sdjwt.mjs FOLDER MODULES; FOLDER holds credential, withheld, compact, status and issuer.json.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { createPublicKey, verify as ed25519 } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { expand } from "./compact.mjs";

const [folder, modules] = process.argv.slice(2);
const load = async (name) => import(pathToFileURL(createRequire(modules + "/package.json").resolve(name)).href);
const { SDJwtVcInstance } = await load("@sd-jwt/sd-jwt-vc");
const { digest, generateSalt } = await load("@sd-jwt/crypto-nodejs");
const { getListFromStatusListJWT } = await load("@sd-jwt/jwt-status-list");
const jose = await load("jose");

const read = (name) => readFileSync(folder + "/" + name, "utf8");
const jwk = JSON.parse(read("issuer.json")).jwks.keys[0];
const key = createPublicKey({ key: jwk, format: "jwk" });
// Node reads base64url loosely (unused bits, foreign letters); a signature has one spelling.
const verifier = (data, signature) => {
  const bytes = Buffer.from(signature, "base64url");
  return bytes.toString("base64url") === signature && ed25519(null, Buffer.from(data), key, bytes);
};
const withList = (list) => new SDJwtVcInstance({
  hasher: digest, hashAlg: "sha-256", saltGenerator: generateSalt, verifier, statusVerifier: verifier,
  statusListFetcher: async (uri) => { if (uri !== "https://permits.example/status/1") throw new Error("another list: " + uri); return list; },
});
const NOW = 1767225700;
const options = { currentDate: NOW };
let checks = 0;
function same(got, want, what) {
  checks++;
  if (JSON.stringify(got) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
}
async function refused(work, what) {
  checks++;
  try { await work(); } catch { return; }
  throw new Error(what + " was accepted");
}

const status = read("status"), credential = read("credential");
const sdjwt = withList(status);

// Accepted, and the claims are ours.
const { payload, header } = await sdjwt.verify(credential, options);
same(header.typ, "dc+sd-jwt", "typ");
same(payload.family_name, "АХМЕТОВА", "family_name");
same(payload.employer, "한빛정밀(주)", "employer");
same(payload.number, "2026-000123", "number");
const partly = await sdjwt.verify(read("withheld"), options);
same(partly.payload.passport, undefined, "withheld passport");
same(partly.payload.nationality, "KAZ", "nationality");

// The paper carries the same credential.
same(expand(read("compact")), credential, "expanded compact form");

// The key's name is the start of its RFC 7638 thumbprint.
const thumbprint = Buffer.from(await jose.calculateJwkThumbprint(jwk), "base64url");
same(jwk.kid, thumbprint.subarray(0, 8).toString("base64url"), "kid");

// The status list, by jose and by the status list library.
const list = await jose.jwtVerify(status, key, { typ: "statuslist+jwt", currentDate: new Date(NOW * 1000) });
same(list.payload.sub, "https://permits.example/status/1", "sub");
const entries = getListFromStatusListJWT(status);
same([entries.getStatus(1233), entries.getStatus(1234), entries.getStatus(1235)], [0, 0, 1], "entries");

// Revoked, ended, not yet started.
await refused(() => withList(read("status_revoked")).verify(credential, options), "a revoked permit");
await refused(() => sdjwt.verify(credential, { currentDate: 1861833600 + 400 }), "an ended permit");
await refused(() => sdjwt.verify(credential, { currentDate: 1767225600 - 400 }), "a permit before its first day");

// Every changed letter. Of the signed part all are refused. Where a disclosure is changed this library leaves its claim out
// instead of refusing the whole, as RFC 9901 (section 7.1) asks and ours does: then no false claim may be shown.
const signedLength = credential.indexOf("~");
const isPart = (some, all) => Object.keys(some).length < Object.keys(all).length &&
  Object.keys(some).every((k) => JSON.stringify(some[k]) === JSON.stringify(all[k]));
const others = { A: "B" };
for (let i = 0; i < credential.length; i++) {
  const letter = others[credential[i]] ?? "A";
  const changed = credential.slice(0, i) + letter + credential.slice(i + 1);
  await refused(async () => {
    const result = await sdjwt.verify(changed, options);
    if (i >= signedLength && isPart(result.payload, payload)) throw new Error("the changed claim is left out");
  }, "letter " + i + " (" + credential[i] + ")");
}
// The page's own check, as the browser runs it without network.
const source = readFileSync(new URL("../../web/static/permit.js", import.meta.url));
const { permitCheck, statusRead } = await import("data:text/javascript;base64," + source.toString("base64"));
const jwks = JSON.parse(read("issuer.json")).jwks.keys, link = "https://permits.example/verify#" + read("compact");
const good = await statusRead(status, jwks), bad = await statusRead(read("status_revoked"), jwks);
for (const scanned of [link, read("compact"), credential]) {
  const seen = await permitCheck(scanned, jwks, good, NOW);
  same([seen.state, seen.claims.family_name, seen.claims.number, seen.withheld, seen.listed_s], ["valid", "АХМЕТОВА", "2026-000123", 0, 1767225600], "page");
}
same((await permitCheck(read("withheld"), jwks, good, NOW)).withheld, 1, "withheld on the page");
same((await permitCheck(link, jwks, bad, NOW)).state, "revoked", "page");
same((await permitCheck(link, jwks, null, NOW)).state, "status_unknown", "page");
same((await permitCheck(link, jwks, good, 1861833600)).state, "ended", "page");
same((await permitCheck(link, jwks, good, 1767225599)).state, "not_yet", "page");
same((await permitCheck(link, jwks, good, 1767830400)).state, "status_unknown", "page with an old list");
for (const whole of [credential, read("compact")]) {
  for (let i = 0; i < whole.length; i++) {
    const changed = whole.slice(0, i) + (whole[i] === "A" ? "B" : "A") + whole.slice(i + 1);
    await refused(() => permitCheck(changed, jwks, good, NOW), "by the page: letter " + i);
  }
}
for (let i = 0; i < status.length; i++) {
  await refused(() => statusRead(status.slice(0, i) + (status[i] === "A" ? "B" : "A") + status.slice(i + 1), jwks), "status letter " + i);
}
console.log(`${checks} checks by @sd-jwt/sd-jwt-vc, @sd-jwt/jwt-status-list and jose`);
