import type { ObjectSample, UsageSample } from '../schema/samples.ts';

/** What one scrape found of one service. */
export interface ServiceScrape {
  readonly usage: readonly UsageSample[];
  readonly objects: readonly ObjectSample[];
  /** CPU request of a pod in cores. */
  readonly request: number | undefined;
  readonly ready: number;
}

export type Signal = 'cpu_utilization_pct' | 'memory_mi' | 'latency_p95_ms' | 'error_rate_pct' | 'rps';

/** A fault of the metrics source for one service (`namespace/name`) or all (`*`). The service itself goes on as it was. */
export interface MetricsFault {
  readonly target: string;
  /** No samples: of everything, or of these signals. */
  readonly missing?: true | readonly Signal[];
  /** Of so many pods, the first by name, there are no samples of use. */
  readonly missingPods?: number;
  /** The samples of the moment the fault began come again and again, with their old time: all, or those of these signals. */
  readonly frozen?: true | readonly Signal[];
  /** These numbers instead, one a scrape, from the newest one on and cycled; null means none. NaN and infinity pass as they are. */
  readonly values?: Partial<Readonly<Record<Signal, readonly (number | null)[]>>>;
  /** The source cannot be read at all: its words. */
  readonly failing?: string;
}

const METRICS: Readonly<Record<string, { readonly signal: Signal; readonly scale: number }>> = {
  http_latency_p95_seconds: { signal: 'latency_p95_ms', scale: 0.001 },
  http_error_ratio: { signal: 'error_rate_pct', scale: 0.01 },
  http_requests_per_second: { signal: 'rps', scale: 1 },
};
const MI = 1024 * 1024;

/** What a reader sees through the fault. `before` is the scrape of the moment it began, `turn` counts scrapes since. */
export function applyFault(
  fault: MetricsFault,
  before: ServiceScrape | undefined,
  now: ServiceScrape,
  turn: number,
): ServiceScrape {
  if (fault.frozen === true) return before ?? { ...now, usage: [], objects: [] };
  const stands = (signal: Signal): boolean => Array.isArray(fault.frozen) && fault.frozen.includes(signal);
  const first = [...new Set(now.usage.map(({ pod }) => pod))].sort().slice(0, fault.missingPods ?? 0);
  const value = (signal: Signal): number | null | undefined => {
    if (fault.missing === true || fault.missing?.includes(signal)) return null;
    const series = fault.values?.[signal];
    return series === undefined ? undefined : (series[turn % series.length] ?? null);
  };
  const objects = now.objects.flatMap((sample) => {
    const known = METRICS[sample.metric];
    if (known !== undefined && stands(known.signal)) {
      return before?.objects.filter(({ metric }) => metric === sample.metric) ?? [];
    }
    const given = known === undefined ? undefined : value(known.signal);
    if (given === null) return [];
    return [given === undefined || known === undefined ? sample : { ...sample, value: given * known.scale }];
  });
  const cpu = value('cpu_utilization_pct');
  const memory = value('memory_mi');
  // The metrics API gives a container's CPU and memory in one item: without one of them there is none.
  const seen = stands('cpu_utilization_pct') || stands('memory_mi') ? (before?.usage ?? []) : now.usage;
  const usage =
    cpu === null || memory === null
      ? []
      : seen.filter(({ pod }) => !first.includes(pod)).map((sample) => ({ ...sample, ...given(now, sample) }));
  return { ...now, usage, objects };

  function given(scrape: ServiceScrape, sample: UsageSample): Partial<UsageSample> {
    const containers = scrape.usage.filter((other) => other.pod === sample.pod).length;
    return {
      ...(typeof cpu === 'number' ? { cpu: ((scrape.request ?? 1) * 1000 * cpu) / 100 / containers } : {}),
      ...(typeof memory === 'number' ? { memory: (memory * MI) / containers } : {}),
    };
  }
}
