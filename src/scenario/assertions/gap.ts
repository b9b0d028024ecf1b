import type { Params } from '../expectation.ts';
import { effectsOf, when } from '../observed.ts';
import type { Seen } from '../seen.ts';

/** Object by object. The automatic undo keeps no distance from the change it undoes. */
export function gap({ object, change, min_seconds }: Params<'gap'>, seen: Seen): string[] {
  const last = new Map<string, number>();
  const failures: string[] = [];
  for (const effect of effectsOf(seen, { object, change })) {
    const before = last.get(effect.object);
    const seconds = before === undefined ? Number.POSITIVE_INFINITY : (effect.at - before) / 1000;
    if (seconds < min_seconds && effect.lastChange?.undo !== true) {
      failures.push(
        `${seconds} s between two changes of ${effect.object}, in ${when(seen, effect.at)}: wanted ${min_seconds}`,
      );
    }
    last.set(effect.object, effect.at);
  }
  return failures;
}
