// errands_all_pages.mjs: what must hold on every page: languages, no raw keys, nothing that axe objects to; screenshots.
// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DESK, LANGUAGES, PHONE, ROOT, expect } from './kit.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const WHO_SEES_WHAT = {
  '': ['/', '/sign-in', '/sign-in/recover', '/check', '/check?model=employer-eligibility', '/law', '/law/article?act=act&at=8', '/law/changes?from=2021-01-01&to=2022-01-01', '/law/model/headcount-limit', '/log', '/log/12', '/figures', '/costs', '/agreements', '/open-data', '/verify', '/api', '/api?step=candidate.register', '/api/problems', '/no-such-page'],
  worker: ['/', '/me/access', '/case/CAN-000014', '/contract/PLA-000002', '/permit/PLA-000002', '/case/PLA-000002/do/placement.decline'],
  'worker-filed': ['/'],
  'worker-roster': ['/'],
  'worker-working': ['/', '/notices', '/contact'],
  employer: ['/', '/case/APP-000001', '/case/APP-000001/do/application.select', '/do/application.recruit', '/case/EMP-000001/do/employer.update_figures'],
  officer: ['/', '/shortcuts', '/cases/candidate', '/cases/application?state=referred', '/case/APP-000001', '/case/EMP-000002', '/case/PLA-000001', '/case/PLA-000003/do/placement.permit', '/case/APP-000009/do/application.give_place'],
  agency: ['/', '/bulk', '/bulk/candidate.register', '/do/candidate.register', '/do/account.open_worker', '/case/COH-000001', '/case/COH-000001/do/cohort.message', '/do/cohort.open', '/case/CAN-000004/do/candidate.message'],
  hrd: ['/', '/cases/agreement'],
  visa: ['/', '/case/PLA-000006/do/placement.confirm_visa'],
  committee: ['/', '/do/quota.decide', '/cases/quota'],
  ministry: ['/', '/webhooks', '/do/allocation.release', '/cases/allocation', '/agreements', '/do/instrument.start', '/dashboard', '/cases/candidate?of=terms&cell=candidate.passed:kept', '/figures', '/law/try', '/simulate', '/do/cost.publish'],
  admin: ['/', '/do/account.open_staff', '/cases/account'],
  'kz-employer': ['/', '/do/permit.post_vacancy', '/do/permit.ask_transfer', '/do/worker.register', '/case/KZE-000001/do/employer.update_figures'],
  'kz-akimat': ['/', '/cases/permit', '/case/KZP-000001', '/case/KZP-000004/do/permit.decide', '/do/employer.register', '/quota', '/dashboard'],
  'kz-ministry': ['/', '/do/quota.divide', '/cases/quota', '/dashboard', '/open-data'],
  'kz-inspector': ['/case/KZE-000002/do/employer.record_breach'],
  'kz-worker': ['/', '/check', '/check?model=local-content', '/check?model=permit-need', '/law', '/law/model/permit-fee', '/log'],
};

async function switchKeepsPage(world) {
  const me = await world.anybody('en');
  await me.open('/check?model=headcount-limit');
  const before = me.page.url();
  for (const language of ['ko', 'kk', 'ru', 'en']) {
    await me.page.locator('summary', { hasText: me.web('language.name') }).click();
    await me.page.getByRole('banner').locator(`a[hreflang="${language}"]`).click();
    await me.page.waitForFunction(l => document.documentElement.lang === l, language);
    me.language = language;
    expect(me.page.url() === before, `another page: ${me.page.url()}`);
    await me.page.getByRole('heading', { name: me.web('check.facts'), exact: true }).waitFor();
  }
}

// Words that only a programmer knows. Tables of rules and fingerprints are for checking, not for reading: left out.
// The page is read as it was sent: most of these pages are drawn by other errands.
function rawWords([html, language]) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const copy = page.querySelector('main');
  copy.querySelectorAll('pre, code, .mono, .feel, .dmn, script, textarea, .hash').forEach(e => e.remove());
  const text = (page.title + ' ' + copy.innerHTML.replace(/<[^>]*>/g, ' \n ')).replace(/&amp;/g, '&');
  const found = [...text.matchAll(/⟦[^⟧]*⟧?|\b(?:step|field|state|event|role|type|choice|fault|error|form|worker|case|list|decision)\.[a-z_]+(?:\.[a-z_]+)?|\b[a-z0-9]+_[a-z0-9_]+\b|\b[A-Z]{3,}_[A-Z_]+\b|\bundefined\b|\bnull\b|\bNaN\b/g)].map(m => m[0]);
  if (language !== 'en') {
    const cell = [...copy.querySelectorAll('dt, th, legend, label, button, h1, h2, h3, .chip')]
      .map(e => e.textContent.trim()).filter(t => /^[a-z][a-z ]{5,}$/.test(t));
    found.push(...cell);
  }
  return [...new Set(found)];
}

