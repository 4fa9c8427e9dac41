// errands_ministry.mjs: those who oversee: from a figure to its cases, costs with their source, a draft tried, the years ahead; the
// special track of ethnic Koreans.
// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESK, PHONE, ROOT, day, expect, law } from './kit.mjs';

const NARROW = { width: 360, height: 780 };
const number = text => Number(text.replace(/[^\d]/g, ''));

// Opens the table under a chart, follows a figure and finds as many cases as it said.
async function figureToCases(world) {
  const ministry = await world.as('ministry', 'kk', PHONE);
  await ministry.open('/dashboard');
  const section = ministry.main().locator('section', { has: ministry.heading(law('kk', 'open_data', 'refusals')) });
  await section.locator('summary').first().click(); // the section folds
  await section.locator('figure summary').first().click();
  const link = section.locator('table a[href^="/cases/candidate?of=refusals"]').first();
  const said = number(await link.innerText());
  expect(said > 0, 'no refusal is counted');
  await link.click();
  await ministry.page.waitForURL(/\/cases\/candidate\?of=refusals/);
  const listed = await ministry.main().locator('tr[data-item]').count();
  expect(listed === Math.min(said, 50), `the figure says ${said}, the list has ${listed}`);
  await ministry.main().getByRole('link', { name: ministry.web('dashboard.back') }).click();
  const waits = ministry.main().locator('section', { has: ministry.heading(law('kk', 'open_data', 'waits')) });
  expect(await waits.locator('table caption', { hasText: ministry.web('dashboard.quantiles') }).count() === 1, 'no quantiles');
  expect(await waits.locator('figure').count() > 3, 'no distributions by stage');
  expect(await ministry.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the phone');
  await ministry.close();
}

// The figures of a scheme are many: a screen or a few to look over, a list that leads to each, and all of them on paper.
async function overviewOfFigures(world) {
  for (const [language, size, screens] of [['en', DESK, 6], ['ru', NARROW, 9]]) {
    const ministry = await world.as('ministry', language, size);
    await ministry.open('/dashboard');
    const height = await ministry.page.evaluate(() => document.documentElement.scrollHeight);
    expect(height < screens * 900, `the page is ${height} points long`);
    const row = ministry.main().getByRole('row', { name: ministry.law('types', 'candidate') });
    expect(number(await row.getByRole('cell').first().innerText()) > 0, 'nobody waits');
    const wide = await ministry.page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide <= size.width, `the page is ${wide} points wide`);
    await ministry.page.emulateMedia({ media: 'print' });
    expect(await ministry.heading(law(language, 'open_data', 'waits')).isVisible(), 'no heading on paper');
    for (const figure of await ministry.main().locator('figure svg.plot').all()) {
      expect((await figure.boundingBox())?.height > 0, 'paper lacks a chart of a folded section');
    }
    await ministry.close();
  }
  const ministry = await world.as('ministry', 'ko', DESK, { javaScriptEnabled: false });
  await ministry.open('/dashboard');
  await ministry.main().getByRole('navigation').getByRole('link', { name: law('ko', 'open_data', 'waits') }).click();
  await ministry.main().locator('section', { has: ministry.heading(law('ko', 'open_data', 'waits')) }).locator('figure').first().waitFor({ state: 'visible' });
  await ministry.close();
}

// No figure of a scale stands on a bar or line, no label is cut short, and sources that disagree are told apart by name.
async function chartsCanBeRead(world) {
  const anybody = await world.anybody('ru', NARROW);
  for (const path of ['/open-data', '/figures']) {
    await anybody.open(path);
    const cut = await anybody.main().locator('figure svg.plot text', { hasText: '…' }).count();
    expect(cut === 0, `${cut} labels of ${path} are cut short`);
    const wide = await anybody.page.evaluate(() => [...document.querySelectorAll('svg.plot text')].filter(t => t.getBoundingClientRect().right > innerWidth).length);
    expect(wide === 0, `${wide} labels of ${path} leave the window`);
  }
  const trade = anybody.main().locator('section', { has: anybody.heading(law('ru', 'choice', 'trade turnover')) });
  await trade.getByText(anybody.web('series.contested')).waitFor();
  for (const source of ['kt.kz', 'trend.az']) {
    expect((await trade.locator('svg.plot').innerHTML()).includes(source), `the chart does not say which value is of ${source}`);
  }
  const ministry = await world.as('ministry', 'ru', NARROW);
  await ministry.open('/dashboard');
  await ministry.page.evaluate(() => document.querySelectorAll('details.fold').forEach(d => d.open = true));
  const hidden = await ministry.page.evaluate(() => {
    const meet = (a, b) => a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1;
    return [...document.querySelectorAll('svg.plot')].filter(plot => {
      const bars = [...plot.querySelectorAll('rect.s1, rect.mark')].map(r => r.getBoundingClientRect()).filter(r => r.height > 20);
      return [...plot.querySelectorAll('text.tick')].some(t => bars.some(b => meet(t.getBoundingClientRect(), b)));
    }).length;
  });
  expect(hidden === 0, `on ${hidden} charts a figure of the scale stands on a bar`);
  for (const p of [anybody, ministry]) {
    await p.close();
  }
}

