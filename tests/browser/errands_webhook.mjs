// errands_webhook.mjs: an organisation has its own system told: a wrong address, a signed call that anybody can check, what became of it.
// SPDX-License-Identifier: Apache-2.0
import { createHmac, createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import { axeFindsNothing, picture } from './errands_all_pages.mjs';
import { day, expect, startServer } from './kit.mjs';

// The organisation's own system. Refuses the first call, so that it is tried again.
class Receiver {
  got = [];

  async start() {
    this.server = createServer((q, r) => {
      const parts = [];
      q.on('data', p => parts.push(p)).on('end', () => {
        this.got.push({ headers: q.headers, body: Buffer.concat(parts).toString() });
        r.statusCode = this.refuses ? 503 : 204;
        r.end();
      });
    });
    await new Promise(done => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}/told`;
  }

  async call(test) {
    for (let n = 0; n < 300; n++) {
      const found = this.got.find(test);
      if (found) {
        return found;
      }
      await new Promise(done => setTimeout(done, 100));
    }
    throw new Error(`no such call among ${JSON.stringify(this.got.map(g => g.body))}`);
  }
}

const type = call => JSON.parse(call.body).type;

// Both signatures over id, time and body, with what the page showed; a changed letter breaks them.
function checkSigned({ headers, body }, secret, publicKey) {
  const said = text => Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`);
  const signatures = Object.fromEntries(headers['webhook-signature'].split(' ').map(s => s.split(',')));
  const mac = text => createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(said(text)).digest('base64');
  expect(signatures.v1 === mac(body) && signatures.v1 !== mac(`${body} `), 'the secret does not check the call');
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey.replace('whpk_', ''), 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' }), signature = Buffer.from(signatures.v1a, 'base64');
  expect(verify(null, said(body), key, signature) && !verify(null, said(`${body} `), key, signature), 'the public key does not check the call');
  expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp'])) < 300, 'the call is old');
}

async function addWebhook(world, receiver) {
  const agency = await world.as('agency', 'kk');
  await agency.page.locator('header summary').last().click();
  await agency.page.getByRole('banner').getByRole('link', { name: agency.web('webhook.title') }).click();
  await agency.page.getByLabel(agency.web('webhook.url')).fill('ftp://example.org/');
  await agency.main().getByRole('button', { name: agency.web('webhook.add') }).click();
  await agency.page.getByRole('alert').first().waitFor();
  expect(await agency.page.getByLabel(agency.web('webhook.url')).getAttribute('aria-invalid') === 'true', 'the address is not marked');
  await agency.page.getByLabel(agency.web('webhook.url')).fill(receiver.url);
  await agency.page.locator('#f-events').fill('cohort.opened');
  await agency.main().getByRole('button', { name: agency.web('webhook.add') }).click();
  await agency.page.getByRole('heading', { name: agency.web('webhook.deliveries') }).waitFor();
  return agency;
}

const shown = (me, key) => me.main().locator('dl.facts > div', { hasText: me.web(key) }).locator('dd').innerText();

async function deliveries(me, words) {
  const row = me.main().locator('table tbody tr').filter({ hasText: words });
  for (let n = 0; n < 100 && (await row.count() === 0 || await row.locator('.chip.ok').count() === 0); n++) {
    await new Promise(done => setTimeout(done, 200));
    await me.page.reload();
  }
  expect(await row.locator('.chip.ok').count() === 1, `the page does not say that it was taken: ${await me.shortText()}`);
  return row;
}

async function isTold(world) {
  const receiver = new Receiver();
  await receiver.start();
  const server = await startServer(['--candidates', '5', '--employers', '2'], { GOLDENBRIDGE_HOOKS_PRIVATE: '1' });
  try {
    const there = world.at(server), agency = await addWebhook(there, receiver), page = agency.page.url();
    const secret = await shown(agency, 'webhook.secret'), key = await shown(agency, 'webhook.public_key');
    receiver.refuses = true;
    await agency.main().getByRole('button', { name: agency.web('webhook.test') }).click();
    checkSigned(await receiver.call(c => type(c) === 'webhook.test'), secret, key);
    receiver.refuses = false;
    const refused = receiver.got[0].headers['webhook-id'];
    // a step of the agency's own is told; it asked for no other event
    await agency.open('/do/cohort.open');
    await agency.fill('cohort', { kind: 'training group', name: 'Webhook', country: 'KZ', place: 'Astana', from_day: day(4), until_day: day(5), seats: '2' });
    await agency.submit('cohort.open');
    const group = agency.caseId(), call = await receiver.call(c => type(c) === 'cohort.opened');
    checkSigned(call, secret, key);
    expect(JSON.parse(call.body).data.case === group, `the call is about ${call.body}`);
    await agency.page.goto(page);
    await deliveries(agency, 'cohort.opened');
    const tested = await deliveries(agency, 'webhook.test'); // tried again, and taken
    expect(receiver.got.filter(g => g.headers['webhook-id'] === refused).length === 2, 'the second try has another id');
    await axeFindsNothing(agency);
    await picture(world, agency, 'webhook');
    const before = receiver.got.length;
    await tested.getByRole('button', { name: agency.web('webhook.again') }).click();
    await receiver.call(c => receiver.got.indexOf(c) >= before && c.headers['webhook-id'] === refused);
    expect(receiver.got.every(g => ['webhook.test', 'cohort.opened'].includes(type(g))), `also told: ${receiver.got.map(type)}`);
    await agency.main().getByRole('button', { name: agency.web('webhook.remove') }).click();
    await agency.page.waitForURL(/\/webhooks$/);
    expect(!(await agency.main().innerText()).includes(receiver.url), 'a webhook that was removed still stands there');
  } finally {
    await world.closeAll();
    await server.stop();
    receiver.server.close();
  }
}

export const ERRANDS = [
  { name: 'the agency\'s own system is told by signed calls and sees what became of each (kk)', keyboard: true, run: isTold },
];
