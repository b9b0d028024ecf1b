import { afterEach, describe, expect, it } from 'vitest';
import { CALM, openStage, SCALING, type Stage } from '../../test/stages/executorStage.ts';
import { KINDS } from '../schema/kube.ts';
import type { DecisionSpec } from '../schema/records.ts';
import { PEOPLE } from '../testing/people.ts';
import { Executor } from './executor.ts';

const A = 'web-aaaaaaaaaa';
const ALICE: DecisionSpec['requester'] = { kind: 'person', name: 'alice' };
const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

describe('a Decision made again under a name that has written', () => {
  it('is refused: its write would take the place of the first in the budget of the hour (GATE-G12-2)', async () => {
    const stage = await openStage({
      replicas: 8,
      load: CALM,
      spec: { scaling: { ...SCALING, max_replicas: 10 } },
    });
    stages.push(stage);
    const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await stage.wish(A, { arguments: { replicas: 7 }, requester: ALICE });
    await stage.run(150_000, executor);
    expect(stage.status(A)).toMatchObject({ phase: 'Succeeded' });
    stage.world.remove(KINDS.Decision, 'shop', A);
    await stage.wish(A, { arguments: { replicas: 6 }, requester: ALICE });
    await stage.run(60_000, executor);
    expect(stage.counters().operations.map(({ direction, at }) => [direction, at > 0])).toEqual([['down', true]]);
    expect([stage.replicas(), stage.writes()]).toEqual([7, 1]);
    expect(stage.status(A)).toMatchObject({ phase: 'Refused', reason: 'NameUsed' });
    expect(stage.told().at(-1)).toMatchObject({ reason: 'RefusedByFairlead' });
  });

  it('while that is being verified, takes nothing out of the budget and the cooldown either (GATE-G12-2)', async () => {
    const stage = await openStage({ replicas: 8, load: CALM, spec: { scaling: { ...SCALING, max_replicas: 10 } } });
    stages.push(stage);
    const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await stage.wish(A, { arguments: { replicas: 7 }, requester: ALICE });
    await stage.run(20_000, executor);
    expect(stage.counters().inFlight).toMatchObject({ changeId: `${A}.1`, phase: 'verifying' });
    stage.world.remove(KINDS.Decision, 'shop', A);
    await stage.wish(A, { arguments: { replicas: 6 }, requester: ALICE });
    await stage.run(60_000, executor);
    expect(stage.counters().operations).toMatchObject([{ changeId: `${A}.1` }]);
    expect(stage.counters().inFlight).toBeUndefined();
    // Nothing had to be mended, and nobody was called for counters that somebody edited.
    expect(stage.counters().spentUntil).toBeUndefined();
    expect([stage.writes(), stage.status(A).reason]).toEqual([1, 'NameUsed']);
  });
});
