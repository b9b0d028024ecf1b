// The test runner of `npm run mutation`: the test files of a folder are loaded once, and each mutant meets the tests that run
// its code until one fails, those first that are quick and that killed others of its file. To start a test framework anew
// for every mutant costs more than these tests do, and it knows no order of tests but that of their files.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { collect, run, useFramework } from './mutationFramework.mjs';

/**
 * Left out are tests whose verdict hangs on chance (a random case kills a mutant one day and not on the next) and tests of
 * minutes, which every survivor would pay.
 */
const LEFT_OUT = ['properties.test.ts', 'killed.test.ts'];
/** What the first run found, for the processes that come after it; in Stryker's own copy of the repository. */
const FOUND = '.mutation-found.json';
/** What a mutant's file has in common with others is worth so much more than being quick. */
const KILLER = 4;

/** Stryker's and the instrumented code's common ground: which mutant is on, and what a test has run. */
globalThis.__stryker__ ??= {};
const stryker = globalThis.__stryker__;

class InProcessRunner {
  #folder;
  #bundle;
  #loads = 0;
  #tests;
  /** How long each test took, in ms, and which tests run each mutant. */
  #found = { times: {}, covering: {} };
  /** How many mutants of a file each test has killed. */
  #kills = new Map();

  constructor(folder) {
    this.#folder = folder;
  }

  /** For what runs while the code is loaded, a fresh copy of it is. */
  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    stryker.activeMutant = undefined;
    this.#bundle = await bundled(this.#folder);
    try {
      this.#found = JSON.parse(readFileSync(FOUND, 'utf8'));
    } catch {
      // The first process finds it.
    }
  }

  async dryRun() {
    const mutantCoverage = { static: {}, perTest: {} };
    stryker.mutantCoverage = mutantCoverage;
    const { times, covering } = this.#found;
    const tests = [];
    for (const test of await this.#load()) {
      stryker.currentTestId = test.id;
      const result = await run(test);
      stryker.currentTestId = undefined;
      tests.push(result);
      times[test.id] = result.timeSpentMs;
      for (const mutant of Object.keys(mutantCoverage.perTest[test.id] ?? {})) {
        covering[mutant] ??= [];
        covering[mutant].push(test.id);
      }
    }
    writeFileSync(FOUND, JSON.stringify(this.#found));
    return { status: 'complete', tests, mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, testFilter, hitLimit, disableBail }) {
    const isAtLoad = mutantActivation === 'static';
    Object.assign(stryker, { hitCount: 0, hitLimit, activeMutant: isAtLoad ? activeMutant.id : undefined });
    if (!isAtLoad) this.#tests ??= await this.#load();
    let tests = this.#tests;
    try {
      if (isAtLoad) tests = await this.#load();
    } catch (error) {
      return { status: 'killed', killedBy: [], failureMessage: `cannot be loaded: ${error}`, nrOfTests: 0 };
    }
    stryker.activeMutant = activeMutant.id;
    const failed = [];
    let nrOfTests = 0;
    for (const test of this.#inOrder(tests, activeMutant, testFilter)) {
      const { failureMessage } = await run(test);
      nrOfTests += 1;
      if (failureMessage !== undefined) failed.push({ id: test.id, failureMessage });
      if (failed.length > 0 && !disableBail) break;
    }
    stryker.activeMutant = undefined;
    if (stryker.hitCount > hitLimit) return { status: 'timeout', reason: `run more than ${hitLimit} times` };
    const [first] = failed;
    if (first === undefined) return { status: 'survived', nrOfTests };
    const killer = `${activeMutant.fileName}#${first.id}`;
    this.#kills.set(killer, (this.#kills.get(killer) ?? 0) + 1);
    return { status: 'killed', killedBy: failed.map(({ id }) => id), failureMessage: first.failureMessage, nrOfTests };
  }

  #inOrder(tests, { id, fileName }, testFilter) {
    const wanted = testFilter && new Set(testFilter);
    // Of a mutant that runs at load nothing tells the tests: those come first that run the code inside it.
    const near = new Set([1, 2, 3].flatMap((next) => this.#found.covering[Number(id) + next] ?? []));
    const rank = (test) => {
      const killed = this.#kills.get(`${fileName}#${test.id}`) ?? 0;
      return ((this.#found.times[test.id] ?? 0) + 1) / (1 + KILLER * killed);
    };
    const isFar = (test) => (wanted === undefined && !near.has(test.id) ? 1 : 0);
    return tests
      .filter((test) => wanted?.has(test.id) ?? true)
      .map((test) => ({ test, far: isFar(test), rank: rank(test) }))
      .sort((a, b) => a.far - b.far || a.rank - b.rank)
      .map(({ test }) => test);
  }

  async #load() {
    const { files } = await import(`${this.#bundle}?${this.#loads++}`);
    const tests = [];
    for (const [fileName, load] of files) tests.push(...(await collect(fileName, load)));
    return tests;
  }
}

/** All test files of a folder in one module, which hands out functions that load them. */
async function bundled(folder) {
  const { build } = await import('esbuild');
  await useFramework();
  const files = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.test.ts') && !LEFT_OUT.includes(path.basename(name)))
    .map((name) => JSON.stringify(path.resolve(folder, name)));
  const outfile = path.resolve(`.mutation-${process.pid}.mjs`);
  await build({
    stdin: {
      contents: `export const files = [${files.map((file) => `[${file}, () => import(${file})]`).join(',')}];`,
      resolveDir: process.cwd(),
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
    plugins: [FRAMEWORK],
  });
  return pathToFileURL(outfile).href;
}

/** `vitest`, as the tests import it. */
const FRAMEWORK = {
  name: 'framework',
  setup(within) {
    within.onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'framework' }));
    within.onLoad({ filter: /.*/, namespace: 'framework' }, () => ({
      contents: 'export const { describe, it, expect, beforeEach, afterEach } = globalThis.__framework__;',
    }));
  },
};

function inProcess({ testsOf }) {
  return new InProcessRunner(testsOf);
}
inProcess.inject = ['options'];

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory: inProcess }];
