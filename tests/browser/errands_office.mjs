// errands_office.mjs: the committee: what needs two people.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { axeFindsNothing, picture } from './errands_all_pages.mjs';
import { LANGUAGES, PHONE, day, expect, law } from './kit.mjs';

const about = (person, key, step) => person.web(key).replace('{step}', law(person.language, 'step', step));

async function twoPeople(world) {
  const first = await world.as('committee', 'en');
  await first.main().getByRole('link', { name: first.step('quota.decide') }).click();
  await first.fill('quota', {
    year: String(Number(day().slice(0, 4)) + 1), kind: 'new', industry: 'fishery', persons: '1200', source: 'invented for this errand', confidence: 'invented',
  });
  await first.submit('quota.decide');
  await first.expectState('proposed');
  const id = first.caseId();
  const confirm = about(first, 'step.confirm', 'quota.decide');
  expect(await first.main().getByRole('link', { name: confirm, exact: true }).count() === 0, 'the first person is offered to confirm');
  await first.open(`/case/${id}/do/quota.decide/confirm`);
  const button = first.main().getByRole('button', { name: confirm });
  if (await button.count() > 0) {
    await button.click();
    await first.page.waitForLoadState();
  }
  await first.open(`/case/${id}`);
  await first.expectState('proposed');
  const second = await world.as('committee2', 'ko');
  await second.main().locator(`a[href="/case/${id}"]`).click();
  await second.main().getByRole('link', { name: second.web('case.review') }).click();
  expect(/1[,. ]?200/.test(await second.main().innerText()), 'the second person does not see the number');
  await second.main().getByRole('button', { name: about(second, 'step.confirm', 'quota.decide') }).click();
  await second.expectState('quota.in_force');
}


// A name as people write it in Kazakhstan finds who stands in the passport with Latin letters; they see that they were found.
async function findByAnySpelling(world) {
  const officer = await world.as('officer', 'ru', PHONE);
  await officer.open('/cases/candidate');
  const title = (await officer.main().locator('tr[data-item] a').first().innerText()).trim();
  const id = (await officer.main().locator('tr[data-item] a').first().getAttribute('href')).split('/').pop();
  const slip = title.toLowerCase().replace(/([a-z])([a-z])(?=[a-z]*$)/, '$2$1');
  for (const words of [title.toLowerCase(), title.split(' ').reverse().join(' '), slip]) {
    await officer.open('/');
    await officer.page.getByRole('searchbox').fill(words);
    await officer.page.keyboard.press('Enter');
    await officer.page.waitForURL(/\/search\?/);
    expect(await officer.main().locator(`a[href="/case/${id}"]`).count() === 1, `“${words}” does not find ${title} (${id})`);
  }
  const worker = await world.as('worker', 'en');
  const name = (await worker.page.title()).split(' – ')[0];
  await officer.open(`/search?q=${encodeURIComponent(name)}`);
  await worker.open('/');
  expect((await worker.main().innerText()).includes(law('en', 'reading', 'search')), 'the person does not see that they were found');
}

async function queueAndHandover(world) {
  const officer = await world.as('officer', 'ko');
  await officer.open('/');
  await officer.page.getByLabel(officer.web('queue.hand')).selectOption('mine');
  await officer.main().getByRole('button', { name: officer.web('list.apply') }).click();
  await officer.main().getByText(officer.web('list.empty')).waitFor();
  await officer.open('/?hand=nobody');
  const href = await officer.main().locator('[data-item] a').first().getAttribute('href');
  await officer.open(href);
  const office = officer.page.getByRole('region', { name: officer.web('office.title') });
  await office.locator('summary', { hasText: officer.web('office.hand_over') }).click();
  await office.getByLabel(officer.web('office.to')).selectOption('officer2');
  await office.locator('textarea[name=note]').last().fill('현장 확인이 필요합니다');
  await office.getByRole('button', { name: officer.web('office.hand_over') }).click();
  await officer.page.waitForURL(/#office/);
  const other = await world.as('officer2', 'en');
  await other.open('/?hand=mine');
  expect(await other.main().locator(`a[href="${href}"]`).count() === 1, 'the case is not in the hands of the colleague');
  await other.open(href);
  await other.main().getByText('현장 확인이 필요합니다').waitFor();
  await other.page.locator('#office summary', { hasText: other.web('office.add_note') }).click();
  await other.page.getByLabel(other.web('office.note'), { exact: true }).first().fill('Called the firm.');
  await other.main().getByRole('button', { name: other.web('office.save_note') }).click();
  await other.main().getByText('Called the firm.').waitFor();
  const firm = (await other.main().locator('dl.facts a').first().getAttribute('href'));
  const employer = await world.as('employer', 'ko');
  const answer = await employer.open(href);
  expect(!(await employer.page.content()).includes('Called the firm.'), `a party reads notes of the office (${answer.status()}, ${firm})`);
}

async function correctByTwo(world) {
  const first = await world.as('officer', 'kk');
  await first.open('/case/APP-000001/do/application.correct');
  const box = first.page.locator('input[name=monthly_wage]');
  const before = await box.inputValue();
  await box.fill('2765432');
  await first.page.locator('[name=correction_reason]').fill('қате терілген');
  await first.main().locator('form button.main').click();
  await first.page.waitForURL(/\/case\/APP-000001$/);
  const second = await world.as('officer2', 'en', PHONE);
  await second.open('/case/APP-000001');
  await second.main().getByRole('link', { name: second.web('case.review') }).click();
  await second.main().locator('form button.main').click();
  await second.page.waitForURL(/\/case\/APP-000001$/);
  const told = second.page.locator('.story > li').first();
  await told.locator('summary').click();
  const text = (await told.innerText()).replace(/[\s,\u00a0\u202f]/g, '');
  expect(text.includes('2765432') && text.includes(before), `the story does not tell old (${before}) and new: ${text}`);
  expect(await told.locator('dl > div').count() === 2, 'more than the correction and its reason is told');
}

async function letterOfRefusal(world) {
  const officer = await world.as('officer', 'ru');
  let found = null;
  for (const path of ['/cases/application?state=refused', '/cases/candidate?state=failed', '/cases/candidate?state=refused']) {
    await officer.open(path);
    const link = officer.main().locator('tr[data-item] a').first();
    if (await link.count() > 0) {
      found = await link.getAttribute('href');
      break;
    }
  }
  expect(found !== null, 'nobody was refused in the demo');
  await officer.open(found);
  const letter = officer.page.locator('section[aria-labelledby="c-docs"] a[href^="/letter/"]').first();
  const [download] = await Promise.all([officer.page.waitForEvent('download'), letter.click()]);
  const bytes = readFileSync(await download.path());
  expect(bytes.subarray(0, 5).toString() === '%PDF-', 'the letter is no PDF');
  const again = await officer.context.request.get(officer.origin + await letter.getAttribute('href'));
  expect(Buffer.compare(Buffer.from(await again.body()), bytes) === 0, 'the same letter has other bytes the second time');
}

const focused = me => me.page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.id);

