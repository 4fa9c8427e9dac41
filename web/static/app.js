/* app.js: makes pages better that already work without it. No page needs it. SPDX-License-Identifier: Apache-2.0 */
"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const one = (selector, root = document) => root.querySelector(selector);
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); return true; } catch { return false; } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* private mode */ } },
    keys() { try { return Object.keys(localStorage); } catch { return []; } },
  };

  /* Menus close on Escape and when the focus or a click goes elsewhere. */
  function menus() {
    const list = all("[data-menu]");
    const closeOthers = (target) => list.forEach((m) => { if (m.open && !m.contains(target)) m.open = false; });
    document.addEventListener("click", (e) => closeOthers(e.target));
    document.addEventListener("focusin", (e) => closeOthers(e.target));
    document.addEventListener("keydown", (e) => {
      if (e.key !== "Escape") return;
      list.forEach((m) => { if (m.open) { m.open = false; one("summary", m).focus(); } });
    });
  }

  /* Times by the reader's clock. Of another day only where the browser can write days in the language; else it stays UTC. */
  function times() {
    all("time[data-local]").forEach((t) => {
      const at = new Date(t.dateTime), said = t.textContent;
      const other = at.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
      if (at.getDate() === at.getUTCDate()) t.textContent = said.replace(/\S+ UTC$/, at.toTimeString().slice(0, 5));
      else if (!/ M\d/.test(other)) t.textContent = other;
      t.title = said;
    });
  }

  /* A form with faults: go to the summary first. */
  function faults() {
    const box = one("[data-errors]");
    if (box) box.focus();
  }

  /* Drafts stay on this device for a day and go when the form has arrived or the person signs out. Files and passwords never stay.
     A form has arrived when another page follows that is no error: a session may have ended, a line may break. */
  function drafts() {
    const day = 24 * 3600 * 1000, sent = JSON.parse(store.get("sent") || "null"), unsent = one("[data-unsent]");
    if (sent && (unsent || sent.path !== location.pathname || one("form[data-form] [data-saved]"))) store.drop("sent");
    if (sent && unsent && store.get(sent.key)) all("[data-kept]", unsent).forEach((p) => { p.hidden = false; });
    else if (sent && sent.path !== location.pathname) store.drop(sent.key);
    all("form[data-form]").forEach((form) => {
      const status = one("[data-saved]", form);
      if (!status) return;
      const key = "draft:" + location.pathname + ":" + form.dataset.form;
      const fields = () => Array.from(form.elements).filter((f) => f.name && !["hidden", "password", "file", "submit", "button"].includes(f.type));
      const old = JSON.parse(store.get(key) || "null");
      if (old && Date.now() - old.at < day && !one("[data-errors]")) {
        let changed = false;
        fields().forEach((f) => {
          const value = old.values[f.name];
          if (value === undefined) return;
          if (f.type === "radio" || f.type === "checkbox") {
            if (f.checked !== (value === f.value)) { f.checked = value === f.value; changed = true; }
          } else if (f.value !== value) { f.value = value; changed = true; }
        });
        if (changed) status.textContent = status.dataset.restored;
      }
      let timer = 0;
      const save = () => {
        const values = {};
        fields().forEach((f) => {
          if (f.type === "radio" || f.type === "checkbox") { if (f.checked) values[f.name] = f.value; } else values[f.name] = f.value;
        });
        return store.set(key, JSON.stringify({ at: Date.now(), values }));
      };
      form.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (save()) status.textContent = status.dataset.text + " · " + new Date().toTimeString().slice(0, 5);
        }, 600);
      });
      form.addEventListener("submit", () => {
        clearTimeout(timer);
        if (save()) store.set("sent", JSON.stringify({ key, path: location.pathname }));
      });
    });
    all("[data-sign-out]").forEach((form) => form.addEventListener("submit", () => {
      store.keys().filter((k) => k.startsWith("draft:")).forEach(store.drop);
    }));
  }

  /* Asks the server about one field when it is left, with the same checks as the form itself. */
  function liveFaults() {
    all("form[data-check]").forEach((form) => {
      form.addEventListener("change", async (event) => {
        const field = event.target;
        const box = field.closest(".field");
        if (!field.name || !box || field.type === "file") return;
        const data = new FormData(form);
        for (const [name, value] of Array.from(data)) if (value instanceof File) data.delete(name);
        data.set("only", field.name);
        try {
          const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(data), headers: { Accept: "application/json" } });
          if (!answer.ok && answer.status !== 422) return;
          const found = ((await answer.json()).errors || []).find((e) => e.field === field.name);
          show(box, field, found && found.text);
        } catch { /* off line: the server checks when the form is sent */ }
      });
    });
    function show(box, field, text) {
      let p = one(".fault", box);
      box.classList.toggle("wrong", Boolean(text));
      if (!text) {
        if (p) p.remove();
        field.removeAttribute("aria-invalid");
        return;
      }
      if (!p) {
        p = document.createElement("p");
        p.className = "fault";
        p.id = "x-" + field.name;
        p.setAttribute("role", "alert");
        (one("label, legend", box)).after(p);
      }
      p.textContent = text;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", p.id);
    }
  }

  /* The page says which key does what: to open a page, or one of these deeds. Can be turned off (WCAG 2.1.4). */
  function keys() {
    const items = all("[data-item] a:first-of-type, tr[data-item] td:first-child a").filter((a, i, list) => list.indexOf(a) === i);
    const note = one("[data-keys-note]"), toggle = one("[data-keys-toggle]");
    const table = new Map((document.body.dataset.shortcuts || "").split(" ").filter(Boolean).map((s) => [s.slice(0, s.indexOf(":")), s.slice(s.indexOf(":") + 1)]));
    let on = store.get("keys") !== "off";
    if (note && toggle) {
      const name = () => { toggle.textContent = on ? toggle.dataset.off : toggle.dataset.on; };
      note.hidden = false;
      name();
      toggle.addEventListener("click", () => { on = !on; store.set("keys", on ? "on" : "off"); name(); });
    }
    const move = (by) => {
      const at = items.indexOf(document.activeElement), to = at < 0 && by < 0 ? 0 : at + by;
      if (items.length > 0) items[Math.min(Math.max(to, 0), items.length - 1)].focus();
    };
    const focus = (selector) => { const found = one(selector); if (found) found.focus(); return Boolean(found); };
    const deeds = {
      next: () => move(1),
      previous: () => move(-1),
      search: () => focus("[data-search]"),
      step: () => focus("main .actions a.btn, main .actions button"),
    };
    document.addEventListener("keydown", (e) => {
      if (!on || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]")) return;
      /* On a keyboard of other letters the key in the same place counts. */
      const letter = /^Key[A-Z]$/.test(e.code) && !/^[a-z]$/i.test(e.key) ? e.code.slice(3).toLowerCase() : e.key;
      const deed = table.get(letter);
      if (!deed) return;
      if (deed.startsWith("/")) { e.preventDefault(); location.assign(deed); } else if (deeds[deed] && deeds[deed]() !== false) e.preventDefault();
    });
  }

  /* A permit page can be kept for opening without a network. */
  function keeping() {
    const keep = one("[data-keep]"), forget = one("[data-forget]"), said = one("[data-kept]"), print = one("[data-print]");
    if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
    if (!keep || !("caches" in window) || !("serviceWorker" in navigator)) return;
    const here = location.pathname;
    const show = async () => {
      const has = Boolean(await (await caches.open("kept-1")).match(here));
      keep.hidden = has;
      forget.hidden = !has;
    };
    keep.addEventListener("click", async () => {
      const cache = await caches.open("kept-1");
      await cache.addAll([here, ...all(".permit img").map((i) => i.getAttribute("src"))]);
      said.textContent = said.dataset.done;
      show();
    });
    forget.addEventListener("click", async () => {
      const cache = await caches.open("kept-1");
      for (const address of [here, ...all(".permit img").map((i) => i.getAttribute("src"))]) await cache.delete(address);
      said.textContent = said.dataset.gone;
      show();
    });
    show();
  }

  async function keptList() {
    const list = one("[data-kept-list]");
    if (!list || !("caches" in window)) return;
    for (const request of await (await caches.open("kept-1")).keys()) {
      const path = new URL(request.url).pathname;
      if (/\.(png|svg)$/.test(path)) continue;
      const a = document.createElement("a"), li = document.createElement("li");
      a.href = path;
      a.textContent = path;
      li.append(a);
      list.append(li);
    }
  }

  /* Camera for QR codes where the browser can read them itself; elsewhere the picture is uploaded. */
  function camera() {
    const box = one("[data-camera]");
    if (!box || !("BarcodeDetector" in window) || !navigator.mediaDevices) return;
    const start = one("[data-camera-start]"), video = one("[data-camera-view]"), status = one("[data-camera-status]");
    box.hidden = false;
    start.addEventListener("click", async () => {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
        video.srcObject = stream;
        video.hidden = false;
        status.textContent = status.dataset.looking;
        await video.play();
        const look = async () => {
          const found = await detector.detect(video).catch(() => []);
          if (found.length > 0) {
            stream.getTracks().forEach((t) => t.stop());
            one("#f-text").value = found[0].rawValue;
            one("#f-text").form.requestSubmit();
          } else if (stream.active) setTimeout(look, 150);
        };
        look();
      } catch {
        status.textContent = status.dataset.denied;
      }
    });
  }

  /* Without a network the check page verifies by itself: issuer keys and status list are kept whenever it is opened online, and
   * the answer says as of which list. A page that is online asks the server. */
  function checkOffline() {
    const box = one("[data-verify-result]"), field = one("#f-text");
    if (!box || !field || !("caches" in window)) return;
    const keys = "/.well-known/jwt-vc-issuer", list = box.dataset.list;
    if (navigator.onLine) caches.open("shell-1").then((c) => Promise.allSettled([c.add(keys), c.add(list), c.add(box.dataset.script)])).catch(() => {});
    field.form.addEventListener("submit", async (event) => {
      if (navigator.onLine || !field.value.trim()) return;
      event.preventDefault();
      const cache = await caches.open("shell-1"), now = Math.floor(Date.now() / 1000);
      const verdict = document.createElement("div"), big = document.createElement("p"), when = document.createElement("p");
      let state = "status_unknown", listed = 0;
      try {
        const { permitCheck, statusRead } = await import(box.dataset.script);
        const issuer = await (await cache.match(keys)).json(), jwks = issuer.jwks.keys;
        const kept = await cache.match(list);
        const status = kept ? await statusRead(await kept.text(), jwks) : null;
        ({ state, listed_s: listed } = await permitCheck(field.value, jwks, status, now));
      } catch (failure) {
        state = ["changed", "not_a_permit"].includes(failure.message) ? "changed" : "status_unknown";
      }
      const kind = state === "valid" ? "valid" : state === "status_unknown" ? "unknown" : "not";
      verdict.className = "verdict " + { valid: "granted", not: "refused", unknown: "cannot" }[kind];
      big.className = "big";
      big.textContent = box.dataset[kind];
      when.className = "meta";
      when.textContent = listed ? box.dataset.asOf + " " + new Date(listed * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC" : "";
      verdict.append(document.createElement("div"));
      verdict.firstChild.append(big, when);
      box.replaceChildren(verdict);
      box.scrollIntoView();
      document.querySelectorAll("button:disabled").forEach((b) => { b.disabled = false; });
    });
  }

  /* The QR code of a permit is a link whose part behind # never reaches a server by itself: check it at once. */
  function scannedLink() {
    const field = one("#f-text");
    if (!field || location.hash.length < 100) return;
    field.value = location.href;
    history.replaceState(null, "", location.pathname);
    field.form.requestSubmit();
  }

  /* Work under way: the figures move, and when it is over the page is asked for again. */
  function progress() {
    const said = one("[data-progress]");
    if (!said) return;
    const bar = one("progress");
    const look = async () => {
      try {
        const answer = await fetch(said.dataset.progress, { headers: { Accept: "application/json" } });
        const now = await answer.json();
        if (now.state !== said.dataset.state) { location.reload(); return; }
        said.textContent = now.text;
        if (now.total > 0) { bar.max = now.total; bar.value = now.done; }
      } catch { /* off line for a moment */ }
      setTimeout(look, 500);
    };
    setTimeout(look, 250);
  }

  /* On a telephone the menu is wider than the window: the place where one is comes into sight. */
  function place() {
    const here = one(".bar li > [aria-current]"), list = here && here.closest("ul");
    if (list) list.scrollLeft = here.offsetLeft - list.offsetLeft - 16;
  }

  /* One press, one command: the key in the form would refuse a second one anyway. */
  function once() {
    document.addEventListener("submit", (e) => {
      const button = e.submitter;
      if (button && e.target.method === "post") setTimeout(() => { button.disabled = true; }, 0);
    });
    window.addEventListener("pageshow", () => all("button:disabled").forEach((b) => { b.disabled = false; }));
  }

  menus();
  place();
  times();
  faults();
  drafts();
  liveFaults();
  keys();
  keeping();
  keptList();
  camera();
  checkOffline();
  scannedLink();
  window.addEventListener("hashchange", scannedLink);
  once();
  progress();
  if ("serviceWorker" in navigator && location.protocol !== "file:") navigator.serviceWorker.register("/sw.js").catch(() => {});
})();
