import type { Params } from '../expectation.ts';
import { effectsOf, shown, told, within } from '../observed.ts';
import type { Effect, Seen } from '../seen.ts';

export function mutations(params: Params<'mutations'>, seen: Seen): string[] {
  const { caused_by: by } = params;
  const effects = effectsOf(seen, params).filter(
    (effect) => by === undefined || (by === 'chat') === isChat(effect, seen),
  );
  if (within(effects.length, params.count)) return [];
  const { object, change, count } = params;
  return [`${effects.length} changes (${change}) of ${object}, wanted ${shown(count)}: ${told(effects, seen)}`];
}

/** People ask for changes in chats alone here: their Decision says so. */
function isChat({ lastChange }: Effect, { decisions }: Seen): boolean {
  const decision = decisions.find(({ metadata }) => metadata.name === lastChange?.decision);
  return decision?.spec.requester.kind === 'person';
}
