import type { Params } from '../expectation.ts';
import { shown, within } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function breaker({ target, state, seen_between }: Params<'breaker'>, seen: Seen): string[] {
  const states = seen.samples.map(({ tick, services }) => ({ tick, state: services.get(target)?.breaker ?? 'closed' }));
  const last = states.at(-1)?.state;
  if (seen_between === undefined) return last === state ? [] : [`the breaker is ${last} at the end, wanted ${state}`];
  const found = states.some((at) => at.state === state && within(at.tick, seen_between));
  if (found) return [];
  const other = states.filter((at) => at.state !== 'closed').map((at) => `${at.tick} ${at.state}`);
  return [
    `the breaker was never ${state} in ticks ${shown(seen_between)}; not closed at: ${other.join(', ') || 'no tick'}`,
  ];
}
