import { Executor } from '../../src/executor/executor.ts';
import { breakerAt } from '../../src/policy/breaker.ts';
import { ruleFirings } from '../../src/scenario/rules/ruleFirings.ts';
import type { Seen } from '../../src/scenario/seen.ts';
import type { RuleId } from '../../src/schema/verdict.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { CALM, openStage, SCALING, type Stage, type StageOptions } from '../stages/executorStage.ts';
import type { Criterion, Shown, WorldCase } from './criterion.ts';
import { Expecting } from './expecting.ts';
import { PAUSED } from './realCases.ts';
import { scenarioCase } from './scenarioCase.ts';
import { MINUTE, SEED } from './world.ts';

const ANN = { kind: 'person', name: 'ann' } as const;

/** The mechanism acts in one scenario, and stays silent in the same one but for the fact that sets it off. */
function pair(checks: string, stem: string, rule: RuleId): WorldCase {
  const also =
    (acts: boolean) =>
    (seen: Seen): Partial<Shown> => {
      const codes = [...new Set((ruleFirings(seen).fired.get(rule) ?? []).map(({ code }) => code))];
      const right = codes.length > 0 === acts;
      return {
        faults: right ? [] : [`${rule} ${acts ? 'did not act' : `acted (${codes.join(', ')})`}`],
        seen: acts ? `${rule}: ${codes.join(', ')}` : `${rule} is silent`,
      };
    };
  const acts = scenarioCase(`${stem}-fires`, { also: also(true) });
  const spares = scenarioCase(`${stem}-spared`, { also: also(false) });
  return {
    checks: `${checks}. ${acts.checks}, and ${spares.checks}`,
    seed: SEED,
    async play() {
      const [acted, spared] = [await acts.play(), await spares.play()];
      return {
        faults: [...acted.faults, ...spared.faults],
        seen: `${acted.seen}. But for that fact: ${spared.seen}`,
        virtualMs: (acted.virtualMs ?? 0) + (spared.virtualMs ?? 0),
      };
    },
  };
}

const onStage = (
  checks: string,
  options: StageOptions,
  play: (stage: Stage, executor: Executor, expecting: Expecting) => Promise<string>,
): WorldCase => ({
  checks,
  seed: SEED,
  async play() {
    const expecting = new Expecting();
    const stage = await openStage({ replicas: 3, load: CALM, ...options });
    const began = stage.clock.now();
    try {
      const seen = await play(stage, new Executor({ ...stage.deps, trust: PEOPLE.trust }), expecting);
      return expecting.shown(seen, { virtualMs: stage.clock.now() - began });
    } finally {
      stage.close();
    }
  },
});

const FAILING = ['web-1111111111', 'web-2222222222', 'web-3333333333'];
const TRIAL = 'web-4444444444';

const BREAKER = onStage(
  'The circuit breaker opens after three failures in a row, blocks, lets one trial through, and closes when that holds',
  {},
  async (stage, executor, expecting) => {
    const restart = { tool: 'restart_pods', operation: 'restart_pods', arguments: {}, requester: ANN };
    const state = (): string => breakerAt(stage.counters().breaker, stage.clock.now());
    const runUntil = async (done: () => boolean): Promise<void> => {
      for (let waited = 0; !done() && waited < 120; waited += 1) await stage.run(15_000, executor);
    };
    stage.world.setReadyAfter('shop/web', 600 * MINUTE);
    for (const name of FAILING) {
      await stage.wish(name, restart);
      await runUntil(() => stage.phase(name) === 'RolledBack');
    }
    const states = [state()];
    const writes = stage.writes();
    await stage.wish(TRIAL, restart);
    await executor.pass();
    expecting.holds(
      'the fourth wish waits for the breaker',
      stage.status(TRIAL).verdict?.wait?.codes.includes('BreakerOpen') === true,
    );
    await stage.run(30_000, executor);
    expecting.same('writes while it is open', stage.writes() - writes, 0);
    stage.world.setReadyAfter('shop/web', 5_000);
    await runUntil(() => stage.writes() > writes);
    states.push(state());
    await runUntil(() => stage.phase(TRIAL) === 'Succeeded');
    states.push(state());
    expecting.same('states', states, ['open', 'halfOpen', 'closed']);
    expecting.same('writes of the trial', stage.writes() - writes, 1);
    return `3 failures, then ${states.join(', ')}; one trial written`;
  },
);

