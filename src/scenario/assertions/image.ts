import type { Params } from '../expectation.ts';
import { serviceAt } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function image({ target, by_tick, equals, at_end }: Params<'image'>, seen: Seen): string[] {
  const failures: string[] = [];
  if (equals !== undefined) {
    const found = serviceAt(seen, target, by_tick ?? 'end')?.image;
    if (found !== equals) failures.push(`image ${found} at ${by_tick ?? 'the end'}, wanted ${equals}`);
  }
  if (at_end !== undefined) {
    const found = serviceAt(seen, target, 'end')?.image;
    if (found !== at_end) failures.push(`image ${found} at the end, wanted ${at_end}`);
  }
  return failures;
}
