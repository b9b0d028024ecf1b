import type { CHANGE_NAMES } from '../../../tools/changeNames.ts';

/** What a blueprint grants under another name than the call has: the operation depends on where the call leads. */
const CALL_OF: ReadonlyMap<string, (typeof CHANGE_NAMES)[number]> = new Map([
  ['scale_within_limits', 'scale'],
  ['scale_beyond_limits', 'scale'],
  ['adjust_resources_within_bounds', 'adjust_resources'],
]);

/** Which call is meant by the name of an operation that is no call; undefined of every other name. */
export function grantedName(operation: string): string | undefined {
  const name = operation.replaceAll('-', '_');
  const call = CALL_OF.get(name);
  return call && `${name} is what a blueprint grants; the call is ${call}`;
}
