// moddle.mjs: dmn-moddle, the reader under dmn-js, reads each model of the law as it stands and as our writer gives it,
// without a warning, and sees the same; and we read what it writes.
// Run: moddle.sh, which brings dmn-moddle.  Arguments: the program, model files.
// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DmnModdle } from 'dmn-moddle';

const [program, ...files] = process.argv.slice(2);
const temp = mkdtempSync(join(tmpdir(), 'moddle-'));
const ours = (...words) => execFileSync(program, ['dmn', ...words], { encoding: 'utf8', maxBuffer: 64 << 20 });

async function read(xml) {
  const moddle = new DmnModdle();
  const { rootElement, warnings } = await moddle.fromXML(xml, 'dmn:Definitions');
  return { warnings: warnings.map(w => w.message), xml: (await moddle.toXML(rootElement, { format: true })).xml };
}

// What our engine finds in a model, without positions in the file. Status 1 only says that it found something.
function findings(file) {
  const ran = spawnSync(program, ['dmn', 'check', file, '--json'], { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (ran.status > 1) {
    throw new Error(ran.stdout);
  }
  return JSON.stringify(JSON.parse(ran.stdout), (key, value) => (key === 'line' ? undefined : value));
}

const bad = new Set();
function fail(file, what) {
  bad.add(file);
  console.log(`FAIL ${file}: ${what}`);
}

for (const file of files) {
  const before = await read(readFileSync(file, 'utf8'));
  const after = await read(ours('write', file));
  if (before.warnings.length + after.warnings.length > 0) {
    fail(file, [...before.warnings, ...after.warnings].join('; '));
  } else if (before.xml !== after.xml) {
    fail(file, 'dmn-moddle sees another model after our writer');
  } else if (!/<decision /.test(after.xml)) {
    fail(file, 'dmn-moddle sees no decision');
  }
  const back = join(temp, 'back.dmn');
  writeFileSync(back, before.xml);
  const again = await read(ours('write', back));
  if (again.xml !== before.xml) {
    fail(file, 'what dmn-moddle wrote is not what we wrote after reading it');
  }
  if (!/<import /.test(before.xml) && findings(back) !== findings(file)) {
    fail(file, 'our engine finds other things in what dmn-moddle wrote');
  }
}
rmSync(temp, { recursive: true });
console.log(`${files.length - bad.size} passed, ${bad.size} failed, 0 skipped`);
process.exitCode = bad.size > 0 || files.length === 0 ? 1 : 0;
