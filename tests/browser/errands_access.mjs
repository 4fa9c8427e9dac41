// errands_access.mjs: how people sign in and keep their access safe: sessions, password, recovery codes.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { axeFindsNothing, picture } from './errands_all_pages.mjs';
import { DESK, PHONE, ROOT, expect } from './kit.mjs';

async function signIn(person, login, password) {
  await person.open('/sign-in');
  await person.page.locator('#f-login').fill(login);
  await person.page.locator('#f-password').fill(password);
  await person.main().locator('form').first().getByRole('button', { name: person.web('base.sign_in'), exact: true }).click();
  await person.page.waitForLoadState();
}

async function sessionsEnd(world) {
  const phone = await world.as('agency', 'kk', PHONE), desk = await world.as('agency', 'ko', DESK);
  await desk.page.locator('header summary').last().click();
  await desk.page.getByRole('link', { name: desk.web('access.title') }).click();
  await desk.page.locator('#f-password').fill('long enough for anybody');
  await desk.page.getByRole('button', { name: desk.web('access.change') }).click();
  await desk.page.getByText(desk.web('access.done_password')).waitFor();
  await phone.open('/me/access');
  expect(phone.page.url().includes('/sign-in'), 'a changed password left another session open');
  await signIn(phone, 'agency', 'not the password');
  await phone.page.getByText(phone.web('sign_in.wrong')).waitFor();
  await signIn(phone, 'agency', 'long enough for anybody');
  await phone.open('/me/access');
  expect(await phone.page.locator('form[action="/me/access/sessions"] .spread, form.spread[action="/me/access/sessions"]').count() === 2, 'two sessions are listed');
  await phone.page.getByRole('button', { name: phone.web('access.end_others') }).click();
  await phone.page.getByText(phone.web('access.done_ended')).waitFor();
  await desk.open('/me/access');
  expect(desk.page.url().includes('/sign-in'), 'the ended session still opens pages');
}

async function recoveryCode(world) {
  const me = await world.as('hrd', 'ru', PHONE);
  await me.open('/me/access');
  await me.page.getByRole('button', { name: me.web('access.make_codes') }).click();
  const code = await me.page.locator('.codes li').first().innerText();
  await me.open('/me/access');
  expect(!(await me.page.content()).includes(code), 'a code is shown again');
  const lost = await world.anybody('ru', PHONE);
  await lost.open('/sign-in');
  await lost.page.getByRole('link', { name: lost.web('recover.link') }).click();
  await lost.page.locator('#f-login').fill('hrd');
  await lost.page.locator('#f-code').fill(code.toLowerCase().replaceAll('-', ' '));
  await lost.page.locator('#f-password').fill('a new password of mine');
  await lost.page.getByRole('button', { name: lost.web('recover.send') }).click();
  await lost.heading(lost.web('access.title')).waitFor();
}

async function signOut(person) {
  await person.page.locator('header summary').last().click();
  await person.page.getByRole('button', { name: person.web('base.sign_out') }).click();
  await person.page.locator('header a[href="/sign-in"]').waitFor();
}

