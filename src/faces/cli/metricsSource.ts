import { systemIds } from '../../adapters/system/systemIds.ts';
import { composeMetrics } from '../../compose.ts';
import { loadConfig } from '../../config.ts';
import type { MetricsSource } from '../../ports/metrics.ts';
import type { Session } from './session.ts';

/** What a look from the command line reads its numbers from: the same as the processes do, where it is set up the same. */
export function metricsSource({ cluster, clock }: Session): Promise<MetricsSource> {
  const config = loadConfig();
  return composeMetrics(config.ok ? config.value : {}, cluster.reader, clock, systemIds);
}
