import { afterEach, describe, expect, it } from 'vitest';
import { rulesOrigin } from '../src/agents/origin.ts';
import type { Proposer } from '../src/agents/proposer.ts';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import { withFallback } from '../src/agents/withFallback.ts';
import { KINDS } from '../src/schema/kube.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';
import type { ManualClock } from '../src/testing/manualClock.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { USUAL } from '../src/testing/usualBlueprint.ts';
import { VirtualRun } from '../src/virtualRun.ts';
import type { Load } from '../src/world/load.ts';

const TICKS = 40;
const runs: VirtualRun[] = [];
afterEach(async () => {
  for (const run of runs.splice(0)) await run.close();
});

const SPEC = {
  version: '1.0.0',
  scaling: { ...USUAL.scaling, max_replicas: 12 },
  performance: { latency_target_p95: '200ms' },
  governance: { agent_authority: { allowed_operations: ['scale_within_limits', 'restart_pods'] } },
};

/** Whatever it sees, it wants a restart. */
const restarts: Proposer = {
  label: 'a model that always restarts',
  propose: ({ service, runId }) =>
    Promise.resolve({
      kind: 'change',
      tool: 'restart_pods',
      args: { service, reason: 'it must be stuck' },
      rationale: 'it must be stuck',
      origin: { ...rulesOrigin(runId), role: 'decision-engine', model: 'restarter' },
    }),
};
const guarded = (clock: ManualClock): Proposer =>
  withFallback({
    model: restarts,
    clock,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    deadlineMs: 15_000,
    patienceMs: 130_000,
  });

/** Replicas after each tick. */
async function played(load: Load, proposer: Proposer | ((clock: ManualClock) => Proposer)): Promise<number[]> {
  const run = await VirtualRun.open({ proposer, journal: (role, clock) => new MemoryJournal(clock, role) });
  runs.push(run);
  run.world.apply(deploymentObject('shop', 'web', { replicas: 2 }));
  const { apiVersion, kind } = KINDS.Blueprint;
  run.world.apply({ apiVersion, kind, metadata: { name: 'web', namespace: 'shop' }, spec: SPEC });
  run.world.setLoad('shop/web', load);
  const replicas: number[] = [];
  for (let tick = 0; tick < TICKS; tick++) {
    await run.tick();
    replicas.push(run.replicas('shop', 'web'));
  }
  return replicas;
}

/** From a calm minute on: latency over its objective, and CPU at its height. */
const breach = (rps: Load['rps']): Load => ({
  rps,
  cpu_m_per_rps: 1,
  latency_ms_base: 100,
  series: {
    latency_p95_ms: [
      [0, 120],
      [119, 120],
      [120, 280],
      [240, 280],
      [300, 150],
    ],
  },
});

describe('under a breach capacity comes first, whatever the model wants', () => {
  it.each<[string, Load]>([
    [
      'a step',
      breach([
        [0, 100],
        [119, 100],
        [120, 400],
      ]),
    ],
    [
      'a ramp',
      breach([
        [0, 100],
        [100, 100],
        [300, 700],
      ]),
    ],
    [
      'a small rise that latency tells first',
      breach([
        [0, 130],
        [119, 130],
        [180, 190],
      ]),
    ],
  ])(
    'with %s a model that always restarts is never more than one pass behind the rules alone (P8)',
    async (_, load) => {
      const [rules, model] = [await played(load, new RulesPlanner()), await played(load, guarded)];
      expect(rules.at(-1)).toBeGreaterThan(2);
      for (const [tick, replicas] of model.entries()) {
        expect(replicas, `at tick ${tick} of ${model.join(' ')} against ${rules.join(' ')}`).toBeGreaterThanOrEqual(
          rules[tick - 1] ?? 0,
        );
      }
    },
  );
});
