import { lastChangeOf } from '../observe/workload/lastChange.ts';
import { applied, verifying } from '../policy/counters.ts';
import type { LastChange } from '../schema/change.ts';
import type { EventReason } from '../schema/eventReasons.ts';
import { KINDS } from '../schema/kube.ts';
import type { ChangeRecord } from '../schema/records.ts';
import { updateCounters } from './counters/slot.ts';
import type { ExecutorDeps } from './deps.ts';
import { attribution, tell } from './records/events.ts';
import type { HeldDecision } from './records/heldDecision.ts';
import { writeStatus } from './records/writeStatus.ts';

/** The change that the target's annotation names: `null` when there is none (or no target), undefined when it could not be read. */
export async function carriedChange(deps: ExecutorDeps, held: HeldDecision): Promise<LastChange | null | undefined> {
  const read = await deps.reader.get(KINDS.Deployment, held.namespace, held.spec.target.name);
  if (!read.ok) return undefined;
  if (read.value === undefined) return null;
  return lastChangeOf(read.value).parsed ?? null;
}

/**
 * Records that a write happened: log, counters (the cooldown runs from it), status, Event. Each step finds out whether it
 * was done before; an unwritable log holds none of them back, since the effect is there.
 */
export async function confirm(deps: ExecutorDeps, held: HeldDecision, written: LastChange): Promise<HeldDecision> {
  const now = deps.clock.now();
  const at = Math.min(now, Date.parse(written.at) || now);
  const { namespace, spec } = held;
  await deps.journal.append({ kind: 'applied', subject: held.name, data: { changeId: written.id, at } });
  await updateCounters(deps, namespace, spec.blueprint.name, (counters) =>
    counters.inFlight?.changeId === written.id && counters.lastChangeId !== written.id
      ? verifying(applied(counters, written.id, at), written.id, at)
      : undefined,
  );
  const changes = held.status.changes.map((change) =>
    change.id === written.id ? { ...change, appliedAt: at, log: written.log } : change,
  );
  const change = changes.find(({ id }) => id === written.id);
  // Told before the status moves on: whoever goes on after a crash in between tells it again, which is the same Event.
  if (change !== undefined) await announce(deps, held, change);
  const recorded = await writeStatus(
    deps,
    held,
    {
      phase: 'Verifying',
      reason: written.undo ? 'Undoing' : 'Written',
      message: `${written.did}: written, waiting for it to take effect`,
      changes,
      verification: { phase: 'convergence', startedAt: at, widened: false, checks: [] },
      notBefore: undefined,
      deferredSince: undefined,
    },
    true,
  );
  return recorded.ok ? recorded.value : held;
}

function words(change: ChangeRecord): string {
  switch (change.kind) {
    case 'scale':
      return `scaled ${change.before} to ${change.after}`;
    case 'restart':
      return change.undo ? 'the restart was taken back' : 'restarted pods';
    case 'resources':
      return `resources set from ${change.before} to ${change.after}`;
    case 'rollback':
      return `${change.undo ? 'went back' : 'rolled back'} from ${change.before} to ${change.after}`;
  }
}

const REASONS: Readonly<Record<ChangeRecord['kind'], EventReason>> = {
  scale: 'ScaledByFairlead',
  restart: 'RestartedByFairlead',
  resources: 'ResourcesSetByFairlead',
  rollback: 'RolledBackByFairlead',
};

async function announce(deps: ExecutorDeps, held: HeldDecision, change: ChangeRecord): Promise<void> {
  const reason: EventReason = change.undo ? 'UndoneByFairlead' : REASONS[change.kind];
  const undone = held.status.verification?.message ?? 'the change failed its verification';
  const note = change.undo
    ? `undone, ${words(change)}: ${undone}; Decision ${held.name}`
    : `${words(change)}, ${attribution(held)}`;
  await tell(deps, held, { reason, key: change.id, note });
}
