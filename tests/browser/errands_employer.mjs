// errands_employer.mjs: from the vacancy to the first day of work: employer, officer, worker, visa officer, training.
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PHONE, day, expect, findOnPath, iin } from './kit.mjs';

const EMPLOYER = 'EMP-000005', PLACE_GIVEN = 'APP-000005', APPLIED = 'APP-000007';

// A refusal on the decision page: reasons, each with its article, facts; then the article itself.
async function expectWholeRefusal(person) {
  await person.heading(person.web('decision.grounds')).waitFor();
  const grounds = person.main().locator('ol.grounds > li');
  expect(await grounds.count() > 0, 'no reason is given');
  expect(await grounds.first().locator('.cite').count() > 0, 'no article is named');
  await person.heading(person.web('decision.facts')).waitFor();
  const article = person.main().locator('a[href^="/law/article?"]').first();
  if (await article.count() > 0) {
    await person.open(await article.getAttribute('href'));
    await person.heading(person.web('law.all_versions')).waitFor();
  }
}

async function tooEarly(world, language) {
  const employer = await world.as('employer', language);
  await employer.main().getByRole('link', { name: employer.step('application.recruit') }).click();
  await employer.fill('application', { employer: 'EMP-000001', job: 'welding', posts: '1', monthly_wage: '2300000' });
  await employer.submit('application.recruit');
  await employer.expectState('application.recruiting');
  const id = employer.caseId();
  await employer.take(id, 'application.file', {
    effort_certificate: false, media_days: '0', posts_filled: '0', refused_nationals: '0', had_layoffs: false, had_arrears: false,
    greenhouse_lodging: false, building_report_filed: false,
  }, 'application.recruiting');
  await employer.main().getByRole('link', { name: employer.web('case.why') }).first().click();
  await expectWholeRefusal(employer);
}

async function missingDay(world) {
  const employer = await world.as('employer', 'ko');
  await employer.main().getByRole('link', { name: employer.step('application.recruit') }).click();
  await employer.fill('application', { employer: 'EMP-000001', job: 'welding', posts: '0', monthly_wage: 'many' });
  await employer.submit('application.recruit');
  await employer.page.getByRole('alert').waitFor();
  for (const name of ['posts', 'monthly_wage']) {
    const box = employer.page.getByLabel(employer.field('application', name));
    expect(await box.getAttribute('aria-invalid') === 'true', `${name} is not marked`);
  }
  expect(!/[a-z]{4,} [a-z]{3,} [a-z]{2,}/i.test(await employer.page.getByRole('alert').innerText()), 'the faults are in English for a Korean reader');
}

async function signProposals(world) {
  const officer = await world.as('officer', 'en');
  await officer.main().locator(`a[href="/case/${APPLIED}"]`).click();
  await officer.main().getByRole('link', { name: officer.step('application.decide') }).click();
  await officer.heading(officer.web('form.proposal')).waitFor();
  await officer.main().getByText(officer.web('decision.facts')).click();
  await officer.submit('application.decide');
  await officer.expectState('application.eligible');
  await officer.take(APPLIED, 'application.check_headcount', {}, 'application.within_headcount');
  await officer.take(APPLIED, 'application.give_place', {}, 'application.place_given');
}

async function departWithoutReason(world) {
  const officer = await world.as('officer2', 'ko');
  await officer.open('/case/APP-000008/do/application.check_headcount');
  await officer.main().getByRole('group').getByRole('radio').last().check();
  await officer.submit('application.check_headcount');
  await officer.page.getByRole('alert').waitFor();
  await officer.main().getByRole('textbox').fill('현장 조사 결과와 다름');
  await officer.submit('application.check_headcount');
  await officer.expectState('refused');
}