// What the two countries agreed is read in one's own language, days as the language writes them, and what is late says so in words.
async function agreementsInWords(world) {
  for (const language of ['ko', 'kk', 'ru']) {
    const ministry = await world.as('ministry', language, NARROW);
    await ministry.open('/agreements');
    const text = await ministry.main().innerText();
    expect(!/No talks|Visa exemption|Memorandum of|list of sending countries|\d{4}-\d\d-\d\d/.test(text), `${language}: ${text.match(/.*(?:No talks|Visa exemption|Memorandum of|list of sending|\d{4}-\d\d-\d\d).*/)?.[0]}`);
    expect(text.includes(ministry.web('queue.overdue')), 'late is told by colour alone');
    await ministry.open('/figures');
    const periods = (await ministry.main().innerText()).match(/· (?:Jan|May|Jul|Aug|Nov|Dec|end)[a-z]*/g);
    expect(periods === null, `${language}: ${periods}`);
    await ministry.close();
  }
}

// The agency publishes what a worker pays; everybody reads it with its source.
async function publishCost(world) {
  const agency = await world.as('agency', 'ru', PHONE);
  await agency.open('/do/cost.publish');
  await agency.fill('cost', { item: 'visa', amount: '27000', unit: 'KZT', payee: 'Consulate (invented)', from_day: day(), source: 'invented for this errand', confidence: 'invented' });
  await agency.submit('cost.publish');
  await agency.expectState('cost.published');
  const anybody = await world.anybody('kk');
  await anybody.open('/figures');
  const text = await anybody.main().innerText();
  expect(text.includes('Consulate (invented)') && text.includes('invented for this errand'), 'the cost is not among the figures');
  await agency.close();
  await anybody.close();
}

// A stricter draft of a model: the law in force gives every past outcome again, and the page says who would lose.
async function tryChange(world) {
  const ministry = await world.as('ministry', 'ko');
  const path = join(ROOT, 'law/kr-eps/decisions/2010-04-10/exam-result.dmn');
  const draft = readFileSync(path, 'utf8').replaceAll('(score &lt; minimum score)', '(score &lt; minimum score + 40)');
  expect(draft !== readFileSync(path, 'utf8'), 'the draft does not differ');
  await ministry.open('/law/try');
  await ministry.page.locator('#f-file').setInputFiles({ name: 'exam-result.dmn', mimeType: 'text/xml', buffer: Buffer.from(draft) });
  await ministry.main().getByRole('button', { name: ministry.web('try.run') }).click();
  await ministry.heading(ministry.web('try.result')).waitFor();
  const text = await ministry.main().innerText();
  expect(text.includes(ministry.web('try.reproduced')), 'the law in force does not give the past outcomes again');
  expect(await ministry.main().locator('tr[data-item^="CAN-"]').count() > 0, 'nobody loses by a stricter rule');
  for (const group of ['manufacturing', 'agriculture', 'KZ']) {
    expect(text.includes(ministry.law('choice', group)) && !new RegExp(`\\b${group}\\b`).test(text), `the group ${group} has no name of its own`);
  }
  await ministry.close();
}

// Other caps for a round: a cell that no round has is refused with those there are; then the round says, by industry, who loses.
async function tryCaps(world) {
  const ministry = await world.as('ministry', 'ru', PHONE);
  const send = async cell => {
    await ministry.open('/law/try');
    await ministry.page.locator('#f-file').setInputFiles({ name: 'quota.csv', mimeType: 'text/csv', buffer: Buffer.from(`cell,${cell},,1,\n`) });
    await ministry.main().getByRole('button', { name: ministry.web('try.run') }).click();
    await ministry.page.waitForLoadState();
  };
  await send('nowhere');
  const cell = /: (ALL-\d+)/.exec(await ministry.main().innerText())?.[1];
  expect(cell, 'the refusal does not name the cells of the round');
  await send(cell);
  await ministry.heading(ministry.web('try.result')).waitFor();
  const text = await ministry.main().innerText();
  expect(/· [А-Я]/.test(await ministry.main().locator('table.list td').first().innerText()), 'the part of the quota has no name');
  expect(!text.includes(ministry.law('trial', 'region')), 'tables without a row are shown');
  expect(await ministry.page.evaluate(() => document.documentElement.scrollWidth) <= PHONE.width, 'the page is wider than the phone');
  await ministry.close();
}

