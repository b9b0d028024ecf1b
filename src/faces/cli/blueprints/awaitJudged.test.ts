import { describe, expect, it } from 'vitest';
import type { ClusterResult } from '../../../ports/cluster.ts';
import { KINDS, type Kind, type KubeObject } from '../../../schema/kube.ts';
import { ManualClock } from '../../../testing/manualClock.ts';
import { awaitJudged } from './awaitJudged.ts';

const WRITTEN: KubeObject = {
  apiVersion: KINDS.Blueprint.apiVersion,
  kind: 'Blueprint',
  metadata: { name: 'web', namespace: 'shop', uid: 'uid-1', generation: 3 },
  spec: {},
};
const judged = (observedGeneration: number, status: 'True' | 'False', message = 'so it is'): KubeObject => ({
  ...WRITTEN,
  status: {
    conditions: [
      { type: 'Managed', status: 'True', reason: 'Labelled', message: 'it is', lastTransitionTime: 'x' },
      { type: 'Accepted', status, reason: 'Why', message, lastTransitionTime: 'x', observedGeneration },
    ],
  },
});
const lease = (renewed: number, holder = 'pod-0'): KubeObject => ({
  apiVersion: KINDS.Lease.apiVersion,
  kind: 'Lease',
  metadata: { name: 'fairlead-executor', namespace: 'agent-system' },
  spec: { holderIdentity: holder, renewTime: new Date(renewed).toISOString() },
});
const DENIED: ClusterResult<KubeObject | undefined> = {
  ok: false,
  error: { code: 'denied', message: 'leases is forbidden', uncertain: false },
};
const SINCE = Date.UTC(2026, 0, 5);

/** A cluster whose Blueprint is, after so many ms, as told. */
async function waited(
  { later = WRITTEN, after = 0 }: { later?: KubeObject | undefined; after?: number },
  leaseRead: ClusterResult<KubeObject | undefined> | ((now: number) => KubeObject),
  clusterTime: (own: number) => number = (own) => own,
) {
  const clock = new ManualClock(SINCE);
  const clusterNow = (): number => clusterTime(clock.now());
  let reads = 0;
  const get = (kind: Kind): Promise<ClusterResult<KubeObject | undefined>> => {
    if (kind === KINDS.Lease)
      return Promise.resolve(
        typeof leaseRead === 'function' ? { ok: true, value: leaseRead(clusterNow()) } : leaseRead,
      );
    reads += 1;
    return Promise.resolve({ ok: true, value: clock.now() >= SINCE + after ? later : WRITTEN });
  };
  const judging = awaitJudged([WRITTEN], {
    reader: { get },
    clock,
    clusterNow,
    signal: new AbortController().signal,
    ownNamespace: 'agent-system',
    withinMs: 15_000,
  });
  let took: number | undefined;
  void judging.then(() => {
    took = clock.now() - SINCE;
  });
  await clock.advance(60_000);
  return { ...(await judging), took, reads };
}
const running = (now: number): KubeObject => lease(now);
const nobody: ClusterResult<undefined> = { ok: true, value: undefined };

describe('what becomes of a Blueprint that was written', () => {
  it.each(['True', 'False'] as const)('is %s as soon as the executor says so of that generation', async (status) => {
    const { judged: [one] = [], unanswered, took } = await waited({ later: judged(3, status), after: 4_000 }, running);
    expect([one?.answer?.status, unanswered, took]).toEqual([status, undefined, 4_000]);
    expect(one?.object.status).toBeDefined();
  });

  it('counts of a later generation, which somebody wrote in between', async () => {
    const { judged: [one] = [] } = await waited({ later: judged(4, 'False') }, running);
    expect(one?.answer?.status).toBe('False');
  });

  it('is not what the executor said of an earlier one', async () => {
    const { judged: [one] = [], unanswered, took } = await waited({ later: judged(2, 'True') }, running);
    expect([one?.answer, unanswered?.executor, took]).toEqual([undefined, 'silent', 15_000]);
    expect(unanswered?.why).toContain('pod-0 has not answered');
  });

  it('is known without an executor where it was said before, and is asked for once', async () => {
    const { judged: [one] = [], reads, took } = await waited({ later: judged(3, 'True') }, nobody);
    expect([one?.answer?.status, reads, took]).toEqual(['True', 1, 0]);
  });

  it.each<[string, ClusterResult<KubeObject | undefined>]>([
    ['none has run', nobody],
    ['the last one gave its Lease up', { ok: true, value: lease(SINCE, '') }],
    ['the last one was heard of a minute ago', { ok: true, value: lease(SINCE - 60_000) }],
  ])('is not waited for where no executor runs: %s', async (_, read) => {
    const { unanswered, reads, took } = await waited({}, read);
    expect([unanswered, reads, took]).toEqual([{ executor: 'none', why: 'no executor runs in agent-system' }, 1, 0]);
  });

  it('is waited for where the executor’s Lease was renewed in the future, which tells of a clock and of nothing else', async () => {
    const { unanswered, took } = await waited({}, { ok: true, value: lease(SINCE + 3_600_000) });
    expect([unanswered?.executor, took]).toEqual(['silent', 15_000]);
    expect(unanswered?.why).toMatch(/has not answered; pod-0: its Lease was renewed 59m ahead .* a clock is wrong/);
  });

  it('is waited for by whoever may not see whether an executor runs', async () => {
    const { unanswered, took } = await waited({}, DENIED);
    expect([unanswered?.executor, took]).toEqual(['silent', 15_000]);
    expect(unanswered?.why).toContain('leases is forbidden');
  });

  it.each<[string, (own: number) => number]>([
    ['stands', () => SINCE],
    ['goes back', (own) => SINCE - 60 * (own - SINCE)],
    ['is a month ahead', (own) => own + 30 * 86_400_000],
  ])('is waited for by our own time where the cluster’s %s', async (_, clusterTime) => {
    const { unanswered, took } = await waited({}, running, clusterTime);
    expect([unanswered?.executor, took]).toEqual(['silent', 15_000]);
  });

  it('is no answer of another object of that name', async () => {
    const other = { ...judged(9, 'True'), metadata: { ...WRITTEN.metadata, uid: 'uid-2', generation: 9 } };
    const { judged: [one] = [], unanswered, took } = await waited({ later: other }, running);
    expect([one?.answer, unanswered?.why, took]).toEqual([undefined, 'it was deleted meanwhile', 0]);
  });
});
