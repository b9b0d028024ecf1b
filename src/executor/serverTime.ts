import { parseInstant } from '../kernel/parseInstant.ts';
import type { LastChange } from '../schema/change.ts';
import { FIELD_MANAGER, type KubeObject } from '../schema/kube.ts';
import { type AgainAt, type ExecutorDeps, POLL_MS } from './deps.ts';
import { alert } from './records/alert.ts';
import type { HeldDecision } from './records/heldDecision.ts';

/** Reason of a Decision that waits for a clock to be set right. */
export const CLOCK_DIFFERS = 'ClockDiffers';

/** The life of a permit. Samples that are five seconds ahead are refused already (G3). */
const MOST_MS = 30_000;
/** The server's times are whole seconds, and a write takes a while. */
const SAME_MS = 5_000;

/**
 * Cooldown and budget are kept as instants, and every process reads them by its own clock: one that is an hour ahead would
 * find them over. The answer to a dry run carries the API server's time, as that of the field manager's change. In words
 * when the two differ; undefined when they agree, or the answer does not say.
 */
export function clockDiffers(answer: KubeObject, before: LastChange | undefined, now: number): string | undefined {
  const times = (answer.metadata.managedFields ?? []).flatMap((entry) =>
    entry.manager === FIELD_MANAGER ? (parseInstant(entry.time ?? '') ?? []) : [],
  );
  const server = times.length === 0 ? undefined : Math.max(...times);
  if (server === undefined || Math.abs(now - server) <= MOST_MS) return undefined;
  // A server that leaves the entry of a manager's earlier change as it was has said nothing of now.
  const wroteAt = parseInstant(before?.at ?? '');
  if (wroteAt !== undefined && Math.abs(server - wroteAt) <= SAME_MS) return undefined;
  return differs(now, server);
}

/** Why nothing may be concluded from the time that has passed, in words; `differs`: it is known to be another than the server's. */
export interface ClockDoubt {
  readonly differs: boolean;
  readonly message: string;
}

/**
 * Whether the time here is the API server's, by its newest answer: every look at a Decision is one. What a clock that is
 * ahead calls verified, failed or too late is none of it. undefined: they agree, or nobody could know (no such reader).
 */
export function clockDoubt({ reader, clock }: Pick<ExecutorDeps, 'reader' | 'clock'>): ClockDoubt | undefined {
  if (reader.serverNow === undefined) return undefined;
  const [now, server] = [clock.now(), reader.serverNow()];
  if (server === undefined) {
    return { differs: false, message: 'no answer of the API server has said its time yet: nothing is concluded' };
  }
  return Math.abs(now - server) <= MOST_MS ? undefined : { differs: true, message: differs(now, server) };
}

/** When to look again (ms) where the clock is in doubt, after a person was called; undefined: it is not. */
export async function heldByClock(deps: ExecutorDeps, held: HeldDecision): Promise<AgainAt> {
  const doubt = clockDoubt(deps);
  if (doubt === undefined) return undefined;
  if (doubt.differs) await tellClock(deps, held, doubt.message);
  else deps.log.warn({ decision: `${held.namespace}/${held.name}` }, doubt.message);
  return deps.clock.now() + POLL_MS;
}

/** Calls a person, once for each Decision while it lasts: the Event of a later look would be the same one. */
export async function tellClock(deps: ExecutorDeps, held: HeldDecision, message: string): Promise<void> {
  const key = `${held.namespace}/${held.name}`;
  if (deps.clockTold?.has(key) === true) return;
  const told = await alert(deps, held, { code: CLOCK_DIFFERS, message });
  if (told !== 'failed') deps.clockTold?.add(key);
}

function differs(now: number, server: number): string {
  const [ours, theirs] = [now, server].map((at) => new Date(at).toISOString());
  return `the clock here says ${ours} and the API server's says ${theirs}: nothing but an undo is done until they agree to ${MOST_MS / 1000} s; set the clock of this node, then restart this process`;
}
