// errands_rights.mjs: what a worker at work may need: another workplace, a complaint, a wrong report, all data; and what the others do then.
// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DESK, PHONE, day, expect } from './kit.mjs';

const SLIP = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from('an invented pay slip')]);

// On the home of a person: opens the heading under which a step stands, then the step.
async function press(person, group, step) {
  await person.open('/');
  await person.main().locator('summary', { hasText: person.group(group) }).click();
  await person.main().getByRole('link', { name: person.step(step), exact: true }).click();
}

async function fitsThePhone(person) {
  await person.page.waitForLoadState(); // with its style sheet
  const wide = await person.page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide <= PHONE.width, `the page is ${wide} wide`);
}

async function unpaidWages(world) {
  const worker = await world.as('worker-working', 'kk', PHONE);
  await press(worker, 'change.free', 'change.ask_arrears');
  await fitsThePhone(worker);
  await worker.fill('change', { arrears_months: '2', still_going_on: true });
  await worker.press('submit', 'change.free');
  await worker.page.getByRole('alert').waitFor(); // how much is missing
  await worker.fill('change', { arrears_percent: '40', account: 'Екі айдың жалақысы төленбеді' });
  await worker.press('submit', 'change.free');
  await worker.expectState('change.filed');
  world.left.change = worker.caseId();
  const officer = await world.as('officer', 'en');
  await officer.take(world.left.change, 'change.decide', {}, 'change.seeking');
  await worker.open('/');
  await worker.heading(worker.law('clock', 'search')).waitFor();
  expect(await worker.main().locator('meter').count() === 1, 'no clock is shown');
  await worker.heading(worker.web('worker.vacancies')).waitFor();
  await fitsThePhone(worker);
}

async function clockStops(world) {
  const worker = await world.as('worker-working', 'ru', PHONE);
  await worker.take(world.left.change, 'change.ask_pause', { pause_cause: 'illness', pause_from: day() }, 'change.pause_asked');
  const officer = await world.as('officer', 'ko');
  await officer.take(world.left.change, 'change.grant_pause', {}, 'change.paused');
  await worker.open('/');
  await worker.main().getByText(worker.web('worker.paused')).waitFor();
  expect(await worker.main().locator('meter').count() === 0, 'the clock still runs');
  await worker.take(world.left.change, 'change.end_pause', { pause_ended_on: day() }, 'change.seeking');
}

// Two officers match all who look for a new workplace in one industry; a worker reads what came of it and can check it.
async function matchMovers(world) {
  const worker = await world.as('worker-working', 'kk', PHONE);
  const first = await world.as('officer', 'ko');
  await first.open('/do/clearing.open');
  await first.fill('clearing', { industry: 'manufacturing' });
  await first.submit('clearing.open');
  await first.expectState('clearing.open');
  const id = first.caseId();
  await first.main().getByRole('link', { name: first.step('clearing.match') }).first().click();
  await first.submit('clearing.match');
  await first.expectState('clearing.open');
  const second = await world.as('officer2', 'ko');
  await second.open(`/case/${id}/do/clearing.match/confirm`);
  await second.main().getByRole('button', { name: second.web('step.confirm').replace('{step}', second.step('clearing.match')) }).click();
  await second.expectState('clearing.matched');
  await worker.open(`/case/${world.left.change}`);
  const card = worker.main().locator('section', { has: worker.heading(worker.web('case.round')) });
  const line = (await card.locator('pre').innerText()).trim();
  expect(/^worker [0-9a-f]{20} ticket [0-9a-f]{16} vacancy /.test(line), `not a published line: ${line}`);
  const rows = await worker.context.request.get(world.origin + await card.locator('a[href^="/round/"]').getAttribute('href'));
  expect((await rows.text()).includes(`worker,${line.split(' ')[1]},`), 'the own pseudonym does not stand in the published file');
  await fitsThePhone(worker);
}

