import type { Params } from '../expectation.ts';
import { matchesObject, shown, when, within } from '../observed.ts';
import { type Seen, tickOf } from '../seen.ts';

export function attempts({ object, change, count, ticks }: Params<'attempts'>, seen: Seen): string[] {
  const sent = seen.attempts.filter(
    (attempt) =>
      matchesObject(object, attempt.object) &&
      (change === 'any' || attempt.change === change) &&
      (ticks === undefined || within(tickOf(seen, attempt.at), ticks)),
  );
  if (within(sent.length, count)) return [];
  const times = sent.slice(0, 12).map(({ at }) => when(seen, at));
  return [
    `${sent.length} write requests (${change}) to ${object}, wanted ${shown(count)}: ${times.join(', ') || 'none'}`,
  ];
}
