// post_office.cjs: a real SMTP server (smtp-server of npm) and the HTTP interface for short messages of docs/messages.md, for tests.
// usage: node post_office.cjs PORTS_FILE OUT_FILE [REFUSALS]
// Writes "SMTP HTTP" ports to PORTS_FILE and a line of JSON to OUT_FILE for each message taken. The first REFUSALS short messages
// are answered with 503; one whose Idempotency-Key was seen is answered 200 and not taken again.
// SPDX-License-Identifier: Apache-2.0
const fs = require('node:fs');
const http = require('node:http');
const { SMTPServer } = require('smtp-server');
const { simpleParser } = require('mailparser');

const [portsFile, outFile, refusals] = process.argv.slice(2);
let refuse = Number(refusals ?? 0);
const seen = new Set();
const take = record => fs.appendFileSync(outFile, JSON.stringify(record) + '\n');

const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onData(stream, session, done) {
    simpleParser(stream).then(m => {
      take({ channel: 'email', to: session.envelope.rcptTo.map(r => r.address), from: session.envelope.mailFrom.address, id: m.messageId,
        subject: m.subject, language: m.headers.get('content-language'), auto: m.headers.get('auto-submitted'), text: m.text });
      setTimeout(done, Number(process.env.SLOW_MS ?? 0)); // between "taken" and the answer is where a sender may die
    }, done);
  },
});

const gateway = http.createServer((request, answer) => {
  const parts = [];
  request.on('data', p => parts.push(p));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(parts).toString()), key = request.headers['idempotency-key'];
    const right = request.headers.authorization === 'Bearer test-token' && key === body.id;
    const refused = refuse > 0;
    refuse -= refused ? 1 : 0;
    if (right && !refused && !seen.has(key)) {
      seen.add(key);
      take({ channel: 'sms', to: [body.to], id: body.id, text: body.text });
    }
    answer.writeHead(refused ? 503 : right ? 200 : 401).end();
  });
});

smtp.listen(0, '127.0.0.1', () => gateway.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(`${portsFile}.new`, `${smtp.server.address().port} ${gateway.address().port}`);
  fs.renameSync(`${portsFile}.new`, portsFile);
}));
