import { finish } from './close.ts';
import type { AgainAt, ExecutorDeps } from './deps.ts';
import { tell } from './events.ts';
import type { HeldDecision } from './heldDecision.ts';

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
  const { tool, parent, requester } = held.spec;
  const note = `${tool} of ${parent ?? ''} refused, ${code}: ${message}; asked by ${requester.name}`;
  await tell(deps, held, { reason: 'RefusedByFairlead', key: held.name, note });
  return finish(deps, held, { phase: 'Refused', reason: code, message });
}
