// errands_candidate.mjs: from registration by the agency to a place on the roster.
// SPDX-License-Identifier: Apache-2.0
import { PHONE, day, expect, iin, passportZone } from './kit.mjs';

const AIDA = {
  country: 'KZ', industry: 'manufacturing', family_name: 'SEITKALI', given_name: 'AIDA', native_name: 'Сейтқали Аида',
  iin: iin('98051640012'), birth_date: '1998-05-16', test_application_day: day(-30),
  mrz: passportZone({ surname: 'SEITKALI', given: 'AIDA', number: 'N90000001', birth: '980516', sex: 'F', expiry: '330101' }),
  prison_record: false, removed_before: false, departure_order_before: false, barred_from_leaving: false,
  e9_months: '0', e10_months: '0', epidemic_months: '0',
};

async function countCandidates(person) {
  await person.open('/cases/candidate');
  return Number((await person.main().innerText()).match(/(\d+) in all/)[1]);
}

async function register(world) {
  const agency = await world.as('agency', 'en');
  const before = await countCandidates(agency);
  await agency.open('/');
  await agency.main().getByRole('link', { name: agency.step('candidate.register') }).click();
  const wrong = AIDA.iin.slice(0, 11) + (Number(AIDA.iin[11]) + 1) % 10;
  await agency.fill('candidate', { ...AIDA, iin: wrong });
  await agency.submit('candidate.register');
  await agency.page.getByRole('alert').waitFor();
  const box = agency.page.getByLabel(agency.field('candidate', 'iin'));
  expect(await box.getAttribute('aria-invalid') === 'true', 'the box is not marked');
  const notes = (await box.getAttribute('aria-describedby')).split(' ').map(id => `#${id}`).join(', ');
  const beside = (await agency.page.locator(notes).allInnerTexts()).join(' ');
  expect(beside.includes(agency.web('error.FIELD_CHECK_DIGIT')), `beside the field stands only “${beside}”`);
  expect(await agency.page.getByLabel(agency.field('candidate', 'family_name')).inputValue() === AIDA.family_name, 'what was typed is lost');
  await box.fill(AIDA.iin);
  await agency.submit('candidate.register');
  await agency.expectState('candidate.filed');
  world.left.aida = agency.caseId();
  expect(await countCandidates(agency) === before + 1, 'the wrong form wrote something');
}

async function openAccount(world, agency, caseId, login, name) {
  await agency.open('/');
  await agency.main().getByRole('link', { name: agency.step('account.open_worker') }).click();
  await agency.fill('account', { login, name, party: caseId, language: 'kk' });
  await agency.submit('account.open_worker');
  await agency.expectState('open');
}

async function accept(world) {
  const agency = await world.as('agency', 'en');
  await openAccount(world, agency, world.left.aida, 'aida', 'AIDA (invented)');
  const aida = await world.as('aida', 'kk', PHONE);
  await aida.main().getByRole('link', { name: aida.step('candidate.accept') }).first().click();
  await aida.heading(aida.step('candidate.accept')).waitFor();
  await aida.submit('candidate.accept');
  await aida.expectState('candidate.accepted');
}

async function reachRoster(world) {
  const id = world.left.aida;
  const hrd = await world.as('hrd', 'ko');
  await hrd.take(id, 'candidate.record_test', {
    announced_on: day(-1), score: '150', minimum_score: '80', rank: '3', places: '100', skills_score: '90', skills_minimum: '60',
    competency_points: '3', cheated: false,
  }, 'candidate.passed');
  const agency = await world.as('agency', 'en');
  await agency.take(id, 'candidate.check_health', { health_fit: true }, 'candidate.eligible');
  const aida = await world.as('aida', 'ru', PHONE);
  await aida.main().getByRole('link', { name: aida.step('candidate.apply_for_job') }).click();
  await aida.submit('candidate.apply_for_job');
  await aida.expectState('candidate.pre_roster');
  await hrd.take(id, 'candidate.enter_roster', { passport_matches: true }, 'candidate.rostered');
  await aida.open('/');
  await aida.heading(aida.web('worker.roster')).waitFor();
  await aida.main().getByText(aida.web('worker.why')).click();
}

export const ERRANDS = [
  { name: 'the agency registers a candidate; a wrong IIN is said beside its field', keyboard: true, run: register },
  { name: 'the candidate accepts what was filed (kk, phone)', keyboard: true, run: accept },
  { name: 'the candidate reaches the roster and sees why (ru, phone)', keyboard: true, run: reachRoster },
];
