import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { PEOPLE } from '../../testing/people.ts';
import type { CallFault } from '../../world/portFaults.ts';
import { Executor } from '../executor.ts';

const A = 'web-aaaaaaaaaa';
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** When the call fails: from the verdict on, from the undo's dry run on, or from its write on. */
type Moment = 'judged' | 'tried' | 'written';
const LOST = { code: 'unavailable', afterApply: true } as const;
const DOWN = { code: 'unavailable' } as const;
const MOVED = { code: 'conflict' } as const;
const ROWS: readonly { readonly moment: Moment; readonly fault: CallFault; readonly what: string }[] = [
  { moment: 'judged', what: 'the pods cannot be listed', fault: { verb: 'list', kind: 'Pod', ...DOWN } },
  { moment: 'judged', what: 'the Decision cannot be read', fault: { verb: 'get', kind: 'Decision', ...DOWN } },
  { moment: 'judged', what: 'the verdict is not recorded', fault: { verb: 'update', kind: 'Decision', ...MOVED } },
  { moment: 'judged', what: 'its record loses its answer', fault: { verb: 'update', kind: 'Decision', ...LOST } },
  { moment: 'judged', what: 'the dry run is refused', fault: { verb: 'patch', kind: 'Deployment', ...DOWN } },
  { moment: 'tried', what: 'the slot has moved', fault: { verb: 'update', kind: 'CircuitBreaker', ...MOVED } },
  { moment: 'tried', what: 'the slot is not taken', fault: { verb: 'update', kind: 'CircuitBreaker', ...DOWN } },
  { moment: 'tried', what: 'the slot loses its answer', fault: { verb: 'update', kind: 'CircuitBreaker', ...LOST } },
  { moment: 'tried', what: 'the intent is not recorded', fault: { verb: 'update', kind: 'Decision', ...MOVED } },
  { moment: 'tried', what: 'the intent loses its answer', fault: { verb: 'update', kind: 'Decision', ...LOST } },
  { moment: 'tried', what: 'the write is refused', fault: { verb: 'patch', kind: 'Deployment', ...DOWN } },
  { moment: 'tried', what: 'the write meets a conflict', fault: { verb: 'patch', kind: 'Deployment', ...MOVED } },
  { moment: 'tried', what: 'the write loses its answer', fault: { verb: 'patch', kind: 'Deployment', ...LOST } },
  {
    moment: 'tried',
    what: 'the write may have been lost',
    fault: { verb: 'patch', kind: 'Deployment', ...DOWN, uncertain: true },
  },
  { moment: 'written', what: 'the counters have moved', fault: { verb: 'update', kind: 'CircuitBreaker', ...MOVED } },
  {
    moment: 'written',
    what: 'the counters are not written',
    fault: { verb: 'update', kind: 'CircuitBreaker', ...DOWN },
  },
  { moment: 'written', what: 'the Event is not taken', fault: { verb: 'create', kind: 'Event', ...DOWN } },
  { moment: 'written', what: 'the status is not written', fault: { verb: 'update', kind: 'Decision', ...DOWN } },
  { moment: 'written', what: 'the status loses its answer', fault: { verb: 'update', kind: 'Decision', ...LOST } },
];

describe('an undo comes out the same, and once, when', () => {
  it.each(ROWS)('$what, once it is $moment (P5, P6)', async ({ moment, fault }) => {
    const stage = await openStage({ replicas: 3, load: CALM });
    stages.push(stage);
    let broken = false;
    const executor = new Executor({
      ...stage.deps,
      trust: PEOPLE.trust,
      workloads: {
        apply: async (permit, change, options) => {
          const answer = await stage.deps.workloads.apply(permit, change, options);
          if (broken || !change.undo || moment !== (options.dryRun ? 'tried' : 'written')) return answer;
          broken = true;
          stage.port.failNext(fault);
          return answer;
        },
      },
    });
    await stage.wish(A, { arguments: { replicas: 2 }, requester: { kind: 'person', name: 'alice' } });
    await executor.pass();
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(30_000, executor);
    if (moment === 'judged') stage.port.failNext(fault);
    await stage.run(150_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'RolledBack', reason: 'Undone' });
    expect(stage.status(A).changes.map(({ id, after }) => [id, after])).toEqual([
      [`${A}.1`, '2'],
      [`${A}.1.undo`, '3'],
    ]);
    const refused = moment === 'tried' && fault.verb === 'patch' && fault.afterApply !== true ? 1 : 0;
    expect([stage.replicas(), stage.writes()]).toEqual([3, 2 + refused]);
    expect(stage.counters()).toMatchObject({ breaker: { state: 'closed', failures: 1 }, lastChangeId: `${A}.1.undo` });
    expect(stage.counters().inFlight).toBeUndefined();
    expect(stage.counters().operations.map(({ changeId, undo }) => [changeId, undo])).toEqual([
      [`${A}.1`, false],
      [`${A}.1.undo`, true],
    ]);
  });
});