// The page that ? opens lists what the script of every page is told, and each of it does something.
async function shortcuts(world) {
  for (const language of LANGUAGES) {
    const me = await world.as('officer', language);
    await me.page.keyboard.press('?');
    await me.page.waitForURL(/\/shortcuts$/);
    const told = (await me.page.evaluate(() => document.body.dataset.shortcuts)).split(' ').map(s => s[0]);
    const listed = await me.main().locator('section').first().locator('dt').allInnerTexts();
    expect(told.join() === listed.map(t => t.trim()).join(), `${language}: the script is told ${told}, the page lists ${listed}`);
    if (language === 'en') {
      await axeFindsNothing(me);
      await picture(world, me, 'shortcuts');
    }
    await me.close();
  }
  const me = await world.as('officer', 'ru');
  const items = await me.main().locator('[data-item] h2 a').evaluateAll(list => list.map(a => a.getAttribute('href')));
  const after = async (key, wanted) => { await me.page.keyboard.press(key); expect(await focused(me) === wanted, `${key} leads to ${await focused(me)}, not ${wanted}`); };
  await after('j', items[0]);
  await after('j', items[1]);
  await after('k', items[0]);
  await me.page.evaluate(() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'о', code: 'KeyJ', bubbles: true })));
  expect(await focused(me) === items[1], 'the same key does nothing under Russian letters');
  await after('/', 'search');
  await me.page.keyboard.type('jk?'); // what is typed into a box is text
  expect(await me.page.locator('#search').inputValue() === 'jk?', 'a box does not take letters that are shortcuts');
  await me.open(items[0]);
  await me.page.keyboard.press('s');
  expect(await me.page.evaluate(() => document.activeElement.matches('main .actions *')), `s leads to ${await focused(me)}`);
  await me.page.keyboard.press('n');
  await me.page.waitForURL(/\/notices$/);
  await me.page.keyboard.press('h');
  await me.page.waitForURL(url => url.pathname === '/');
  // off is off, everywhere
  await me.open('/shortcuts');
  await me.page.getByRole('button', { name: me.web('queue.keys_off') }).click();
  await me.open('/');
  await me.page.keyboard.press('j');
  expect(!items.includes(await focused(me)), 'keys that were turned off move the focus');
  const noScript = await world.as('officer', 'kk', PHONE, { javaScriptEnabled: false });
  await noScript.main().getByRole('link', { name: noScript.web('keys.title') }).click();
  await noScript.heading(noScript.web('keys.title')).waitFor();
}

export const ERRANDS = [
  { name: 'two people decide a quota; the first cannot confirm it', keyboard: true, run: twoPeople },
  { name: 'a person is found by any spelling, and sees it', keyboard: true, run: findByAnySpelling },
  { name: 'an officer filters the queue and hands a case over with a note that no party sees', keyboard: true, run: queueAndHandover },
  { name: 'two officers correct an error; the story tells old and new', keyboard: true, run: correctByTwo },
  { name: 'an officer asks for the keyboard shortcuts, and each does what the page says', keyboard: true, run: shortcuts },
  { name: 'a refusal has a letter, the same bytes each time', run: letterOfRefusal },
];
