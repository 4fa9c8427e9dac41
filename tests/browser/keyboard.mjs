// keyboard.mjs: an errand finished by the keyboard alone. What errands do with a locator (click, fill, check, …) becomes Tab, Enter, Space,
// arrows and typing; on the way every stop must be seen, come in the order of the page, and let go again.
// SPDX-License-Identifier: Apache-2.0
import { expect } from './kit.mjs';

const MOST_STOPS = 400, NAVIGATES_MS = 5000;
const byKeyboard = new WeakSet(); // pages
let stops = 0;

export const countStops = () => stops;

// In the page: where the focus is, seen from the element that is looked for.
function look(target, before) {
  const now = document.activeElement, follows = Node.DOCUMENT_POSITION_FOLLOWING;
  const box = now.closest('label') ?? now;
  const seen = element => {
    const s = getComputedStyle(element);
    return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && s.outlineColor !== 'rgba(0, 0, 0, 0)';
  };
  const around = [];
  for (let e = now; e && e.id !== 'main' && e !== document.body; e = e.parentElement) { // a row may show it for the link in it
    around.push(e);
  }
  const r = box.getBoundingClientRect();
  const at = document.elementFromPoint(Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1), Math.min(Math.max(r.top + Math.min(r.height / 2, 20), 0), innerHeight - 1));
  const named = e => `${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''} “${(e.textContent || e.getAttribute('aria-label') || e.name || '').trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
  const group = now.type === 'radio' && target.type === 'radio' && now.name === target.name && now.form === target.form;
  return {
    there: now === target, group, body: now === document.body, main: now.id === 'main', name: named(now), same: before === now,
    visible: now === document.body || now.id === 'main' || around.slice(0, 4).some(seen),
    uncovered: now === document.body || now.id === 'main' || (at !== null && (box.contains(at) || at.contains(box))),
    goesBack: before !== null && before !== document.body && now !== document.body && !(before.compareDocumentPosition(now) & follows) && before !== now,
    targetBefore: Boolean(now.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING),
    targetInMain: Boolean(target.closest('main')), first: now.matches('a.skip'),
  };
}

// What has the focus when a person presses these words: the link around them, the box that a label names.
function focusable(element) {
  if (element.matches('label') && element.control) {
    return element.control;
  }
  return element.closest('a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex="-1"])') ?? element;
}

async function press(page, target, key) {
  const before = await page.evaluateHandle(() => document.activeElement);
  await page.keyboard.press(key);
  stops++;
  const now = await target.evaluate(look, before);
  await before.dispose();
  expect(now.visible, `the focus is not seen on ${now.name} of ${page.url()}`);
  expect(now.uncovered, `something lies over ${now.name} of ${page.url()}`);
  return now;
}

// The first stop of a page leads past its head.
async function skipHead(page, target) {
  let now = await press(page, target, 'Tab');
  expect(now.first, `the first stop of ${page.url()} is ${now.name}, not the link to the contents`);
  if (now.targetInMain) {
    await page.keyboard.press('Enter');
    now = await target.evaluate(look, null);
    expect(now.main, `the link to the contents leads to ${now.name}`);
  }
  return now;
}

async function reach(locator) {
  const page = locator.page();
  const target = (await (await locator.elementHandle()).evaluateHandle(focusable)).asElement();
  await target.waitForElementState('visible').catch(() => {}); // a radio may lie under its label
  let now = await target.evaluate(look, null);
  if (!now.there && now.body) {
    now = await skipHead(page, target);
  }
  const back = now.targetBefore && !now.main, key = back ? 'Shift+Tab' : 'Tab';
  for (let n = 0, held = 0; !now.there && !now.group; n++) {
    now = await press(page, target, key);
    held = now.same ? held + 1 : 0; // a day has a stop for each of its parts
    expect(held < 6, `the keyboard does not get away from ${now.name} of ${page.url()}`);
    expect(back || !now.goesBack, `after Tab the focus went back to ${now.name} of ${page.url()}`);
    expect(n < MOST_STOPS && !now.body, `the keyboard does not reach ${await target.evaluate(e => e.outerHTML.slice(0, 120))} of ${page.url()}`);
  }
  for (let n = 0; !now.there; n++) { // one of several: arrows
    expect(n < 40, `arrows do not reach the choice in ${page.url()}`);
    now = await press(page, target, 'ArrowDown');
  }
  return target;
}

async function go(locator) {
  const page = locator.page(), target = await reach(locator);
  const kind = await target.evaluate(e => e.matches('a[href], button:not([type=button]), input[type=submit]') && !e.matches('[download], [aria-disabled=true]')
    ? 'leaves' : e.matches('input[type=radio], input[type=checkbox]') ? 'box' : 'stays');
  if (kind === 'box') {
    if (!(await target.isChecked())) {
      await page.keyboard.press('Space');
    }
    return;
  }
  const happens = kind === 'leaves' ? Promise.race(['framenavigated', 'download', 'popup'].map(e => page.waitForEvent(e, { timeout: NAVIGATES_MS }).catch(() => {}))) : null;
  await page.keyboard.press('Enter');
  await happens;
}

async function choose(locator, wanted) {
  const page = locator.page(), target = await reach(locator);
  const value = typeof wanted === 'string' ? wanted : null;
  const steps = await target.evaluate((e, v) => {
    const at = [...e.options].findIndex(o => o.value === v.value || o.label === (v.label ?? v.value));
    return at < 0 ? null : at - e.selectedIndex;
  }, { value, label: wanted?.label });
  expect(steps !== null, `no choice ${JSON.stringify(wanted)}`);
  for (let n = 0; n < Math.abs(steps); n++) {
    await page.keyboard.press(steps > 0 ? 'ArrowDown' : 'ArrowUp');
  }
  const at = await target.evaluate(e => e.value);
  expect(value === null || at === value || steps === 0 || (await target.evaluate(e => e.selectedOptions[0].label)) === value, `arrows chose ${at}, not ${value}`);
}

async function write(locator, text) {
  const page = locator.page(), target = await reach(locator), date = await target.evaluate(e => e.type === 'date');
  if (!date) {
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text.slice(0, -1)); // the last letter is typed, so that what listens to keys hears one
    await page.keyboard.type(text.slice(-1));
    return;
  }
  for (let n = 0; n < 3; n++) {
    await page.keyboard.press('ArrowLeft');
  }
  const [year, month, day] = text.split('-');
  await page.keyboard.type(`${month}${day}${year}`);
  expect(await target.inputValue() === text, `typed as a day, ${text} became ${await target.inputValue()}`);
}

const INSTEAD = {
  click: go,
  fill: write,
  selectOption: choose,
  async check(locator) {
    const target = await reach(locator);
    if (!(await target.isChecked())) {
      await locator.page().keyboard.press('Space');
    }
    expect(await target.isChecked(), 'Space does not tick the box');
  },
  async focus(locator) { await reach(locator); },
  async press(locator, key) { await reach(locator); await locator.page().keyboard.press(key); },
  async setInputFiles(locator, files) {
    await reach(locator);
    const asked = locator.page().waitForEvent('filechooser');
    await locator.page().keyboard.press('Space');
    await (await asked).setFiles(files);
  },
};

// From now on this page hears keys alone.
export function useKeyboard(page) {
  page.on('filechooser', () => {}); // the browser hands its dialogs over from the beginning, not from just before the key that opens one
  const locators = Object.getPrototypeOf(page.locator('body'));
  for (const [name, instead] of Object.entries(INSTEAD)) {
    const own = locators[name];
    if (!own.isKeyboard) {
      locators[name] = function (...args) { return byKeyboard.has(this.page()) ? instead(this, ...args) : own.apply(this, args); };
      locators[name].isKeyboard = true;
    }
  }
  byKeyboard.add(page);
}
