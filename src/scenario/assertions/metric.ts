import type { Params } from '../expectation.ts';
import { serviceAt, shown, within } from '../observed.ts';
import type { Seen, ServiceSample } from '../seen.ts';

export function metric({ target, name, between }: Params<'metric'>, seen: Seen): string[] {
  const value = target === 'cluster' ? allPending(seen) : signalOf(serviceAt(seen, target, 'end'), name);
  if (value !== undefined && within(value, between)) return [];
  return [`${name} is ${value === undefined ? 'not to be had' : round(value)} at the end, wanted ${shown(between)}`];
}

function allPending(seen: Seen): number {
  return [...(seen.samples.at(-1)?.services.values() ?? [])].reduce((sum, { pending }) => sum + pending, 0);
}

export function signalOf(service: ServiceSample | undefined, name: string): number | undefined {
  switch (name) {
    case 'cpu_utilization_pct':
      return service?.cpuPct;
    case 'latency_p95_ms':
      return service?.p95Ms;
    case 'error_rate_pct':
      return service?.errorPct;
    case 'pending_pods':
    case 'pending':
      return service?.pending;
    case 'ready':
    case 'ready_pods':
      return service?.ready;
    case 'replicas':
      return service?.replicas;
    default:
      return undefined;
  }
}

export const round = (value: number): number => Math.round(value * 100) / 100;
