// kit.mjs: a server of our own, a browser, people who sign in, and documents with right check digits.
// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const LANGUAGES = ['en', 'ko', 'kk', 'ru'];
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 900 };
const PATIENCE = 60000;

export function findOnPath(names) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch {
        // not here: look further
      }
    }
  }
  return null;
}

// ---- The server ----

// The server names its own address once it listens: a port that was free a moment ago may be taken by now.
function listening(child) {
  return new Promise((done, fail) => {
    let text = '';
    const timer = setTimeout(() => fail(new Error('the server did not start')), PATIENCE);
    const end = (settle, value) => {
      clearTimeout(timer);
      settle(value);
    };
    child.once('error', e => end(fail, e));
    child.once('exit', code => end(fail, new Error(`the server ended with ${code}`)));
    child.stdout.on('data', bytes => {
      text += bytes;
      const origin = /http:\/\/\S+(?=\s)/.exec(text)?.[0];
      if (origin) {
        end(done, origin);
      }
    });
  });
}

export async function startServer(sizes, more = {}) {
  const program = process.env.GOLDENBRIDGE ?? join(ROOT, 'out/goldenbridge');
  const folder = mkdtempSync(join(tmpdir(), 'goldenbridge-browser-'));
  const store = join(folder, 'errands.store');
  const made = spawnSync(program, ['demo', '--store', store, ...sizes], { cwd: ROOT, encoding: 'utf8' });
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`no demo store: ${made.error ?? made.stderr}`);
  }
  const server = await serveStore(store, ['--demo'], more).catch(e => {
    rmSync(folder, { recursive: true, force: true });
    throw e;
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...server, folder, stop };
}

