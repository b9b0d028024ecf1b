import { err, ok, type Result } from '../../kernel/result.ts';
import { KINDS } from '../../schema/kube.ts';
import { DecisionStatus, FINAL, type Phase } from '../../schema/records.ts';
import type { ExecutorDeps } from '../deps.ts';
import type { HeldDecision } from './heldDecision.ts';

/** What changes; `undefined` takes a field away. Texts longer than the record holds are cut. */
export type StatusUpdate = { readonly [K in keyof Omit<DecisionStatus, 'history'>]?: DecisionStatus[K] | undefined } & {
  readonly phase: Phase;
  readonly reason: string;
  readonly message: string;
};

/** lookAgain: somebody else wrote it, or the API server did not take it. unwritable: the journal did not take the phase. */
export type StatusError = { readonly code: 'lookAgain' | 'unwritable'; readonly message: string };

/** In `status.journal`, and as an annotation's `log`: done while the log could not be written. */
export const UNLOGGED = 'unlogged';

/**
 * Journal first, then the status, by compare-and-swap. With `evenUnlogged` an unwritable journal does not hold the status
 * back: what has already happened in the cluster must be told, and the log catches up later.
 */
export async function writeStatus(
  deps: ExecutorDeps,
  held: HeldDecision,
  update: StatusUpdate,
  evenUnlogged = false,
): Promise<Result<HeldDecision, StatusError>> {
  const now = deps.clock.now();
  const next = nextStatus(held.status, update, now);
  let head = deps.journal.head();
  if (next.phase !== held.status.phase || held.object.status === undefined) {
    const { phase, reason, message } = next;
    const data = { decision: `${held.namespace}/${held.name}`, phase, reason, message };
    const logged = await deps.journal.append({ kind: 'phase', subject: held.name, data });
    if (!logged.ok && !evenUnlogged) return err({ code: 'unwritable', message: logged.error.message });
    head = logged.ok ? logged.value : UNLOGGED;
  }
  // Once unlogged it stays so until the log has caught up.
  const journal = held.status.journal === UNLOGGED && update.journal === undefined ? UNLOGGED : head;
  const status: DecisionStatus = { ...next, journal: update.journal ?? journal };
  const written = await deps.records.replaceStatus(KINDS.Decision, { ...held.object, status });
  if (!written.ok) return err({ code: 'lookAgain', message: written.error.message });
  deps.log.info(
    { decision: `${held.namespace}/${held.name}`, phase: status.phase, reason: status.reason },
    'decision moved',
  );
  return ok({ ...held, object: written.value, status });
}

function nextStatus(before: DecisionStatus, update: StatusUpdate, now: number): DecisionStatus {
  const reason = update.reason.slice(0, 64);
  const message = update.message.length > 500 ? `${update.message.slice(0, 499)}…` : update.message;
  const entered = update.phase !== before.phase || before.history.length === 0;
  const stamp = new Date(now).toISOString();
  const merged: Record<string, unknown> = {
    ...before,
    ...update,
    reason,
    message,
    ...(update.phase === 'Executing' && before.startedAt === undefined && { startedAt: stamp }),
    ...(FINAL.has(update.phase) && entered && { finishedAt: stamp }),
    ...(!FINAL.has(update.phase) && { finishedAt: undefined }),
    history: entered ? [...before.history, { phase: update.phase, at: now, reason }].slice(-64) : before.history,
  };
  for (const [key, value] of Object.entries(merged)) if (value === undefined) delete merged[key];
  return DecisionStatus.parse(merged);
}
