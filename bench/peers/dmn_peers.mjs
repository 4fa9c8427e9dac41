// dmn_peers.mjs: the table of 30 rules of bench/dmn_models.c on engines from the npm registry, single decisions per CPU second.
// Run: bench/peers/run.sh [OUR SINGLE DECISIONS PER SECOND [IN BATCH]]. Modes that take many at once are set beside our batch.
// An engine that is not installed is left out. Each answer is checked against a plain reading of the rules first.
// SPDX-License-Identifier: Apache-2.0
for (const name of ['log', 'info', 'warn', 'error']) {
  console[name] = () => {}; // one of the engines reports each case without a match
}

const industries = ['manufacturing', 'farming', 'fishing', 'construction', 'services'];
const regionCells = [['capital'], ['north', 'south'], null];
const rules = [];
for (let i = 0; i < 5; i++) {
  for (let k = 0; k < 6; k++) {
    rules.push({ industry: industries[i], low: k * 20, high: k === 5 ? 100000 : (k + 1) * 20, wage: 1500000 + 50000 * (k % 3),
      region: regionCells[(i + k) % 3], from: k % 2 ? null : '2020-01-01', ceiling: 5 + 5 * k + i, article: `act:${8 + i}(${k + 1})` });
  }
}

let seed = 88172645463325252n;
function below(n) {
  seed ^= (seed << 13n) & 0xffffffffffffffffn;
  seed ^= seed >> 7n;
  seed ^= (seed << 17n) & 0xffffffffffffffffn;
  return Number(seed % BigInt(n));
}

const day = n => new Date(n * 86400000).toISOString().slice(0, 10);
const cases = Array.from({ length: 2000 }, () => ({ industry: [...industries, 'mining'][below(6)], workers: below(150),
  wage: 1450000 + below(400000), region: ['capital', 'north', 'south', 'islands'][below(4)], filed: day(18000 + below(2200)) }));

const accepts = (r, c) => r.industry === c.industry && c.workers >= r.low && c.workers < r.high && c.wage >= r.wage &&
  (r.region === null || r.region.includes(c.region)) && (r.from === null || c.filed >= r.from);
const wanted = cases.map(c => rules.find(r => accepts(r, c))?.ceiling ?? null);

// The table as a graph of zen-engine; `mode` says how its table node runs.
function zenContent(mode) {
  const inputs = ['industry', 'workers', 'wage', 'region', 'filed'];
  return { nodes: [{ id: 'in', name: 'in', type: 'inputNode', position: { x: 0, y: 0 } },
    { id: 't', name: 't', type: 'decisionTableNode', position: { x: 1, y: 0 }, content: { hitPolicy: 'first', ...mode,
      inputs: inputs.map(f => ({ id: f, name: f, field: f === 'filed' ? 'd(filed)' : f, type: 'expression' })),
      outputs: [{ id: 'ceiling', name: 'ceiling', field: 'ceiling', type: 'expression' }],
      rules: rules.map((r, i) => ({ _id: `q${i}`, industry: `"${r.industry}"`, workers: `[${r.low}..${r.high})`, wage: `>= ${r.wage}`,
        region: r.region ? r.region.map(x => `"${x}"`).join(',') : '', filed: r.from ? `$ >= d("${r.from}")` : '', ceiling: `${r.ceiling}` })) } },
    { id: 'out', name: 'out', type: 'outputNode', position: { x: 2, y: 0 } }],
  edges: [{ id: 'a', type: 'edge', sourceId: 'in', targetId: 't' }, { id: 'b', type: 'edge', sourceId: 't', targetId: 'out' }] };
}

