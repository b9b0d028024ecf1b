import { describe, expect, it } from 'vitest';
import { COURSES } from '../../test/crash/courses.ts';
import { anyCalls, everyCall, playAll } from '../../test/crash/matrix.ts';
import { seededIds } from '../testing/seededIds.ts';

/**
 * A slice of what `npm run crash` plays whole: the process is killed at calls it makes to the outside, before the call has
 * its effect and after it, and another goes on. Whatever the moment, the end is that of the undisturbed run.
 */
const SEED = 20_260_105;
const KILLS = { 1: 5, 2: 2 } as const;

describe.each(COURSES)('killed anywhere during $name', (course) => {
  it.each([1, 2] as const)(
    `the next process ends it the same, with %i executors (P5, P7; seed ${SEED})`,
    async (executors) => {
      const { random } = seededIds(SEED);
      const { plays, kills, failures } = await playAll(course, executors, SEED, (calls) => {
        const all = everyCall(calls, executors, SEED);
        const some = Array.from({ length: KILLS[executors] }, () => all[Math.floor(random() * all.length)]);
        return [...some.flatMap((one) => one ?? []), ...anyCalls(calls, executors, 1, SEED)];
      });
      expect(failures).toEqual([]);
      expect(plays).toBe(KILLS[executors] + 2);
      expect(kills).toBeGreaterThan(0);
    },
    60_000,
  );
});
