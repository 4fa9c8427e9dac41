// errands_open.mjs: what anybody can do without an account.
// SPDX-License-Identifier: Apache-2.0
import { PHONE, expect, law, web } from './kit.mjs';

async function newcomer(world, language, viewport) {
  const me = await world.anybody(language, viewport);
  await me.open('/');
  await me.heading(me.web('public.try')).waitFor();
  for (const role of ['worker', 'employer', 'officer', 'agency', 'hrd', 'visa', 'committee', 'ministry', 'inspector', 'auditor']) {
    expect(await me.heading(law(language, 'role', role)).count() > 0, `the first page does not offer ${role}`);
  }
  const card = me.page.locator('form', { has: me.heading(law(language, 'role', 'worker')) }).first();
  await card.getByRole('button', { name: me.web('public.enter') }).click();
  await me.heading(me.web('worker.where')).waitFor();
  await me.heading(me.web('worker.next')).waitFor();
  await me.heading(me.web('worker.rights')).waitFor();
}

async function situation(world, language) {
  const me = await world.anybody(language);
  await me.open('/');
  await me.page.getByRole('contentinfo').getByRole('link', { name: me.web('base.link_check') }).click();
  await me.page.getByRole('combobox').selectOption('candidate-eligibility');
  await me.page.getByRole('button', { name: me.web('check.choose') }).click();
  const dates = me.main().locator('input[type=date]');
  await dates.nth(0).fill('2026-01-15');
  await dates.nth(1).fill('1999-05-05');
  const numbers = me.main().locator('input[inputmode=decimal]');
  for (let i = 0; i < 3; i++) {
    await numbers.nth(i).fill('0');
  }
  const no = me.main().getByRole('radio', { name: me.web('form.no') });
  for (let i = 0; i < 4; i++) {
    await no.nth(i).check();
  }
  await no.nth(4).check(); // the health check was not passed
  await me.page.getByRole('button', { name: me.web('check.run') }).click();
  await me.page.getByRole('heading', { name: me.web('decision.grounds') }).waitFor();
  await me.page.getByRole('heading', { name: me.web('decision.changes') }).waitFor();
  expect(await me.main().getByRole('listitem').filter({ hasText: me.web('form.yes') }).count() > 0, 'it does not say what to change');
}

async function articleOfADay(world) {
  const me = await world.anybody('en');
  await me.open('/law');
  await me.page.getByLabel(me.web('law.day')).fill('2016-03-01');
  await me.page.getByRole('button', { name: me.web('list.apply') }).click();
  const act = me.main().getByRole('article').first();
  await act.getByText(me.web('law.articles'), { exact: true }).click();
  await act.getByRole('link', { name: '8', exact: true }).click();
  await me.main().getByText('1 March 2016').first().waitFor();
  await me.heading(me.web('law.all_versions')).waitFor();
  await me.heading(me.web('law.cited_by')).waitFor();
}

async function publicLog(world) {
  const me = await world.anybody('en');
  await me.open('/log');
  await me.main().getByText(web('en', 'log.balance_ok')).waitFor();
  const figure = async key => {
    const row = me.main().locator('dl.figures > div', { hasText: web('en', key) });
    return Number((await row.locator('dd').first().innerText()).replace(/\D/g, ''));
  };
  const approved = await figure('log.approved'), issued = await figure('log.issued');
  expect(approved > 0 && issued > 0 && issued <= approved, `issued ${issued}, approved ${approved}`);
  const entry = me.main().getByRole('table').last().getByRole('link').first();
  const number = await entry.innerText();
  await entry.click();
  await me.heading(`Entry ${number}`).waitFor();
}

export const FIRST = [
  { name: 'a newcomer enters as the worker with one press (en, desk)', run: w => newcomer(w, 'en') },
  { name: 'a newcomer enters as the worker with one press (kk, phone)', keyboard: true, run: w => newcomer(w, 'kk', PHONE) },
];

export const ANYBODY = [
  { name: 'anybody checks a situation and learns what would change it (en)', run: w => situation(w, 'en') },
  { name: 'anybody checks a situation and learns what would change it (ko)', keyboard: true, run: w => situation(w, 'ko') },
  { name: 'anybody reads an article as it stood on a day', keyboard: true, run: articleOfADay },
  { name: 'anybody sees in the public log that issued never exceeds approved', run: publicLog },
];
