import { listAt, textAt } from '../../observe/narrow.ts';
import type { KubeObject } from '../../schema/kube.ts';
import { createdAt } from '../views/records.ts';
import { instantMs } from '../views/told.ts';

/** Upper ends (seconds) of what times to decide are counted in. */
export const DECIDE_BUCKETS = [10, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400] as const;

export interface ApprovalFigures {
  readonly pending: number;
  /** Of the oldest that waits; 0 when none does. */
  readonly oldestPendingSeconds: number;
  readonly approved: number;
  readonly rejected: number;
  readonly expired: number;
  readonly superseded: number;
  /** From the request to the vote that decided it. `counts` are cumulative, one for each of DECIDE_BUCKETS. */
  readonly decided: { readonly counts: readonly number[]; readonly count: number; readonly sumSeconds: number };
}

/**
 * How approvals went, from the records alone: by what the executor counted and wrote, so that a vote which counted for
 * nothing is in no number. Of the requests that still stand there; older ones are tidied away.
 */
export function approvalFigures(requests: readonly KubeObject[], now: number): ApprovalFigures {
  const phases = { Pending: 0, Approved: 0, Consumed: 0, Rejected: 0, Expired: 0, Superseded: 0 };
  const counts: number[] = DECIDE_BUCKETS.map(() => 0);
  let [oldest, count, sumSeconds] = [now, 0, 0];
  for (const request of requests) {
    const phase = phaseOf(textAt(request, 'status', 'phase'));
    phases[phase] += 1;
    const at = createdAt(request);
    if (phase === 'Pending') oldest = Math.min(oldest, at);
    if (phase !== 'Approved' && phase !== 'Consumed' && phase !== 'Rejected') continue;
    const decidedAt = instantMs(textAt(listAt(request, 'votes').at(-1), 'at'));
    if (decidedAt === 0) continue;
    const seconds = Math.max(0, decidedAt - at) / 1000;
    count += 1;
    sumSeconds += seconds;
    for (const [i, end] of DECIDE_BUCKETS.entries()) if (seconds <= end) counts[i] = (counts[i] ?? 0) + 1;
  }
  return {
    pending: phases.Pending,
    oldestPendingSeconds: phases.Pending === 0 ? 0 : Math.max(0, now - oldest) / 1000,
    approved: phases.Approved + phases.Consumed,
    rejected: phases.Rejected,
    expired: phases.Expired,
    superseded: phases.Superseded,
    decided: { counts, count, sumSeconds },
  };
}

const PHASES = ['Approved', 'Consumed', 'Rejected', 'Expired', 'Superseded'] as const;
const phaseOf = (text: string | undefined) => PHASES.find((phase) => phase === text) ?? 'Pending';
