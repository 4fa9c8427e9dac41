// errands_agency.mjs: the sending agency gathers candidates in a group, writes to them, and anybody reads what it asks of them.
// SPDX-License-Identifier: Apache-2.0
import { axeFindsNothing, picture } from './errands_all_pages.mjs';
import { DESK, PHONE, day, expect, law } from './kit.mjs';

async function gatherAndWrite(world) {
  const agency = await world.as('agency', 'ru');
  await agency.main().getByRole('link', { name: agency.step('cohort.open') }).click();
  await agency.fill('cohort', { kind: 'departure group', name: 'Астана – Сеул', country: 'KZ', place: 'Аэропорт Астаны', from_day: day(4), until_day: day(5), seats: '2' });
  await agency.submit('cohort.open');
  await agency.expectState('cohort.gathering');
  const group = agency.caseId();
  await agency.main().getByText(agency.web('case.no_members')).waitFor();
  await agency.open('/cases/candidate?state=signed');
  const who = (await agency.main().locator('tr[data-item] a').last().getAttribute('href')).split('/').pop();
  await agency.open(`/case/${who}`);
  await agency.main().locator('summary', { hasText: agency.group('cohort') }).click();
  await agency.main().getByRole('link', { name: agency.step('candidate.join_departure') }).click();
  await agency.fill('candidate', { departure_group: 'Астана' });
  await agency.submit('candidate.join_departure');
  await agency.open(`/case/${group}`);
  expect(await agency.main().locator(`table a[href="/case/${who}"]`).count() === 1, 'the group does not show who belongs to it');
  // words in one language alone are not sent
  await agency.main().getByRole('link', { name: agency.step('cohort.message') }).click();
  await agency.fill('cohort', { topic: 'own words', text_kk: 'Таңғы сағат бесте келіңіз.' });
  await agency.submit('cohort.message');
  const fault = agency.page.getByRole('alert').first();
  await fault.waitFor();
  expect((await fault.innerText()).includes(law('ru', 'fault', 'message_needs_both_languages')), `the fault says ${await fault.innerText()}`);
  await agency.fill('cohort', { text_ru: 'Приходите в пять утра.' });
  await agency.submit('cohort.message');
  await agency.page.waitForURL(new RegExp(`/case/${group}$`));
  await agency.main().getByText('Приходите в пять утра.').first().waitFor(); // the story in the reader's language
  await axeFindsNothing(agency);
  await picture(world, agency, 'group');
}

// The candidate of the demo's own group reads what was written to it before.
async function readsInOwnLanguage(world) {
  const texts = { kk: 'Дәптер ала келіңіз.', ru: 'Возьмите с собой тетрадь.', en: 'Your training begins on' };
  for (const [language, words] of Object.entries(texts)) {
    const me = await world.as('worker-roster', language, PHONE);
    await me.page.getByRole('navigation').getByRole('link', { name: me.web('notice.title') }).click();
    await me.main().getByRole('link', { name: words }).first().waitFor();
    await me.close();
  }
  const me = await world.as('worker-roster', 'kk', PHONE);
  await me.open('/notices');
  await me.main().getByRole('link', { name: texts.kk }).click();
  await me.page.waitForURL(/\/case\/CAN-/);
  expect((await me.main().innerText()).includes('Training centre, Almaty'), 'the own case does not say which group it is');
}

async function readsFees(world) {
  const me = await world.anybody('kk', PHONE);
  await me.open('/');
  await me.page.getByRole('contentinfo').getByRole('link', { name: me.web('costs.title') }).click();
  await me.heading(me.web('costs.title')).waitFor();
  const row = me.main().getByRole('row').filter({ hasText: law('kk', 'choice', 'medical check') });
  const text = (await row.innerText()).replace(/\s+/g, ' ');
  for (const part of ['18 000 KZT', law('kk', 'role', 'agency'), law('kk', 'said', 'Clinic (invented)')]) {
    expect(text.includes(part), `no “${part}” in: ${text}`);
  }
  await me.main().getByText(me.web('costs.unpublished')).waitFor();
  await axeFindsNothing(me);
  await picture(world, me, 'costs');
  await me.page.setViewportSize(DESK);
  await axeFindsNothing(me);
}

export const ERRANDS = [
  { name: 'the agency gathers a group and writes to it; words in one language alone are refused', keyboard: true, run: gatherAndWrite },
  { name: 'a candidate reads the agency\'s message in each language (phone)', run: readsInOwnLanguage },
  { name: 'anybody reads what each step costs, and who published it (kk, phone)', keyboard: true, run: readsFees },
];
