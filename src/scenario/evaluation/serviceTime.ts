import type { Blueprint } from '../../schema/blueprint.ts';
import { blueprintAt } from '../observed.ts';
import { type Seen, type ServiceSample, TICK_MS } from '../seen.ts';

/** What became of one service over a run. */
export interface ServiceTime {
  /** Seconds in which an objective was missed, CPU stood above its threshold, or too few pods were ready. */
  readonly breach: number;
  /** Replicas times seconds: what the capacity cost. */
  readonly replicas: number;
}

/** By `namespace/name`. The first sample is as the scenario sets it, before anybody could do anything. */
export function serviceTimes(seen: Seen): ReadonlyMap<string, ServiceTime> {
  const times = new Map<string, ServiceTime>();
  for (const { tick, at, services } of seen.samples) {
    if (tick === 0) continue;
    for (const [target, sample] of services) {
      const blueprint = blueprintAt(seen, target, at);
      if (blueprint === undefined) continue;
      const { breach, replicas } = times.get(target) ?? { breach: 0, replicas: 0 };
      const seconds = TICK_MS / 1000;
      times.set(target, {
        breach: breach + (isInBreach(sample, blueprint) ? seconds : 0),
        replicas: replicas + sample.replicas * seconds,
      });
    }
  }
  return times;
}

function isInBreach({ cpuPct = 0, p95Ms = 0, errorPct = 0, ready }: ServiceSample, blueprint: Blueprint): boolean {
  const { scaling, performance } = blueprint;
  return (
    cpuPct / 100 > scaling.upThreshold ||
    p95Ms > (performance.latencyP95Ms ?? Number.POSITIVE_INFINITY) ||
    errorPct / 100 > (performance.errorRate ?? Number.POSITIVE_INFINITY) ||
    ready < scaling.minReplicas
  );
}
