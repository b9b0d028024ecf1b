import { judge, overwrittenBy } from '../../analysis/verification.ts';
import type { ServiceView } from '../../observe/serviceView.ts';
import type { Blueprint } from '../../schema/blueprint.ts';
import { changeOf, directionOf } from '../../schema/changeRecord.ts';
import type { ChangeRecord, Verification } from '../../schema/records.ts';
import { takeSlot } from '../counters/slot.ts';
import { look } from '../decideAgain.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS, SOON_MS } from '../deps.ts';
import { type HeldDecision, lastApplied } from '../records/heldDecision.ts';
import { writeStatus } from '../records/writeStatus.ts';
import { heldByClock } from '../serverTime.ts';
import { sampledAfter } from './afterConvergence.ts';
import { blueprintOfThen } from './blueprintOfThen.ts';
import { conclude, inFlightOf } from './verify.ts';

/** Phase 2 lasts so long from the end of phase 1. */
const WATCH_MS = 600_000;
/** What is judged: enough for two samples however short the stabilisation period is. */
const SHORTEST_WINDOW_MS = 120_000;
/** More load than that over the load before: whatever is missed then is not the change's doing. */
const ALIKE = 1.2;

/**
 * Phase 2: a change that passed is watched on, from what is observed anyway and without a request while all is well. It
 * holds no slot, so the next change on the service ends it. What fails at a load like that before the change takes the
 * slot back and goes the way of every failed change: counted once, undone if the gate allows, told.
 */
export async function watch(deps: ExecutorDeps, known: HeldDecision): Promise<AgainAt> {
  const { verification } = known.status;
  const change = lastApplied(known.status);
  if (verification?.phase !== 'watch' || change === undefined) return undefined;
  const view = deps.observer
    .views()
    .find((one) => one.namespace === known.namespace && one.name === known.spec.blueprint.name);
  const now = deps.clock.now();
  const until = (verification.watchedFrom ?? verification.startedAt) + WATCH_MS;
  const ended = view && overBy(view, known, change);
  if (ended !== undefined) return end(deps, known, verification, ended);
  const later = await heldByClock(deps, known);
  if (later !== undefined) return later;
  if (now >= until) return end(deps, known, verification, 'watched to its end');
  if (view === undefined || !mayBeAtFault(view, change)) return until;
  const blueprint = await blueprintOfThen(deps, known, change, view);
  if (blueprint === 'unreadable') return now + POLL_MS;
  if (blueprint === undefined || judged(deps, known, change, blueprint).outcome !== 'fail') return until;
  return fail(deps, known, change, blueprint);
}

/** The next change on the service, by us or by anybody, ends the watch. undefined: it goes on, also where it cannot be told. */
function overBy(
  { workload, counters }: Pick<ServiceView, 'workload' | 'counters'>,
  held: HeldDecision,
  change: ChangeRecord,
): string | undefined {
  const { inFlight } = counters ?? {};
  // Its own: the slot was taken back by a process that died, or what is observed is behind.
  if (inFlight !== undefined && inFlight.changeId !== change.id) return `ended by ${inFlight.changeId}`;
  if (counters?.lastChangeId !== undefined && counters.lastChangeId !== change.id) {
    return `ended by ${counters.lastChangeId}`;
  }
  if (workload === undefined) return undefined;
  if (held.spec.target.uid !== undefined && held.spec.target.uid !== workload.uid) return 'its target is gone';
  const written = changeOf(change);
  return written && overwrittenBy(workload, written);
}

/** Compared is at similar load only; more pods are no cause unless load has fallen; a state that was broken is not gone back to. */
function mayBeAtFault({ assessment }: ServiceView, change: ChangeRecord): boolean {
  const [now, then] = [assessment?.history.load, change.baseline.load];
  if (now === undefined || then === undefined || change.baseline.breached) return false;
  return directionOf(change) === 'up' ? now < then : now <= then * ALIKE;
}

function judged(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  { verification: { checks, stabilizationMs } }: Blueprint,
): ReturnType<typeof judge> {
  const now = deps.clock.now();
  const windowMs = Math.max(2 * stabilizationMs, SHORTEST_WINDOW_MS);
  const { verification } = held.status;
  const since = Math.max(verification?.convergedAt ?? 0, now - windowMs);
  const after = sampledAfter(deps.observer.history(held.namespace, held.spec.blueprint.name), since);
  const direction = directionOf(change);
  return judge({ checks, baseline: change.baseline, after, now, stabilizationMs: windowMs, direction });
}

/** Nothing is done on what a mirror says: looked at again, and only then is the slot taken back. */
async function fail(
  deps: ExecutorDeps,
  held: HeldDecision,
  change: ChangeRecord,
  blueprint: Blueprint,
): Promise<AgainAt> {
  const soon = deps.clock.now() + SOON_MS;
  const seen = await look(deps, held);
  if (seen.kind === 'unreadable') return deps.clock.now() + POLL_MS;
  const { verification } = held.status;
  if (seen.kind === 'gone' || verification === undefined) return undefined;
  const { view, workload } = seen;
  if (view.counters === undefined) return deps.clock.now() + POLL_MS;
  if (overBy(view, held, change) !== undefined || !mayBeAtFault(view, change)) return soon;
  const { outcome, checks, message } = judged(deps, held, change, blueprint);
  if (outcome !== 'fail') return soon;
  // A process that dies right after this leaves a slot whose Decision is over: it is freed, and the watch goes on.
  const inFlight = { ...inFlightOf(held, change), since: deps.clock.now() };
  const slot = await takeSlot(deps, view, { ...view.counters, targetUid: workload.uid, inFlight });
  if (slot !== 'taken') return soon;
  const verifying = { change, blueprint, seen, verification };
  return conclude(deps, held, verifying, { outcome: 'fail', checks, message, reason: 'FailedLater' });
}

async function end(
  deps: ExecutorDeps,
  held: HeldDecision,
  verification: Verification,
  words: string,
): Promise<AgainAt> {
  const { phase, reason, message } = held.status;
  const watched = `${verification.message ?? ''}; ${words}`.slice(0, 500);
  const done: Verification = { ...verification, phase: 'done', message: watched };
  const written = await writeStatus(deps, held, { phase, reason, message, verification: done }, true);
  return written.ok ? undefined : deps.clock.now() + POLL_MS;
}
