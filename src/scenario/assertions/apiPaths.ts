import type { Params } from '../expectation.ts';
import { pattern } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function apiPaths({ matches_none }: Params<'api_paths'>, seen: Seen): string[] {
  const patterns = matches_none.map(pattern);
  const hit = seen.calls.find(({ path }) => patterns.some((one) => one.test(path)));
  return hit === undefined ? [] : [`${hit.verb} ${hit.path} was called`];
}
