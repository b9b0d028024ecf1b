import type { Params } from '../expectation.ts';
import type { Seen } from '../seen.ts';
import { signalOf } from './metric.ts';

export function metricBreach({ target, name, above, max_ticks }: Params<'metric_breach'>, seen: Seen): string[] {
  // The first sample is the state that the scenario sets, before the product could do anything.
  const over = seen.samples.filter(
    ({ tick, services }) => tick > 0 && (signalOf(services.get(target), name) ?? 0) > above,
  );
  if (over.length <= max_ticks) return [];
  const ticks = over.map(({ tick }) => tick);
  return [`${name} above ${above} in ${over.length} ticks, wanted at most ${max_ticks}: ${runsOf(ticks)}`];
}

/** `3-7, 12`. */
function runsOf(ticks: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const tick of ticks) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === tick - 1) last[1] = tick;
    else runs.push([tick, tick]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
}
