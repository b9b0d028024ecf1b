import { describe, expect, it } from 'vitest';
import { KINDS, type KubeObject } from '../schema/kube.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { scene } from './scene.ts';
import { conditionsOf, deploymentSpec } from './shapes.ts';
import { World } from './world.ts';

const SCRAPE = 15_000;
const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

const cpu = (averageUtilization: number): object => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const autoscaler = (spec: object = {}): KubeObject => ({
  apiVersion: KINDS.HorizontalPodAutoscaler.apiVersion,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: TARGET, minReplicas: 2, maxReplicas: 10, metrics: [cpu(70)], ...spec },
});

interface Status {
  readonly currentReplicas?: number;
  readonly desiredReplicas?: number;
  readonly lastScaleTime?: string;
  readonly currentMetrics?: unknown;
}

/** `shop/web` with pods of 500m that have run for ten minutes, and `percent` of that used by each of `replicas`. */
async function stage({ replicas = 2, percent = 70, spec = {}, autoscalers = true } = {}) {
  const clock = new ManualClock();
  const world = new World({ clock, seed: 1, autoscalers });
  const { deployment } = scene(world, { replicas });
  const load = (all: number): void => world.setLoad('shop/web', { rps: 100, cpu_m_per_rps: all * 5 * 0.01 });
  load(replicas * percent);
  await world.advance(600_000);
  world.apply(autoscaler(spec));
  await world.advance(SCRAPE);
  const hpa = (): KubeObject => world.get(KINDS.HorizontalPodAutoscaler, 'shop', 'web') ?? autoscaler();
  const condition = (type: string) => conditionsOf(hpa()).find((one) => one.type === type);
  return {
    clock,
    world,
    load,
    deployment,
    replicas: (): number => deploymentSpec(deployment()).replicas,
    status: (): Status => (hpa().status ?? {}) as Status,
    says: (type: string): string => `${condition(type)?.status} ${condition(type)?.reason}`,
    message: (type: string): string => condition(type)?.message ?? '',
    events: (): string[] =>
      world.objects
        .list(KINDS.Event, 'shop')
        .filter((event) => event['reportingController'] === 'horizontal-pod-autoscaler')
        .map((event) => `${event['type']} ${event['reason']} ${event['note']}`),
  };
}

