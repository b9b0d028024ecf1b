import { describe, expect, it } from 'vitest';
import type { HistoryPoint } from '../schema/history.ts';
import { extended, HISTORY_MS, historyFacts, sampleBefore } from './history.ts';
import { NOW, pointOf } from './observations.ts';

describe('the ring', () => {
  it('lets points of a day ago go, keeps the others, and leaves the ring that came in alone', () => {
    const ring = [pointOf(NOW - HISTORY_MS), pointOf(NOW - HISTORY_MS + 1), pointOf(NOW - 15_000)];
    expect(extended(ring, pointOf(NOW)).map((point) => NOW - point.at)).toEqual([HISTORY_MS - 1, 15_000, 0]);
    expect(ring).toHaveLength(3);
  });

  it.each([
    { when: 'the same pass is added again', at: NOW, ages: [15_000, 0] },
    { when: 'the clock went back', at: NOW - 20_000, ages: [20_000] },
  ])('runs forward when $when', ({ at, ages }) => {
    const ring = [pointOf(NOW - 15_000), pointOf(NOW)];
    expect(extended(ring, pointOf(at)).map((point) => NOW - point.at)).toEqual(ages);
  });

  it('starts anew when all of it is older than a day', () => {
    expect(extended([pointOf(NOW - 2 * HISTORY_MS)], pointOf(NOW))).toHaveLength(1);
  });
});

describe('the facts', () => {
  const run = (ages: readonly number[], overrides: (age: number) => Partial<HistoryPoint> = () => ({})) =>
    historyFacts(
      ages.map((age) => pointOf(NOW - age, overrides(age))),
      450_000,
    );

  it.each([
    { when: 'every pass was usable', ages: [60_000, 45_000, 30_000, 15_000, 0], bad: [], since: 60_000 },
    { when: 'one pass in between was not', ages: [60_000, 45_000, 30_000, 15_000, 0], bad: [30_000], since: 60_000 },
    { when: '45 s lie between two usable passes', ages: [60_000, 45_000, 0], bad: [], since: 60_000 },
    { when: 'more than 45 s lie between two usable passes', ages: [60_000, 45_001, 0], bad: [], since: 0 },
    {
      when: 'more than 45 s of passes were not',
      ages: [75_000, 60_000, 45_000, 30_000, 15_000, 0],
      bad: [60_000, 45_000, 30_000],
      since: 15_000,
    },
    { when: 'the process has just started', ages: [0], bad: [], since: 0 },
  ])('are unbroken for $since ms when $when', ({ ages, bad, since }) => {
    const { unbrokenSince } = run(ages, (age) => ({ usable: !bad.includes(age) }));
    expect(unbrokenSince).toBe(NOW - since);
  });

  it('are broken when this very pass is not usable', () => {
    expect(run([15_000, 0], (age) => ({ usable: age !== 0 })).unbrokenSince).toBeUndefined();
  });

  it('take highest desired and load from the down window, its edge included, and the highest load ever from all', () => {
    const values = new Map([
      [500_000, { desired: 9, load: 6 }],
      [450_000, { desired: 7, load: 3 }],
      [15_000, { desired: 4, load: 2 }],
      [0, { desired: 3, load: 1 }],
    ]);
    expect(run([...values.keys()], (age) => values.get(age) ?? {})).toMatchObject({
      highestDesired: 7,
      highestLoad: 3,
      highestLoadEver: 6,
      load: 1,
    });
  });

  it('are empty for an empty ring', () => {
    expect(historyFacts([], 450_000)).toEqual({});
  });
});

describe('the sample before', () => {
  const cpuAt = (age: number, sampleAge: number): HistoryPoint => pointOf(NOW - age, { cpuAt: NOW - sampleAge });

  it.each([
    { when: 'the pass before saw another one', ring: [cpuAt(15_000, 15_000)], found: 15_000 },
    { when: 'two passes saw the newest one', ring: [cpuAt(30_000, 30_000), cpuAt(15_000, 0)], found: 30_000 },
    { when: 'a pass in between saw none', ring: [cpuAt(30_000, 30_000), pointOf(NOW - 15_000)], found: 30_000 },
    { when: 'it is too old to be consecutive', ring: [cpuAt(46_000, 46_000)], found: undefined },
    { when: 'there is none', ring: [], found: undefined },
    {
      when: 'no pass of the last 45 s saw one',
      ring: [cpuAt(90_000, 90_000), pointOf(NOW - 60_000), pointOf(NOW - 30_000)],
      found: undefined,
    },
  ])('is $found ms old when $when', ({ ring, found }) => {
    const point = sampleBefore(ring, 'cpuAt', NOW, 45_000);
    expect(point?.cpuAt).toBe(found === undefined ? undefined : NOW - found);
  });
});
