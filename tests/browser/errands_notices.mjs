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

// A notice of a duty says which, and when it came by the clock of who reads it: at midday in UTC it is nine in the evening in
// Seoul, five in Almaty.
async function tellsWhichAndWhen(world) {
  const me = await world.as('worker-working', 'ru', PHONE);
  await me.open('/notices');
  const lines = await me.main().locator('ol.queue h2').allInnerTexts();
  const opened = lines.filter(l => l.includes(me.law('event', 'duty.opened')));
  expect(opened.length > 1 && new Set(opened).size === opened.length, `duties that cannot be told apart: ${opened.join(' | ')}`);
  expect(!lines.some(l => l.includes('..')), `two full stops: ${lines.find(l => l.includes('..'))}`);
  for (const [zone, hours] of [['Asia/Seoul', 9], ['Asia/Almaty', 5], ['UTC', 0]]) {
    const context = await world.browser.newContext({ timezoneId: zone, storageState: await me.context.storageState() });
    const page = await context.newPage();
    await page.goto(`${world.origin}/notices`);
    const time = page.locator('main time').first();
    const at = new Date(await time.getAttribute('datetime')), text = await time.innerText();
    const wanted = new Date(at.getTime() + hours * 3600000).toISOString().slice(11, 16);
    expect(text.endsWith(wanted) && !text.includes('UTC'), `${at.toISOString()} in ${zone} is told as ${text}`);
    await context.close();
  }
  const plain = await world.browser.newContext({ javaScriptEnabled: false, storageState: await me.context.storageState() });
  const page = await plain.newPage();
  await page.goto(`${world.origin}/notices`);
  expect((await page.locator('main time').first().innerText()).endsWith('UTC'), 'without script a time does not say where it holds');
  await plain.close();
}

export const ERRANDS = [
  { name: 'notices: which duty arose, and when by the reader\'s own clock', run: tellsWhichAndWhen },
  { name: 'notices: read one, read all, nobody reads another\'s', keyboard: true, run: readNotices },
  { name: 'contact: an address, a wish, a wrong code, and all of it in the data to take home', keyboard: true, run: giveAddress },
];
