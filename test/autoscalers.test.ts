import { afterEach, describe, expect, it } from 'vitest';
import { RulesPlanner } from '../src/agents/rulesPlanner.ts';
import { KINDS } from '../src/schema/kube.ts';
import { deploymentObject } from '../src/testing/contractObjects.ts';
import { MemoryJournal } from '../src/testing/memoryJournal.ts';
import { USUAL } from '../src/testing/usualBlueprint.ts';
import { VirtualRun } from '../src/virtualRun.ts';

const MINUTE = 60_000;

const BLUEPRINT = {
  version: '1.0.0',
  scaling: { ...USUAL.scaling, max_replicas: 8 },
  performance: USUAL.performance,
  governance: { agent_authority: { allowed_operations: ['scale_within_limits', 'restart_pods'] } },
};

describe('a governed Deployment with a HorizontalPodAutoscaler', () => {
  let run: VirtualRun;
  afterEach(() => run.close());

  async function open(maxReplicas?: number): Promise<void> {
    run = await VirtualRun.open({ proposer: new RulesPlanner(), journal: (_role, clock) => new MemoryJournal(clock) });
    const metadata = { name: 'web', namespace: 'shop' };
    run.world.apply(deploymentObject('shop', 'web', { replicas: 2 }));
    run.world.apply({ apiVersion: KINDS.Blueprint.apiVersion, kind: 'Blueprint', metadata, spec: BLUEPRINT });
    load(60);
    await run.world.advance(10 * MINUTE);
    if (maxReplicas === undefined) return;
    run.world.apply({
      apiVersion: KINDS.HorizontalPodAutoscaler.apiVersion,
      kind: 'HorizontalPodAutoscaler',
      metadata: { ...metadata, name: 'web-hpa' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
        ],
      },
    });
  }

  /** Per cent of the request at two pods of 100m. */
  const load = (percent: number): void =>
    run.world.setLoad('shop/web', { rps: 100, cpu_m_per_rps: (2 * percent) / 100, latency_ms_base: 50 });
  const play = (ms: number): Promise<boolean> => run.until(() => false, ms);
  const refusals = (): unknown[] =>
    run
      .decisions('shop')
      .filter(({ status }) => status?.phase === 'Refused')
      .flatMap(({ status }) => status?.verdict?.findings ?? [])
      .filter(({ rule }) => rule === 'G1')
      .map(({ code, message }) => [code, message]);

  it('is scaled by Fairlead while there is none', async () => {
    await open();
    load(90);
    await play(10 * MINUTE);
    expect(run.writes()).toHaveLength(1);
    expect(run.replicas('shop', 'web')).toBe(3);
  });

  it('is not scaled by Fairlead even where the autoscaler has come to its bound: G1 refuses', async () => {
    await open(2);
    load(90);
    await play(10 * MINUTE);
    expect(refusals()).toContainEqual([
      'OwnedByOther',
      'HorizontalPodAutoscaler web-hpa steers replicas here: only a proposal to its bounds is possible',
    ]);
    expect(run.writes()).toEqual([]);
    expect(run.replicas('shop', 'web')).toBe(2);
  });

  it('follows its autoscaler up and down, and Fairlead writes nothing', async () => {
    await open(8);
    load(120);
    await play(10 * MINUTE);
    expect(run.replicas('shop', 'web')).toBe(4);
    load(60);
    await play(10 * MINUTE);
    expect(run.replicas('shop', 'web')).toBe(2);
    expect(run.writes()).toEqual([]);
  });
});
