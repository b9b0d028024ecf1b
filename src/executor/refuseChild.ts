import type { AgainAt, ExecutorDeps } from './deps.ts';
import { finish } from './records/close.ts';
import { askedBy, tell } from './records/events.ts';
import type { HeldDecision } from './records/heldDecision.ts';

/** Why a child is refused, as a code and in words. */
export interface ChildFault {
  readonly code: string;
  readonly message: string;
}

/** Ends a child that asks for what it may not. Told before the status is final, like every refusal. */
export async function refuseChild(
  deps: ExecutorDeps,
  held: HeldDecision,
  { code, message }: ChildFault,
): Promise<AgainAt> {
  const { tool, parent } = held.spec;
  const note = `${tool} of ${parent ?? ''} refused, ${code}: ${message}; asked by ${askedBy(held)}`;
  await tell(deps, held, { reason: 'RefusedByFairlead', key: held.name, note });
  return finish(deps, held, { phase: 'Refused', reason: code, message });
}