async function complaint(world) {
  const worker = await world.as('worker-working', 'ru', PHONE);
  await worker.main().getByRole('link', { name: worker.step('complaint.file'), exact: true }).click();
  await fitsThePhone(worker);
  await worker.fill('complaint', { kind: worker.law('choice', 'wages not paid'), account: 'Нет зарплаты за два месяца' });
  await worker.page.getByLabel(worker.field('complaint', 'proof')).first().setInputFiles({ name: 'slip.exe', mimeType: 'image/png', buffer: Buffer.from('MZ') });
  await worker.submit('complaint.file');
  await worker.page.getByRole('alert').waitFor(); // a program is no picture
  await worker.page.getByLabel(worker.field('complaint', 'proof')).first().setInputFiles({ name: 'slip.png', mimeType: 'image/png', buffer: SLIP });
  await worker.submit('complaint.file');
  await worker.expectState('complaint.filed');
  world.left.complaint = worker.caseId();
  const employer = await world.as('employer2', 'ko');
  const answer = await employer.open(`/case/${world.left.complaint}`);
  expect(answer.status() === 403, `the employer may read the complaint: ${answer.status()}`);
  const officer = await world.as('officer', 'en');
  expect((await officer.open(`/case/${world.left.complaint}`)).status() === 403, 'every office may read the complaint');
  const inspector = await world.as('inspector', 'ko');
  await inspector.take(world.left.complaint, 'complaint.take_up', {}, 'complaint.examining');
  await inspector.open(`/case/${world.left.complaint}`);
  const waiting = inspector.page.waitForEvent('download');
  await inspector.main().getByRole('link', { name: /slip\.png/ }).click();
  const taken = readFileSync(await (await waiting).path());
  expect(taken.equals(SLIP), 'the file is not the one that was sent');
  await worker.open('/');
  const reads = worker.main().locator('section', { has: worker.heading(worker.web('worker.reads')) });
  const lines = (await reads.getByRole('listitem').allInnerTexts()).join(' ');
  expect(lines.includes(worker.law('reading', 'case-file')), `the worker does not see who took the file: ${lines}`);
}

async function wrongReport(world) {
  const employer = await world.as('employer2', 'ko', PHONE);
  await press(employer, 'report', 'report.absence');
  await employer.fill('report', { known_on: day(), absent_days: '5', lost: false });
  await employer.press('submit', 'report');
  await employer.expectState('report.filed');
  const id = employer.caseId();
  const worker = await world.as('worker-working', 'kk', PHONE);
  await worker.take(id, 'report.contest', { objection: 'Мен жұмыста болдым' }, 'report.contested');
  const inspector = await world.as('inspector', 'en');
  await inspector.take(id, 'report.strike', { note: 'The time cards show work' }, 'report.struck');
}

async function extensionNeedsAYes(world) {
  const employer = await world.as('employer2', 'ko');
  await employer.main().getByRole('link', { name: employer.step('extension.ask'), exact: true }).click();
  await employer.fill('extension', { months: '22', contract_from: day(-60), contract_until: day(1000) });
  await employer.submit('extension.ask');
  await employer.expectState('extension.asked');
  const id = employer.caseId();
  const worker = await world.as('worker-working', 'ru', PHONE);
  await worker.take(id, 'extension.reject', {}, 'extension.rejected_by_worker');
}

async function everythingToTakeHome(world) {
  for (const language of ['kk', 'ko']) {
    const worker = await world.as('worker-working', language, PHONE);
    const whole = await worker.context.request.get(world.origin + '/me/data.pdf');
    expect(whole.status() === 200, `${whole.status()}: ${(await whole.text()).replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 400)}`);
    const waiting = worker.page.waitForEvent('download');
    await worker.main().getByRole('link', { name: worker.web('worker.take_pdf') }).click();
    const bytes = readFileSync(await (await waiting).path());
    expect(bytes.subarray(0, 5).toString() === '%PDF-' && bytes.length > 10000, `no paper in ${language}`);
    const text = spawnSync('pdftotext', ['-', '-'], { input: bytes }).stdout.toString();
    for (const part of ['worker.reads', 'contact.title', 'notice.title']) {
      expect(text.includes(worker.web(part)), `the paper in ${language} has no "${worker.web(part)}"`);
    }
  }
}

async function calendarOfDuties(world) {
  const employer = await world.as('employer2', 'en');
  const href = await employer.main().getByRole('link', { name: employer.web('employer.calendar') }).getAttribute('href');
  const anybody = await world.anybody();
  const calendar = await anybody.context.request.get(world.origin + href);
  const text = await calendar.text();
  expect(calendar.status() === 200 && text.startsWith('BEGIN:VCALENDAR') && text.includes('BEGIN:VEVENT'), 'no calendar');
  const other = href.replace(/.\.ics$/, c => (c[0] === '0' ? '1' : '0') + '.ics');
  expect((await anybody.context.request.get(world.origin + other)).status() === 404, 'another address opens it, too');
}