async function selectAnonymous(world) {
  const officer = await world.as('officer', 'en');
  await officer.take(PLACE_GIVEN, 'application.refer', {}, 'application.referred');
  await officer.open('/');
  await officer.main().getByRole('link', { name: officer.step('account.open_employer') }).click();
  await officer.fill('account', { login: 'plastics', name: 'Plastics 5 (invented)', party: EMPLOYER, language: 'ko' });
  await officer.submit('account.open_employer');
  await officer.expectState('open');
  const employer = await world.as('plastics', 'ko');
  await employer.main().getByRole('link', { name: employer.step('application.select') }).click();
  const cards = employer.main().getByRole('radio', { name: employer.web('candidates.pick') });
  await cards.first().waitFor();
  const shown = await employer.main().innerText();
  expect(await cards.count() >= 3, `only ${await cards.count()} candidates are shown`);
  expect(!/SEITKALI|AIDA|[А-Я][а-я]{3,}|\d{12}/.test(shown), 'a name or a number of a person is shown');
  const aida = employer.main().locator(`input[value="${world.left.aida}"]`);
  const card = await aida.count() > 0 ? aida : cards.first();
  world.left.chosen = await card.getAttribute('value');
  await card.focus(); // by keyboard
  await employer.page.keyboard.press('Space');
  await employer.main().getByRole('button', { name: employer.web('candidates.submit') }).focus();
  await employer.page.keyboard.press('Enter');
  await employer.page.waitForURL(/\/case\/APP-\d+$/);
  await officer.open(`/case/${PLACE_GIVEN}`);
  const link = officer.main().locator('section', { has: officer.heading(officer.web('case.links')) }).locator('a[href^="/case/PLA"]').last();
  world.left.placement = (await link.getAttribute('href')).split('/').pop();
}

async function permit(world) {
  const officer = await world.as('officer', 'en');
  await officer.take(world.left.placement, 'placement.permit', { permit_months: '36', had_layoffs: false, had_arrears: false }, 'placement.permitted');
}

const OFFER = {
  standard_form: true, term_months: '36', monthly_hours: '209', ordinary_wage: '2300000', probation_rate: false, simple_labour: true,
  workplace: '12 Invented-ro, Incheon', lodging: 'house', dormitory_sheet_given: true, deducted: 'none', deduction: '0', deduction_consent: true,
};

async function offer(world) {
  const id = world.left.placement;
  const employer = await world.as('plastics', 'ko');
  await employer.take(id, 'placement.offer', { ...OFFER, monthly_wage: '1000000' }, 'placement.permitted');
  await employer.main().getByRole('link', { name: employer.web('case.why') }).first().click();
  await expectWholeRefusal(employer);
  await employer.take(id, 'placement.offer', { ...OFFER, monthly_wage: '2400000' }, 'placement.offered');
}

async function workerLogin(world) {
  if (world.left.chosen === world.left.aida) {
    return 'aida';
  }
  const agency = await world.as('agency', 'en');
  await agency.main().getByRole('link', { name: agency.step('account.open_worker') }).click();
  await agency.fill('account', { login: 'chosen', name: 'Chosen (invented)', party: world.left.chosen, language: 'kk' });
  await agency.submit('account.open_worker');
  await agency.expectState('open');
  return 'chosen';
}

async function acceptContract(world) {
  world.left.worker = await workerLogin(world);
  const worker = await world.as(world.left.worker, 'kk', PHONE);
  await worker.main().getByRole('link', { name: worker.step('placement.accept') }).click();
  await worker.heading(worker.web('contract.your_answer')).waitFor();
  const text = await worker.main().innerText();
  for (const word of [worker.field('placement', 'monthly_wage'), '2 400 000', '월']) {
    expect(text.replace(/\u00a0|\u202f/g, ' ').includes(word), `the contract does not show ${word}`);
  }
  await worker.main().getByRole('checkbox').check();
  await worker.main().getByRole('button', { name: worker.web('contract.accept') }).click();
  await worker.expectState('placement.signed');
}

async function checkAtVerify(world, text) {
  const inspector = await world.anybody('en');
  await inspector.open('/verify');
  await inspector.page.getByLabel(inspector.web('verify.text')).fill(text);
  await inspector.main().getByRole('button', { name: inspector.web('verify.check') }).first().click();
  await inspector.page.waitForLoadState();
  const verdict = await inspector.main().locator('.verdict .big').first().innerText();
  await inspector.context.close();
  return verdict.trim();
}

async function qrCode(world) {
  const zbarimg = findOnPath(['zbarimg']);
  if (zbarimg === null) {
    return 'no zbarimg on PATH';
  }
  const worker = await world.as(world.left.worker, 'ru', PHONE, { deviceScaleFactor: 4 });
  await worker.main().getByRole('link', { name: /EP-PLA/ }).click();
  const code = worker.page.getByRole('img', { name: worker.web('permit.qr') });
  await code.waitFor();
  await worker.page.waitForFunction(() => [...document.images].every(i => i.complete && i.naturalWidth > 0));
  const picture = join(world.folder, 'qr.png');
  writeFileSync(picture, await code.screenshot());
  const read = spawnSync(zbarimg, ['-q', '--raw', picture], { encoding: 'utf8' });
  const text = read.stdout.trim();
  expect(read.status === 0 && text.length > 100, `zbarimg reads only “${text.slice(0, 60)}” (${read.status})`);
  expect(await checkAtVerify(world, text) === 'Valid', 'the text of the code is not valid');
  const at = Math.floor(text.length / 3);
  const changed = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
  expect(await checkAtVerify(world, changed) === 'Not valid', 'one changed letter is accepted');
  const inspector = await world.anybody('en');
  await inspector.open('/verify');
  await inspector.page.getByLabel(inspector.web('verify.upload')).setInputFiles(picture);
  await inspector.main().getByRole('button', { name: inspector.web('verify.check') }).first().click();
  await inspector.main().locator('.verdict.granted').waitFor();
}

