/* sw.js: keeps the style, the offline page, the check page and the pages a person chose to keep. Served as /sw.js.
 * Nothing personal is kept unless its owner pressed "Keep on this phone". SPDX-License-Identifier: Apache-2.0 */
"use strict";
const SHELL = "shell-1", KEPT = "kept-1";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(["/offline", "/verify"])).then(() => self.skipWaiting()).catch(() => {}));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((n) => n !== SHELL && n !== KEPT).map((n) => caches.delete(n))))
    .then(() => self.clients.claim()));
});

/* Versioned addresses never change their content, so the first answer serves for good; an older version goes. */
async function fromShell(request) {
  const cache = await caches.open(SHELL);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    const path = new URL(request.url).pathname;
    for (const old of await cache.keys()) if (new URL(old.url).pathname === path) await cache.delete(old);
    await cache.put(request, answer.clone());
  }
  return answer;
}

async function networkFirst(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok && new URL(request.url).pathname === "/verify") (await caches.open(SHELL)).put("/verify", answer.clone());
    return answer;
  } catch (failure) {
    const url = new URL(request.url);
    const kept = await (await caches.open(KEPT)).match(request, { ignoreVary: true });
    if (kept) return kept;
    const shell = await caches.open(SHELL);
    const page = request.mode === "navigate" ? await shell.match(url.pathname === "/verify" ? "/verify" : "/offline") : null;
    if (page) return page;
    throw failure;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(fromShell(event.request));
  else event.respondWith(networkFirst(event.request));
});
