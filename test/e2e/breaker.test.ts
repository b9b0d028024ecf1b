import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { breakerAt } from '../../src/policy/breaker.ts';
import { Counters } from '../../src/schema/counters.ts';
import { KINDS } from '../../src/schema/kube.ts';
import type { DecisionSpec } from '../../src/schema/records.ts';
import { DecisionStatus } from '../../src/schema/records.ts';
import { DECISION_SPEC } from '../../src/testing/contractObjects.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, deployment, Fairlead, load, replicas, workloadWrites } from './fairlead.ts';
import { type InProcess, openExecutor } from './inProcess.ts';
import { ShiftedClock } from './shiftedClock.ts';

const FAILING = ['web-1111111111', 'web-2222222222', 'web-3333333333'];
const TRIAL = 'web-4444444444';
const NO_COOLDOWN = JSON.stringify({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'ClusterBlueprint',
  metadata: { name: 'default' },
  spec: { safety: { cooldown: '0s' } },
});

describeCluster('the breaker on a real API server (scenario 7)', () => {
  let cluster: Cluster;
  let fairlead: Fairlead;
  let inside: InProcess;
  const clock = new ShiftedClock();

  beforeAll(async () => {
    cluster = await startCluster({ load: { default: { rate: 0 } }, audit: true });
    await installCrds(cluster);
    for (const name of ['shop', 'agent-system']) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', 'web', 3) });
    await cluster.kubectl(['rollout', 'status', 'deploy', '-n', 'shop', 'web', '--timeout=30s']);
    await cluster.kubectl(['apply', '-f', '-'], { input: NO_COOLDOWN });
    fairlead = new Fairlead(cluster, '');
    const text = blueprint('shop', 'web').replace('max_replicas: 5', 'max_replicas: 9');
    fairlead.writeBlueprint('web', text.replace('stabilization_period: 6s', 'stabilization_period: 3s'));
    expect(await fairlead.run('apply', '-f', fairlead.blueprints)).toMatchObject({ code: 0 });
    inside = await openExecutor(cluster, clock, 1);
  });
  afterAll(async () => {
    inside?.close();
    fairlead?.remove();
    await cluster.stop();
  });

  const latency = (ms: number): void => cluster.setLoad({ services: { 'shop/web': load(0.25, 3, ms) } });
  const turn = async (): Promise<void> => {
    await inside.observer.pass();
    await inside.executor.pass();
    await systemClock.sleep(500);
  };
  async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
    for (const end = performance.now() + 60_000; performance.now() < end; ) {
      await turn();
      if (await look()) return;
    }
    throw new Error(`not within a minute: ${what}; ${JSON.stringify(inside.journal.of('phase').slice(-4))}`);
  }
  /** On what it saw in the last few seconds. */
  const isCalm = (): boolean => {
    const points = inside.observer.history('shop', 'web').slice(-3);
    return points.length === 3 && points.every(({ latencyP95 }) => latencyP95 !== undefined && latencyP95 < 160);
  };
  const read = async (kind: 'Decision' | 'CircuitBreaker', name: string): Promise<unknown> => {
    const found = await inside.cluster.reader.get(KINDS[kind], 'shop', name);
    return found.ok ? found.value?.status : undefined;
  };
  const status = async (name: string): Promise<DecisionStatus | undefined> =>
    DecisionStatus.safeParse(await read('Decision', name)).data;
  const isIn = async (name: string, phase: string): Promise<boolean> => (await status(name))?.phase === phase;
  const breaker = async (): Promise<Counters['breaker']> => Counters.parse(await read('CircuitBreaker', 'web')).breaker;
  const patches = (): number => workloadWrites(cluster, 'shop').filter((write) => write === 'patch web 200').length;
  /** A person's wish for more replicas. */
  async function ask(name: string, wanted: number): Promise<void> {
    const [view] = inside.observer.views();
    const metadata = { name, namespace: 'shop' };
    const spec: DecisionSpec = {
      ...DECISION_SPEC,
      blueprint: { name: 'web', version: '1.0.0', hash: view?.blueprint?.hash ?? '' },
      arguments: { replicas: wanted },
      requester: { kind: 'person', name: 'ann' },
    };
    const made = await inside.cluster.records.create(KINDS.Decision, {
      apiVersion: KINDS.Decision.apiVersion,
      kind: KINDS.Decision.kind,
      metadata,
      spec: PEOPLE.asked(metadata, spec, Date.now()),
    });
    if (!made.ok) throw new Error(made.error.message);
  }

  it('opens after three failures, blocks, is held and released by a person, lets one trial through, and closes (GATE-G19-1, GATE-G19-2, GATE-G19-4)', async () => {
    latency(100);
    await until('calm samples', isCalm);
    for (const [failures, name] of FAILING.entries()) {
      await ask(name, 4 + failures);
      await until(`${name} to be written`, () => patches() > failures);
      latency(280);
      await until(`${name} to fail`, () => isIn(name, 'Failed'));
      latency(100);
      await until('latency to be well again', isCalm);
    }
    expect(await breaker()).toMatchObject({ state: 'open', failures: 3, opens: 1 });
    expect([patches(), await replicas(cluster, 'shop', 'web')]).toEqual([3, 6]);
    expect(await cluster.kubectl(['get', 'circuitbreakers', '-n', 'shop'])).toMatch(/web +open +3/);
    expect((await fairlead.run('breakers')).out).toMatch(/shop\/web +open +3 +in /);

    await ask(TRIAL, 7);
    await until('the trial to be blocked', async () => (await status(TRIAL))?.reason === 'BreakerOpen');
    const held = await fairlead.run('breakers', 'hold', 'shop/web', '--reason', 'vendor is at it');
    expect(held).toMatchObject({ code: 0 });
    clock.skip(70_000);
    await until('the hold to be obeyed', async () => (await status(TRIAL))?.reason === 'BreakerHeld');
    expect((await fairlead.run('breakers')).out).toMatch(/vendor is at it/);
    expect(breakerAt(await breaker(), clock.now())).toBe('halfOpen');
    expect(patches()).toBe(3);

    expect((await fairlead.run('breakers', 'release', 'shop/web')).out).toMatch(/shop\/web: released/);
    await until('the trial to be written', () => patches() > 3);
    expect(breakerAt(await breaker(), clock.now()), 'until the trial is verified').toBe('halfOpen');
    await until('the trial to hold', () => isIn(TRIAL, 'Succeeded'));
    expect((await status(TRIAL))?.verdict?.findings.map(({ code }) => code)).toContain('Trial');
    expect(await breaker()).toEqual({ state: 'closed', failures: 0, opens: 0 });
    expect(await cluster.kubectl(['get', 'circuitbreakers', '-n', 'shop'])).toMatch(/web +closed +0/);
    expect((await fairlead.run('breakers')).out).toMatch(/shop\/web +closed +0/);
    expect([patches(), await replicas(cluster, 'shop', 'web')]).toEqual([4, 7]);
  });
});