const engines = {
  async feelin() {
    const { unaryTest } = await import('feelin');
    const cells = rules.map(r => [['industry', `"${r.industry}"`], ['workers', `[${r.low}..${r.high})`], ['wage', `>= ${r.wage}`],
      ['region', r.region ? r.region.map(x => `"${x}"`).join(',') : '-'], ['filed', r.from ? `>= date("${r.from}")` : '-']]);
    const { evaluate } = await import('feelin');
    const value = v => (v !== null && typeof v === 'object' && 'value' in v ? v.value : v);
    const dates = new Map(cases.map(c => [c.filed, value(evaluate(`date("${c.filed}")`, {}))]));
    return c => {
      const at = cells.findIndex(row => row.every(([name, test]) =>
        test === '-' || value(unaryTest(test, { '?': name === 'filed' ? dates.get(c.filed) : c[name] })) === true));
      return at < 0 ? null : rules[at].ceiling;
    };
  },
  async 'zen-engine'() {
    const { ZenEngine } = await import('@gorules/zen-engine');
    const decision = new ZenEngine().createDecision(zenContent({}));
    return async c => (await decision.evaluate(c)).result?.ceiling ?? null;
  },
  // The mode in which it is fastest: one call evaluates the table for each item of a list.
  async 'zen-engine, loop mode'() {
    const { ZenEngine } = await import('@gorules/zen-engine');
    const decision = new ZenEngine().createDecision(zenContent({ executionMode: 'loop', passThrough: false }));
    const many = async list => (await decision.evaluate(list)).result.map(r => r?.ceiling ?? null);
    return Object.assign(async c => (await many([c]))[0], { many });
  },
  async 'zen-engine, 256 in flight'() {
    const { ZenEngine } = await import('@gorules/zen-engine');
    const decision = new ZenEngine().createDecision(zenContent({}));
    const one = async c => (await decision.evaluate(c)).result?.ceiling ?? null;
    return Object.assign(one, { many: list => Promise.all(list.map(one)), size: 256 });
  },
  async 'json-rules-engine'() {
    const { Engine } = await import('json-rules-engine');
    const engine = new Engine(rules.map((r, i) => ({ priority: rules.length - i, event: { type: 'ceiling', params: { ceiling: r.ceiling } },
      conditions: { all: [{ fact: 'industry', operator: 'equal', value: r.industry },
        { fact: 'workers', operator: 'greaterThanInclusive', value: r.low }, { fact: 'workers', operator: 'lessThan', value: r.high },
        { fact: 'wage', operator: 'greaterThanInclusive', value: r.wage },
        ...(r.region ? [{ fact: 'region', operator: 'in', value: r.region }] : []),
        ...(r.from ? [{ fact: 'filed', operator: 'from', value: r.from }] : [])] } })));
    engine.addOperator('from', (a, b) => a >= b);
    engine.on('success', () => engine.stop());
    return async c => (await engine.run(c)).events[0]?.params.ceiling ?? null;
  },
  async 'dmn-eval-js'() {
    const { default: dmn } = await import('@hbtgmbh/dmn-eval-js');
    const cell = s => s.replace(/</g, '&lt;').replace(/>/g, '&gt;');
    const names = ['industry', 'workers', 'wage', 'region', 'filed'];
    const types = { industry: 'string', workers: 'number', wage: 'number', region: 'string', filed: 'date' };
    const xml = `<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" id="m" name="m" namespace="u">
<decision id="d" name="d"><decisionTable id="t" hitPolicy="FIRST">${names.map((n, i) =>
      `<input id="i${i}"><inputExpression id="e${i}" typeRef="${types[n]}"><text>${n === 'filed' ? 'date(filed)' : n}</text></inputExpression></input>`).join('')}
<output id="o" name="ceiling" typeRef="number"/>${rules.map((r, i) => `<rule id="q${i}">${[`"${r.industry}"`, `[${r.low}..${r.high})`, `>= ${r.wage}`,
        r.region ? r.region.map(x => `"${x}"`).join(',') : '', r.from ? `>= date("${r.from}")` : ''].map((t, k) =>
        `<inputEntry id="c${i}_${k}"><text>${cell(t)}</text></inputEntry>`).join('')}<outputEntry id="u${i}"><text>${r.ceiling}</text></outputEntry></rule>`).join('')}
</decisionTable></decision></definitions>`;
    const parsed = await dmn.decisionTable.parseDmnXml(xml);
    return c => dmn.decisionTable.evaluateDecision('d', parsed, c)?.ceiling ?? null;
  },
};

const say = line => process.stdout.write(`${line}\n`);
for (const [name, make] of Object.entries(engines)) {
  let decide;
  try {
    decide = await make();
  } catch (e) {
    say(`${name}: left out (${String(e.message).split('\n')[0]})`);
    continue;
  }
  let wrong = 0;
  const checked = decide.many ? await decide.many(cases.slice(0, 300)) : [];
  for (let i = 0; i < 300; i++) {
    wrong += (decide.many ? checked[i] : await decide(cases[i])) !== wanted[i];
  }
  const rates = [];
  for (let round = 0; round < 5; round++) {
    const start = process.cpuUsage(), until = Date.now() + 1000;
    let n = 0;
    while (decide.many && Date.now() < until) {
      const from = n % 1024, size = decide.size ?? 1000;
      await decide.many(cases.slice(from, from + size));
      n += size;
    }
    while (Date.now() < until) {
      for (let k = 0; k < 20; k++, n++) {
        const got = decide(cases[n % cases.length]);
        if (got instanceof Promise) {
          await got;
        }
      }
    }
    const used = process.cpuUsage(start);
    rates.push(n / ((used.user + used.system) / 1e6));
  }
  rates.sort((a, b) => a - b);
  const ours = Number((decide.many ? process.env.OURS_BATCH : process.env.OURS) || 0);
  say(`${name}: ${Math.round(rates[2])} decisions per CPU second, ${wrong} of 300 answers differ${
    ours ? `, ours is ${Math.round(ours / rates[2])} times as fast` : ''}`);
}
