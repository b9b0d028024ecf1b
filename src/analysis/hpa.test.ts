import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HpaPods, hpaReplicas } from './hpa.ts';

const each = (levels: readonly number[], requested = 1000): HpaPods['counted'] =>
  levels.map((used) => ({ used, requested }));

/** Numbers of the replica calculator's own cases in kubernetes/kubernetes; each pod asks for one core unless said. */
const PUBLISHED: readonly {
  readonly when: string;
  readonly pods: Partial<HpaPods>;
  readonly current: number;
  readonly target: number;
  readonly replicas: number;
}[] = [
  {
    when: 'three pods run at 50% of a 30% target',
    pods: { counted: each([300, 500, 700]) },
    current: 3,
    target: 0.3,
    replicas: 5,
  },
  {
    when: 'one of three is not ready and counts as idle going up',
    pods: { counted: each([500, 700]), starting: [1000] },
    current: 3,
    target: 0.3,
    replicas: 4,
  },
  {
    when: 'two of three are not ready: idle, they turn the direction round',
    pods: { counted: each([400]), starting: [1000, 1000] },
    current: 3,
    target: 0.3,
    replicas: 3,
  },
  {
    when: 'failed and terminating pods are left out',
    pods: { counted: each([500, 700]) },
    current: 2,
    target: 0.3,
    replicas: 4,
  },
  {
    when: 'five pods run at 28% of a 50% target',
    pods: { counted: each([100, 300, 500, 250, 250]) },
    current: 5,
    target: 0.5,
    replicas: 3,
  },
  {
    when: 'pods that are not ready are ignored going down',
    pods: { counted: each([100, 300, 500]), starting: [1000, 1000] },
    current: 5,
    target: 0.5,
    replicas: 2,
  },
  {
    when: 'four pods are not scheduled and one idles',
    pods: { counted: each([100]), starting: [1000, 1000, 1000, 1000] },
    current: 5,
    target: 0.5,
    replicas: 1,
  },
  {
    when: '102% of a 100% target is inside the dead band',
    pods: {
      counted: [
        { used: 1010, requested: 900 },
        { used: 1030, requested: 1000 },
        { used: 1020, requested: 1100 },
      ],
    },
    current: 3,
    target: 1,
    replicas: 3,
  },
  {
    when: 'four pods run at 587%',
    pods: { counted: each([4000, 9500, 3000, 7000]) },
    current: 4,
    target: 1,
    replicas: 24,
  },
  {
    when: 'two of four are missing and count as full going down',
    pods: { counted: each([400, 95]), missing: [1000, 1000] },
    current: 4,
    target: 1,
    replicas: 3,
  },
  {
    when: 'one of two is missing and the other is at its target',
    pods: { counted: each([1000]), missing: [1000] },
    current: 2,
    target: 1,
    replicas: 2,
  },
  {
    when: 'one of two is missing and the other runs at 190%',
    pods: { counted: each([1900]), missing: [1000] },
    current: 2,
    target: 1,
    replicas: 2,
  },
  {
    when: 'one of two is missing and the other runs at 60%',
    pods: { counted: each([600]), missing: [1000] },
    current: 2,
    target: 1,
    replicas: 2,
  },
  {
    when: 'a missing pod counted as full turns a small down round',
    pods: { counted: each([450]), missing: [1000], starting: [1000] },
    current: 3,
    target: 0.5,
    replicas: 3,
  },
  {
    when: 'one is missing, one not ready and one at 200% of a 50% target',
    pods: { counted: each([2000]), missing: [1000], starting: [1000] },
    current: 3,
    target: 0.5,
    replicas: 4,
  },
  {
    when: 'one is missing, one not ready and two idle',
    pods: { counted: each([100, 100]), missing: [1000], starting: [1000] },
    current: 4,
    target: 0.5,
    replicas: 3,
  },
  {
    when: 'a surge pod without sample would make more pods out of a down',
    pods: { counted: each([100, 100]), missing: [1000] },
    current: 2,
    target: 0.5,
    replicas: 2,
  },
  {
    when: 'use is just outside the dead band',
    pods: {
      counted: each(
        Array.from({ length: 10 }, () => 150),
        300,
      ),
    },
    current: 10,
    target: 0.56,
    replicas: 9,
  },
  {
    when: 'use is just inside the dead band',
    pods: {
      counted: each(
        Array.from({ length: 10 }, () => 150),
        300,
      ),
    },
    current: 10,
    target: 0.55,
    replicas: 10,
  },
];

