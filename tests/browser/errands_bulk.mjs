// errands_bulk.mjs: many candidates from one sheet: faults by row and column, all good rows, signed result, the same again.
// SPDX-License-Identifier: Apache-2.0
import { PHONE, day, expect, iin, passportZone } from './kit.mjs';

const HEAD = ['country', 'industry', 'family_name', 'given_name', 'native_name', 'iin', 'mrz', 'birth_date', 'test_application_day',
  'prison_record', 'removed_before', 'departure_order_before', 'barred_from_leaving', 'e9_months', 'e10_months', 'epidemic_months'];

// Days, choices and yes or no as people write them in Kazakhstan.
function row(n, wrong) {
  const born = `9105${10 + n}`, number = iin(`${born}30${10 + n}0`);
  const zone = passportZone({ surname: 'BEKZHANOV', given: `SANZHAR${'ABCDEFGH'[n]}`, number: `N9100000${n}`, birth: born, sex: 'M', expiry: '330101' });
  return ['KZ', wrong === 'industry' ? 'тоқыма' : 'Өндіріс', 'Bekzhanov', `Sanzhar${'abcdefgh'[n]}`, '', wrong === 'iin' ? number.slice(0, 11) + (Number(number[11]) + 1) % 10 : number,
    zone, `${10 + n}.05.1991`, day(-20), 'жоқ', 'Жоқ', 'no', 'false', '0', '0', '0'];
}

const csv = rows => Buffer.from('\uFEFF' + rows.map(r => r.map(c => `"${c}"`).join(';')).join('\r\n') + '\r\n');

async function sendSheet(person, name, rows) {
  await person.open('/');
  await person.page.getByRole('navigation').getByRole('link', { name: person.web('nav.bulk') }).click();
  await person.main().getByRole('link', { name: person.step('candidate.register') }).first().click();
  await person.page.getByLabel(person.web('bulk.choose_file')).setInputFiles({ name, mimeType: 'text/csv', buffer: csv(rows) });
  await person.main().getByRole('button', { name: person.web('bulk.send') }).click();
  await person.main().getByText(person.web('bulk.state_checked'), { exact: true }).first().waitFor();
}

const place = (person, line, column) => person.web('bulk.row_column').replace('{row}', line).replace('{column}', column);

const figures = async person => Object.fromEntries(await person.page.locator('dl.figures > div').evaluateAll(list =>
  list.map(d => [d.querySelector('dt').textContent.trim(), d.querySelector('dd').textContent.trim()])));

async function importCandidates(world) {
  const agency = await world.as('agency', 'kk');
  const rows = [HEAD, row(0), row(1, 'iin'), row(2), row(3, 'industry'), row(4)];
  await sendSheet(agency, 'үміткерлер.csv', rows);
  let seen = await figures(agency);
  expect(seen[agency.web('bulk.n_good_dry')] === '3' && seen[agency.web('bulk.n_faulty')] === '2', `the dry run says ${JSON.stringify(seen)}`);
  const faults = await agency.page.getByRole('table', { name: agency.web('bulk.faults') }).innerText();
  expect(faults.includes(place(agency, 3, 'F')), `no row and column of the check digit: ${faults}`);
  expect(faults.includes(agency.web('error.FIELD_CHECK_DIGIT')), 'the fault is not in the language of the reader');
  expect(faults.includes(place(agency, 5, 'B')), 'no row and column of the choice');
  await agency.page.getByRole('radio', { name: agency.web('bulk.mode_good') }).check();
  await agency.main().getByRole('button', { name: agency.web('bulk.run') }).click();
  await agency.main().getByText(agency.web('bulk.state_done'), { exact: true }).first().waitFor();
  seen = await figures(agency);
  expect(seen[agency.web('bulk.n_good')] === '3', `the run says ${JSON.stringify(seen)}`);
  const [result] = await Promise.all([agency.page.waitForEvent('download'), agency.main().getByRole('link', { name: 'CSV', exact: true }).click()]);
  const text = (await import('node:fs')).readFileSync(await result.path(), 'utf8');
  expect((text.match(/CAN-\d+/g) ?? []).length === 3, `the result names no cases: ${text}`);
  // mended and sent again by a phone: what is done is not done twice
  const phone = await world.as('agency', 'kk', PHONE);
  await sendSheet(phone, 'үміткерлер.csv', rows);
  seen = await figures(phone);
  expect(seen[phone.web('bulk.n_repeated')] === '3', `the second time says ${JSON.stringify(seen)}`);
}

async function templateWorks(world) {
  const hrd = await world.as('hrd', 'ko');
  await hrd.open('/bulk/candidate.record_test');
  const [xlsx] = await Promise.all([hrd.page.waitForEvent('download'), hrd.main().getByRole('link', { name: 'XLSX' }).click()]);
  expect((await import('node:fs')).readFileSync(await xlsx.path()).subarray(0, 2).toString() === 'PK', 'the template is no workbook');
  const answer = await hrd.open('/bulk/candidate.register');
  expect(answer.status() === 403, `a step of another role answers ${answer.status()}`);
  const worker = await world.as('worker', 'ru');
  expect((await worker.open('/bulk/candidate.accept')).status() === 403, 'consent can be given by spreadsheet');
}

export const ERRANDS = [
  { name: 'a sheet of candidates: faults by row and column, the good rows written, the same sheet again', keyboard: true, run: importCandidates },
  { name: 'templates only for steps of the own role', run: templateWorks },
];
