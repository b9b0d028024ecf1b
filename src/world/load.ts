/**
 * The load model: how a service's metrics follow from its traffic and its ready pods. Pure. Times are seconds of world
 * time, CPU is millicores, memory MiB, latency milliseconds, errors per cent: the units people write loads in.
 */
export type Rate =
  | number
  /** `[second, requests per second]`, straight lines between the points, constant outside them. */
  | readonly (readonly [number, number])[]
  /** Alternates every half period, starting low. */
  | { readonly square: { readonly low: number; readonly high: number; readonly half_period_s: number } };

export interface LoadParameters {
  readonly rps: Rate;
  readonly cpu_m_per_rps?: number;
  readonly cpu_m_idle?: number;
  /** CPU that does not follow the traffic; then no pod is ever saturated. */
  readonly cpu_m_fixed_per_pod?: number;
  readonly latency_ms_base?: number;
  readonly error_pct_base?: number;
  readonly max_rps_per_pod?: number;
  readonly mem_mi_base?: number;
  /** Since the container's start. */
  readonly mem_leak_mi_per_s?: number;
}

export interface Load extends LoadParameters {
  /** Parameters that hold instead while the majority of ready pods runs that image. */
  readonly by_image?: Readonly<Record<string, Partial<LoadParameters>>>;
}

export interface PodRoom {
  /** CPU request and limit of one pod in millicores; undefined when there is none. */
  readonly request?: number | undefined;
  readonly limit?: number | undefined;
}

export interface Measurement {
  readonly ready: number;
  readonly rps: number;
  readonly cpuPerPod?: number;
  /** Of the request. */
  readonly cpuPct?: number;
  readonly p95Ms?: number;
  readonly errorPct: number;
}

/** What a container without a limit can use. */
const UNLIMITED_CPU = 1000;
const LATENCY_CAP_MS = 10_000;

/** Before second 0 the rate is the first one. */
export function rateAt(rate: Rate, time: number): number {
  const second = Math.max(0, time);
  if (typeof rate === 'number') return rate;
  if ('square' in rate) {
    const { low, high, half_period_s } = rate.square;
    return Math.floor(second / half_period_s) % 2 === 0 ? low : high;
  }
  const next = rate.findIndex(([at]) => at > second);
  const after = rate[next];
  const before = next === -1 ? rate[rate.length - 1] : rate[next - 1];
  if (before === undefined) return after?.[1] ?? 0;
  if (after === undefined) return before[1];
  return before[1] + ((after[1] - before[1]) * (second - before[0])) / (after[0] - before[0]);
}

/** The parameters in force: `images` are those of the ready pods. */
export function parametersFor(load: Load, images: readonly string[]): LoadParameters {
  for (const [image, override] of Object.entries(load.by_image ?? {})) {
    if (images.filter((used) => used === image).length * 2 > images.length) return { ...load, ...override };
  }
  return load;
}

export function measure(parameters: LoadParameters, ready: number, second: number, room: PodRoom): Measurement {
  const rps = rateAt(parameters.rps, second);
  if (ready === 0) return { ready, rps, errorPct: rps > 0 ? 100 : 0 };
  const fixed = parameters.cpu_m_fixed_per_pod;
  const demand = fixed ?? (rps * (parameters.cpu_m_per_rps ?? 0)) / ready + (parameters.cpu_m_idle ?? 0);
  const saturation = fixed === undefined ? demand / (room.limit ?? UNLIMITED_CPU) : 0;
  const cpuPerPod = Math.min(demand, room.limit ?? demand);
  return {
    ready,
    rps,
    cpuPerPod,
    ...(room.request === undefined ? {} : { cpuPct: (100 * cpuPerPod) / room.request }),
    ...(parameters.latency_ms_base === undefined ? {} : { p95Ms: latency(parameters.latency_ms_base, saturation) }),
    errorPct: errors(parameters, ready, rps, saturation),
  };
}

function latency(base: number, saturation: number): number {
  const queueing = saturation <= 0.6 ? 1 : 1 + 4 * ((Math.min(saturation, 1) - 0.6) / 0.4) ** 2;
  const overload = saturation > 1 ? base * 10 * (saturation - 1) : 0;
  return Math.min(base * queueing + overload, LATENCY_CAP_MS);
}

function errors(parameters: LoadParameters, ready: number, rps: number, saturation: number): number {
  const capacity = (parameters.max_rps_per_pod ?? Number.POSITIVE_INFINITY) * ready;
  const overload = saturation > 1 ? 100 * (1 - 1 / saturation) : 0;
  const turnedAway = rps > capacity ? 100 * (1 - capacity / rps) : 0;
  return Math.min((parameters.error_pct_base ?? 0) + overload + turnedAway, 100);
}

/** Of a service whose load says nothing about memory. */
const MEMORY_MI = 64;

/** Memory of a pod whose container has run for so many seconds, in MiB. */
export function workingSet(parameters: LoadParameters, seconds: number): number {
  return (parameters.mem_mi_base ?? MEMORY_MI) + (parameters.mem_leak_mi_per_s ?? 0) * seconds;
}

/** Seconds after the container's start at which it goes over the limit (MiB): 0 when the base already does. */
export function secondsToLimit(parameters: LoadParameters, limit: number): number | undefined {
  if (parameters.mem_mi_base === undefined && parameters.mem_leak_mi_per_s === undefined) return undefined;
  const room = limit - (parameters.mem_mi_base ?? MEMORY_MI);
  const leak = parameters.mem_leak_mi_per_s ?? 0;
  if (room < 0) return 0;
  return leak > 0 ? room / leak : undefined;
}