describe('the formula of the HorizontalPodAutoscaler', () => {
  it.each(PUBLISHED)('asks for $replicas when $when', ({ pods, current, target, replicas }) => {
    const all = { counted: [], missing: [], starting: [], ...pods };
    expect(hpaReplicas(all, { current, target, tolerance: 0.1 })?.replicas).toBe(replicas);
  });

  it.each([
    { when: 'no pod counts', counted: [] },
    { when: 'nothing is requested', counted: [{ used: 100, requested: 0 }] },
  ])('has no answer when $when', ({ counted }) => {
    expect(
      hpaReplicas({ counted, missing: [], starting: [] }, { current: 1, target: 1, tolerance: 0.1 }),
    ).toBeUndefined();
  });

  it.each([
    { ratio: 1.1, replicas: 10 },
    { ratio: 1.11, replicas: 12 },
    { ratio: 0.9, replicas: 10 },
    { ratio: 0.89, replicas: 9 },
    { ratio: 1.2, replicas: 12 },
  ])(
    'answers $replicas for ten pods at $ratio of the target: the edge of the band belongs to it',
    ({ ratio, replicas }) => {
      const counted = Array.from({ length: 10 }, () => ({ used: 700 * ratio, requested: 1000 }));
      expect(
        hpaReplicas({ counted, missing: [], starting: [] }, { current: 10, target: 0.7, tolerance: 0.1 })?.replicas,
      ).toBe(replicas);
    },
  );

  it('takes a missing pod for as busy as the target going down, where the target is over the request', () => {
    const pods = { counted: each([600, 600, 600]), missing: [1000], starting: [] };
    expect(hpaReplicas(pods, { current: 4, target: 1.5, tolerance: 0.1 })?.replicas).toBe(3);
  });

  it('says so when missing pods turn the direction round, and not when starting ones do', () => {
    const aim = { current: 2, target: 1, tolerance: 0.1 };
    expect(hpaReplicas({ counted: each([1900]), missing: [1000], starting: [] }, aim)?.flips).toBe(true);
    expect(hpaReplicas({ counted: each([1900]), missing: [], starting: [1000] }, aim)?.flips).toBe(false);
  });

  const level = fc.integer({ min: 0, max: 5000 });
  const target = fc.integer({ min: 10, max: 150 });

  it('agrees with the sum of all use over what one pod may use, outside the dead band', () => {
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 20 }), target, (levels, percent) => {
        const aim = { current: levels.length, target: percent / 100, tolerance: 0 };
        const milli = levels.reduce((total, used) => total + used, 0);
        // Whole numbers throughout: one pod of a core may use `percent` x 10 millicores.
        expect(hpaReplicas({ counted: each(levels), missing: [], starting: [] }, aim)?.replicas).toBe(
          Math.floor((milli + percent * 10 - 1) / (percent * 10)),
        );
      }),
    );
  });

  it('never asks for fewer when every pod uses more', () => {
    fc.assert(
      fc.property(
        fc.array(level, { minLength: 1, maxLength: 12 }),
        fc.array(fc.constant(1000), { maxLength: 4 }),
        fc.array(fc.constant(1000), { maxLength: 4 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 3000 }),
        target,
        (levels, missing, starting, current, more, percent) => {
          const aim = { current, target: percent / 100, tolerance: 0.1 };
          const low = hpaReplicas({ counted: each(levels), missing, starting }, aim);
          const high = hpaReplicas({ counted: each(levels.map((one) => one + more)), missing, starting }, aim);
          // Only a pod count that equals what was asked for makes the two comparable at the edges of the band.
          if (levels.length + missing.length + starting.length !== current) return;
          expect(high?.replicas ?? 0).toBeGreaterThanOrEqual(low?.replicas ?? 0);
        },
      ),
    );
  });
});