// A careless draft is answered by what is wrong with it and where, in the reader's language, and not as a failure of the service.
async function brokenDrafts(world) {
  const draft = readFileSync(join(ROOT, 'law/kr-eps/decisions/2010-04-10/exam-result.dmn'), 'utf8');
  const FILES = [
    ['exam-result.dmn', draft.replace('</decision>', '')],
    ['exam-result.dmn', draft.replace('typeRef="number"', 'typeRef="nombre"')],
    ['exam-result.dmn', 'no XML at all'],
    ['moon.dmn', draft],
    ['quota.csv', 'hello,1\n'],
    ['quota.csv', 'cell,ALL-000011,,many,\n'],
    ['quota.xlsx', 'PK'],
  ];
  for (const language of ['ko', 'kk', 'ru']) {
    const ministry = await world.as('ministry', language, PHONE);
    for (const [name, text] of FILES) {
      await ministry.open('/law/try');
      await ministry.page.locator('#f-file').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
      await ministry.main().getByRole('button', { name: ministry.web('try.run') }).click();
      const said = await ministry.main().getByRole('alert').innerText();
      expect(/[А-Яа-я가-힣]/.test(said) && !/ (?:is|has|line|the|of) /.test(said), `${language}, ${name}: ${said}`);
    }
    await ministry.close();
  }
}

// Sheets as people send them: what can be read is read, what cannot says where and what to do.
async function carelessSheets(world) {
  const ministry = await world.as('ministry', 'ru');
  const send = async (name, bytes) => {
    await ministry.open('/bulk/figure.publish');
    await ministry.page.locator('#f-file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(bytes) });
    await ministry.main().getByRole('button', { name: ministry.web('bulk.send') }).click();
    const done = ['checked', 'broken'].map(state => ministry.web(`bulk.state_${state}`));
    await ministry.page.waitForFunction(done => done.some(d => document.querySelector('main').innerText.includes(d)), done);
    return ministry.main().innerText();
  };
  const COLUMNS = ['series', 'year', 'value', 'unit', 'source', 'confidence', 'released_on'];
  const figure = { series: 'major projects', year: '2031', value: '28', unit: 'projects', source: 'invented', confidence: 'M', released_on: '03.06.2023' };
  const sheet = (mark, ...rows) => [COLUMNS, ...rows.map(r => COLUMNS.map(c => ({ ...figure, ...r })[c]))].map(cells => cells.join(mark)).join('\r\n') + '\r\n';
  const good = ministry.web('bulk.clean');
  for (const [name, text] of [['excel.csv', '\ufeff' + sheet(';', { value: '28,5' })], ['tabs.csv', sheet('\t', {})], ['twice.csv', sheet(',', {}, {})]]) {
    expect((await send(name, text)).includes(good), `${name} is not taken`);
  }
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(sheet('\t', {}), 'utf16le')]);
  const windows = Buffer.concat([Buffer.from(sheet(',', { source: '?' }).split('?')[0]), Buffer.from([0xcf, 0xf0, 0xe5, 0xf1, 0xf1, 0xe0]), Buffer.from(sheet(',', { source: '?' }).split('?')[1])]);
  const FAULTS = [
    ['utf16.csv', utf16, 'UTF-16'], ['windows-1251.csv', windows, 'строка 2, столбец E'], ['quote.csv', sheet(',', { source: '"never' }), 'Кавычка'],
    ['heading.csv', sheet(',').split('\r\n')[0], ministry.web('bulk.no_rows')], ['nothing.csv', '\ufeff', 'заголовков'],
    ['no source.csv', sheet(',', { source: ' ' }), ministry.web('error.FIELD_MISSING')], ['american.csv', sheet(',', { released_on: '06/03/2023' }), 'год-месяц-день'],
    ['huge.csv', sheet(',', { value: '1e99' }), ministry.web('error.FIELD_RANGE')], ['words.csv', sheet(',', { value: 'many' }), 'Нужно число'],
  ];
  for (const [name, bytes, said] of FAULTS) {
    const text = await send(name, bytes);
    expect(text.includes(said) && text.includes(ministry.web('bulk.another')), `${name} does not say “${said}”: ${text.replace(/\s+/g, ' ').slice(0, 300)}`);
  }
  await ministry.open('/bulk/figure.publish');
  await ministry.page.locator('#f-file').setInputFiles({ name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.alloc(0) });
  await ministry.main().getByRole('button', { name: ministry.web('bulk.send') }).click();
  await ministry.main().getByText(ministry.web('said.empty_file')).first().waitFor();
  await ministry.close();
}

