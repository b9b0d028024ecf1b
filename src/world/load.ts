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

/** Signals whose computed value can be replaced by given points. */
export interface Series {
  readonly cpu_utilization_pct?: Rate;
  readonly memory_mi?: Rate;
  readonly latency_p95_ms?: Rate;
  readonly error_rate_pct?: Rate;
  readonly rps?: Rate;
}

/** A noisy neighbour: latency that is added while all ready pods of the other service use more CPU than that. */
export interface Coupling {
  /** `namespace/name` of the Deployment that disturbs. */
  readonly aggressor: string;
  readonly above_cpu_m: number;
  readonly latency_ms: number;
}

export interface Load extends LoadParameters {
  /** Parameters that hold instead while the majority of ready pods runs that image. */
  readonly by_image?: Readonly<Record<string, Partial<LoadParameters>>>;
  readonly series?: Series;
  readonly couplings?: readonly Coupling[];
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

/** The measurement with what was given instead of it: `request` is a pod's CPU request in millicores. */
export function replaced(
  measured: Measurement,
  series: Series,
  second: number,
  request: number | undefined,
): Measurement {
  const at = (rate: Rate | undefined): number | undefined => (rate === undefined ? undefined : rateAt(rate, second));
  const cpuPct = at(series.cpu_utilization_pct);
  const p95Ms = at(series.latency_p95_ms);
  return {
    ...measured,
    ...(cpuPct === undefined ? {} : { cpuPct, cpuPerPod: (cpuPct * (request ?? UNLIMITED_CPU)) / 100 }),
    ...(p95Ms === undefined ? {} : { p95Ms }),
    errorPct: at(series.error_rate_pct) ?? measured.errorPct,
    rps: at(series.rps) ?? measured.rps,
  };
}

export interface TraceOptions {
  /** What one request a second of the trace stands for. Default 1. */
  readonly factor?: number;
  /** Centred mean over so many minutes, for traces of low counts. Default none. */
  readonly smoothMinutes?: number;
  /** The minute of the trace at second 0. */
  readonly fromMinute?: number;
}

/**
 * A rate from a recorded trace: CSV of `minute,requests` with that heading, one row a minute. Straight lines between the
 * middles of the minutes. Throws on anything else, naming the line.
 */
export function rateFromTrace(csv: string, { factor = 1, smoothMinutes = 1, fromMinute = 0 }: TraceOptions = {}): Rate {
  const [heading, ...lines] = csv.trim().split(/\r?\n/);
  if (heading !== 'minute,requests') throw new Error(`line 1: expected the heading minute,requests, found ${heading}`);
  const rows = lines.map((line, index) => {
    const [, minute, requests] = /^(\d+),(\d+(?:\.\d+)?)$/.exec(line) ?? [];
    if (minute === undefined) throw new Error(`line ${index + 2}: expected two numbers such as 0,63, found ${line}`);
    return { minute: Number(minute), requests: Number(requests) };
  });
  const half = Math.floor(smoothMinutes / 2);
  return rows.map(({ minute }, index) => {
    const around = rows.slice(Math.max(0, index - half), index + half + 1);
    const mean = around.reduce((sum, { requests }) => sum + requests, 0) / around.length;
    return [(minute - fromMinute) * 60 + 30, (mean / 60) * factor] as const;
  });
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
