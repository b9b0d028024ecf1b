import { describe, expect, it } from 'vitest';
import { requestOf } from '../../approvals/fixtures.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { approvalFigures, DECIDE_BUCKETS } from './figures.ts';

const START = Date.UTC(2026, 0, 5);

function request(phase: string | undefined, votedAfterSeconds?: number): KubeObject {
  const made = requestOf();
  return {
    ...made,
    metadata: { ...made.metadata, creationTimestamp: '2026-01-05T00:00:00Z' },
    ...(phase === undefined ? {} : { status: { phase, message: '' } }),
    ...(votedAfterSeconds === undefined
      ? {}
      : { votes: [{ at: new Date(START + votedAfterSeconds * 1000).toISOString() }] }),
  };
}

describe('the figures of approvals', () => {
  it('count what waits, how it ended, and how long people took', () => {
    const requests = [
      request('Pending'),
      request(undefined),
      request('Consumed', 45),
      request('Approved', 8),
      request('Rejected', 600),
      request('Expired'),
      request('Superseded', 5),
    ];
    const figures = approvalFigures(requests, START + 90_000);
    expect(figures).toMatchObject({
      pending: 2,
      oldestPendingSeconds: 90,
      approved: 2,
      rejected: 1,
      expired: 1,
      superseded: 1,
      decided: { count: 3, sumSeconds: 653 },
    });
    expect(Object.fromEntries(DECIDE_BUCKETS.map((end, i) => [end, figures.decided.counts[i]]))).toMatchObject({
      10: 1,
      30: 1,
      60: 2,
      300: 2,
      600: 3,
      14400: 3,
    });
  });

  it('are all zero of nothing, and odd records break nothing', () => {
    expect(approvalFigures([], START)).toMatchObject({ pending: 0, oldestPendingSeconds: 0, decided: { count: 0 } });
    const odd = { ...request('Approved'), votes: 'none', status: { phase: 'Approved' } };
    expect(approvalFigures([odd, { ...request('Nonsense') }], START)).toMatchObject({ approved: 1, pending: 1 });
  });
});