async function visaAndEntry(world) {
  const id = world.left.placement;
  const employer = await world.as('plastics', 'ko');
  await employer.take(id, 'placement.request_visa', { illegal_hiring_penalty: 'none', neglected_reports: '0' }, 'placement.visa_requested');
  const visa = await world.as('visa', 'ko');
  await visa.take(id, 'placement.confirm_visa', { visa_number: 'V2026-77' }, 'placement.visa_confirmed');
  await visa.open(`/case/${id}/do/placement.enter`);
  await visa.fill('placement', { entry_day: day(30) });
  await visa.submit('placement.enter');
  await visa.page.getByRole('alert').waitFor(); // nobody has entered next month
  await visa.take(id, 'placement.enter', { entry_day: day() }, 'entered');
}

async function trainingAndWork(world) {
  const id = world.left.placement;
  const hrd = await world.as('hrd', 'en');
  await hrd.take(id, 'placement.finish_training', { training_hours: '20', training_finished_on: day(), returnee: false }, 'placement.trained');
  const employer = await world.as('plastics', 'ko');
  await employer.take(id, 'placement.start_work', {}, 'working');
  const worker = await world.as(world.left.worker, 'kk', PHONE);
  await worker.expectState('working');
}

async function readersAndData(world) {
  const officer = await world.as('officer2', 'en');
  await officer.open(`/case/${world.left.chosen}`);
  const worker = await world.as(world.left.worker, 'kk', PHONE);
  const reads = worker.main().locator('section', { has: worker.heading(worker.web('worker.reads')) });
  const lines = await reads.getByRole('listitem').allInnerTexts();
  expect(lines.length > 0 && /second person|officer2/.test(lines[0]), `the reading is not shown: ${lines[0]}`);
  const download = worker.page.waitForEvent('download');
  await worker.main().getByRole('link', { name: worker.web('worker.take_data') }).click();
  const chunks = [];
  for await (const chunk of await (await download).createReadStream()) {
    chunks.push(chunk);
  }
  const data = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  expect(data.cases.some(c => c.id === world.left.chosen) && data.cases.some(c => c.id === world.left.placement), 'a case is missing in the data');
  expect(data.file_reads.length >= 1, 'the readings are missing in the data');
  expect(world.left.chosen !== world.left.aida || JSON.stringify(data).includes(iin('98051640012')), 'the own number is missing in the data');
}

export const ERRANDS = [
  { name: 'an employer files too early and reads why and by which article (ko)', keyboard: true, run: w => tooEarly(w, 'ko') },
  { name: 'an employer files too early and reads why and by which article (en)', run: w => tooEarly(w, 'en') },
  { name: 'an employer sees every fault of a form at once, in Korean', run: missingDay },
  { name: 'an officer signs what the rules propose (en)', keyboard: true, run: signProposals },
  { name: 'an officer who departs from the proposal must say why (ko)', run: departWithoutReason },
  { name: 'an employer chooses among referred candidates without a name, by keyboard', keyboard: true, run: selectAnonymous },
  { name: 'an officer issues the permit', keyboard: true, run: permit },
  { name: 'an employer offers too low a wage, reads why, then offers a lawful contract (ko)', keyboard: true, run: offer },
  { name: 'a worker reads the contract in two languages and accepts (kk, phone)', keyboard: true, run: acceptContract },
  { name: 'an inspector reads the QR code of the permit; one changed letter is not valid', keyboard: true, run: qrCode },
  { name: 'the visa officer confirms and records the entry (ko)', keyboard: true, run: visaAndEntry },
  { name: 'training is recorded and the first day of work reported', keyboard: true, run: trainingAndWork },
  { name: 'a worker sees who read the file and takes all data home (kk, phone)', keyboard: true, run: readersAndData },
];
