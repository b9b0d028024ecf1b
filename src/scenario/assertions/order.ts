import type { Params } from '../expectation.ts';
import { effectsOf, when } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function order({ first, then }: Params<'order'>, seen: Seen): string[] {
  const [one] = effectsOf(seen, first);
  const [two] = effectsOf(seen, then);
  if (one === undefined) return ['what should come first never came'];
  if (two === undefined) return ['what should come second never came'];
  return one.at <= two.at ? [] : [`the second came in ${when(seen, two.at)}, the first in ${when(seen, one.at)}`];
}
