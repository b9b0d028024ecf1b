import type { Blueprint } from '../schema/blueprint.ts';
import type { CheckResult, Verification } from '../schema/records.ts';
import { wantedOf } from '../schema/wish.ts';
import { alert } from './alert.ts';
import { close } from './close.ts';
import { type AgainAt, type ExecutorDeps, SOON_MS } from './deps.ts';
import { type HeldDecision, NEXT_STEP } from './heldDecision.ts';
import { undo } from './undo.ts';
import type { Verifying } from './verify.ts';
import { writeStatus } from './writeStatus.ts';

export interface Conclusion {
  readonly outcome: 'pass' | 'insufficient' | 'fail' | 'inconclusive';
  readonly checks: CheckResult[];
  readonly message: string;
  /** Of a failure: what failed, as a code. */
  readonly reason?: string;
}

/** The end of a verification: the next step, success, or the undo. */
export async function conclude(
  deps: ExecutorDeps,
  held: HeldDecision,
  verifying: Verifying,
  conclusion: Conclusion,
): Promise<AgainAt> {
  const { change, blueprint, seen } = verifying;
  const { outcome, checks, message } = conclusion;
  await deps.journal.append({
    kind: 'verified',
    subject: held.name,
    data: { changeId: change.id, outcome, checks, message },
  });
  const verification: Verification = {
    ...verifying.verification,
    phase: 'done',
    outcome,
    checks: checks.slice(0, 32),
    message: message.slice(0, 500),
  };
  const { breakerFailures } = blueprint.safety;
  if (outcome === 'fail') return failed(deps, held, verifying, verification, conclusion.reason ?? 'CheckFailed');
  const wanted = wantedOf(held.spec);
  if (wanted?.kind === 'scale' && seen.workload.replicas !== wanted.replicas) {
    const next = `step ${change.before} to ${change.after} ${outcome === 'pass' ? 'passed' : 'was not enough'}; next on the way to ${wanted.replicas}`;
    const end = { phase: 'Pending', reason: NEXT_STEP, message: next, verification } as const;
    return close(deps, held, change.id, end, breakerFailures);
  }
  const reason = outcome === 'insufficient' ? 'Insufficient' : 'Verified';
  const isWatched = outcome === 'pass' && checks.length > 0;
  const last: Verification = isWatched
    ? { ...verification, phase: 'watch', watchedFrom: deps.clock.now() }
    : verification;
  const end = { phase: 'Succeeded', reason, message, verification: last } as const;
  return close(deps, held, change.id, end, breakerFailures);
}

async function failed(
  deps: ExecutorDeps,
  held: HeldDecision,
  verifying: Verifying,
  verification: Verification,
  reason: string,
): Promise<AgainAt> {
  const { change, blueprint, seen } = verifying;
  const message = verification.message ?? '';
  const now = deps.clock.now();
  if (!isUndone(blueprint, verification.checks)) {
    await alert(deps, held, { code: 'ChangeFailed', message: `${message}; the blueprint does not let it be undone` });
    const end = { phase: 'Failed', reason, message, verification, failure: { reason, message } } as const;
    return close(deps, held, change.id, end, blueprint.safety.breakerFailures);
  }
  // Durable before the undo is tried: whatever dies from here on, the undo is still due.
  const failure = { reason, message };
  const update = { phase: 'Verifying', reason, message, verification, failure, deferredSince: now } as const;
  const written = await writeStatus(deps, held, update, true);
  return written.ok ? undo(deps, written.value, change, seen.view) : now + SOON_MS;
}

/** A change that never took effect has failed no check, and is undone like one whose critical check failed. */
function isUndone({ verification: { rollback, checks } }: Blueprint, results: readonly CheckResult[]): boolean {
  if (!rollback.enabled || !rollback.automatic) return false;
  const failed = results.filter(({ outcome }) => outcome === 'fail');
  if (failed.length === 0) return true;
  const triggers = new Set(checks.filter((check) => check.rollbackTrigger).map(({ name }) => name));
  return failed.some(({ name, critical }) => triggers.has(name) || (critical && rollback.onCriticalFailure));
}
