import { describe, expect, it } from 'vitest';
import { isBetter, type Pair, type Run, sideOf, worseWords } from './evaluation.ts';

const run = (passed: boolean, breach: number, replicas = 100): Run => ({
  passed,
  held: 1,
  shoulds: 2,
  failures: passed ? [] : ['replicas: 8 at the end'],
  leaks: [],
  services: new Map([['shop/web', { breach, replicas }]]),
});

describe('worse off than under the rules alone', () => {
  it.each([
    ['what the rules pass fails', run(false, 0), run(true, 0), 1],
    ['both fail', run(false, 0), run(false, 0), 0],
    ['only the rules fail', run(true, 0), run(false, 0), 0],
    ['30 s longer in breach', run(true, 90), run(true, 60), 0],
    ['45 s longer in breach', run(true, 105), run(true, 60), 1],
    ['a tenth longer of a long breach', run(true, 660), run(true, 600), 0],
    ['more than a tenth longer of a long breach', run(true, 675), run(true, 600), 1],
    ['both at once', run(false, 300), run(true, 0), 2],
  ])('%s', (_, model, rules, reasons) => {
    expect(worseWords(model, rules)).toHaveLength(reasons);
  });

  it('is told with the service and both times', () => {
    expect(worseWords(run(true, 105), run(true, 60))).toEqual([
      'shop/web stands in breach for 105 s, under the rules alone for 60 s',
    ]);
  });

  it.each([
    ['passes what the rules fail', run(true, 60), run(false, 60), true],
    ['shortens the breach', run(true, 60), run(true, 105), true],
    ['shortens it by less than counts', run(true, 60), run(true, 90), false],
    ['shortens it and fails', run(false, 0), run(true, 300), false],
  ])('better off is the same the other way round: %s', (_, model, rules, better) => {
    expect(isBetter(model, rules)).toBe(better);
  });
});

describe('one side of many runs', () => {
  const pair = (id: string, seed: number, model: Run, polarity: Pair['polarity'] = 'act'): Pair => {
    const rules = run(true, 15);
    return { id, polarity, seed, model, rules, decisions: 1, worse: [], better: false };
  };
  const pairs = [
    pair('a', 1, run(true, 0)),
    pair('a', 2, run(false, 30)),
    pair('b', 1, run(true, 0), 'refrain'),
    pair('b', 2, run(true, 0), 'refrain'),
    pair('c', 1, { ...run(false, 0), leaks: ['INV-03: too many'] }),
  ];

  it('weighs each scenario the same, and counts those that pass every time', () => {
    expect(sideOf(pairs, 'model')).toEqual({
      runs: 5,
      passAt1: 0.5,
      allPassed: 1,
      refrained: { passed: 2, of: 2 },
      should: { held: 5, of: 10 },
      leaks: 1,
      breachSeconds: 30,
      replicaSeconds: 500,
    });
    expect(sideOf(pairs, 'rules')).toMatchObject({ passAt1: 1, allPassed: 3, leaks: 0, breachSeconds: 75 });
  });

  it('of none is nothing, not a division by zero', () => {
    expect(sideOf([], 'model')).toMatchObject({ runs: 0, passAt1: 0, allPassed: 0 });
  });
});
