import { err, ok, type Result } from '../kernel/result.ts';
import { FINAL, type Pace } from '../schema/records.ts';
import { wantedOf } from '../schema/wish.ts';
import { type AgainAt, type ExecutorDeps, SOON_MS } from './deps.ts';
import { finish } from './records/close.ts';
import type { HeldDecision } from './records/heldDecision.ts';
import { writeStatus } from './records/writeStatus.ts';
import { type ChildFault, refuseChild } from './refuseChild.ts';

/** Nobody holds a step back for longer. */
const LONGEST_MS = 300_000;
/** What was asked about a step is about that step, and soon. */
const EXPIRES_MS = 60_000;

/** Puts a pace on its parent's record, where the next step finds it; a step has one pace. It writes to no workload. */
export async function takePace(deps: ExecutorDeps, held: HeldDecision, parent: HeldDecision): Promise<AgainAt> {
  const { phase, reason, message, pace: standing } = parent.status;
  if (standing?.by !== held.name) {
    const pace = paceOf(held, parent, deps.clock.now());
    if (!pace.ok) return refuseChild(deps, held, pace.error);
    const written = await writeStatus(deps, parent, { phase, reason, message, pace: pace.value }, true);
    if (!written.ok) return deps.clock.now() + SOON_MS;
    return finish(deps, held, taken(parent, pace.value));
  }
  return finish(deps, held, taken(parent, standing));
}

function taken(parent: HeldDecision, { replicas, waitMs }: Pace) {
  const stops = replicas === undefined ? '' : ` stops at ${replicas}`;
  const waits = waitMs === 0 ? '' : ` waits ${waitMs / 1000} s`;
  const message = `the next step of ${parent.name}${[stops, waits].filter((part) => part !== '').join(' and')}, unless capacity is needed`;
  return { phase: 'Succeeded', reason: 'PaceTaken', message } as const;
}

/** Smaller or later than what would be done anyway, for the step that its asker saw coming; else why not. */
export function paceOf(
  { name, spec, createdAt }: HeldDecision,
  parent: HeldDecision,
  now: number,
): Result<Pace, ChildFault> {
  const fault = (code: string, message: string): Result<Pace, ChildFault> => err({ code, message });
  const { status } = parent;
  const wanted = wantedOf(parent.spec);
  const isOver = FINAL.has(status.phase) || status.verification?.outcome === 'fail' || status.undoAskedBy !== undefined;
  if (isOver) return fault('ParentNotOpen', `${parent.name} has no next step: it is ${status.phase}`);
  if (status.approval !== undefined)
    return fault('ApprovedWhole', `what people approved of ${parent.name} is one step`);
  const last = status.changes.at(-1);
  if (wanted?.kind !== 'scale' || last === undefined) {
    return fault('NoStepYet', `${parent.name} has written no step that another could follow`);
  }
  const [from, to] = [Number(last.after), wanted.replicas];
  if (from === to) return fault('NoStepsLeft', `${parent.name} is at ${to} already`);
  if (now - createdAt > EXPIRES_MS) return fault('PaceExpired', `it was asked for over ${EXPIRES_MS / 1000} s ago`);
  if (spec.seen?.replicas !== from)
    return fault('PaceExpired', `it was asked for at another step than that to ${from}`);
  if (status.pace?.after === last.id) {
    return fault('PacedAlready', `that step has the pace of ${status.pace.by}: one is all`);
  }
  const { replicas, wait_seconds: wait = 0 } = spec.arguments;
  if (wait * 1000 > LONGEST_MS) return fault('TooLong', `${wait} s is longer than ${LONGEST_MS / 1000} s`);
  const isOnTheWay = replicas === undefined || (replicas - from) * (replicas - to) < 0;
  if (!isOnTheWay || (replicas === undefined && wait === 0)) {
    return fault('NotSmaller', `a step from ${from} on the way to ${to} is made neither smaller nor later by it`);
  }
  return ok({ by: name, after: last.id, ...(replicas !== undefined && { replicas }), waitMs: wait * 1000 });
}
