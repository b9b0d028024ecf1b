import type { Params } from '../expectation.ts';
import { hasChange, matchesObject, when } from '../observed.ts';
import type { Seen } from '../seen.ts';

/** Neither done nor tried. */
export function forbidden({ object, change }: Params<'forbidden'>, seen: Seen): string[] {
  const done = seen.effects
    .filter((effect) => matchesObject(object, effect.object) && change.some((kind) => hasChange(effect.changes, kind)))
    .map((effect) => `${effect.object} (${effect.changes.join('+')}) was changed in ${when(seen, effect.at)}`);
  const sent = seen.attempts
    .filter(
      (attempt) =>
        matchesObject(object, attempt.object) && change.some((kind) => kind === 'any' || kind === attempt.change),
    )
    .map((attempt) => `${attempt.change} of ${attempt.object} was sent in ${when(seen, attempt.at)}`);
  return [...done, ...sent].slice(0, 5);
}
