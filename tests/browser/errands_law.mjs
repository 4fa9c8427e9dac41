// errands_law.mjs: the rules in force, what changed between two days, and "check a situation" on a phone.
// SPDX-License-Identifier: Apache-2.0
import { PHONE, expect } from './kit.mjs';

async function whatChanged(world) {
  const me = await world.anybody('ko', PHONE);
  await me.open('/law/changes?from=2021-01-01&to=2022-01-01');
  await me.page.locator('[name=from]').fill('2014-07-01');
  await me.page.locator('[name=to]').fill('2014-08-01');
  await me.main().locator('form.filter').getByRole('button').click();
  await me.heading(me.web('law.changes_models')).waitFor();
  const folds = me.main().locator('section[aria-labelledby=c-numbers] details');
  expect(await folds.locator('summary').count() > 0, 'no table of changes');
  for (const fold of await folds.all()) { // few stand open, many are folded: all can be opened
    if (!await fold.evaluate(e => e.open)) {
      await fold.locator('summary').press('Enter');
    }
    await fold.locator('table.dmn').first().waitFor();
  }
  const names = await folds.locator('h3').allInnerTexts();
  expect(names.length > 0 && names.every(n => /[가-힣]/.test(n)), `a table without a Korean name: ${names}`);
  const sideways = await me.main().locator('.scroll').evaluateAll(all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length);
  expect(sideways === 0, `${sideways} tables scroll sideways on the phone`);
  expect(await me.main().locator('table.dmn td', { hasText: /^null$/ }).count() === 0, 'a cell says null');
  await me.main().locator('#c-models + ul a[href*="departure-payout"]').first().click();
  await me.page.waitForURL(/departure-payout/);
  await me.open('/law/changes?from=2014-07-01&to=2014-08-01');
  await me.main().getByRole('link', { name: me.web('law.changes_before') }).first().click();
  await me.main().locator('h1').waitFor();
  expect(await me.page.evaluate(() => document.documentElement.scrollWidth) <= PHONE.width, 'the page is wider than the phone');
  await me.open('/law/changes?from=2021-01-01&to=2022-01-01'); // a year of many changes stays short on a phone
  expect(await folds.count() > 3 && await me.main().locator('table.dmn').first().isHidden(), 'the tables of a year are not folded');
  const high = await me.page.evaluate(() => document.documentElement.scrollHeight / window.innerHeight);
  expect(high < 7, `a year of changes is ${high.toFixed(1)} screens long`);
}

// First only what everybody is asked; a fact that the answer turns out to need is asked above then.
async function fewQuestionsFirst(world) {
  const me = await world.anybody('ru', PHONE);
  await me.open('/check?model=workplace-change');
  const first = me.main().locator('form[data-form=check] > .field, form[data-form=check] > fieldset');
  const before = await first.count();
  const behind = await me.main().locator('details.more .field, details.more fieldset').count();
  expect(before > 2 && before <= 8 && behind > before, `${before} questions first, ${behind} behind`);
  expect(!await me.page.locator('[name=paid_percent]').isVisible(), 'a question for some is asked of everybody');
  await me.page.locator('[name=cause]').selectOption('suspension');
  await me.main().getByRole('button', { name: me.web('check.run') }).click();
  await me.page.locator('#result').waitFor();
  await me.page.locator('[name=paid_percent]').waitFor({ state: 'visible' });
}

async function unverifiedIsSaid(world) {
  const me = await world.as('kz-worker', 'kk', PHONE);
  me.scheme = 'kz-flp';
  await me.open('/check?model=fine');
  await me.main().locator('details.more > summary').click();
  await me.page.locator('[name=governing_day]').fill('2023-05-02'); // its index is from memory
  for (const [name, value] of [['deed', 'no permit'], ['offender', 'medium firm']]) {
    await me.page.locator(`input[name=${name}][value="${value}"]`).check();
  }
  await me.main().getByRole('button', { name: me.web('check.run') }).click();
  await me.page.locator('#result').waitFor();
  await me.page.locator('#result').getByText(me.web('decision.rests_unverified')).waitFor();
  await me.page.locator('#result').getByText(me.web('decision.unverified'), { exact: true }).first().waitFor({ state: 'attached' });
}

// The columns of every table of the law, also those that compare two facts, stand in the reader's words.
async function columnsInWords(world) {
  for (const [language, scheme] of [['ko', 'kr-eps'], ['kk', 'kz-flp'], ['ru', 'kr-eps']]) {
    const me = scheme === 'kz-flp' ? await world.as('kz-akimat', language) : await world.anybody(language);
    await me.open('/law');
    const models = await me.main().locator('a[href*="/law/model/"]').evaluateAll(all => [...new Set(all.map(a => a.getAttribute('href')))]);
    expect(models.length > 10, `${models.length} models`);
    const found = [];
    for (const path of models) {
      const html = await (await me.context.request.get(world.origin + path)).text();
      const heads = await me.page.evaluate(text => [...new DOMParser().parseFromString(text, 'text/html').querySelectorAll('table.dmn th.in')].map(th => {
        th.querySelectorAll('.feel').forEach(f => f.remove());
        return th.textContent.trim();
      }), html);
      found.push(...heads.filter(h => /\b[a-z]{3,}\b/.test(h)).map(h => `${path}: ${h}`));
    }
    expect(found.length === 0, `${language}: ${found.length} columns, such as ${found.slice(0, 4).join(' | ')}`);
    await me.close();
  }
}

export const ERRANDS = [
  { name: 'anybody asks what changed in the law between two days (ko, phone)', keyboard: true, run: whatChanged },
  { name: 'a worker checks a situation and is asked few questions first (ru, phone)', run: fewQuestionsFirst },
  { name: 'the columns of every table of the law stand in the reader\'s words (ko, kk, ru)', run: columnsInWords },
  { name: 'an answer that rests on a figure from memory says so (kk, phone)', run: unverifiedIsSaid },
];
