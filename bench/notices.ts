import { performance } from 'node:perf_hooks';
import { Redis } from 'ioredis';
import { privateRedis } from '../src/adapters/bullmq/privateRedis.ts';
import { systemClock } from '../src/adapters/system/systemClock.ts';
import { requestOf } from '../src/approvals/fixtures.ts';
import { composeNotices } from '../src/compose.ts';
import { loadConfig } from '../src/config.ts';
import type { KubeObject } from '../src/schema/kube.ts';
import { FakeCluster } from '../src/testing/fakeCluster.ts';
import { PEOPLE } from '../src/testing/people.ts';

const REQUESTS = 10_000;
const PENDING = 200;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

export interface Refill {
  /** An empty queue was filled from the open requests. */
  readonly emptyMs: number;
  /** A queue that holds everything was looked through. */
  readonly fullMs: number;
  /** One call of the same Redis. */
  readonly callMs: number;
}

/** A queue on a Redis of our own, with 10,000 requests on record of which 200 wait. Undefined: there is no redis-server. */
export async function refill(): Promise<Refill | undefined> {
  const redis = await privateRedis();
  if (!redis.ok) return undefined;
  const config = loadConfig({}, {});
  if (!config.ok) throw new Error(config.error);
  const now = systemClock.now();
  const approvals = Array.from({ length: REQUESTS }, (_, n): KubeObject => {
    const one = requestOf({ decideBy: new Date(now + 1_800_000).toISOString(), approvers: ['devops-team', 'leads'] });
    return {
      ...one,
      metadata: {
        name: `web-${n}`,
        namespace: 'shop',
        uid: `uid-${n}`,
        creationTimestamp: new Date(now).toISOString(),
      },
      status: { phase: n < PENDING ? 'Pending' : 'Consumed', message: '' },
    };
  });
  const observer = {
    approvals: () => approvals,
    views: () => [],
    fresh: () => Promise.reject(new Error('not asked')),
    history: () => [],
    decisions: () => [],
    onChange: () => undefined,
  };
  const notices = await composeNotices(config.value, {
    observer,
    reader: new FakeCluster(),
    clock: systemClock,
    log: SILENT,
    trust: PEOPLE.trust,
    socket: redis.value.socket,
    sureForMs: 0,
  });
  const client = new Redis({ path: redis.value.socket });
  const timed = async (
    rounds: number,
    prepare: () => Promise<unknown>,
    work: () => Promise<unknown>,
  ): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await prepare();
      const start = performance.now();
      await work();
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  };
  const nothing = (): Promise<void> => Promise.resolve();
  try {
    await notices.look();
    const callMs = await timed(21, nothing, () => client.ping());
    const emptyMs = await timed(
      7,
      () => client.flushall(),
      () => notices.look(),
    );
    return { callMs, emptyMs, fullMs: await timed(7, nothing, () => notices.look()) };
  } finally {
    client.disconnect();
    await notices.close();
    await redis.value.close();
  }
}