// A key in the person's device, added on the page of their access.
async function addKey(me) {
  const cdp = await me.context.newCDPSession(me.page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: {
    protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
  await me.open('/me/access');
  await me.page.getByRole('button', { name: me.web('access.passkey_new') }).click();
  await me.page.getByText(me.web('access.done_passkey')).waitFor();
  return { cdp, authenticatorId };
}

async function passkey(world) {
  const me = await world.as('visa', 'ko', PHONE);
  const { cdp, authenticatorId } = await addKey(me);
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  expect(credentials.length === 1, 'the authenticator holds one key');
  await signOut(me);
  const sent = [];
  me.page.on('request', r => { if (r.url().endsWith('/sign-in/passkey')) sent.push(r); });
  await me.open('/sign-in?next=/me/access');
  await me.page.getByRole('button', { name: me.web('sign_in.passkey') }).click();
  await me.page.getByText(me.web('access.by_passkey')).waitFor();
  // What was sent once is good once: the same answer again, from the same browser, opens nothing.
  const csrf = await me.page.locator('input[name=csrf]').first().getAttribute('value');
  const form = Object.fromEntries(new URLSearchParams(sent[0].postData()));
  const again = await me.context.request.post(`${me.origin}/sign-in/passkey`, { form: { ...form, csrf }, headers: { Accept: 'application/json' } });
  expect(again.status() === 422, `an answer sent again: ${again.status()}`);
  await me.open('/me/access');
  await me.page.getByRole('button', { name: me.web('access.drop') }).click();
  await me.page.getByText(me.web('access.done_dropped')).waitFor();
  await signOut(me);
  await me.open('/sign-in');
  await me.page.getByRole('button', { name: me.web('sign_in.passkey') }).click();
  await me.page.getByText(me.web('sign_in.passkey_failed')).waitFor();
}

const program = (world, ...args) => execFileSync(process.env.GOLDENBRIDGE ?? join(ROOT, 'out/goldenbridge'),
  [...args, '--store', join(world.folder, 'errands.store')], { cwd: ROOT, encoding: 'utf8' });

const PERMIT = '/case/PLA-000003/do/placement.permit', ANSWERS = { permit_months: '36', had_layoffs: false, had_arrears: false };

// An officer with a key: the form leads to a page to sign; nothing stands in the log before; the log proves it afterwards.
async function signDecision(world) {
  const me = await world.as('officer2', 'ko');
  await addKey(me);
  // a sheet cannot be signed: the step is named apart, and its page says why
  await me.open('/bulk');
  await me.main().locator('summary', { hasText: me.web('bulk.signs') }).click();
  await me.main().getByRole('link', { name: me.step('placement.permit'), exact: true }).click();
  await me.main().getByText(me.web('bulk.signs_one')).waitFor();
  expect(await me.main().locator('input[type=file]').count() === 0, 'a sheet can be sent for a step that must be signed');
  await axeFindsNothing(me);
  const noScript = await world.as('officer2', 'ru', PHONE, { javaScriptEnabled: false });
  await noScript.open(PERMIT);
  await noScript.fill('placement', ANSWERS);
  await noScript.submit('placement.permit');
  await noScript.page.getByText(noScript.web('sign.script')).waitFor(); // says what to do
  await me.open(PERMIT);
  await me.fill('placement', ANSWERS);
  await me.submit('placement.permit');
  await me.heading(me.web('sign.title')).waitFor();
  await me.page.getByText(me.law('event', 'placement.permitted')).first().waitFor();
  await axeFindsNothing(me);
  await picture(world, me, 'sign');
  const before = JSON.parse(program(world, 'verify', '--json'));
  expect(before.ok, 'the log does not verify before');
  // A signature over something else is refused: the challenge of the page is changed by hand.
  await me.page.locator('form[data-sign]').evaluate(f => { f.dataset.challenge = 'AAAA' + f.dataset.challenge.slice(4); });
  await me.page.getByRole('button', { name: me.web('sign.now') }).click();
  await me.page.getByText(me.web('sign.wrong')).waitFor();
  expect(JSON.parse(program(world, 'verify', '--json')).events === before.events, 'a wrong signature was recorded');
  await me.page.getByRole('button', { name: me.web('sign.now') }).click();
  await me.expectState('placement.permitted');
  await me.page.getByText(me.web('story.signed')).first().waitFor();
  const after = JSON.parse(program(world, 'verify', '--json'));
  expect(after.ok && after.events > before.events, `the signed log does not verify: ${after.why}`);
  const key = await (await me.context.request.get(`${world.origin}/log/key`)).text();
  program(world, 'checkpoint');
  const outside = execFileSync('python3', ['tests/verifier/verify_log.py', 'log', `${world.origin}/log`, key.trim()], { cwd: ROOT, encoding: 'utf8' });
  expect(/1 steps signed by their officers/.test(outside), `the outside verifier: ${outside}`);
}

// Where decisions must be signed, who has no key is told how to get one, and what they wrote is kept.
async function withoutKey(world) {
  program(world, 'signing', 'require', '--scheme', 'kz-flp');
  const me = await world.as('kz-akimat', 'kk', PHONE);
  me.scheme = 'kz-flp';
  await me.open('/case/KZP-000004/do/permit.decide');
  await me.fill('permit', { papers_authentic: true, qualification_met: true });
  await me.submit('permit.decide');
  await me.page.getByText(me.web('sign.no_key')).waitFor();
  await axeFindsNothing(me);
  await me.main().getByRole('link', { name: me.web('sign.add_key') }).click();
  await me.page.getByText(me.web('access.passkeys_staff')).waitFor();
}

// Last: what is signed changes cases that other errands look at.
export const LAST = [
  { name: 'an officer signs a permit with an own key, and the log proves it', keyboard: true, run: signDecision },
  { name: 'an officer without a key is told how to get one (kk, phone)', run: withoutKey },
];

export const ERRANDS = [
  { name: 'an officer signs in with a passkey, which is good once and can be removed', keyboard: true, run: passkey },
  { name: 'a person sees where they are signed in, changes the password and ends the rest', run: sessionsEnd },
  { name: 'a person who lost the password comes back with a recovery code', keyboard: true, run: recoveryCode },
];
