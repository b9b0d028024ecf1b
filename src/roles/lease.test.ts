import { describe, expect, it } from 'vitest';
import { err, ok } from '../kernel/result.ts';
import type { ClusterError, ClusterReader, RecordWriter } from '../ports/cluster.ts';
import type { KubeObject } from '../schema/kube.ts';
import { ManualClock } from '../testing/manualClock.ts';
import { Lease } from './lease.ts';

const error = (code: ClusterError['code']) => err<ClusterError>({ code, message: code, uncertain: false });

/** One stored object with compare-and-swap: all that a lease needs of a cluster. */
class OneObject {
  stored: KubeObject | undefined;
  version = 0;
  down = false;
  reader = {
    get: async () => (this.down ? error('unavailable') : ok(this.stored && structuredClone(this.stored))),
  } as unknown as ClusterReader;
  records = {
    create: async (_kind: unknown, object: KubeObject) => (this.stored ? error('conflict') : this.#store(object)),
    replace: async (_kind: unknown, object: KubeObject) =>
      this.down
        ? error('unavailable')
        : object.metadata.resourceVersion === this.stored?.metadata.resourceVersion
          ? this.#store(object)
          : error('conflict'),
  } as unknown as RecordWriter;
  #store(object: KubeObject) {
    this.version += 1;
    this.stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
    return ok(this.stored);
  }
}

const log = { info: () => {}, warn: () => {}, error: () => {} };

/** Each process by a clock of its own, ahead of the others' by so much. */
function replicas(aheadMs: readonly [number, number, number] = [0, 0, 0]) {
  const clock = new ManualClock(0);
  const cluster = new OneObject();
  const skew = [...aheadMs];
  const lease = (index: number) =>
    new Lease({
      reader: cluster.reader,
      records: cluster.records,
      clock: { now: () => clock.now() + (skew[index] ?? 0), sleep: (ms, signal) => clock.sleep(ms, signal) },
      log,
      namespace: 'agent-system',
      name: 'executor',
      identity: `replica-${index}`,
    });
  const leases = [lease(0), lease(1), lease(2)] as const;
  return { clock, cluster, skew, leases, held: () => leases.filter((one) => one.isHeld()).length };
}

const two = () => {
  const { clock, cluster, leases } = replicas();
  return { clock, cluster, a: leases[0], b: leases[1] };
};