const UPS = 10;
const RATE = onStage(
  'The rate limit: the eleventh operation of an hour waits',
  { replicas: 2, load: CALM, spec: { scaling: { ...SCALING, max_replicas: 20 } } },
  async (stage, executor, expecting) => {
    const up = (n: number): Promise<void> =>
      stage.wish(`web-up${String(n).padStart(8, '0')}`, { arguments: { replicas: 2 + n }, requester: ANN });
    for (let n = 1; n <= UPS; n += 1) {
      await up(n);
      for (let waited = 0; stage.replicas() < 2 + n && waited < 40; waited += 1) await stage.run(15_000, executor);
      await stage.run(2 * MINUTE, executor);
    }
    expecting.same('writes of ten wishes', stage.writes(), UPS);
    await up(UPS + 1);
    await stage.run(MINUTE, executor);
    const { phase, verdict } = stage.status(`web-up${String(UPS + 1).padStart(8, '0')}`);
    expecting.same('the eleventh', [phase, stage.writes()], ['Deferred', UPS]);
    expecting.holds('the budget is named', verdict?.wait?.codes.includes('BudgetSpent') === true);
    return `10 writes, the eleventh wish Deferred: ${verdict?.wait?.codes.join(', ')}`;
  },
);

const ROLLBACK = onStage(
  'Automatic rollback: a change whose critical check fails is undone, and counts as one failure',
  {},
  async (stage, executor, expecting) => {
    await stage.wish(TRIAL, { arguments: { replicas: 2 }, requester: ANN });
    await executor.pass();
    stage.world.setLoad('shop/web', { ...CALM, latency_ms_base: 280 });
    await stage.run(90_000, executor);
    expecting.same(
      'phase, replicas, failures',
      [stage.phase(TRIAL), stage.replicas(), stage.counters().breaker.failures],
      ['RolledBack', 3, 1],
    );
    return '3 to 2 and back to 3, one failure counted';
  },
);

export const SAFETY_MECHANISMS: Criterion = {
  id: 'SC-010',
  slug: 'safety-mechanisms',
  title: 'Safety mechanism activation',
  atLeast: 11,
  unit: 'cases',
  means:
    'Each mechanism that holds changes back acts when what it is there for happens, and does not act in the same situation without it. The virtual time is that of the whole case.',
  cases: [
    BREAKER,
    RATE,
    ROLLBACK,
    pair('The breaker counts to three', 'fault-19-g19-failures', 'G19'),
    pair('The cooldown', 'auto-12-g12-cooldown', 'G12'),
    pair('A pause', 'auto-20-g20-pause', 'G20'),
    pair('A freeze window', 'auto-20-g20-freeze', 'G20'),
    pair('Autonomy', 'auto-20-g20-autonomy', 'G20'),
    pair('Reversals', 'inj-11-g11-reversal', 'G11'),
    pair('One change at a time', 'inj-23-g23-in-flight', 'G23'),
    pair('Shared capacity', 'conf-12-g12-capacity', 'G12'),
    pair('The disruption budget of a service', 'inj-02-g02-budget', 'G2'),
    scenarioCase('auto-87-breaker-held'),
    scenarioCase('auto-85-stop-fleet'),
    scenarioCase('auto-82-four-downs'),
    scenarioCase('auto-91-global-freeze'),
    scenarioCase('fault-80-undo-fails', { checks: 'A failed undo freezes the service until a person resumes it' }),
    scenarioCase('fault-69-fleet-blind'),
  ],
  real: [PAUSED],
};