async function noRawWords(world, language) {
  const found = [];
  for (const [login, paths] of Object.entries(WHO_SEES_WHAT)) {
    const person = login ? await world.as(login, language) : await world.anybody(language);
    for (const path of paths) {
      const answer = await person.context.request.get(world.origin + path);
      if (answer.status() >= 500 || (answer.status() >= 400 && path !== '/no-such-page')) {
        found.push(`${login} ${path}: ${answer.status()}`);
      }
      const words = await person.page.evaluate(rawWords, [await answer.text(), language]);
      if (words.length > 0) {
        found.push(`${login} ${path}: ${words.slice(0, 6).join(' ')}`);
      }
    }
    await person.close();
  }
  expect(found.length === 0, found.join(' | '));
}

const AXE_PAGES = {
  '': ['/', '/sign-in', '/sign-in/recover', '/check?model=candidate-eligibility', '/law', '/law/article?act=act&at=8', '/law/changes?from=2021-01-01&to=2022-01-01', '/law/model/headcount-limit', '/log', '/log/12', '/figures', '/agreements', '/open-data', '/verify', '/api', '/api?step=candidate.register', '/api/problems', '/no-such-page'],
  worker: ['/', '/me/access', '/contract/PLA-000002', '/permit/PLA-000002'],
  'worker-roster': ['/'],
  employer: ['/', '/case/APP-000001', '/case/APP-000001/do/application.select'],
  officer: ['/', '/shortcuts', '/cases/candidate', '/case/APP-000009/do/application.give_place', '/case/CAN-000014', '@decision'],
  agency: ['/do/candidate.register'],
  ministry: ['/agreements', '/dashboard', '/cases/candidate?of=terms&cell=candidate.passed:kept', '/figures', '/do/instrument.start', '/law/try', '/simulate'],
};

async function pathOf(person, path) {
  if (path !== '@decision') {
    return path;
  }
  await person.open('/case/APP-000001');
  return person.main().locator('a[href^="/decision/"]').last().getAttribute('href');
}

async function audit(person, found, path, look) {
  await person.page.setViewportSize(look.size);
  await person.page.emulateMedia({ colorScheme: look.scheme });
  await person.page.evaluate(() => Promise.allSettled(document.getAnimations().map(a => a.finished))); // colours fade in
  const rules = look.scheme === 'dark' ? { runOnly: { type: 'rule', values: ['color-contrast'] } } : {}; // the dark page differs in its colours alone
  const result = await person.page.evaluate(r => globalThis.axe.run(document, { resultTypes: ['violations'], ...r }), rules);
  for (const v of result.violations) {
    found.push(`${path} ${look.size.width} ${look.scheme}: ${v.id} ${v.nodes.map(n => n.target.join(' ')).slice(0, 2).join(', ')}`);
  }
  for (const wide of await person.page.evaluate(widths)) {
    found.push(`${path} ${look.size.width}: ${wide}`);
  }
}

// Is the page wider than its window: as it is, and with the widest font that a device may fall back to and a quarter larger text?
function widths() {
  const root = document.documentElement, found = [];
  for (const [font, size] of [['', ''], ['"DejaVu Sans", Verdana, sans-serif', '125%']]) {
    root.style.setProperty('--font', font);
    root.style.fontSize = size;
    const edge = window.innerWidth;
    if (root.scrollWidth > edge + 1) {
      const out = [...document.querySelectorAll('body *')].find(e => e.getBoundingClientRect().right > edge + 1);
      found.push(`${root.scrollWidth - edge} pixels wider than the window (${size || 'as it is'}), first ${out?.tagName} ${out?.className}`);
    }
  }
  root.style.removeProperty('--font');
  root.style.fontSize = '';
  return found;
}

// The page as it stands, for pages that no address leads to.
export async function axeFindsNothing(person) {
  const found = [], { width, height } = person.page.viewportSize();
  await person.page.evaluate(AXE);
  await audit(person, found, person.page.url(), { size: { width, height }, scheme: 'light' });
  expect(found.length === 0, found.join(' | '));
}

// A picture for docs/screenshots, only with --screenshots.
export async function picture(world, person, name) {
  if (!world.screenshots) {
    return;
  }
  await person.page.evaluate(() => document.fonts.ready);
  const path = join(ROOT, 'docs/screenshots', `${name}.png`);
  await person.page.screenshot({ path, animations: 'disabled' });
  const { size: bytes } = statSync(path);
  expect(bytes < 150 * 1024, `${name}.png has ${bytes} bytes`);
}

