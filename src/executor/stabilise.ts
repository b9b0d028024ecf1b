import { judge, missedEarly } from '../analysis/verification.ts';
import { directionOf } from '../schema/changeRecord.ts';
import { sampledAfter } from './afterConvergence.ts';
import { alert } from './alert.ts';
import { close } from './close.ts';
import { conclude } from './conclude.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from './deps.ts';
import type { HeldDecision } from './heldDecision.ts';
import type { Verifying } from './verify.ts';
import { writeStatus } from './writeStatus.ts';

/** Phase 1. The verdict falls at the end of the stabilisation period, except that a down which hurts ends it at once. */
export async function stabilise(deps: ExecutorDeps, held: HeldDecision, verifying: Verifying): Promise<AgainAt> {
  const { change, blueprint, verification } = verifying;
  const now = deps.clock.now();
  const { checks, stabilizationMs } = blueprint.verification;
  const convergedAt = verification.convergedAt ?? verification.startedAt;
  const period = stabilizationMs * (verification.widened ? 2 : 1);
  const after = sampledAfter(deps.observer.history(held.namespace, held.spec.blueprint.name), convergedAt);
  const direction = directionOf(change);
  if (direction === 'down') {
    const missed = missedEarly({ checks, baseline: change.baseline, after, stabilizationMs });
    if (missed.length > 0) {
      const message = missed.map(({ name, message: words }) => `${name}: ${words}`).join('; ');
      return conclude(deps, held, verifying, { outcome: 'fail', checks: missed, message, reason: 'MissedEarly' });
    }
  }
  const end = convergedAt + period;
  if (now < end) return direction === 'down' ? Math.min(end, now + POLL_MS) : end;
  const judged = judge({ checks, baseline: change.baseline, after, now, stabilizationMs: period, direction });
  if (judged.outcome !== 'inconclusive') return conclude(deps, held, verifying, judged);
  if (verification.widened) {
    await deps.journal.append({ kind: 'verified', subject: held.name, data: { changeId: change.id, ...judged } });
    const message = `change ${change.id} could not be judged, and stays: ${judged.message}`;
    await alert(deps, held, { code: 'VerificationInconclusive', message });
    const ended = { ...verification, phase: 'done' as const, outcome: 'inconclusive' as const, checks: judged.checks };
    return close(deps, held, change.id, {
      phase: 'Inconclusive',
      reason: 'NotJudged',
      message: judged.message,
      verification: { ...ended, message: judged.message.slice(0, 500) },
    });
  }
  const written = await writeStatus(
    deps,
    held,
    {
      phase: 'Verifying',
      reason: 'Widened',
      message: `not to be judged yet, once more as long: ${judged.message}`,
      verification: { ...verification, widened: true, checks: judged.checks },
    },
    true,
  );
  return written.ok ? end + stabilizationMs : now + SOON_MS;
}
