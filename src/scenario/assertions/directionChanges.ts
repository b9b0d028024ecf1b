import type { Params } from '../expectation.ts';
import { deploymentOf, effectsOf, replicasOf, told } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function directionChanges({ target, max }: Params<'direction_changes'>, seen: Seen): string[] {
  const effects = effectsOf(seen, { object: deploymentOf(target), change: 'replicas' });
  const directions = effects.map((effect) =>
    Math.sign((replicasOf(effect) ?? 0) - (replicasOf(effect, 'before') ?? 0)),
  );
  const reversals = directions.filter((direction, index) => index > 0 && direction !== directions[index - 1]).length;
  return reversals <= max ? [] : [`${reversals} reversals, wanted at most ${max}: ${told(effects, seen)}`];
}
