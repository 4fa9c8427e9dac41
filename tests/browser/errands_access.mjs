// errands_access.mjs: how people sign in and keep their access safe: sessions, password, recovery codes.
// SPDX-License-Identifier: Apache-2.0
import { DESK, PHONE, expect } from './kit.mjs';

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

export const ERRANDS = [
  { name: 'a person sees where they are signed in, changes the password and ends the rest', run: sessionsEnd },
  { name: 'a person who lost the password comes back with a recovery code', run: recoveryCode },
];