describe('a HorizontalPodAutoscaler in the world', () => {
  it('doubles the pods when the load doubles, and is then at rest', async () => {
    const { world, load, replicas, status, says, events } = await stage();
    expect([replicas(), status().currentMetrics]).toEqual([
      2,
      [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 70, averageValue: '350m' } } }],
    ]);
    load(280);
    await world.advance(SCRAPE);
    expect(replicas()).toBe(4);
    expect(status()).toMatchObject({ currentReplicas: 2, desiredReplicas: 4 });
    expect(says('AbleToScale')).toBe('True SucceededRescale');
    expect(events()).toEqual([
      'Normal SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target',
    ]);
    await world.advance(600_000);
    expect(replicas()).toBe(4);
    expect(status()).toMatchObject({ currentReplicas: 4, desiredReplicas: 4 });
    expect(says('AbleToScale')).toBe('True ReadyForNewScale');
    expect(says('ScalingActive')).toBe('True ValidMetricFound');
    expect(says('ScalingLimited')).toBe('False DesiredWithinRange');
  });

  it('goes down only when no look of the last 300 s wanted more', async () => {
    const { world, load, replicas, says } = await stage({ replicas: 4 });
    load(140);
    await world.advance(300_000);
    expect(replicas()).toBe(4);
    expect(says('AbleToScale')).toBe('True ScaleDownStabilized');
    await world.advance(SCRAPE);
    expect(replicas()).toBe(2);
  });

  it('starts its 300 s again when the load comes back for one look', async () => {
    const { world, load, replicas } = await stage({ replicas: 4 });
    load(140);
    await world.advance(240_000);
    load(280);
    await world.advance(SCRAPE);
    load(140);
    await world.advance(300_000);
    expect(replicas()).toBe(4);
    await world.advance(SCRAPE);
    expect(replicas()).toBe(2);
  });

  it('follows a downscale window of its own', async () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 30 } };
    const { world, load, replicas } = await stage({ replicas: 4, spec: { behavior } });
    load(140);
    await world.advance(30_000);
    expect(replicas()).toBe(4);
    await world.advance(SCRAPE);
    expect(replicas()).toBe(2);
  });

  it.each([
    { when: 'is ten per cent over the target', percent: 77, replicas: 2 },
    { when: 'is a little more than that over it', percent: 78, replicas: 3 },
  ])('has $replicas pods when use $when', async ({ percent, replicas: wanted }) => {
    expect((await stage({ percent })).replicas()).toBe(wanted);
  });

  it.each([
    { why: 'at most double at once', percent: 700, spec: {}, to: 4, says: 'True ScaleUpLimit' },
    { why: 'never over its maximum', percent: 140, spec: { maxReplicas: 3 }, to: 3, says: 'True TooManyReplicas' },
  ])('goes up $why', async ({ percent, spec, to, says }) => {
    const { replicas, says: said } = await stage({ percent, spec });
    expect([replicas(), said('ScalingLimited')]).toEqual([to, says]);
  });

  it('catches up at the next look with what was too far to go at once, though the new pods do not count yet', async () => {
    const { world, replicas, events } = await stage({ percent: 250 });
    await world.advance(SCRAPE);
    expect(replicas()).toBe(8);
    expect(events()).toEqual([
      'Normal SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target',
      'Normal SuccessfulRescale New size: 8; reason: ',
    ]);
  });

  it.each([
    { bound: 'its minimum', spec: { minReplicas: 5 }, to: 5 },
    { bound: 'its maximum', spec: { minReplicas: 1, maxReplicas: 1 }, to: 1 },
  ])('brings a Deployment to $bound at once, whatever is used', async ({ spec, to }) => {
    expect((await stage({ spec })).replicas()).toBe(to);
  });

  it('stops at its minimum', async () => {
    const { world, replicas, says } = await stage({ replicas: 4, percent: 1 });
    await world.advance(600_000);
    expect([replicas(), says('ScalingLimited')]).toEqual([2, 'True TooFewReplicas']);
  });

  it('leaves a Deployment that was scaled to zero', async () => {
    const { world, replicas, says } = await stage();
    world.scaleByHand('shop/web', 0);
    await world.advance(60_000);
    expect([replicas(), says('ScalingActive')]).toEqual([0, 'False ScalingDisabled']);
  });

  it('goes by 80% of the CPU when it names no metric', async () => {
    expect((await stage({ percent: 90, spec: { metrics: [] } })).replicas()).toBe(3);
  });

  it('writes through the scale subresource, so that replicas have a new owner', async () => {
    const { world, load, deployment } = await stage();
    load(280);
    await world.advance(SCRAPE);
    const owners = deployment().metadata.managedFields?.map(({ manager, subresource, fieldsV1 }) => ({
      manager,
      subresource,
      fieldsV1,
    }));
    expect(owners).toEqual([
      { manager: 'helm', subresource: undefined, fieldsV1: { 'f:spec': { 'f:template': {} } } },
      { manager: 'kube-controller-manager', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
    ]);
    expect(deployment().metadata.generation).toBe(2);
  });

  it('does nothing without metrics, says why, and acts when they are back', async () => {
    const { world, load, replicas, status, says, message, events } = await stage();
    const end = world.metricsFault({ target: '*', missing: true });
    load(280);
    await world.advance(60_000);
    expect([replicas(), says('ScalingActive')]).toEqual([2, 'False FailedGetResourceMetric']);
    expect(message('ScalingActive')).toContain('no metrics returned from resource metrics API');
    expect(status()).toMatchObject({ currentReplicas: 2, currentMetrics: [{ type: '' }] });
    expect(events().join()).toContain('Warning FailedGetResourceMetric failed to get cpu utilization');
    end();
    await world.advance(SCRAPE);
    expect(replicas()).toBe(4);
  });

  it.each([
    {
      what: 'a Deployment that is not there',
      spec: { scaleTargetRef: { ...TARGET, name: 'x' } },
      why: '"x" not found',
    },
    { what: 'another kind', spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'web' } }, why: 'not a StatefulSet' },
    { what: 'no maximum', spec: { maxReplicas: null }, why: 'spec.maxReplicas' },
  ])('says so when it names $what', async ({ spec, why }) => {
    const { replicas, says, message } = await stage({ percent: 140, spec });
    expect([replicas(), says('AbleToScale')]).toEqual([2, 'False FailedGetScale']);
    expect(message('AbleToScale')).toContain(why);
  });

  it('never goes down by one metric while another cannot be had', async () => {
    const metrics = [cpu(70), { type: 'External', external: { metric: { name: 'queue' } } }];
    const { world, load, replicas, says } = await stage({ replicas: 4, spec: { metrics } });
    load(140);
    await world.advance(900_000);
    expect([replicas(), says('ScalingActive')]).toEqual([4, 'False InvalidMetricSourceType']);
    load(560);
    await world.advance(SCRAPE);
    expect(replicas()).toBe(8);
  });

  it('does nothing in a world where somebody else plays it', async () => {
    const { replicas, status } = await stage({ percent: 140, autoscalers: false });
    expect([replicas(), status()]).toEqual([2, {}]);
  });
});
