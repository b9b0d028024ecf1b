import { describe, expect, it } from 'vitest';
import { type Played, play } from './play.ts';
import { explain, newTally, siege } from './siege.ts';
import type { Attack } from './steps.ts';

/** `npm run attack` plays 200,000 of them. */
const COUNT = 150;
const SEED = 20_260_105;

describe('an attacker who has the model, or the process around it, and who can write our records', () => {
  it(`breaks nothing in ${COUNT} attacks from seed ${SEED} (P1, P2, P3, P4, P5, P7)`, {
    timeout: 120_000,
  }, async () => {
    const tally = newTally();
    const breach = await siege({ seed: SEED, count: COUNT }, tally);
    expect(breach === undefined ? '' : explain(breach)).toBe('');
    expect(tally.attacks).toBe(COUNT);
    // A siege in which nothing is let through shows nothing, and neither does one in which nothing is refused.
    for (const said of ['allowed', 'waits', 'restricted', 'forbidden']) {
      expect(tally.verdicts[said] ?? 0, said).toBeGreaterThan(COUNT / 20);
    }
    expect(tally.writes).toBeGreaterThan(COUNT / 5);
    expect(tally.undos).toBeGreaterThan(0);
  });

  it('is judged by the version in force, also where rules of the organisation came before anybody looked at the newest', async () => {
    const [observes, forbids] = [
      { do: 'blueprint', name: 'observes' },
      { do: 'global', name: 'forbidsRestarts' },
    ] as const;
    // The watches tell of both before the next pass.
    const told = { do: 'load', name: 'hot' } as const;
    const played = (...steps: Attack['steps']): Promise<Played> =>
      play({ replicas: 2, load: 'hot', blueprint: 'usual', warm: 2, steps }, { holds: 'model' });
    expect(await played(observes, forbids, told)).toMatchObject({ violations: [], writes: 1 });
    expect(await played(observes, { do: 'pass', times: 1 }, forbids)).toMatchObject({ violations: [], writes: 0 });
  });

  it('may see a rollback past a disruption budget where none of the pods that it replaces serves', async () => {
    const steps: Attack['steps'] = [
      { do: 'people', what: 'badImage' },
      { do: 'disruptionBudget' },
      { do: 'pass', times: 1 },
      { do: 'replay', which: 0, status: 'none' },
    ];
    const attack: Attack = { replicas: 2, load: 'hot', blueprint: 'everything', warm: 33, steps };
    const { violations, writes } = await play(attack);
    expect({ violations, writes }).toEqual({ violations: [], writes: 1 });
  });

  it('takes nothing back by a record and an annotation that both name a change that never was, and differ', async () => {
    const nothing = { as: 'agent', namespace: 'shop', target: 'web', parent: 'none', seen: 'none' } as const;
    const steps: Attack['steps'] = [
      { do: 'forge', call: { tool: 'rollback', args: {} }, lies: nothing },
      { do: 'replay', which: 0, status: 'failed' },
      { do: 'people', what: 'forgedAnnotation' },
    ];
    const attack: Attack = { replicas: 3, load: 'hot', blueprint: 'usual', warm: 2, steps };
    expect(await play(attack, { holds: 'model' })).toMatchObject({ violations: [], writes: 0 });
  });
});
