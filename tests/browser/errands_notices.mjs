// errands_notices.mjs: a person reads what they were told, says how they want to be reached, and finds it in their data.
// SPDX-License-Identifier: Apache-2.0
import { PHONE, expect } from './kit.mjs';

async function readNotices(world) {
  const me = await world.as('worker-working', 'kk', PHONE);
  await me.page.getByRole('navigation').getByRole('link', { name: me.web('notice.title') }).click();
  await me.page.waitForURL(/\/notices$/);
  const list = me.page.getByRole('list', { name: me.web('notice.title') });
  const before = await list.getByText(me.web('notice.new'), { exact: true }).count();
  expect(before > 0, `no notice is new: ${await me.shortText()}`);
  const first = list.getByRole('listitem').first();
  await first.getByRole('link').press('Enter'); // by keyboard
  await me.page.waitForURL(/\/case\//);
  await me.open('/notices');
  const after = await list.getByText(me.web('notice.new'), { exact: true }).count();
  expect(after === before - 1, `${before} were new, one was read, ${after} are`);
  await me.main().getByRole('button', { name: me.web('notice.read_all') }).click();
  await me.main().getByRole('button', { name: me.web('notice.read_all') }).waitFor({ state: 'detached' });
  expect(await list.getByText(me.web('notice.new'), { exact: true }).count() === 0, 'all were read, some are new');
  const wide = await me.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(!wide, 'the page is wider than the telephone');
  // another's notice is nobody's business
  const other = await world.as('employer', 'ko');
  const answer = await other.page.goto(`${world.origin}/notices/open?id=${encodeURIComponent('event/1/worker-working')}`);
  expect(answer.status() === 404, `another's notice answers ${answer.status()}`);
}

async function giveAddress(world) {
  const me = await world.as('worker-working', 'ko', PHONE);
  await me.open('/contact');
  await me.page.getByLabel(me.web('contact.label_email'), { exact: true }).fill('not an address');
  await me.main().getByRole('button', { name: me.web('contact.save'), exact: true }).click();
  await me.page.getByRole('alert').waitFor();
  expect((await me.page.getByRole('alert').innerText()).includes(me.web('error.FIELD_FORMAT')), 'the fault is not in the language of the reader');
  await me.page.getByLabel(me.web('contact.label_email'), { exact: true }).fill('worker@example.org');
  await me.page.getByRole('group', { name: `${me.web('contact.wants')} (${me.web('contact.label_email')})` }).getByRole('checkbox', { name: me.web('contact.want_deadline') }).check();
  await me.main().getByRole('button', { name: me.web('contact.save'), exact: true }).click();
  await me.main().getByText(me.web('contact.saved')).waitFor();
  await me.page.getByLabel(me.web('contact.code')).fill('12345678');
  await me.main().getByRole('button', { name: me.web('contact.confirm_send'), exact: true }).click();
  await me.page.getByRole('alert').waitFor();
  const data = await (await me.context.request.get(`${world.origin}/me/data`)).json();
  expect(data.contact.email === 'worker@example.org' && data.contact.wants.includes('email.deadline'), `the data to take home say ${JSON.stringify(data.contact)}`);
  expect(Array.isArray(data.notices) && data.notices.length > 0, 'the data to take home hold no notices');
}

export const ERRANDS = [
  { name: 'notices: read one, read all, nobody reads another\'s', keyboard: true, run: readNotices },
  { name: 'contact: an address, a wish, a wrong code, and all of it in the data to take home', keyboard: true, run: giveAddress },
];
