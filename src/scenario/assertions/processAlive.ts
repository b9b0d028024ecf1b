import type { Params } from '../expectation.ts';
import type { Seen } from '../seen.ts';

export function processAlive({ unhandled_errors, max_rss_growth_mib }: Params<'process'>, seen: Seen): string[] {
  const { died, unhandled, rssGrowthMib } = seen.process;
  const grown = Math.round(rssGrowthMib);
  return [
    ...(died === undefined ? [] : [`the process ended: ${died.split('\n')[0]}`]),
    ...(unhandled_errors === 0 && unhandled.length > 0
      ? [`errors were thrown: ${unhandled.slice(0, 3).join('; ')}`]
      : []),
    ...(max_rss_growth_mib !== undefined && grown > max_rss_growth_mib
      ? [`memory grew by ${grown} MiB, wanted at most ${max_rss_growth_mib}`]
      : []),
  ];
}
