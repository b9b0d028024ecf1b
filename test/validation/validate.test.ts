import { describe, expect, it } from 'vitest';
import type { Criterion, Shown } from './criterion.ts';
import { NOT_RUN, outcomesIn, timeText } from './outcome.ts';
import { masked } from './page.ts';
import type { RealStage } from './realStage.ts';
import { type ValidateOptions, validate } from './validate.ts';

const GOOD: Shown = { faults: [], seen: 'web | api, a \\ and < 3', virtualMs: 90_000 };
const PLANTED: Shown = { faults: ['4 replicas, wanted 3'], seen: '3 replicas' };

const criterion = (shown: Shown | Error, more: Partial<Criterion> = {}): Criterion => ({
  id: 'SC-900',
  slug: 'planted',
  title: 'Planted',
  atLeast: 2,
  unit: 'cases',
  means: 'It shows what a page looks like.',
  cases: [
    { checks: 'the first', seed: 1, play: () => Promise.resolve(GOOD) },
    {
      checks: 'the second',
      seed: 2,
      play: () => (shown instanceof Error ? Promise.reject(shown) : Promise.resolve(shown)),
    },
  ],
  real: [],
  ...more,
});

/** Runs it over pages in memory. */
async function run(criteria: readonly Criterion[], pages: Map<string, string>, more: Partial<ValidateOptions> = {}) {
  const said: string[] = [];
  const code = await validate({
    criteria,
    check: false,
    which: 'all',
    requireAll: false,
    pages: (name) => pages.get(name),
    write: (name, text) => void pages.set(name, text),
    say: (text) => void said.push(text),
    ...more,
  });
  return { code, said: said.join('\n') };
}

const PAGE = 'SC-900-planted.md';
const pageAfter = async (one: Criterion): Promise<Map<string, string>> => {
  const pages = new Map<string, string>();
  await run([one], pages);
  return pages;
};
const someCluster = {} as RealStage;
const REAL = {
  real: [{ checks: 'the real one', on: () => Promise.resolve({ faults: [], seen: 'done', realMs: 12 }) }],
};

describe('a case that fails', () => {
  it('is seen, told, written down with what was seen instead, and makes exit 1', async () => {
    const pages = new Map<string, string>();
    const { code, said } = await run([criterion(PLANTED)], pages);
    expect(code).toBe(1);
    expect(said).toMatch(/SC-900: FAILED: the second: seen instead: 4 replicas, wanted 3[\s\S]*FAILED$/);
    expect(pages.get(PAGE)).toContain('# SC-900 Planted: 1 of 2 cases passed, 1 FAILED');
    expect(pages.get(PAGE)).toMatch(
      /\| 2 \| the second \| 2 \| embedded \| FAILED \| seen instead: 4 replicas, wanted 3 \|/,
    );
    expect(pages.get('README.md')).toContain('# Validation: 0 of 1 success criteria met');
  });

  it('makes a check exit 1 though its page says the same', async () => {
    const pages = await pageAfter(criterion(PLANTED));
    expect((await run([criterion(PLANTED)], pages, { check: true })).code).toBe(1);
  });

  it.each<[string, Criterion]>([
    ['throws', criterion(new Error('no such pod'))],
    ['is missing where so many are wanted', criterion(GOOD, { atLeast: 3 })],
    [
      'takes longer than the target',
      criterion({ ...GOOD, virtualMs: 60_000 }, { target: { what: 'the undo', underMs: 60_000, aimMs: 1000 } }),
    ],
    [
      'takes longer in real time',
      criterion(
        { ...GOOD, virtualMs: 0, realMs: 61_000 },
        { target: { what: 'the undo', underMs: 60_000, aimMs: 1000 } },
      ),
    ],
    [
      'measures no number',
      criterion({ ...GOOD, virtualMs: Number.NaN }, { target: { what: 'the undo', underMs: 60_000, aimMs: 1000 } }),
    ],
  ])('fails as well when it %s', async (_, one) => {
    expect((await run([one], new Map())).code).toBe(1);
  });
});

