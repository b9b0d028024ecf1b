import { sameJson } from '../schema/resources.ts';
import type { GateInput } from '../schema/verdict.ts';

/** After a person said no, an agent does not ask for the same again for half an hour. */
export const AFTER_REJECTION_MS = 30 * 60_000;

/**
 * Whether the approval at hand is for exactly this: the same operation, the same arguments, the same blueprint. Anything
 * else lifts nothing. Signatures, groups, quorum and single use are checked before it gets here.
 */
export const approvalMatches = (input: GateInput, operation: string): boolean =>
  input.approval !== undefined &&
  input.blueprint !== undefined &&
  input.approval.operation === operation &&
  input.approval.blueprintHash === input.blueprint.hash &&
  sameJson(input.approval.args, input.request.args);
