import { afterEach, describe, expect, it } from 'vitest';
import { Executor } from '../src/executor/executor.ts';
import { breakerAt } from '../src/policy/breaker.ts';
import { PEOPLE } from '../src/testing/people.ts';
import { CALM, openStage, type Stage } from './stages/executorStage.ts';

const MINUTE = 60_000;
const NAMES = ['web-1111111111', 'web-2222222222', 'web-3333333333'];
const TRIAL = 'web-4444444444';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.close();
});

/** A service whose new pods do not start until told, so that a person's restarts fail one after the other. */
async function open() {
  const stage = await openStage({ replicas: 3, load: CALM });
  stages.push(stage);
  const executor = new Executor({ ...stage.deps, trust: PEOPLE.trust });
  stage.world.setReadyAfter('shop/web', 10 * 60 * MINUTE);
  const ask = (name: string): Promise<void> =>
    stage.wish(name, {
      tool: 'restart_pods',
      operation: 'restart_pods',
      arguments: {},
      requester: { kind: 'person', name: 'ann' },
    });
  const state = (): string => breakerAt(stage.counters().breaker, stage.clock.now());
  /** Until it is over, or for half an hour. */
  const fail = async (name: string): Promise<void> => {
    await ask(name);
    for (let waited = 0; stage.phase(name) !== 'RolledBack' && waited < 120; waited++)
      await stage.run(15_000, executor);
    expect(stage.phase(name)).toBe('RolledBack');
  };
  return { stage, executor, ask, fail, state };
}

describe('scenario 7: the breaker', () => {
  it('opens after three failures, blocks, lets one trial through, and closes when it holds (GATE-G19-1, GATE-G19-2)', async () => {
    const { stage, executor, ask, fail, state } = await open();
    for (const [failures, name] of NAMES.entries()) {
      expect(stage.breaker()?.breaker ?? { state: 'closed', failures: 0 }).toMatchObject({ state: 'closed', failures });
      await fail(name);
    }
    expect(stage.counters().breaker).toMatchObject({ state: 'open', failures: 3, opens: 1 });
    expect(state()).toBe('open');
    const writes = stage.writes();
    expect(writes, 'three restarts, each taken back').toBe(6);

    await ask(TRIAL);
    await executor.pass();
    const blocked = stage.status(TRIAL);
    expect(blocked.phase).toBe('Deferred');
    expect(blocked.verdict?.wait?.codes).toContain('BreakerOpen');
    await stage.run(30_000, executor);
    expect(state()).toBe('open');
    expect(stage.writes()).toBe(writes);

    stage.world.setReadyAfter('shop/web', 5_000);
    for (let waited = 0; stage.writes() === writes && waited < 40; waited++) await stage.run(15_000, executor);
    expect(state(), 'the trial is in flight').toBe('halfOpen');
    expect(stage.status(TRIAL).verdict?.findings.map(({ code }) => code)).toContain('Trial');
    await stage.run(6 * MINUTE, executor);
    expect(stage.phase(TRIAL)).toBe('Succeeded');
    expect(stage.counters().breaker).toEqual({ state: 'closed', failures: 0, opens: 0 });
    expect(stage.writes()).toBe(writes + 1);
  });

  it('opens for twice as long when its trial fails (GATE-C-5)', async () => {
    const { stage, fail, state } = await open();
    for (const name of [...NAMES, TRIAL]) await fail(name);
    const { breaker } = stage.counters();
    expect(breaker).toMatchObject({ state: 'open', opens: 2 });
    expect(state()).toBe('open');
    expect((breaker.until ?? 0) - stage.clock.now()).toBeGreaterThan(60_000 * 1.1);
  });

  it('stays as it is for as long as a person holds it open (GATE-G19-4)', async () => {
    const { stage, executor, ask } = await open();
    stage.world.setReadyAfter('shop/web', 5_000);
    const hold = { kind: 'breaker' as const, what: 'all' as const, by: 'ann', reason: 'vendor is at it', at: '' };
    stage.hold([hold]);
    await ask(TRIAL);
    await stage.run(2 * MINUTE, executor);
    expect(stage.status(TRIAL)).toMatchObject({ phase: 'Deferred', reason: 'BreakerHeld' });
    expect(stage.writes()).toBe(0);
    stage.hold([]);
    await stage.run(30_000, executor);
    expect(stage.writes()).toBe(1);
  });
});
