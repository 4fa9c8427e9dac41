// hook_receiver.cjs: receives webhooks and checks them with the npm package standardwebhooks, and their Ed25519 signature with node.
// usage: node hook_receiver.cjs PORT_FILE OUT_FILE KEYS_FILE [REFUSALS]   KEYS_FILE: {"secret": "whsec_…", "public_key": "whpk_…"}
// /gone answers 410, /moved redirects; the first REFUSALS messages are answered with 500. A line of JSON for each message.
// SPDX-License-Identifier: Apache-2.0
const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const { Webhook } = require('standardwebhooks');

const [portFile, outFile, keysFile, refusals] = process.argv.slice(2);
let refuse = Number(refusals ?? 0);

function accepts(hook, body, headers) {
  try {
    hook.verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function ed25519(publicKey, body, headers) {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey.slice('whpk_'.length), 'base64')]);
  const key = crypto.createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signature = headers['webhook-signature'].split(' ').find(s => s.startsWith('v1a,')).slice(4);
  return crypto.verify(null, Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`), key, Buffer.from(signature, 'base64'));
}

const server = http.createServer((request, answer) => {
  const parts = [];
  request.on('data', p => parts.push(p));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString(), h = request.headers, keys = JSON.parse(fs.readFileSync(keysFile, 'utf8'));
    const hook = new Webhook(keys.secret);
    const record = { path: request.url, id: h['webhook-id'], hmac: accepts(hook, body, h), changed: accepts(hook, body.replace('"case"', '"Case"') + ' ', h),
      other: accepts(new Webhook('whsec_' + Buffer.alloc(32).toString('base64')), body, h), ed25519: ed25519(keys.public_key, body, h),
      ed25519Changed: ed25519(keys.public_key, body + ' ', h), body: JSON.parse(body) };
    fs.appendFileSync(outFile, JSON.stringify(record) + '\n');
    const status = request.url === '/gone' ? 410 : request.url === '/moved' ? 302 : refuse-- > 0 ? 500 : 204;
    answer.writeHead(status, status === 302 ? { location: '/landed' } : {}).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(`${portFile}.new`, String(server.address().port));
  fs.renameSync(`${portFile}.new`, portFile);
});
