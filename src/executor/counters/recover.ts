import { release } from '../../policy/counters.ts';
import type { InFlight } from '../../schema/counters.ts';
import { KINDS } from '../../schema/kube.ts';
import { FINAL } from '../../schema/records.ts';
import { carriedChange, confirm } from '../confirm.ts';
import { type AgainAt, type ExecutorDeps, GRACE_MS, POLL_MS } from '../deps.ts';
import { alert, callPerson } from '../records/alert.ts';
import { defer, giveBack, outcomeOf, settled } from '../records/close.ts';
import { ofService } from '../records/events.ts';
import { type HeldDecision, openIntent, readDecision } from '../records/heldDecision.ts';
import { clockDoubt } from '../serverTime.ts';
import { isToBeMended, mendCounters } from './mendCounters.ts';
import { type ReadCounters, readCounters, updateCounters } from './slot.ts';

export interface Recovered {
  readonly againAt: AgainAt;
  /** A Decision whose slot may still be in use by a process that died or runs beside this one: not to be touched yet. */
  readonly busy?: string;
}

/**
 * Puts a service's slot right with the records, before anything else is done there: what a process that died left behind
 * is read off the Decision it names and, where that is not enough, off the target itself.
 */
export async function recoverSlot(deps: ExecutorDeps, namespace: string, blueprint: string): Promise<Recovered> {
  const now = deps.clock.now();
  const read = await readCounters(deps, namespace, blueprint);
  if (isTouched(deps, namespace, blueprint, read)) {
    const againAt = await mendCounters(deps, namespace, blueprint);
    if (againAt !== undefined) return { againAt };
  }
  const inFlight = read === 'lost' ? undefined : read?.counters?.inFlight;
  if (inFlight === undefined) return NOTHING;
  const found = await deps.reader.get(KINDS.Decision, namespace, inFlight.decision);
  if (!found.ok) return { againAt: now + POLL_MS };
  const held = found.value === undefined ? undefined : readDecision(found.value, deps.trust);
  if (held?.ok === true) {
    const { status } = held.value;
    if (status.phase === 'Executing' || status.phase === 'Verifying') return NOTHING;
    const isWritten = status.changes.some(({ id, appliedAt }) => id === inFlight.changeId && appliedAt !== undefined);
    if (FINAL.has(status.phase) || isWritten) {
      const safety = breakerFailures(deps, namespace, blueprint);
      await updateCounters(deps, namespace, blueprint, (counters) =>
        settled(deps, counters, inFlight.changeId, outcomeOf(status, inFlight.changeId), safety),
      );
      return NOTHING;
    }
  }
  const later = graceEnds(deps, inFlight.since);
  // A Decision made again under its name knows nothing of the write that is in flight.
  if (held?.ok !== true || inFlight.phase === 'verifying') {
    return { againAt: later ?? (await orphaned(deps, namespace, blueprint, inFlight)) };
  }
  if (later !== undefined) return { againAt: later, busy: inFlight.decision };
  await releaseLate(deps, namespace, blueprint, inFlight);
  return NOTHING;
}

const isTouched = (
  { observer, clock }: ExecutorDeps,
  namespace: string,
  name: string,
  read: ReadCounters | 'lost' | undefined,
): boolean => {
  if (read !== undefined && read !== 'lost' && read.counters === undefined) return true;
  const view = observer.views().find((one) => one.namespace === namespace && one.name === name);
  return view !== undefined && isToBeMended(view, clock.now());
};

const NOTHING: Recovered = { againAt: undefined };

const breakerFailures = (deps: ExecutorDeps, namespace: string, name: string): number | undefined =>
  deps.observer.views().find((view) => view.namespace === namespace && view.name === name)?.blueprint?.safety
    .breakerFailures;

/** When a permit of that time lives no more; undefined: it does not now. By a clock in doubt nobody can tell. */
function graceEnds(deps: ExecutorDeps, since: number): AgainAt {
  const now = deps.clock.now();
  if (now < since + GRACE_MS) return since + GRACE_MS;
  return clockDoubt(deps) === undefined ? undefined : now + POLL_MS;
}

/** A slot without a recorded intent: nothing can have been written with it, and once no permit lives any more nothing will be. */
async function releaseLate(
  deps: ExecutorDeps,
  namespace: string,
  blueprint: string,
  inFlight: InFlight,
): Promise<void> {
  await updateCounters(deps, namespace, blueprint, (counters) =>
    counters.inFlight?.changeId === inFlight.changeId && counters.inFlight.since === inFlight.since
      ? release(counters, inFlight.changeId)
      : undefined,
  );
}

/** Its Decision is gone or unreadable: a change that was written stays, unjudged; one that was not gives its slot back. */
async function orphaned(
  deps: ExecutorDeps,
  namespace: string,
  blueprint: string,
  inFlight: InFlight,
): Promise<AgainAt> {
  const seen = await deps.observer.fresh(namespace, blueprint);
  if (!seen.ok && seen.error.code !== 'notFound') return deps.clock.now() + POLL_MS;
  const carried = seen.ok ? seen.value.workload?.lastChange?.id : undefined;
  const isThere = inFlight.phase === 'verifying' || carried === inFlight.changeId;
  const { changeId: change, decision } = inFlight;
  if (!isThere) {
    deps.log.warn({ service: `${namespace}/${blueprint}`, change }, 'the Decision of a change never written is gone');
  } else {
    // First, since afterwards nothing tells a process that died in between.
    const slot = { namespace, service: blueprint, action: 'verify', kind: KINDS.CircuitBreaker };
    const about = seen.ok ? ofService(seen.value, slot.action) : { ...slot, deployment: { name: blueprint } };
    const message = `Decision ${decision} is gone or cannot be read: its change ${change} stays, unjudged`;
    await callPerson(deps, about, { code: 'DecisionGone', message, key: `${change}.DecisionGone` });
  }
  await updateCounters(deps, namespace, blueprint, (counters) =>
    isThere
      ? settled(deps, counters, inFlight.changeId, 'inconclusive', undefined)
      : counters.inFlight?.changeId === inFlight.changeId
        ? release(counters, inFlight.changeId)
        : undefined,
  );
  return undefined;
}

/**
 * A Decision in Executing: its intent is on record and its outcome is not. The target's annotation tells. Absence tells
 * only once no permit of that time lives any more: an answer may have been lost while the write is still under way.
 */
export async function settleIntent(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const now = deps.clock.now();
  const intent = openIntent(held.status);
  const carried = await carriedChange(deps, held);
  if (carried === undefined) return now + POLL_MS;
  if (intent !== undefined && carried !== null && carried.id === intent.id) {
    await confirm(deps, held, carried);
    return now;
  }
  const later = intent === undefined ? undefined : graceEnds(deps, intent.intentAt);
  if (later !== undefined) return later;
  if (intent !== undefined && !(await giveBack(deps, held, intent.id))) {
    await alert(deps, held, {
      code: 'SlotNotGivenBack',
      message: `the slot of ${intent.id} could not be given back yet`,
    });
    return now + POLL_MS;
  }
  return defer(deps, held, {
    reason: 'NothingWritten',
    message: 'the write did not happen: decided again',
    until: now,
  });
}
