import type { Params } from '../expectation.ts';
import { effectsOf, shown, told, within } from '../observed.ts';
import type { Seen } from '../seen.ts';

/** Nothing is asked for in a chat here, so that all effects are the control loop's. */
export function mutations(params: Params<'mutations'>, seen: Seen): string[] {
  const effects = params.caused_by === 'chat' ? [] : effectsOf(seen, params);
  if (within(effects.length, params.count)) return [];
  const { object, change, count } = params;
  return [`${effects.length} changes (${change}) of ${object}, wanted ${shown(count)}: ${told(effects, seen)}`];
}
