import type { Params } from '../expectation.ts';
import { deploymentOf, effectsOf, replicasOf, shown, when, within } from '../observed.ts';
import { type Seen, tickOf } from '../seen.ts';

export function writesWithin({ target, range, from_tick = 0 }: Params<'writes_within'>, seen: Seen): string[] {
  return effectsOf(seen, { object: deploymentOf(target), change: 'replicas' })
    .filter((effect) => tickOf(seen, effect.at) >= from_tick && !within(replicasOf(effect) ?? Number.NaN, range))
    .map((effect) => `${replicasOf(effect)} replicas written in ${when(seen, effect.at)}, wanted ${shown(range)}`);
}
