import type { Params } from '../expectation.ts';
import { deploymentOf, effectsOf, replicasOf, serviceAt, shown, told, when, within } from '../observed.ts';
import { type Seen, tickOf } from '../seen.ts';

export function replicas(params: Params<'replicas'>, seen: Seen): string[] {
  const { target, by_tick, within: range, at_end, always, ticks } = params;
  const failures: string[] = [];
  const effects = effectsOf(seen, { object: deploymentOf(target), change: 'replicas' });
  if (by_tick !== undefined && range !== undefined) {
    const value = serviceAt(seen, target, by_tick)?.replicas;
    if (value === undefined || !within(value, range)) {
      failures.push(`${value} replicas at tick ${by_tick}, wanted ${shown(range)}; writes: ${told(effects, seen)}`);
    }
  }
  if (at_end !== undefined) {
    const value = serviceAt(seen, target, 'end')?.replicas;
    if (value === undefined || !within(value, at_end)) {
      failures.push(`${value} replicas at the end, wanted ${shown(at_end)}; writes: ${told(effects, seen)}`);
    }
  }
  if (always !== undefined) {
    const counts = (at: number): boolean => ticks === undefined || within(tickOf(seen, at), ticks);
    const written = effects.find((effect) => counts(effect.at) && !within(replicasOf(effect) ?? Number.NaN, always));
    if (written !== undefined) {
      failures.push(`${replicasOf(written)} replicas written in ${when(seen, written.at)}, wanted ${shown(always)}`);
    }
    const observed = seen.samples.find(({ at, services }) => {
      const value = services.get(target)?.replicas;
      if (value === undefined || !counts(at) || within(value, always)) return false;
      return !seen.external.has(`${deploymentOf(target)} replicas ${value}`);
    });
    if (observed !== undefined) {
      const value = observed.services.get(target)?.replicas;
      failures.push(`${value} replicas seen at tick ${observed.tick}, wanted ${shown(always)}`);
    }
  }
  return failures;
}
