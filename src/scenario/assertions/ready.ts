import type { Params } from '../expectation.ts';
import { serviceAt } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function ready({ target, by_tick, min, always_min }: Params<'ready'>, seen: Seen): string[] {
  const failures: string[] = [];
  if (min !== undefined) {
    const value = serviceAt(seen, target, by_tick ?? 'end')?.ready ?? 0;
    const at = by_tick === undefined ? 'the end' : `tick ${by_tick}`;
    if (value < min) failures.push(`${value} ready pods at ${at}, wanted at least ${min}`);
  }
  if (always_min !== undefined) {
    const low = seen.samples.find(({ services }) => (services.get(target)?.ready ?? 0) < always_min);
    if (low !== undefined) {
      failures.push(
        `${low.services.get(target)?.ready ?? 0} ready pods at tick ${low.tick}, wanted at least ${always_min}`,
      );
    }
  }
  return failures;
}