async function roomWithReasons(world) {
  const employer = await world.as('employer2', 'ru', PHONE);
  const room = employer.main().locator('.foretold', { has: employer.heading(employer.step('employer.see_room')) });
  await room.locator('summary').click();
  expect((await room.locator('dl.facts').last().innerText()).length > 50, 'the facts used are not shown');
  await fitsThePhone(employer);
}

// The session ends while a form is filled in: nothing is sent, and what was typed is there after signing in.
async function sessionEnds(world) {
  const me = await world.as('worker-working', 'ru', PHONE);
  await me.main().getByRole('link', { name: me.step('complaint.file'), exact: true }).click();
  await me.page.waitForURL(/complaint.file/);
  const form = me.page.url().slice(world.origin.length);
  await me.page.getByLabel(me.field('complaint', 'account')).fill('Мне не заплатили за август.');
  await me.context.clearCookies({ name: 'session' });
  await me.main().locator('form[data-form] button[type=submit]').first().click();
  await me.page.getByText(me.web('error.kept')).waitFor();
  await me.main().getByRole('link', { name: me.web('error.sign_in'), exact: true }).click();
  await me.page.waitForURL(/\/sign-in\?next=/);
  await me.page.locator('form', { has: me.page.locator('input[name=login][value="worker-working"]') }).getByRole('button').click();
  await me.page.waitForURL(url => url.pathname + url.search === form);
  const typed = await me.page.getByLabel(me.field('complaint', 'account')).inputValue();
  expect(typed === 'Мне не заплатили за август.', `after signing in the form holds “${typed}”`);
  // a form that is too old is opened again, with what was typed
  await me.page.locator('form[data-form] input[name=csrf]').evaluate(e => { e.value = 'old'; });
  await me.main().locator('form[data-form] button[type=submit]').first().click();
  await me.main().getByRole('link', { name: me.web('error.again'), exact: true }).click();
  await me.page.waitForURL(url => url.pathname + url.search === form);
  expect(await me.page.getByLabel(me.field('complaint', 'account')).inputValue() === typed, 'a form opened again is empty');
}

async function draftWaits(world) {
  const without = { javaScriptEnabled: false };
  const worker = await world.as('worker-working', 'ko', PHONE, without);
  await press(worker, 'claim', 'claim.accident');
  await worker.fill('claim', { account: '손을 다쳤습니다' });
  await worker.main().getByRole('button', { name: worker.web('form.save_draft') }).click();
  await worker.page.waitForLoadState();
  const again = await world.as('worker-working', 'ko', DESK, without); // another device
  await again.main().locator('section', { has: again.heading(again.web('form.drafts')) }).getByRole('link').click();
  expect(await again.page.getByLabel(again.field('claim', 'account')).inputValue() === '손을 다쳤습니다', 'the draft is lost');
  await again.fill('claim', { event_day: day(-3) });
  await again.press('submit', 'claim');
  await again.expectState('claim.filed');
  await again.open('/');
  expect(await again.heading(again.web('form.drafts')).count() === 0, 'the draft is still there');
}

export const ERRANDS = [
  { name: 'a worker without wages asks for another workplace, and the clock is shown', keyboard: true, run: unpaidWages },
  { name: 'illness stops the clock of a change and it runs again', run: clockStops },
  { name: 'two officers match movers and a worker reads the own line of it (kk, phone)', run: matchMovers },
  { name: 'a worker complains with a photograph that only the inspector opens', keyboard: true, run: complaint },
  { name: 'a worker contests a wrong report and the inspector strikes it', run: wrongReport },
  { name: 'an extension takes effect only with the worker, who refuses', keyboard: true, run: extensionNeedsAYes },
  { name: 'a worker takes everything home as a paper', run: everythingToTakeHome },
  { name: 'a claim begun on the phone is finished on another device, without script', run: draftWaits },
  { name: 'a session ends while a complaint is written, and nothing typed is lost', run: sessionEnds },
  { name: 'an employer subscribes to the days of its duties', run: calendarOfDuties },
  { name: 'an employer sees the room for workers with its reasons', run: roomWithReasons },
];
