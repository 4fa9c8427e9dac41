// errands_office.mjs: the committee: what needs two people.
// SPDX-License-Identifier: Apache-2.0
import { day, expect, law } from './kit.mjs';

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
  expect((await second.main().innerText()).includes('1,200'), 'the second person does not see the number');
  await second.main().getByRole('button', { name: about(second, 'step.confirm', 'quota.decide') }).click();
  await second.expectState('quota.in_force');
}

export const ERRANDS = [
  { name: 'two people decide a quota; the first cannot confirm it', run: twoPeople },
];
