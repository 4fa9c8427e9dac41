// errands_provider.mjs: people sign in through a real OpenID provider; every way in which its answer may not fit is refused.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { axeFindsNothing, picture } from './errands_all_pages.mjs';
import { PHONE, ROOT, Person, expect, serveStore } from './kit.mjs';

const SECRET = 'a secret of the client, with a + and a :', CLIENT = 'goldenbridge';
const KINDS = { RS256: ['rsa', { modulusLength: 2048 }], ES256: ['ec', { namedCurve: 'P-256' }], EdDSA: ['ed25519', {}] };
let made = 0;

const newKey = alg => ({ ...generateKeyPairSync(...KINDS[alg]).privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `key-${++made}` });

// The provider (npm oidc-provider) behind a door of ours, so that a test may change what the server hears.
class Issuer {
  async start() {
    const { default: Provider } = await import('oidc-provider'); // loaded late: other errands need none of it
    this.Provider = Provider;
    this.jose = await import(createRequire(createRequire(import.meta.url).resolve('oidc-provider')).resolve('jose'));
    this.server = createServer((q, r) => this.answer(q, r));
    await new Promise(done => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://localhost:${this.server.address().port}`;
  }

  use(alg, key, back) {
    this.key = key;
    const provider = new this.Provider(this.url, {
      clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [back], id_token_signed_response_alg: alg }],
      jwks: { keys: [key] }, claims: { openid: ['sub', 'auth_time'] }, cookies: { keys: ['for a test'] },
      enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
      pkce: { required: () => true }, features: { devInteractions: { enabled: false } },
      interactions: { url: (ctx, it) => `/who/${it.uid}` },
      findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
      loadExistingGrant: async ctx => {
        const grant = new provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: CLIENT });
        grant.addOIDCScope('openid');
        await grant.save();
        return grant;
      },
    });
    this.provider = provider;
  }

  // Asks for a name, as a page of the provider does; "nobody" stands for one who turns back.
  async who(q, r) {
    const name = new URL(q.url, this.url).searchParams.get('name');
    if (name === null) {
      r.setHeader('Content-Type', 'text/html').end('<!doctype html><html lang="en"><title>Provider</title><form><label>Name <input name="name"></label><button>Go on</button></form>');
      return;
    }
    const result = name === 'nobody' ? { error: 'access_denied' } : { login: { accountId: name, remember: true } };
    await this.provider.interactionFinished(q, r, result, { mergeWithLastSubmission: false });
  }

  async answer(q, r) {
    if (this.isDown) {
      q.socket.destroy();
    } else if (q.url.startsWith('/who/')) {
      await this.who(q, r);
    } else if (q.url.startsWith('/token') && this.change) {
      this.changeToken(q, r);
    } else {
      this.provider.callback()(q, r);
    }
  }

  changeToken(q, r) {
    const end = r.end.bind(r);
    r.end = async body => {
      const json = JSON.parse(body);
      json.id_token = await this.change(json.id_token, this);
      const bytes = Buffer.from(JSON.stringify(json));
      r.setHeader('Content-Length', bytes.length);
      end(bytes);
    };
    this.provider.callback()(q, r);
  }

  // The same token with other claims, signed by the provider's own key.
  async again(token, claims, key = this.key) {
    const { importJWK, SignJWT, decodeJwt } = this.jose;
    return new SignJWT({ ...decodeJwt(token), ...claims }).setProtectedHeader({ alg: key.alg, kid: key.kid }).sign(await importJWK(key, key.alg));
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise(done => this.server.close(done));
  }
}

