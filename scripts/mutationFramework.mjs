// The part of vitest that the tables beside the code use, for tests that are run again and again within one process. What
// they expect is compared by vitest's own `expect`.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';

/** Puts it where bundled tests find it. */
export async function useFramework() {
  const { expect } = await import('vitest');
  globalThis.__framework__ = {
    describe: Object.assign(describe, { each: each(describe) }),
    it: Object.assign(it, { each: each(it), for: each(it, (row) => [row]) }),
    beforeEach: (hook) => void suite.before.push(hook),
    afterEach: (hook) => void suite.after.unshift(hook),
    expect: new Proxy(expect, {
      apply: (target, _, [received, ...words]) =>
        Object.defineProperty(target(received, ...words), 'toMatchFileSnapshot', {
          value: (name) => matchFile(target, received, name),
        }),
    }),
  };
}

let suite;
let running;
const snapshots = new Map();

/** Compares only: to write them anew is vitest's. */
async function matchFile(expect, received, name) {
  const file = path.resolve(path.dirname(running.fileName), name);
  if (!snapshots.has(file)) snapshots.set(file, readFileSync(file, 'utf8'));
  expect(received).toBe(snapshots.get(file));
}

/** The tests of a file; of several that are called the same the later ones get a number. */
export async function collect(fileName, load) {
  suite = { names: [], before: [], after: [], tests: [] };
  const { tests } = suite;
  await load();
  const seen = new Map();
  return tests.map((test) => {
    const times = (seen.get(test.name) ?? 0) + 1;
    seen.set(test.name, times);
    const name = times === 1 ? test.name : `${test.name} #${times}`;
    return { ...test, id: `${path.relative(process.cwd(), fileName)}#${name}`, name, fileName };
  });
}

/** One test with its hooks, as Stryker wants its result. */
export async function run(test) {
  running = test;
  const started = performance.now();
  const thrown = [];
  const attempt = async (work) => {
    try {
      await work();
    } catch (error) {
      thrown.push(error);
    }
  };
  for (const hook of test.before) await attempt(hook);
  if (thrown.length === 0) await attempt(test.body);
  for (const hook of test.after) await attempt(hook);
  const { id, name, fileName } = test;
  const result = { id, name, fileName, timeSpentMs: performance.now() - started };
  if (thrown.length === 0) return { ...result, status: SUCCESS };
  const [first] = thrown;
  return { ...result, status: FAILED, failureMessage: String(first?.message ?? first).slice(0, 2_000) };
}

const [SUCCESS, FAILED] = [0, 1];

function describe(name, body) {
  const outer = suite;
  suite = { ...outer, names: [...outer.names, name], before: [...outer.before], after: [...outer.after] };
  body();
  suite = outer;
}

function it(name, body) {
  // The suite's own lists: its hooks may be declared below its tests.
  const { names, before, after, tests } = suite;
  tests.push({ name: [...names, name].join(' '), body, before, after });
}

function each(of, spread = (row) => (Array.isArray(row) ? row : [row])) {
  return (rows) => (name, body) => {
    for (const [index, row] of rows.entries()) {
      of(titled(name, Array.isArray(row) ? row : [row], index), () => body(...spread(row)));
    }
  };
}

/** `%s` and its like, `%#`, and `$property.of.the.row`. */
function titled(name, args, index) {
  const numbered = name.replaceAll('%#', String(index));
  const used = (numbered.match(/%[sdifjoO]/g) ?? []).length;
  return format(numbered, ...args.slice(0, used)).replaceAll(/\$([\w.]+)/g, (whole, keys) => {
    const value = keys.split('.').reduce((at, key) => at?.[key], args[0]);
    if (value === undefined) return whole;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}