// A server on a store that is there, with those options and what more its environment says.
export async function serveStore(store, options, more = {}) {
  const program = process.env.GOLDENBRIDGE ?? join(ROOT, 'out/goldenbridge');
  const child = spawn(program, ['serve', '--store', store, '--port', '0', ...options], { cwd: ROOT, env: { ...process.env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = [];
  child.stderr.on('data', bytes => said.push(String(bytes)));
  const stop = async () => {
    if (child.exitCode === null) {
      const gone = new Promise(r => child.once('exit', r));
      child.kill('SIGTERM');
      await gone;
    }
  };
  const origin = await listening(child).catch(async e => {
    await stop();
    throw new Error(`${e.message} ${said.join('')}`);
  });
  return { origin, stop, said: () => said.join(''), alive: () => child.exitCode === null };
}

// ---- The browser ----

export async function openBrowser(executablePath) {
  const args = ['--disable-background-networking', '--disable-sync', '--no-first-run'];
  if (process.getuid?.() === 0) {
    args.push('--no-sandbox');
  }
  return chromium.launch({ executablePath, args, timeout: PATIENCE });
}

// ---- Texts: what a person reads, looked up where the program looks it up ----

const read = path => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const WEB = Object.fromEntries(LANGUAGES.map(l => [l, read(`web/messages/${l}.json`)]));
// The scheme's own texts stand in several files for each language.
function lawTexts(scheme, language) {
  const all = {}, folder = `law/${scheme}/messages`;
  for (const file of readdirSync(join(ROOT, folder)).filter(f => f.endsWith(`.${language}.json`))) {
    for (const [kind, texts] of Object.entries(read(`${folder}/${file}`))) {
      all[kind] = { ...all[kind], ...texts };
    }
  }
  return all;
}
const LAW = Object.fromEntries(['kr-eps', 'kz-flp'].map(scheme => [scheme, Object.fromEntries(LANGUAGES.map(l => [l, lawTexts(scheme, l)]))]));

export function web(language, key) {
  const text = WEB[language][key];
  if (text === undefined) {
    throw new Error(`no text ${key} in ${language}`);
  }
  return text;
}

export function law(language, kind, name, scheme = 'kr-eps') {
  return LAW[scheme][language][kind]?.[name] ?? name;
}

const escapeRegex = text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// A label may be followed by "(optional)".
const labelled = text => new RegExp(`^\\s*${escapeRegex(text)}(\\s*\\([^)]*\\))?\\s*$`);

// ---- People ----

export class Person {
  constructor(origin, context, page, language) {
    Object.assign(this, { origin, context, page, language, scheme: 'kr-eps' });
  }

  web(key) { return web(this.language, key); }
  law(kind, name) { return law(this.language, kind, name, this.scheme); }
  group(name) { return this.law('group', name); }
  step(name) { return this.law('step', name); }
  state(name) { return this.law('state', name); }
  field(type, name) { return this.law('field', LAW[this.scheme][this.language].field[`${type}.${name}`] ? `${type}.${name}` : name); }

  async open(path) {
    const answer = await this.page.goto(this.origin + path);
    return answer;
  }

  heading(text) { return this.page.getByRole('heading', { name: text }); }
  main() { return this.page.getByRole('main'); }

  // Fills a form as a person does: by the words beside the boxes. true and false are Yes and No.
  async fill(type, values) {
    for (const [name, value] of Object.entries(values)) {
      const label = this.field(type, name);
      const group = this.page.getByRole('group', { name: labelled(label) });
      if (typeof value === 'boolean') {
        await group.getByRole('radio', { name: this.web(value ? 'form.yes' : 'form.no') }).check();
        continue;
      }
      const box = this.page.getByLabel(labelled(label)).and(this.page.locator('input, select, textarea')).first();
      await box.or(group).first().waitFor();
      if (await group.count() > 0) {
        await group.getByRole('radio', { name: this.law('choice', value), exact: true }).check();
      } else if (await box.evaluate(e => e.tagName) === 'SELECT') {
        await box.selectOption(await box.locator('option', { hasText: this.law('choice', value) }).first().getAttribute('value'));
      } else {
        await box.fill(String(value));
      }
    }
  }

  // Presses the form's own button, named as the step.
  async submit(step) {
    await this.main().getByRole('button', { name: this.step(step), exact: true }).click();
    await this.page.waitForLoadState();
  }

  // Presses the form's button, named by a text of the scheme.
  async press(kind, name) {
    await this.main().getByRole('button', { name: this.law(kind, name), exact: true }).click();
    await this.page.waitForLoadState();
  }

  // On a case: presses what can be done, fills, submits, and expects to be back on a case in that state.
  async take(caseId, step, values, expectState) {
    const type = step.split('.')[0];
    await this.open(`/case/${caseId}`);
    await this.main().getByRole('link', { name: this.step(step) }).first().click();
    await this.fill(type, values);
    await this.submit(step);
    if (expectState) {
      await this.expectState(expectState);
    }
  }

  async expectState(name) {
    const text = this.state(name);
    try {
      await this.main().getByText(text, { exact: true }).first().waitFor({ timeout: PATIENCE / 4 });
    } catch {
      throw new Error(`the state “${text}” is not on ${this.page.url()}: ${await this.shortText()}`);
    }
  }

  async shortText() {
    return (await this.main().innerText()).replace(/\s+/g, ' ').slice(0, 400);
  }

  caseId() {
    return this.page.url().match(/\/case\/([A-Z]+-\d+)/)?.[1];
  }

  close() { return this.context.close(); }
}

export function expect(holds, why) {
  if (!holds) {
    throw new Error(why);
  }
}

// ---- Documents ----

export function iin(eleven) {
  const sum = first => [...eleven].reduce((s, d, i) => s + ((i + first - 1) % 11 + 1) * Number(d), 0) % 11;
  const digit = sum(1) === 10 ? sum(3) : sum(1);
  expect(digit !== 10, `no IIN begins with ${eleven}`);
  return eleven + digit;
}

function zoneDigit(text) {
  const value = c => (c === '<' ? 0 : /\d/.test(c) ? Number(c) : c.charCodeAt(0) - 55);
  return String([...text].reduce((s, c, i) => s + value(c) * [7, 3, 1][i % 3], 0) % 10);
}

export function passportZone({ surname, given, number, birth, sex, expiry }) {
  const field = (text, length) => text.padEnd(length, '<');
  const first = field(`P<KAZ${surname}<<${given}`, 44);
  const a = field(number, 9) + zoneDigit(field(number, 9));
  const b = birth + zoneDigit(birth);
  const c = expiry + zoneDigit(expiry);
  const d = field('', 14) + '<';
  return `${first}\n${a}KAZ${b}${sex}${c}${d}${zoneDigit(a + b + c + d)}`;
}

// The day at the office in Korea, n days from today.
export function day(n = 0) {
  return new Date(Date.now() + 9 * 3600000 + n * 86400000).toISOString().slice(0, 10);
}