const now = () => Math.floor(Date.now() / 1000);
const flipAt = (token, part) => {
  const parts = token.split('.'), at = Math.floor(parts[part].length / 2);
  parts[part] = parts[part].slice(0, at) + (parts[part][at] === 'A' ? 'B' : 'A') + parts[part].slice(at + 1);
  return parts.join('.');
};
const unsigned = token => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`;
// Signed with what everybody may read, as if it were a shared secret.
const talkedDown = async (token, me) => {
  const { SignJWT, decodeJwt } = me.jose;
  const { d, p, q, dp, dq, qi, ...open } = me.key;
  return new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'HS256', kid: me.key.kid }).sign(Buffer.from(JSON.stringify(open)));
};

// What the provider may say that must open nothing.
const WRONG = [
  ['a changed claim', t => flipAt(t, 1)],
  ['a changed signature', t => flipAt(t, 2)],
  ['no signature', unsigned],
  ['an algorithm talked down', talkedDown],
  ['an expired token', (t, me) => me.again(t, { exp: now() - 1, iat: now() - 60 })],
  ['a token of the future', (t, me) => me.again(t, { iat: now() + 600 })],
  ['another nonce', (t, me) => me.again(t, { nonce: 'another' })],
  ['another audience', (t, me) => me.again(t, { aud: 'another' })],
  ['an audience of two without us as party', (t, me) => me.again(t, { aud: [CLIENT, 'another'], azp: 'another' })],
  ['another issuer', (t, me) => me.again(t, { iss: 'http://localhost:1' })],
  ['a sign-in of yesterday', (t, me) => me.again(t, { auth_time: now() - 86400 })],
  ['a key that the provider does not publish', (t, me) => me.again(t, {}, { ...newKey(me.key.alg), kid: me.key.kid })],
];

// From our page to the provider and back, with that name.
async function goAs(me, name) {
  await me.open('/sign-in?next=/me/access');
  await me.page.getByRole('button', { name: me.web('provider.sign_in').replace('{provider}', 'Test ID') }).click();
  await me.page.getByLabel('Name').fill(name);
  await me.page.getByRole('button', { name: 'Go on' }).click();
  await me.page.waitForURL(url => url.href.startsWith(me.origin));
}

// The same without drawing pages: what the last answer was.
async function quietlyAs(me, name) {
  const ask = me.context.request, page = await (await ask.get(`${me.origin}/sign-in`)).text();
  const csrf = page.match(/name="csrf" value="([^"]+)"/)[1];
  const form = await ask.post(`${me.origin}/sign-in/provider`, { form: { csrf, next: '/me/access' } });
  return ask.get(`${form.url()}?name=${name}`);
}

const says = (me, key) => me.page.getByRole('alert').getByText(me.web(key).replace('{provider}', 'Test ID')).waitFor();

async function refusals(me, issuer) {
  for (const [what, change] of WRONG) {
    issuer.change = change;
    const answer = await quietlyAs(me, 'S-1');
    expect(answer.status() === 422 && (await answer.text()).includes(me.web('provider.failed').replace('{provider}', 'Test ID')), `${what}: ${answer.status()}`);
    const cookies = await me.context.cookies();
    expect(!cookies.some(c => c.name === 'session'), `${what} opened a session`);
  }
  issuer.change = WRONG[0][1];
  await goAs(me, 'S-1');
  await says(me, 'provider.failed');
  issuer.change = null;
  await goAs(me, 'S-unknown');
  await says(me, 'provider.unknown');
  await axeFindsNothing(me);
  await goAs(me, 'nobody');
  await says(me, 'provider.refused');
  issuer.isDown = true;
  await me.open('/sign-in');
  await me.page.getByRole('button', { name: me.web('provider.sign_in').replace('{provider}', 'Test ID') }).click();
  await says(me, 'provider.down');
  issuer.isDown = false;
}

// An answer that somebody else's browser brings, and one that is brought twice.
async function states(me, other) {
  const seen = [];
  const keep = q => { if (q.url().includes('/sign-in/provider/back')) seen.push(q.url()); };
  me.page.on('request', keep);
  await goAs(me, 'S-1');
  await me.page.getByText(me.web('access.by_provider')).waitFor();
  await me.page.goto(seen[0]);
  await says(me, 'provider.stale');
  await other.page.goto(seen[0]);
  await says(other, 'provider.stale');
  await other.page.goto(seen[0].replace(/state=[^&]*/, 'state=guessed'));
  await says(other, 'provider.stale');
  me.page.off('request', keep);
}

async function rotate(me, issuer, back) {
  for (const alg of ['ES256', 'EdDSA', 'RS256']) { // each a new key, which the server never saw
    issuer.use(alg, newKey(alg), back);
    await me.context.clearCookies();
    await me.open('/language?to=ko&back=/healthz');
    await goAs(me, 'S-1');
    await me.page.getByText(me.web('access.by_provider')).first().waitFor();
  }
}

async function signOutAndUnlink(me, program, link) {
  await me.open('/me/access');
  await me.heading(me.web('provider.title')).waitFor();
  const wide = await me.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide <= 0, `the linked accounts are ${wide} pixels wider than the telephone`);
  await axeFindsNothing(me);
  await me.page.locator('header summary').last().click();
  await me.page.getByRole('button', { name: me.web('base.sign_out') }).click();
  await me.page.locator('header a[href="/sign-in"]').waitFor();
  await goAs(me, 'S-1');
  program('provider', 'unlink', ...link);
  await me.open('/me/access');
  expect(me.page.url().includes('/sign-in'), 'a session outlived its link');
  await goAs(me, 'S-1');
  await says(me, 'provider.unknown');
  program('provider', 'link', ...link);
  await goAs(me, 'S-1');
  await me.page.locator('form[action="/me/access/provider/unlink"] button').click();
  await me.page.waitForLoadState();
  await me.open('/me/access');
  expect(me.page.url().includes('/sign-in'), 'a link that the person ended left its session');
}

async function signInThroughProvider(world) {
  const issuer = new Issuer();
  await issuer.start();
  const secret = join(world.folder, 'client.secret'), settings = join(world.folder, 'access.json');
  writeFileSync(secret, `${SECRET}\n`, { mode: 0o600 });
  const rates = { '/sign-in/provider': { address: 0 } };
  writeFileSync(settings, JSON.stringify({ rates, oidc: { issuer: issuer.url, client_id: CLIENT, client_secret_file: secret, name: 'Test ID' } }));
  const server = await serveStore(join(world.folder, 'errands.store'), ['--access', settings]);
  const program = (...args) => execFileSync(process.env.GOLDENBRIDGE ?? join(ROOT, 'out/goldenbridge'),
    [...args, '--store', join(world.folder, 'errands.store')], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const link = ['visa', 'S-1', '--issuer', issuer.url];
  try {
    const back = `${server.origin}/sign-in/provider/back`, open = [];
    const browser = async language => {
      const context = await world.browser.newContext({ viewport: PHONE, locale: language });
      const person = new Person(server.origin, context, await context.newPage(), language);
      context.setDefaultTimeout(Number(process.env.PATIENCE_MS ?? 30000));
      open.push(context);
      await person.open(`/language?to=${language}&back=/healthz`);
      return person;
    };
    issuer.use('RS256', newKey('RS256'), back);
    let refused = false;
    try { program('provider', 'link', ...link, '--as', 'officer'); } catch { refused = true; }
    expect(refused, 'who is no administrator made a link');
    link.push('--as', 'admin');
    program('provider', 'link', ...link);
    const me = await browser('ko'), other = await browser('kk');
    const strangers = [];
    me.page.on('request', q => { if (![server.origin, issuer.url].includes(new URL(q.url()).origin)) strangers.push(q.url()); });
    await me.open('/sign-in');
    await axeFindsNothing(me);
    await picture(world, me, 'sign_in_provider');
    const policy = async path => (await me.context.request.get(server.origin + path)).headers()['content-security-policy'];
    expect((await policy('/sign-in')).endsWith(`form-action 'self' ${issuer.url}`), 'the page to sign in on leads elsewhere');
    expect((await policy('/')).endsWith("form-action 'self'"), 'another page leads to the provider');
    await refusals(me, issuer);
    await states(me, other);
    await rotate(me, issuer, back);
    await signOutAndUnlink(me, program, link);
    expect(strangers.length === 0, `requests to others: ${strangers}`);
    const log = JSON.parse(program('verify', '--json'));
    expect(log.ok, 'the log does not verify');
    const entry = await (await me.context.request.get(`${server.origin}/log/${log.events}`)).text();
    expect(entry.includes('login_unlinked') && !entry.includes('S-1'), 'the log does not say that a link ended');
    await Promise.all(open.map(c => c.close()));
  } finally {
    await server.stop();
    await issuer.stop();
  }
}

export const ERRANDS = [
  { name: 'an officer signs in through a provider, and nothing that does not fit opens a session (ko, phone)', run: signInThroughProvider },
];
