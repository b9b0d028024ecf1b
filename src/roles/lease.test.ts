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

function two() {
  const clock = new ManualClock(0);
  const cluster = new OneObject();
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const lease = (identity: string) =>
    new Lease({
      reader: cluster.reader,
      records: cluster.records,
      clock,
      log,
      namespace: 'agent-system',
      name: 'executor',
      identity,
    });
  return { clock, cluster, a: lease('a'), b: lease('b') };
}

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
    const log = { info: () => {}, warn: () => {}, error: () => {} };
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
});
