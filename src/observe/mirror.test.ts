import { describe, expect, it } from 'vitest';
import { KINDS } from '../schema/kube.ts';
import { FakeCluster } from '../testing/fakeCluster.ts';
import { ManualClock, settle } from '../testing/manualClock.ts';
import { deployment } from '../testing/observedObjects.ts';
import { Mirror } from './mirror.ts';

const { Deployment } = KINDS;

async function open(cluster = new FakeCluster()) {
  const clock = new ManualClock();
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (_: object, message: string) => warnings.push(message), error: () => {} };
  const mirror = new Mirror({ reader: cluster, clock, log, random: () => 1 }, Deployment);
  const changes: string[] = [];
  mirror.onChange(({ type, object }) =>
    changes.push(`${type} ${object.metadata.name} ${object.metadata.resourceVersion}`),
  );
  const stop = new AbortController();
  const running = mirror.run(stop.signal);
  await settle();
  const count = (verb: string) => cluster.calls.filter((call) => call.verb === verb).length;
  const close = async () => {
    stop.abort();
    await running;
  };
  return { cluster, clock, mirror, changes, warnings, count, close };
}

describe('Mirror', () => {
  it('lists once and follows what comes after', async () => {
    const cluster = new FakeCluster();
    cluster.put(deployment());
    const { mirror, changes, count, close } = await open(cluster);
    expect(mirror.syncedAt).toBeDefined();
    cluster.put(deployment({ replicas: 3 }));
    cluster.put(deployment({ name: 'api' }));
    cluster.remove(Deployment, 'shop', 'web');
    await settle();
    expect(changes).toEqual(['added web 101', 'modified web 102', 'added api 103', 'deleted web 102']);
    expect([...mirror.inNamespace('shop')].map(({ metadata }) => metadata.name)).toEqual(['api']);
    expect(mirror.get('shop', 'web')).toBeUndefined();
    expect([count('list'), count('watch')]).toEqual([1, 1]);
    await close();
  });

  it('takes an event without a new resourceVersion for no change (field case 8)', async () => {
    const { cluster, changes, close } = await open();
    const web = cluster.put(deployment({ replicas: 3 }));
    for (let i = 0; i < 1000; i += 1) cluster.send({ type: 'modified', object: web });
    cluster.cut(Deployment, true);
    await settle();
    expect(changes).toEqual(['added web 101']);
    await close();
  });

  it('watches on from the last version after a cut stream, and loses nothing', async () => {
    const { cluster, clock, changes, count, close } = await open();
    cluster.put(deployment());
    await settle();
    cluster.cut(Deployment);
    cluster.put(deployment({ replicas: 3 }));
    await settle();
    await clock.advance(1_000);
    expect(changes).toEqual(['added web 101', 'modified web 102']);
    expect(count('list')).toBe(1);
    await close();
  });

  it('lists again when its version is too old, and tells the difference', async () => {
    const cluster = new FakeCluster();
    cluster.put(deployment());
    cluster.put(deployment({ name: 'api' }));
    const { clock, changes, count, close } = await open(cluster);
    await clock.advance(60_000);
    cluster.cut(Deployment, true);
    cluster.remove(Deployment, 'shop', 'api');
    cluster.put(deployment({ replicas: 9 }));
    await settle();
    expect(count('list')).toBe(2);
    expect(changes.slice(2).sort()).toEqual(['deleted api 102', 'modified web 104']);
    await close();
  });

  it('sees that the same name with another uid is another object', async () => {
    const { cluster, changes, close } = await open();
    cluster.put(deployment({ uid: 'one' }));
    await settle();
    cluster.send({ type: 'modified', object: { ...deployment({ uid: 'two' }) } });
    await settle();
    expect(changes).toEqual(['added web 101', 'deleted web 101', 'added web 10']);
    await close();
  });

  it('retries a failing list with growing pauses, says it once, and knows since when it is blind', async () => {
    const cluster = new FakeCluster();
    cluster.fail(Deployment);
    const { mirror, clock, count, warnings, close } = await open(cluster);
    expect(mirror.syncedAt).toBeUndefined();
    expect(mirror.problem).toBe('connection refused');
    await clock.advance(120_000);
    // After 0.5, 1, 2, 4, 8 and 16 s, then every 30 s.
    expect(count('list')).toBe(9);
    expect(warnings).toEqual(['cannot read from the cluster']);
    cluster.mend(Deployment);
    await clock.advance(30_000);
    expect(mirror.syncedAt).toBeDefined();
    expect(mirror.problem).toBeUndefined();
    await close();
  });

  it('keeps what it has when reads fail later, and its freshness stands still', async () => {
    const cluster = new FakeCluster();
    cluster.put(deployment());
    const { mirror, clock, close } = await open(cluster);
    await clock.advance(60_000);
    const lastHeard = clock.now();
    expect(mirror.freshAt()).toBe(lastHeard);
    cluster.fail(Deployment);
    await clock.advance(60_000);
    expect(mirror.freshAt()).toBe(lastHeard);
    expect(mirror.get('shop', 'web')).toBeDefined();
    expect(mirror.problem).toBe('connection refused');
    cluster.mend(Deployment);
    await clock.advance(60_000);
    expect(mirror.freshAt()).toBe(clock.now());
    await close();
  });

  it('is empty for a kind that is not served, and asks again rarely', async () => {
    const cluster = new FakeCluster();
    cluster.notServed(Deployment);
    const { mirror, clock, count, close } = await open(cluster);
    await clock.advance(299_000);
    expect([...mirror.all()]).toEqual([]);
    expect(mirror.freshAt()).toBe(clock.now());
    expect([count('list'), count('watch')]).toEqual([1, 0]);
    cluster.notServed(Deployment, false);
    cluster.put(deployment());
    await clock.advance(1_000);
    expect(mirror.get('shop', 'web')).toBeDefined();
    await close();
  });

  it('does not spin on a server that calls every version too old', async () => {
    const cluster = new FakeCluster();
    cluster.watch = async function* () {
      yield { type: 'ended', gone: true, message: 'too old' };
    };
    const { clock, count, close } = await open(cluster);
    await clock.advance(300_000);
    expect(count('list')).toBeLessThan(25);
    await close();
  });

  it('survives readers and listeners that throw', async () => {
    const cluster = new FakeCluster();
    const list = cluster.list.bind(cluster);
    let broken = true;
    cluster.list = async (kind, namespace) => {
      if (broken) throw new Error('a bug');
      return list(kind, namespace);
    };
    const { mirror, clock, close } = await open(cluster);
    expect(mirror.problem).toBe('a bug');
    mirror.onChange(() => {
      throw new Error('another');
    });
    broken = false;
    cluster.put(deployment());
    await clock.advance(1_000);
    expect(mirror.get('shop', 'web')).toBeDefined();
    await close();
  });

  it('ends when told to, also in the middle of a pause', async () => {
    const cluster = new FakeCluster();
    cluster.fail(Deployment);
    const { close, mirror } = await open(cluster);
    await close();
    await mirror.tried;
    expect(mirror.syncedAt).toBeUndefined();
  });
});
