/* passkey.js: asks the browser for a new passkey or a signature by one, and sends the answer. Buttons that need it are shown only
 * where the browser can. SPDX-License-Identifier: Apache-2.0 */
"use strict";
(() => {
  document.querySelectorAll("[data-sign-script]").forEach((note) => note.hidden = true);
  if (!window.PublicKeyCredential || !window.isSecureContext) {
    document.querySelectorAll("[data-sign-cannot]").forEach((note) => note.hidden = false);
    return;
  }
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const post = async (to, csrf, fields) => {
    const answer = await fetch(to, { method: "POST", headers: { Accept: "application/json", "X-Form-Token": csrf }, body: new URLSearchParams(fields) });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  async function create(box, csrf) {
    const asked = await post(box.dataset.passkeyNew + "/ask", csrf, {});
    const made = await navigator.credentials.create({ publicKey: {
      challenge: bytes(asked.challenge), rp: { id: asked.rp_id, name: document.querySelector(".brand").textContent.trim() },
      user: { id: bytes(asked.user), name: asked.account, displayName: asked.name },
      pubKeyCredParams: [{ type: "public-key", alg: -8 }, { type: "public-key", alg: -7 }], attestation: "none",
      authenticatorSelection: { residentKey: "required", userVerification: "required" } } });
    return post(box.dataset.passkeyNew, csrf, { client_data: text(made.response.clientDataJSON), authenticator_data: text(made.response.getAuthenticatorData()) });
  }

  async function signIn(box, csrf) {
    const asked = await post(box.dataset.passkey + "/ask", csrf, {});
    const got = await navigator.credentials.get({ publicKey: { challenge: bytes(asked.challenge), rpId: asked.rp_id, userVerification: "required" } });
    const next = box.form.elements.namedItem("next");
    return post(box.dataset.passkey, csrf, { id: text(got.rawId), client_data: text(got.response.clientDataJSON),
      authenticator_data: text(got.response.authenticatorData), signature: text(got.response.signature), next: next ? next.value : "" });
  }

  // A step: the key signs what the page shows, and the form is sent with the signature.
  async function sign(form) {
    const got = await navigator.credentials.get({ publicKey: { challenge: bytes(form.dataset.challenge), rpId: form.dataset.rp, userVerification: "required",
      allowCredentials: form.dataset.keys.split(" ").map((id) => ({ type: "public-key", id: bytes(id) })) } });
    const parts = { key: got.rawId, client_data: got.response.clientDataJSON, authenticator_data: got.response.authenticatorData, signature: got.response.signature };
    for (const [name, buffer] of Object.entries(parts)) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "sig_" + name, value: text(buffer) }));
    }
    form.submit();
  }
  document.querySelectorAll("[data-sign]").forEach((form) => {
    const button = form.querySelector("[data-sign-now]"), said = form.querySelector("[data-passkey-said]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = "";
      try {
        await sign(form);
      } catch {
        said.textContent = said.dataset.failed;
        button.disabled = false;
      }
    });
  });

  document.querySelectorAll("[data-passkey], [data-passkey-new]").forEach((button) => {
    const said = document.querySelector("[data-passkey-said]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.textContent = "";
      try {
        const csrf = button.form.elements.namedItem("csrf").value;
        location.assign((await (button.dataset.passkey ? signIn : create)(button, csrf)).to);
      } catch {
        said.textContent = said.dataset.failed;
        button.disabled = false;
      }
    });
  });
})();