// The years ahead: bands as charts with tables; asked again, the page is there at once.
async function yearsAhead(world) {
  const committee = await world.as('committee', 'ru', PHONE);
  await committee.open('/simulate');
  expect(await committee.main().locator('figure svg.plot').count() === 10, 'not ten charts');
  const said = await committee.main().innerText();
  for (const key of ['test', 'fit', 'shown', 'rates']) expect(said.includes(committee.web(`simulate.${key}`)), `the page does not tell ${key}`);
  const table = committee.main().locator('figure').first().locator('summary');
  await table.click();
  const before = await committee.main().locator('figure').first().locator('tbody').innerText();
  expect(before.split('\n').length > 15, 'the table has no years');
  const from = Date.now();
  await committee.open('/simulate');
  const took = Date.now() - from;
  await committee.main().locator('figure').first().locator('summary').click();
  expect(await committee.main().locator('figure').first().locator('tbody').innerText() === before, 'the same seed gives other figures');
  expect(took < 5000, `the kept report took ${took} ms`);
  expect(await committee.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the phone');
  await committee.close();
}

// ---- Ethnic Koreans from confirmation to start report ----

// Entered before new H-2 visas ended; who entered later is refused by the model.
async function specialTrack(world) {
  const officer = await world.as('officer', 'ko', PHONE);
  await officer.open('/do/kin.register');
  await officer.fill('kin', { country: 'KZ', family_name: 'TSOY', given_name: 'VERA (INVENTED)', birth_date: '1988-04-02', passport: 'N77100221', visa: 'H-2', entered_on: '2025-11-03' });
  await officer.submit('kin.register');
  await officer.expectState('kin.filed');
  const kin = officer.caseId();
  await officer.open('/do/account.open_kin');
  await officer.fill('account', { login: 'kin-errand', name: 'VERA (invented)', party: kin, language: 'kk' });
  await officer.submit('account.open_kin');
  await officer.expectState('open');
  const person = await world.as('kin-errand', 'kk', PHONE);
  await person.take(kin, 'kin.accept', {}, 'kin.accepted');
  const hrd = await world.as('hrd', 'ru', PHONE);
  await hrd.take(kin, 'kin.record_training', { trained_on: day(-2), training_hours: '16' }, 'kin.listed');

  const employer = await world.as('employer', 'ko', PHONE);
  await employer.open('/do/special.ask');
  await employer.fill('special', { division: '10', construction: false, formerly_listed: false, posts: '1', kin });
  await employer.submit('special.ask');
  await employer.expectState('special.asked');
  const special = employer.caseId();
  await officer.take(special, 'special.decide', { requirements_met: true }, 'special.confirmed');
  await employer.take(special, 'special.hire', { kin });
  await person.open('/');
  const hire = (await person.main().locator('a[href*="/case/SPH-"]').first().getAttribute('href')).match(/SPH-\d+/)[0];
  await person.take(hire, 'special_hire.start', { started_on: day() }, 'special_hire.started');
  await employer.open('/');
  expect((await employer.main().innerText()).includes(employer.step('special_hire.report')), 'the employer is not told to report the start');
  await employer.take(hire, 'special_hire.report', {}, 'special_hire.reported');
  await person.open('/');
  expect((await person.main().innerText()).includes(law('kk', 'state', 'special_hire.reported')), `the person does not see that the start is reported: ${await person.shortText()}`);
  for (const p of [officer, person, hrd, employer]) {
    expect(await p.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'a page is wider than the phone');
    await p.close();
  }
}

export const ERRANDS = [
  { name: 'an ethnic Korean is listed, confirmed, hired and reported on the special track (ko, kk, ru, phone)', run: specialTrack },
  { name: 'the ministry goes from a figure to the cases behind it (kk, phone)', keyboard: true, run: figureToCases },
  { name: 'the ministry looks over its figures, jumps to one without scripts, and prints them all (en, ko, ru)', run: overviewOfFigures },
  { name: 'charts can be read on a telephone, and say whose value is whose (ru)', run: chartsCanBeRead },
  { name: 'agreements and figures are read in one\'s own language (ko, kk, ru, phone)', run: agreementsInWords },
  { name: 'the sending agency publishes a cost with its source, and anybody reads it (ru, kk)', keyboard: true, run: publishCost },
  { name: 'the ministry tries a stricter draft on the past (ko)', keyboard: true, run: tryChange },
  { name: 'the ministry tries other caps for a round (ru, phone)', keyboard: true, run: tryCaps },
  { name: 'a broken draft is answered in the reader\'s language (ko, kk, ru, phone)', run: brokenDrafts },
  { name: 'careless sheets of figures are read, or told where they fail and what to do (ru)', run: carelessSheets },
  { name: 'the committee looks at the years ahead, once computed (ru, phone)', run: yearsAhead },
];
