import type { GateInput } from '../schema/verdict.ts';

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

/** Equality of JSON values; keys in any order. */
function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = Object.entries(a);
  const right = new Map<string, unknown>(Object.entries(b));
  return left.length === right.size && left.every(([key, value]) => right.has(key) && sameJson(value, right.get(key)));
}