describe('a check', () => {
  it('agrees with the page of the same run, whatever the real times, and writes nothing', async () => {
    const pages = await pageAfter(criterion(GOOD));
    const before = new Map(pages);
    expect(await run([criterion(GOOD)], pages, { check: true })).toMatchObject({ code: 0 });
    expect(pages).toEqual(before);
  });

  it.each<[string, (page: string) => string]>([
    ['a result', (page) => page.replace('| passed |', '| FAILED |')],
    ['what was seen', (page) => page.replace('web', 'cart')],
    ['a virtual time', (page) => page.replace('1 min 30 s', '1 min 31 s')],
    ['the headline', (page) => page.replace('2 of 2', '3 of 3')],
    ['a row more', (page) => `${page}| 3 | the third | 1 | embedded | passed | – | – | 1 ms |\n`],
  ])('sees that the page has another %s', async (_, change) => {
    const pages = await pageAfter(criterion(GOOD));
    const page = pages.get(PAGE) ?? '';
    expect(change(page)).not.toBe(page);
    pages.set(PAGE, change(page));
    const { code, said } = await run([criterion(GOOD)], pages, { check: true });
    expect(code).toBe(1);
    expect(said).toContain(`${PAGE}, line `);
  });

  it('sees that there is no page', async () => {
    const { code, said } = await run([criterion(GOOD)], new Map(), { check: true });
    expect(code).toBe(1);
    expect(said).toContain('there is no such page');
  });

  it('masks real times and nothing else', () => {
    const row = '| 1 | a \\| b | 1 | embedded | passed | seen | 5 s | 12 ms |';
    expect(masked(row)).toBe('| 1 | a \\| b | 1 | embedded | passed | seen | 5 s | … |');
    expect(masked('Real times of this run: the longest took 3 ms.')).toBe('Real times of this run: …');
    expect(masked('In virtual time: the longest 3 ms.')).toBe('In virtual time: the longest 3 ms.');
  });
});

describe('without a real API server', () => {
  const one = criterion(GOOD, REAL);

  it('a page that is written says which rows were not run', async () => {
    const pages = new Map<string, string>();
    const { code, said } = await run([one], pages);
    expect(code).toBe(0);
    expect(said).toContain('NOT RUN');
    expect(pages.get(PAGE)).toContain('2 of 3 cases passed, 1 not run');
    expect(outcomesIn(pages.get(PAGE) ?? '').at(-1)?.result).toBe(NOT_RUN);
    expect(pages.get('README.md')).toContain('0 of 1 success criteria met');
  });

  it('a check keeps what the page says of them, says so loudly, and fails where all is required', async () => {
    const pages = new Map<string, string>();
    expect((await run([one], pages, { stage: someCluster })).code).toBe(0);
    const check = await run([one], pages, { check: true });
    expect(check.code).toBe(0);
    expect(check.said).toContain('NOT RUN: the cases on a real API server');
    expect((await run([one], pages, { check: true, requireAll: true })).code).toBe(1);
  });

  it('each half is compared by itself with the other half of the page', async () => {
    const pages = new Map<string, string>();
    await run([one], pages, { stage: someCluster });
    expect((await run([one], pages, { check: true, which: 'world', requireAll: true })).code).toBe(0);
    expect((await run([one], pages, { check: true, which: 'real', stage: someCluster })).code).toBe(0);
    pages.set(PAGE, (pages.get(PAGE) ?? '').replace('| done |', '| undone |'));
    expect((await run([one], pages, { check: true, which: 'world' })).code).toBe(0);
    expect((await run([one], pages, { check: true, which: 'real', stage: someCluster })).code).toBe(1);
  });
});

describe('one criterion alone', () => {
  const other = criterion(GOOD, { id: 'SC-901', slug: 'other' });

  it('is played and written, and the others stand in the summary as their pages have them', async () => {
    const pages = new Map<string, string>();
    await run([criterion(GOOD), other], pages);
    pages.delete('SC-901-other.md');
    const { code } = await run([criterion(GOOD), other], pages, { only: ['SC-900'] });
    expect(code).toBe(0);
    expect([...pages.keys()].toSorted()).toEqual(['README.md', PAGE]);
    expect(pages.get('README.md')).toContain('1 of 2 success criteria met');
  });

  it('must be one that there is', async () => {
    const { code, said } = await run([other], new Map(), { only: ['SC-999'] });
    expect([code, said]).toEqual([1, 'there is no SC-999; the criteria are SC-901']);
  });
});

describe('the rows of a page', () => {
  it('come out as they went in, bars and all', async () => {
    const pages = await pageAfter(criterion(GOOD));
    const [first] = outcomesIn(pages.get(PAGE) ?? '');
    expect(first).toMatchObject({
      checks: 'the first',
      seed: '1',
      result: 'passed',
      seen: GOOD.seen,
      virtual: '1 min 30 s',
    });
  });

  it.each([
    [0, '0 ms'],
    [12.34, '12 ms'],
    [994, '990 ms'],
    [999, '1 s'],
    [1500, '1.5 s'],
    [59_940, '59.9 s'],
    [59_990, '1 min'],
    [60_000, '1 min'],
    [750_000, '12 min 30 s'],
  ])('have times that people read: %d ms is %s', (ms, text) => {
    expect(timeText(ms)).toBe(text);
  });
});
