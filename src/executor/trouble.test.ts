import { afterEach, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../../test/stages/executorStage.ts';
import type { CallFault } from '../world/portFaults.ts';
import { Executor } from './executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** When the call fails: in the first pass, from the write on, or from when the change is judged. */
const MOMENTS = ['first', 'written', 'judged'] as const;
const LOST = { code: 'unavailable', afterApply: true } as const;
const DOWN = { code: 'unavailable' } as const;
const MOVED = { code: 'conflict' } as const;
const FAULTS: readonly CallFault[] = [
  { verb: 'get', kind: 'CircuitBreaker', ...DOWN },
  { verb: 'get', kind: 'CircuitBreaker', ...DOWN, times: 2 },
  { verb: 'get', kind: 'CircuitBreaker', ...DOWN, times: 4 },
  { verb: 'get', kind: 'Decision', ...DOWN },
  { verb: 'get', kind: 'Decision', ...DOWN, times: 2 },
  { verb: 'get', kind: 'Deployment', ...DOWN },
  { verb: 'list', kind: 'Pod', ...DOWN },
  { verb: 'create', kind: 'CircuitBreaker', ...MOVED },
  { verb: 'create', kind: 'CircuitBreaker', ...LOST },
  { verb: 'create', kind: 'Event', ...DOWN },
  { verb: 'create', kind: 'Event', ...LOST },
  { verb: 'update', kind: 'CircuitBreaker', ...DOWN },
  { verb: 'update', kind: 'CircuitBreaker', ...MOVED },
  { verb: 'update', kind: 'CircuitBreaker', ...MOVED, times: 4 },
  { verb: 'update', kind: 'CircuitBreaker', ...MOVED, times: 5 },
  { verb: 'update', kind: 'CircuitBreaker', ...LOST },
  { verb: 'update', kind: 'CircuitBreaker', ...DOWN, uncertain: true },
  { verb: 'update', kind: 'Decision', ...DOWN },
  { verb: 'update', kind: 'Decision', ...MOVED },
  { verb: 'update', kind: 'Decision', ...LOST },
];
const ROWS = MOMENTS.flatMap((moment) => FAULTS.map((fault) => ({ moment, fault, words: wordsOf(fault) }))).filter(
  // A slot that cannot be taken for a minute is another matter: the wish is dropped and computed anew.
  ({ moment, fault }) => moment !== 'first' || fault.code !== 'conflict' || (fault.times ?? 1) < 4,
);

describe('a scale-up comes out the same, and once, when', () => {
  it.each(ROWS)('$words, $moment (P5)', async ({ moment, fault }) => {
    const stage = await openStage();
    stages.push(stage);
    const executor = new Executor({
      ...stage.deps,
      workloads: {
        apply: async (permit, change, options) => {
          const answer = await stage.deps.workloads.apply(permit, change, options);
          if (moment === 'written' && !options.dryRun) stage.port.failNext(fault);
          return answer;
        },
      },
    });
    await stage.wish(A, { arguments: { replicas: 3 } });
    if (moment === 'first') stage.port.failNext(fault);
    const { againAt } = await executor.pass();
    // Nothing is tried again without a pause: an API server in trouble gets no storm of calls.
    expect(againAt).toBeGreaterThanOrEqual(stage.clock.now() + 1_000);
    await stage.run(60_000, executor);
    if (moment === 'judged') stage.port.failNext(fault);
    await stage.run(120_000, executor);
    expect(stage.status(A)).toMatchObject({
      phase: 'Succeeded',
      reason: 'Verified',
      changes: [{ before: '2', after: '3' }],
    });
    expect([stage.replicas(), stage.writes(), stage.counters().operations.length]).toEqual([3, 1, 1]);
    expect(stage.counters()).toMatchObject({ lastChangeId: `${A}.1`, breaker: { failures: 0 } });
    expect(stage.counters().inFlight).toBeUndefined();
  });
});

function wordsOf({ verb, kind, code, afterApply, uncertain, times = 1 }: CallFault): string {
  const how = afterApply ? 'loses its answer' : uncertain ? 'may have been lost' : `is answered ${code}`;
  return `${verb} ${kind} ${how}${times > 1 ? ` ${times} times` : ''}`;
}
