// run.mjs: errands of every person, finished in a real browser, those marked so by the keyboard alone. --screenshots also writes
// docs/screenshots, --keyboard takes the mouse away from all of them, --mouse from none; words choose errands.
// SPDX-License-Identifier: Apache-2.0
import { ERRANDS } from './errands.mjs';
import { countStops, useKeyboard } from './keyboard.mjs';
import { DESK, Person, findOnPath, openBrowser, startServer } from './kit.mjs';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const args = process.argv.slice(2);
const words = args.filter(a => !a.startsWith('--'));
const chosen = ERRANDS.filter(e => words.length === 0 || words.some(w => e.name.includes(w)));
const browserPath = findOnPath(CHROMIUM);
let passed = 0, failed = 0, skipped = 0;

function finish() {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

// What an errand gets: people, and a place for what one errand leaves to the next.
function makeWorld(server, browser) {
  const open = [];
  return {
    origin: server.origin, folder: server.folder, browser, screenshots: args.includes('--screenshots'), left: {}, keyboard: false,
    async anybody(language = 'en', viewport = DESK, more = {}) {
      const context = await browser.newContext({ viewport, locale: language, ...more });
      open.push(context);
      context.setDefaultTimeout(Number(process.env.PATIENCE_MS ?? 30000));
      context.setDefaultNavigationTimeout(60000);
      const page = await context.newPage();
      const person = new Person(this.origin, context, page, language);
      if (this.keyboard) {
        useKeyboard(page);
      }
      page.on('pageerror', e => person.scriptError = e);
      await person.open(`/language?to=${language}&back=/healthz`);
      return person;
    },
    async as(login, language = 'en', viewport = DESK, more = {}) {
      const person = await this.anybody(language, viewport, more);
      const page = await (await person.context.request.get(`${this.origin}/sign-in`)).text();
      const csrf = page.match(/name="csrf" value="([^"]+)"/)[1];
      const answer = await person.context.request.post(`${this.origin}/sign-in`, { form: { login, csrf }, maxRedirects: 0 });
      if (answer.status() !== 303) {
        throw new Error(`${login} cannot sign in: ${answer.status()}`);
      }
      await person.open('/');
      return person;
    },
    at(other) { return Object.assign(Object.create(this), { origin: other.origin, folder: other.folder }); }, // the same people at another server
    closeAll: () => Promise.all(open.splice(0).map(c => c.close())),
  };
}

async function runErrand(errand, world, server) {
  const start = Date.now(), before = countStops();
  world.keyboard = args.includes('--keyboard') || (Boolean(errand.keyboard) && !args.includes('--mouse'));
  try {
    const why = await errand.run(world);
    if (typeof why === 'string') {
      skipped++;
      console.log(`SKIP ${errand.name}: ${why}`);
    } else {
      passed++;
      console.log(`ok   ${errand.name} (${((Date.now() - start) / 1000).toFixed(1)} s${world.keyboard ? `, ${countStops() - before} stops of the keyboard` : ''})`);
    }
  } catch (e) {
    failed++;
    console.log(`FAIL ${errand.name}: ${String(e.message).replace(/\s+/g, ' ').slice(0, 900)}${server.alive() ? '' : ' (the server is gone)'}`);
    if (process.env.DEBUG) {
      console.log(e.stack);
    }
  }
  await world.closeAll();
}

if (browserPath === null) {
  for (const errand of chosen) {
    console.log(`SKIP ${errand.name}: no chromium on PATH`);
  }
  skipped = chosen.length;
  finish();
} else {
  const server = await startServer(['--candidates', '60', '--employers', '12', '--seed', '7']);
  try {
    const browser = await openBrowser(browserPath);
    const world = makeWorld(server, browser);
    for (const errand of chosen) {
      await runErrand(errand, world, server);
    }
    await browser.close();
    if (server.said()) {
      console.log(server.said());
    }
  } finally {
    await server.stop();
  }
  finish();
}
