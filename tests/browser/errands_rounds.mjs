// errands_rounds.mjs: the outcome of a round by points, and a place on the roster, as those see it whom they concern.
// SPDX-License-Identifier: Apache-2.0
import { PHONE, expect } from './kit.mjs';

// The demo holds one ranked round; the first employer took part in it.
async function seeOutcome(world) {
  const employer = await world.as('employer', 'ko', PHONE);
  await employer.open('/');
  const own = employer.main().locator('a[href^="/case/APP-"]');
  const paths = [...new Set(await own.evaluateAll(links => links.map(a => a.getAttribute('href').split('/').slice(0, 3).join('/'))))];
  let found = null;
  for (const path of paths) {
    await employer.open(path);
    if (await employer.heading(employer.web('case.round')).count() > 0) {
      found = path;
      break;
    }
  }
  expect(found !== null, 'no application of the employer shows the round that ranked it');
  const card = employer.main().locator('section', { has: employer.heading(employer.web('case.round')) });
  const line = (await card.locator('pre').innerText()).trim();
  expect(/^application [0-9a-f]{20} rank \d+ points -?\d+ /.test(line), `not a published line: ${line}`);
  const rows = await employer.context.request.get(world.origin + await card.locator('a[href^="/round/"]').getAttribute('href'));
  const text = await rows.text();
  expect(text.includes(`application,${line.split(' ')[1]},`), 'the own pseudonym does not stand in the published file');
  expect(/^secret,[0-9a-f]{64}$/m.test(text), 'the secret is not revealed');
  expect(!text.includes('APP-'), 'the published file names cases');
  const receipt = employer.main().locator('a[href^="/receipt/"]').first();
  const note = await (await employer.context.request.get(world.origin + await receipt.getAttribute('href'))).text();
  expect(note.startsWith('goldenbridge receipt 1\n') && note.includes(`case ${found.split('/')[2]}\n`), `not a receipt: ${note}`);
  const stranger = await world.as('employer2', 'en');
  const refused = await stranger.context.request.get(world.origin + await receipt.getAttribute('href'));
  expect(refused.status() === 404, `another employer got the receipt: ${refused.status()}`);
}

async function seeRoster(world) {
  const worker = await world.as('worker-roster', 'kk', PHONE);
  await worker.open('/');
  const card = worker.main().locator('section', { has: worker.heading(worker.web('worker.roster')) });
  await card.getByText(worker.web('roster.draws')).waitFor();
  expect(await card.locator('a[href^="/log/"]').count() > 0, 'no draw names its entry in the log');
  expect((await card.innerText()).split('\n').length > 8, 'the card says too little');
}

export const ERRANDS = [
  { name: 'an employer sees the own line of a round, its file and a receipt (ko, phone)', run: seeOutcome },
  { name: 'a candidate on the roster sees each draw and the likely wait (kk, phone)', keyboard: true, run: seeRoster },
];
