import { describe, expect, it } from 'vitest';
import { HOT, openStage, type Stage } from '../../../test/stages/executorStage.ts';
import { PEOPLE } from '../../testing/people.ts';
import { Executor } from '../executor.ts';

const CODE = 'RevertedAgainAndAgain';

/** An agent's wish for more capacity, carried out and seen to stand before somebody puts it back. */
async function scaleUp(stage: Stage, name: string): Promise<string> {
  await stage.wish(name, { arguments: { replicas: 3 } });
  await stage.run(30_000);
  return stage.status(name).reason;
}

describe('a repair that somebody puts back', () => {
  it('is made three times, then a person is told once and nothing more is written', async () => {
    const stage = await openStage({ load: { ...HOT, rps: 110 } });
    for (let round = 1; round <= 3; round++) {
      await scaleUp(stage, `web-aaaaaaaaa${round}`);
      expect(stage.replicas()).toBe(3);
      expect(stage.counters().reverts).toBe(round - 1);
      stage.world.scaleByHand('shop/web', 2);
      await stage.run(90_000);
      expect(stage.status(`web-aaaaaaaaa${round}`)).toMatchObject({ phase: 'Superseded', reason: 'Overwritten' });
    }
    const writes = stage.writes();
    expect(await scaleUp(stage, 'web-aaaaaaaaa4')).toBe(CODE);
    expect(await scaleUp(stage, 'web-aaaaaaaaa5')).toBe(CODE);
    expect(stage.replicas()).toBe(2);
    expect(stage.writes()).toBe(writes);
    const alerts = stage.told().filter(({ reason, note }) => reason === 'FairleadAlert' && note.startsWith(CODE));
    expect(alerts).toHaveLength(1);
    stage.close();
  });

  it('goes on by the hand of a person', async () => {
    const stage = await openStage({ load: { ...HOT, rps: 110 } });
    for (let round = 1; round <= 2; round++) {
      await scaleUp(stage, `web-aaaaaaaaa${round}`);
      stage.world.scaleByHand('shop/web', 2);
      await stage.run(90_000);
    }
    expect(stage.counters().reverts).toBe(1);
    const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
    await stage.wish('web-bbbbbbbbbb', { arguments: { replicas: 3 }, requester: { kind: 'person', name: 'alice' } });
    await stage.run(30_000, executor);
    expect(stage.counters().reverts).toBe(0);
    stage.close();
  });
});
