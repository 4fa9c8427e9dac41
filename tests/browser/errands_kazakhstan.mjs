// errands_kazakhstan.mjs: the second scheme: the agent of a Korean company in Kazakhstan files for a permit, the akimat issues it.
// SPDX-License-Identifier: Apache-2.0
import { DESK, PHONE, expect } from './kit.mjs';

const COMPANY = 'KZE-000001';

async function signedIn(world, login, language, viewport = DESK) {
  const person = await world.as(login, language, viewport);
  person.scheme = 'kz-flp';
  return person;
}

async function chooseScheme(world) {
  const person = await world.anybody('ko', PHONE);
  person.scheme = 'kz-flp';
  await person.open('/');
  expect(await person.heading(person.law('role', 'akimat')).count() === 0, 'the accounts of another scheme stand there unasked');
  await person.main().getByRole('navigation', { name: person.web('public.schemes') }).getByRole('link', { name: '카자흐스탄' }).click();
  await person.heading(person.law('role', 'akimat')).first().waitFor();
  await person.open('/check');
  await person.main().locator('option', { hasText: '현지인 고용비율' }).waitFor({ state: 'attached' });
  await person.open('/');
  const card = person.main().locator('form.person', { has: person.heading(person.law('role', 'employer')) });
  await card.getByRole('button').click();
  await person.heading('Koreiskaya firma 1').waitFor();
}

async function tooEarly(world) {
  const agent = await signedIn(world, 'kz-employer', 'ko', PHONE);
  const vacancy = { employer: COMPANY, category: '4', region: 'Almaty', job: 'welder', months: '12' };
  await agent.open('/do/permit.post_vacancy');
  await agent.fill('permit', { ...vacancy, months: '24' });
  await agent.submit('permit.post_vacancy');
  await agent.page.getByText(agent.law('fault', 'term_not_offered')).first().waitFor();
  await agent.fill('permit', { months: '12' });
  await agent.submit('permit.post_vacancy');
  await agent.expectState('searching');
  await agent.take(agent.caseId(), 'permit.file', { worker: 'HAN JIWOO', publication_code: 'B-1' }, 'searching');
  await agent.main().getByRole('link', { name: agent.web('case.why') }).first().click();
  await agent.main().locator('ol.grounds .cite').first().waitFor();
  await agent.main().getByText(/\d{4}년 \d+월 \d+일/).first().waitFor();
}

async function fileInTime(world) {
  const agent = await signedIn(world, 'kz-employer', 'ko', PHONE);
  await agent.main().getByRole('link', { name: agent.law('said', 'process engineer') }).first().click();
  await agent.expectState('searching');
  world.left.kzPermit = agent.caseId();
  await agent.take(world.left.kzPermit, 'permit.file', { worker: 'HAN JIWOO', publication_code: 'B-2' }, 'applied');
}

// Each proposal is signed; the unverified rate of the fee is left to the officer, who says why.
async function issue(world) {
  const officer = await signedIn(world, 'kz-akimat', 'ru'), id = world.left.kzPermit;
  await officer.take(id, 'permit.check_content', {}, 'content_checked');
  await officer.take(id, 'permit.give_place', {}, 'place_given');
  await officer.take(id, 'permit.decide', { papers_authentic: true, qualification_met: true }, 'fee_due');
  await officer.open(`/case/${id}`);
  await officer.main().getByRole('link', { name: officer.step('permit.pay') }).first().click();
  await officer.fill('permit', { receipt: 'R-77' });
  await officer.page.locator('[name=outcome][value=granted]').check();
  await officer.page.locator('[name=depart_reason]').fill('ставка по таблице 2016 года, сумма проверена по квитанции');
  await officer.submit('permit.pay');
  await officer.expectState('paid');
  await officer.take(id, 'permit.issue', {}, 'active');
}

async function permitInHand(world) {
  const agent = await signedIn(world, 'kz-employer', 'ko', PHONE), id = world.left.kzPermit;
  await agent.open(`/permit/${id}`);
  await agent.main().getByText(`KZ-${id}`).first().waitFor();
  const paper = await agent.context.request.get(`${agent.origin}/permit/${id}/permit.pdf`);
  expect(paper.ok() && (await paper.body()).subarray(0, 5).toString() === '%PDF-', 'the paper of the permit is no PDF');
  const inspector = await world.anybody('kk');
  await inspector.open('/verify');
  await inspector.page.locator('[name=number]').fill(`KZ-${id}`);
  await inspector.page.locator('[name=birth]').fill('1988-04-11');
  await inspector.page.locator('form', { has: inspector.page.locator('[name=number]') }).getByRole('button').last().click();
  await inspector.main().getByText(inspector.web('verify.valid')).first().waitFor();
}

async function transfer(world) {
  const agent = await signedIn(world, 'kz-employer', 'ko');
  await agent.open('/do/permit.ask_transfer');
  await agent.fill('permit', {
    employer: COMPANY, worker: 'LEE MINSU', region: 'Almaty', job: 'plant manager', months: '36', position: 'manager', host_link: 'affiliated',
    sender_korean: true, service_months: '14', local_in_position: '8', transferred_now: '3', condition_chosen: true,
  });
  await agent.submit('permit.ask_transfer');
  await agent.expectState('applied');
  const officer = await signedIn(world, 'kz-akimat', 'kk');
  const id = agent.caseId();
  await officer.take(id, 'permit.check_transfer', {}, 'content_checked');
  await officer.take(id, 'permit.give_place', {}, 'place_given');
  await officer.take(id, 'permit.decide', { papers_authentic: true, qualification_met: true }, 'fee_due');
  await officer.take(id, 'permit.pay', { receipt: '0' }, 'paid');
  await officer.take(id, 'permit.issue_transfer', {}, 'active');
}

export const ERRANDS = [
  { name: 'anybody chooses the Kazakh scheme and enters as a company (ko, phone)', run: chooseScheme },
  { name: 'the agent of a Korean company in Kazakhstan files too early and reads why (ko, phone)', run: tooEarly },
  { name: 'the agent of a Korean company files for an engineer in time (ko, phone)', keyboard: true, run: fileInTime },
  { name: 'the akimat decides, departs with a reason on the unverified fee, and issues (ru)', keyboard: true, run: issue },
  { name: 'the company carries the permit of Kazakhstan and anybody checks it (ko, kk)', run: permitInHand },
  { name: 'a manager is moved inside one group of companies without quota or fee (ko, kk)', run: transfer },
];