async function axe(world, size, languages) {
  const found = [];
  let n = 0;
  for (const [login, paths] of Object.entries(AXE_PAGES)) {
    for (const wanted of paths) {
      const language = languages[n++ % languages.length];
      const person = login ? await world.as(login, language, size) : await world.anybody(language, size);
      const path = await pathOf(person, wanted);
      await person.open(path);
      await person.page.evaluate(AXE);
      for (const scheme of ['light', 'dark']) {
        await audit(person, found, `${login} ${path} (${language})`, { size, scheme });
      }
      await person.close();
    }
  }
  expect(found.length === 0, found.join(' | '));
}

// Every page that somebody sees, in the narrowest window that WCAG knows (1.4.10): a desk at 400 %, a small phone.
async function narrow(world) {
  const found = [], size = { width: 320, height: 640 };
  let n = 0;
  for (const [login, paths] of Object.entries(WHO_SEES_WHAT)) {
    const language = LANGUAGES[n++ % LANGUAGES.length];
    const person = login ? await world.as(login, language, size) : await world.anybody(language, size);
    for (const path of paths) {
      await person.open(path);
      await person.page.evaluate(AXE);
      await audit(person, found, `${login} ${path} (${language})`, { size, scheme: 'light' });
    }
    await person.close();
  }
  expect(found.length === 0, found.join(' | '));
}

async function badLanguageOfErrors(world) {
  const found = [];
  for (const language of LANGUAGES) {
    const me = await world.anybody(language);
    const answer = await me.open('/no-such-page');
    expect(answer.status() === 404, `status ${answer.status()}`);
    await me.heading(me.web('error.NOT_FOUND')).waitFor();
    const text = await me.main().innerText();
    if (language !== 'en' && /There is no/.test(text)) {
      found.push(language);
    }
    await me.close();
  }
  expect(found.length === 0, `English errors for readers of ${found.join(', ')}`);
}

const PICTURES = [
  ['home', '', 'en', DESK, '/'],
  ['worker', 'worker', 'kk', PHONE, '/'],
  ['contract', 'worker', 'kk', PHONE, '/contract/PLA-000002'],
  ['permit', 'worker', 'ru', PHONE, '/permit/PLA-000002'],
  ['queue', 'officer', 'ko', DESK, '/'],
  ['decision', 'officer', 'en', DESK, '@decision'],
  ['candidates', 'employer', 'ko', DESK, '/case/APP-000001/do/application.select'],
  ['check', '', 'ru', DESK, '/check?model=headcount-limit'],
  ['log', '', 'en', DESK, '/log'],
];

async function screenshots(world) {
  if (!world.screenshots) {
    return 'only with --screenshots';
  }
  for (const [name, login, language, size, wanted] of PICTURES) {
    const person = login ? await world.as(login, language, size) : await world.anybody(language, size);
    await person.open(await pathOf(person, wanted));
    await picture(world, person, name);
    await person.close();
  }
}

// Every page that somebody sees, as the one who sees it does, and a list of them to read.
async function album(world) {
  if (!world.screenshots) {
    return 'only with --screenshots';
  }
  const folder = join(ROOT, 'docs/screenshots/pages'), list = ['# Every page', '', 'Made by `node tests/browser/run.mjs --screenshots`, from the demonstration; its people are invented.', ''];
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [login, paths] of Object.entries(WHO_SEES_WHAT)) {
    const byPhone = login.includes('worker'), language = byPhone ? 'kk' : 'en';
    const person = login ? await world.as(login, language, byPhone ? PHONE : DESK) : await world.anybody(language, DESK);
    list.push(`## ${login || 'anybody'}`, '');
    for (const path of paths) {
      const name = `${login || 'anybody'}${path === '/' ? '' : path.replace(/[^A-Za-z0-9]+/g, '-')}.jpg`;
      await person.open(path);
      await person.page.evaluate(() => document.fonts.ready);
      await person.page.screenshot({ path: join(folder, name), type: 'jpeg', quality: 60, animations: 'disabled' });
      list.push(`- \`${path}\` [${await person.page.title()}](${name})`);
    }
    list.push('');
    await person.close();
  }
  writeFileSync(join(folder, 'README.md'), list.join('\n'));
}

export const PICTURE_ERRANDS = [
  { name: 'screenshots of the main pages', run: screenshots },
  { name: 'screenshots of every page', run: album },
];

export const ERRANDS = [
  { name: 'a change of language keeps the page', run: switchKeepsPage },
  { name: 'a wrong address is explained in four languages', run: badLanguageOfErrors },
  ...LANGUAGES.map(l => ({ name: `no page shows a raw key or code (${l})`, run: w => noRawWords(w, l) })),
  { name: 'axe finds nothing on any page (desk, light and dark)', run: w => axe(w, DESK, ['en', 'ko']) },
  { name: 'axe finds nothing on any page that somebody sees, and none is wider than 320 points', run: narrow },
  { name: 'axe finds nothing on any page (phone, light and dark)', run: w => axe(w, PHONE, ['kk', 'ru']) },
];
