// errands_keyboard.mjs: the keyboard run notices what a keyboard cannot do; a run that passes over everything would prove nothing.
// SPDX-License-Identifier: Apache-2.0
import { expect } from './kit.mjs';

const page = (body, style = '') => `<!doctype html><title>t</title><style>:focus-visible { outline: 3px solid red } ${style}</style>
<a class="skip" href="#main">skip</a><main id="main" tabindex="-1">${body}</main>`;

const BROKEN = {
  'the focus is not seen': page('<button>one</button><button id="wanted">two</button>', 'main :focus-visible { outline: none }'),
  'something lies over': page('<button>one</button><button id="wanted">two</button><div style="position: fixed; inset: 0; background: #fff"></div>'),
  'the focus went back': page('<button>one</button><button>two</button><button onfocus="document.querySelector(\'button\').focus()">three</button><button id="wanted">four</button>'),
  'does not get away': page('<button onkeydown="event.key === \'Tab\' && event.preventDefault()">trap</button><button id="wanted">two</button>'),
  'does not reach': page('<button>one</button><span id="wanted" onclick="">two</span>'),
  'not the link to the contents': page('<button id="wanted">one</button>').replace('class="skip"', 'class="other"'),
};

async function notices(world) {
  for (const [fault, html] of Object.entries(BROKEN)) {
    const me = await world.anybody('en');
    await me.page.goto('about:blank');
    await me.page.setContent(html);
    const said = await me.page.locator('#wanted').click().then(() => 'nothing', e => e.message);
    expect(said.includes(fault), `“${fault}” is not noticed, but: ${said}`);
    await me.close();
  }
  const me = await world.anybody('en');
  await me.page.goto('about:blank');
  await me.page.setContent(page('<button>one</button><button id="wanted" type="button" onclick="this.textContent = \'pressed\'">two</button>'));
  await me.page.locator('#wanted').click();
  expect(await me.page.locator('#wanted').innerText() === 'pressed', 'a sound page is not passed');
}

export const ERRANDS = [
  { name: 'the keyboard run notices a trap, a hidden focus, a wrong order and what no key reaches', keyboard: true, run: notices },
];