describe('lease', () => {
  it('is held by one of two', async () => {
    const { a, b } = two();
    expect([await a.hold(), await b.hold()]).toEqual([true, false]);
  });

  it('passes on only after it was seen to stand still for its whole duration', async () => {
    const { clock, a, b } = two();
    await a.hold();
    await b.hold();
    await clock.advance(15_000);
    expect(await b.hold()).toBe(false);
    await clock.advance(1);
    expect(await b.hold()).toBe(true);
    expect(await a.hold()).toBe(false);
  });

  it('is kept by renewing it', async () => {
    const { clock, a, b } = two();
    for (let i = 0; i < 10; i += 1) {
      expect(await a.hold()).toBe(true);
      expect(await b.hold()).toBe(false);
      await clock.advance(10_000);
    }
  });

  it('goes at once to the standby when released', async () => {
    const { a, b } = two();
    await a.hold();
    await a.release();
    expect(await b.hold()).toBe(true);
  });

  it('counts as held through a short outage, and not beyond its duration', async () => {
    const { clock, cluster, a } = two();
    await a.hold();
    cluster.down = true;
    await clock.advance(14_999);
    expect(await a.hold()).toBe(true);
    await clock.advance(1);
    expect(await a.hold()).toBe(false);
  });

  it("carries the holder's notes, takes back what is over, and leaves others' annotations", async () => {
    const clock = new ManualClock(0);
    const cluster = new OneObject();
    let note: string | undefined = 'open';
    const parts = { reader: cluster.reader, records: cluster.records, clock, log, namespace: 'n', name: 'controller' };
    const noted = new Lease({ ...parts, identity: 'a', notes: () => ({ ours: note }) });
    await noted.hold();
    expect(cluster.stored?.metadata.annotations).toEqual({ ours: 'open' });
    if (cluster.stored !== undefined) cluster.stored.metadata.annotations = { ours: 'open', theirs: 'kept' };
    await noted.hold();
    expect(cluster.stored?.metadata.annotations).toEqual({ ours: 'open', theirs: 'kept' });
    note = undefined;
    await noted.hold();
    expect(cluster.stored?.metadata.annotations).toEqual({ theirs: 'kept' });
  });

  it('knows by the clock alone that it has run out, before it asks anybody', async () => {
    const { clock, a } = two();
    expect(a.isHeld()).toBe(false);
    await a.hold();
    await clock.advance(14_999);
    expect(a.isHeld()).toBe(true);
    await clock.advance(1);
    expect(a.isHeld()).toBe(false);
    expect(await a.hold()).toBe(true);
  });

  it('counts from before the renewal was asked for: an answer that took longer than the lease is worth nothing', async () => {
    const { clock, cluster, a } = two();
    const { get } = cluster.reader;
    cluster.reader.get = async (...asked) => {
      await clock.advance(15_000);
      return get(...asked);
    };
    expect(await a.hold()).toBe(false);
  });

  it('is not taken from a living holder by whoever was frozen between question and answer', async () => {
    const { clock, cluster, a, b } = two();
    await a.hold();
    const { get } = cluster.reader;
    cluster.reader.get = async (...asked) => {
      cluster.reader.get = get;
      await clock.advance(40_000);
      await a.hold();
      return get(...asked);
    };
    await b.hold();
    await clock.advance(4_000);
    expect([await b.hold(), a.isHeld()]).toEqual([false, true]);
  });

  it("is kept through another's note on the object, and lost to another holder", async () => {
    const { cluster, a, b } = two();
    await a.hold();
    const { replace } = cluster.records;
    const meanwhile = (change: (stored: KubeObject) => void) => {
      cluster.records.replace = async (kind, object) => {
        cluster.records.replace = replace;
        if (cluster.stored) change(cluster.stored);
        return replace(kind, object);
      };
    };
    meanwhile(({ metadata }) => {
      metadata.resourceVersion = 'noted';
    });
    expect(await a.hold()).toBe(true);
    meanwhile((stored) => {
      stored.metadata.resourceVersion = 'taken';
      stored.spec = { holderIdentity: 'somebody', leaseDurationSeconds: 15 };
    });
    expect(await a.hold()).toBe(false);
    expect([a.isHeld(), await b.hold()]).toEqual([false, false]);
  });

  it('is made again where somebody deleted it, by one of those who want it', async () => {
    const { cluster, leases, held } = replicas();
    for (const lease of leases) await lease.hold();
    cluster.stored = undefined;
    await leases[1].hold();
    await leases[0].hold();
    expect([leases[0].isHeld(), leases[1].isHeld(), held()]).toEqual([false, true, 1]);
  });

  it.each([
    ['the same clock', [0, 0, 0]],
    ['clocks an hour apart', [0, 3_600_000, -3_600_000]],
  ] as const)(
    'has one holder at most at any moment, with %s, whoever falls silent and comes back',
    async (_, ahead) => {
      const { clock, leases, held } = replicas(ahead);
      const holders = new Set<number>();
      // Each in turn is away for half a minute, which is as long as the other two need.
      for (let second = 0; second < 300; second += 1) {
        const away = Math.floor(second / 40) % 4;
        for (const [index, lease] of leases.entries()) {
          if (index !== away && second % 5 === index) await lease.hold();
          if (lease.isHeld()) holders.add(index);
          expect(held(), `at second ${second}`).toBeLessThanOrEqual(1);
        }
        await clock.advance(1_000);
      }
      expect(holders.size).toBeGreaterThan(1);
    },
  );

  it.each([
    ['forward', 3_600_000],
    ['back', -3_600_000],
  ])(
    'goes to nobody when the clock of a standby is set an hour %s, save by that one’s own patience',
    async (_, byMs) => {
      const { clock, skew, leases } = replicas();
      await leases[0].hold();
      await leases[1].hold();
      skew[1] = byMs;
      // Set forward it looks like long silence: the holder's next renewal is what tells, and the write that comes first wins.
      await leases[0].hold();
      expect(await leases[1].hold()).toBe(false);
      await clock.advance(5_000);
      await leases[0].hold();
      expect(await leases[1].hold()).toBe(false);
    },
  );
});
