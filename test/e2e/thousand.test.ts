import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/systemClock.ts';
import { KINDS } from '../../src/schema/kube.ts';
import type { DecisionSpec } from '../../src/schema/records.ts';
import { DECISION_SPEC } from '../../src/testing/contractObjects.ts';
import { PEOPLE } from '../../src/testing/people.ts';
import { type Cluster, describeCluster, startCluster } from '../cluster/harness.ts';
import { installCrds } from '../contract/installCrds.ts';
import { blueprint, decisions, deployment, Fairlead, workloadWrites } from './fairlead.ts';
import { type InProcess, openExecutor } from './inProcess.ts';
import { ShiftedClock } from './shiftedClock.ts';

const REQUESTS = 1000;
/** As many are created in parallel; nobody looks before all are there. */
const AT_ONCE = 50;
/** The rig need not carry more pods than that. */
const MOST = 150;
/** More than any number of pods in range could bear: whatever is asked for, the signals agree. */
const FLOOD = { rate: 40_000, cpuPerRequest: 0.005, capacity: 400, latency: 20 };

describeCluster('two executors on a real API server', () => {
  let cluster: Cluster;
  const open: InProcess[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ load: { services: { 'shop/web': FLOOD } }, audit: true });
    await installCrds(cluster);
    for (const name of ['shop', 'agent-system']) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['apply', '-f', '-'], { input: deployment('shop', 'web', 2) });
    await cluster.kubectl(['rollout', 'status', 'deploy', '-n', 'shop', 'web', '--timeout=30s']);
  });
  afterAll(async () => {
    for (const one of open) one.close();
    await cluster.stop();
  });

  it('make exactly ten writes of a thousand simultaneous requests, in an hour that stands still (P7, GATE-G12-2)', async () => {
    const fairlead = new Fairlead(cluster, '');
    fairlead.writeBlueprint('web', blueprint('shop', 'web').replace('max_replicas: 5', `max_replicas: ${MOST}`));
    expect(await fairlead.run('apply', '-f', fairlead.blueprints)).toMatchObject({ code: 0 });
    fairlead.remove();
    await cluster.kubectl(['apply', '-f', '-'], { input: NO_COOLDOWN });
    const clock = new ShiftedClock();
    for (const seed of [1, 2]) open.push(await openExecutor(cluster, clock, seed));
    const [one, two] = open;
    if (one === undefined || two === undefined) throw new Error('two were opened');

    // Until both have seen two samples of the flood.
    await until(async () => {
      for (const { observer } of open) await observer.pass();
      await Promise.all(open.map(({ executor }) => executor.pass()));
      return open.every(({ observer }) => {
        const [view] = observer.views();
        return (view?.assessment?.recommendation.started ?? false) && view?.assessment?.pressure.includes('cpu');
      });
    });
    const hash = one.observer.views()[0]?.blueprint?.hash ?? '';
    expect(one.observer.views()[0]?.blueprint?.safety.cooldownMs).toBe(0);
    clock.stop();
    const stopped = clock.now();

    const wish = async (index: number): Promise<void> => {
      const metadata = { name: `web-${String(index).padStart(10, '0')}`, namespace: 'shop' };
      const spec: DecisionSpec = {
        ...DECISION_SPEC,
        blueprint: { name: 'web', version: '1.0.0', hash },
        arguments: { replicas: Math.min(3 + index, MOST) },
        requester: { kind: 'person', name: `person-${index}` },
      };
      const made = await one.cluster.records.create(KINDS.Decision, {
        apiVersion: KINDS.Decision.apiVersion,
        kind: KINDS.Decision.kind,
        metadata,
        spec: PEOPLE.asked(metadata, spec, Date.now()),
      });
      if (!made.ok) throw new Error(made.error.message);
    };
    for (let first = 0; first < REQUESTS; first += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => wish(first + index)));
    }
    await until(async () => open.every(({ observer }) => observer.decisions().length === REQUESTS));
    // New pods become ready meanwhile: both go on observing, or too few pods would be seen for anything to be decided.
    let deciding = true;
    const observing = open.map(async ({ observer }) => {
      for (; deciding; await systemClock.sleep(500)) await observer.pass();
    });
    for (let round = 0; round < 2; round += 1) await Promise.all(open.map(({ executor }) => executor.pass()));
    deciding = false;
    await Promise.all(observing);
    expect(clock.now()).toBe(stopped);

    const written = workloadWrites(cluster, 'shop').filter((write) => write.endsWith(' 200'));
    expect(written).toEqual(Array.from({ length: 10 }, () => 'patch web 200'));
    const breaker = JSON.parse(await cluster.kubectl(['get', 'circuitbreaker', '-n', 'shop', 'web', '-o', 'json'])) as {
      status: { operations: { changeId: string }[] };
    };
    expect(new Set(breaker.status.operations.map(({ changeId }) => changeId)).size).toBe(10);
    const ended = await decisions(cluster, 'shop');
    expect(ended.filter(({ status }) => status === undefined)).toEqual([]);
    const spent = ended.filter(({ status }) => status?.reason === 'BudgetSpent');
    expect(spent.length).toBeGreaterThan(REQUESTS * 0.9);
  });
});

/** Looks every half second, for a minute. */
async function until(look: () => Promise<boolean | undefined>): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; ) {
    if ((await look()) === true) return;
    await systemClock.sleep(500);
  }
  throw new Error('not within a minute');
}

const NO_COOLDOWN = JSON.stringify({
  apiVersion: 'fairlead.dev/v1alpha1',
  kind: 'ClusterBlueprint',
  metadata: { name: 'default' },
  spec: { safety: { cooldown: '0s' } },
});
