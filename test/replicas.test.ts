import { afterEach, describe, expect, it } from 'vitest';
import { KINDS } from '../src/schema/kube.ts';
import { type DecisionStatus, FINAL } from '../src/schema/records.ts';
import { seededIds } from '../src/testing/seededIds.ts';
import { openStage, type Stage } from './stages/executorStage.ts';
import { ReplicaInWorld, type ReplicaOptions } from './stages/replicaStage.ts';

const stages: Stage[] = [];
const replicas: ReplicaInWorld[] = [];
afterEach(async () => {
  for (const replica of replicas.splice(0)) {
    replica.kill();
  }
  for (const stage of stages.splice(0)) stage.close();
});

/** A hot service that wants one pod more, and nobody who looks at it yet. */
async function hot(): Promise<Stage> {
  const stage = await openStage();
  stages.push(stage);
  return stage;
}
function replica(stage: Stage, name: string, options: ReplicaOptions = {}): ReplicaInWorld {
  const one = new ReplicaInWorld(stage, name, options);
  replicas.push(one);
  return one;
}
const active = (): string[] => replicas.filter((one) => one.leases.held('executor')).map(({ name }) => name);
const statuses = (stage: Stage): DecisionStatus[] =>
  stage.world.objects.list(KINDS.Decision, 'shop').map(({ status }) => status as DecisionStatus);
const changes = (stage: Stage): string[] =>
  statuses(stage).flatMap((status) => (status?.changes ?? []).filter((one) => one.appliedAt).map(({ id }) => id));
const patches = (): number => replicas.reduce((sum, one) => sum + one.patches, 0);

/** Moves time a second at a time; at no moment may two replicas take themselves for the active one. */
async function run(stage: Stage, seconds: number, each: (second: number) => void = () => undefined): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    each(second);
    await stage.world.advance(1_000);
    expect(active().length, active().join()).toBeLessThanOrEqual(1);
  }
}
/** What was asked for was done, once each, and nothing is under way. */
function wasDoneOnce(stage: Stage): void {
  expect(stage.replicas()).toBe(3);
  const ids = changes(stage);
  expect(ids).toHaveLength(1);
  expect(patches()).toBe(new Set(ids).size);
  expect(statuses(stage).map(({ phase }) => phase)).toEqual(statuses(stage).map(() => expect.toSatisfy(isFinal)));
  expect(stage.counters().inFlight).toBeUndefined();
}
const isFinal = (phase: DecisionStatus['phase']): boolean => FINAL.has(phase);

describe('several replicas', () => {
  it('one acts, and the standby watches without asking the metrics API once', async () => {
    const stage = await hot();
    const [first, second] = [replica(stage, 'a'), replica(stage, 'b')];
    await run(stage, 240);
    expect(active()).toEqual(['a']);
    expect(first.metricReads).toBeGreaterThan(10);
    expect(second.metricReads).toBe(0);
    expect(second.calls).toBeGreaterThan(10);
    wasDoneOnce(stage);
  });

  it('hand over at once in a rolling restart, and what is under way is finished by whoever comes', async () => {
    const stage = await hot();
    const [first, second] = [replica(stage, 'a'), replica(stage, 'b')];
    await run(stage, 60);
    expect(patches()).toBe(1);
    await first.stop();
    await run(stage, 6);
    expect(active()).toEqual(['b']);
    replica(stage, 'c');
    await run(stage, 20);
    expect(active()).toEqual(['b']);
    await second.stop();
    await run(stage, 6);
    expect(active()).toEqual(['c']);
    replica(stage, 'd');
    await run(stage, 200);
    expect(active()).toEqual(['c']);
    wasDoneOnce(stage);
  });

  it.each([1, 3, 5, 7, 9, 11, 14, 17, 20, 25, 30, 40])(
    'a leader that is killed at its call number %i loses nothing and costs no second write',
    async (call) => {
      const stage = await hot();
      const first = replica(stage, 'a');
      await run(stage, 2);
      const second = replica(stage, 'b');
      first.freeze(call);
      await run(stage, 300);
      if (!first.isFrozen) first.kill();
      expect(active()).toEqual(['b']);
      expect(second.metricReads).toBeGreaterThan(0);
      wasDoneOnce(stage);
    },
  );

  it.each([1, 3, 5, 7, 9, 11, 14, 17, 20, 25, 30, 40])(
    'a leader that is frozen at its call number %i and wakes writes nothing before it holds the lease again',
    async (call) => {
      const stage = await hot();
      const first = replica(stage, 'a');
      await run(stage, 2);
      replica(stage, 'b');
      first.freeze(call);
      await run(stage, 45);
      const before = first.patches;
      first.thaw();
      await run(stage, 260);
      expect(active()).toEqual(['b']);
      expect(first.patches).toBe(before);
      wasDoneOnce(stage);
    },
  );

  it('a replica that is cut off stops before another starts, and stands by when it is back', async () => {
    const stage = await hot();
    const [first, second] = [replica(stage, 'a'), replica(stage, 'b')];
    await run(stage, 20);
    first.cut();
    let alone = 0;
    await run(stage, 60, () => {
      if (active().length === 0) alone += 1;
    });
    expect(active()).toEqual(['b']);
    expect(alone, 'nobody acts between the two').toBeGreaterThan(0);
    first.join();
    const asked = first.metricReads;
    await run(stage, 240);
    expect([active(), first.metricReads]).toEqual([['b'], asked]);
    expect(second.metricReads).toBeGreaterThan(0);
    wasDoneOnce(stage);
  });

  it('whose machine was paused cannot know it, and acts beside another: the counters let one write through (P7)', async () => {
    const stage = await hot();
    const first = replica(stage, 'a', { clockStands: true, unbound: true });
    await run(stage, 2);
    replica(stage, 'b', { unbound: true });
    // Before its first write; by its own clock its lease has not run out when it wakes.
    first.freeze(3);
    await stage.world.advance(30_000);
    expect(first.isFrozen).toBe(true);
    first.thaw();
    expect(active()).toEqual(['a', 'b']);
    await stage.world.advance(300_000);
    wasDoneOnce(stage);
  });

  it.each(Array.from({ length: 12 }, (_, seed) => [seed] as const))(
    'three replicas, of which any may die, freeze, be cut off or be told to go at any moment, do what is asked once (seed %i)',
    async (seed) => {
      const stage = await hot();
      const { random } = seededIds(1_000 + seed);
      const three = ['a', 'b', 'c'].map((name) => replica(stage, name));
      let born = 0;
      await run(stage, 240, () => {
        const index = Math.floor(random() * three.length);
        const one = three[index];
        if (one === undefined || random() > 0.12) return;
        const what = random();
        if (what < 0.25) one.freeze(1 + Math.floor(random() * 20));
        else if (what < 0.5) one.cut();
        else if (what < 0.75) {
          one.join();
          one.thaw();
        } else if (what < 0.9 && !one.isFrozen) {
          void one.stop();
          born += 1;
          three[index] = replica(stage, `${'abc'[index]}${born}`);
        } else {
          one.kill();
          born += 1;
          three[index] = replica(stage, `${'abc'[index]}${born}`);
        }
      });
      for (const one of three) {
        one.join();
        one.thaw();
      }
      await run(stage, 360);
      wasDoneOnce(stage);
    },
  );
});
