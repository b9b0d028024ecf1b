import type { ImageHealth } from '../world/kubelet.ts';
import { type Coupling, type Load, type LoadParameters, type Rate, rateFromTrace, type Series } from '../world/load.ts';
import type { PlantLoad, Scenario } from './format.ts';
import { isObject, Loose, NotUnderstood } from './loose.ts';

export const TICK_S = 15;

/** Reads a file that stands beside the scenario. */
export type ReadBeside = (name: string) => string;

/** The loads of the plant in the world's units: seconds instead of ticks. By `namespace/name`. */
export function loadsOf(plant: Scenario['plant'], beside: ReadBeside): Map<string, Load> {
  const loads = new Map<string, Load>();
  for (const load of plant.loads ?? []) loads.set(load.target, loadOf(load, beside));
  for (const series of plant.series ?? []) {
    const load = loads.get(series.target) ?? { rps: 0 };
    loads.set(series.target, { ...load, series: seriesOf(series) });
  }
  for (const value of plant.couplings ?? []) {
    const { victim, coupling } = couplingOf(value);
    const load = loads.get(victim) ?? { rps: 0 };
    loads.set(victim, { ...load, couplings: [...(load.couplings ?? []), coupling] });
  }
  return loads;
}

function loadOf({ target: _, rps, by_image, ...rest }: PlantLoad, beside: ReadBeside): Load {
  return {
    ...parameters(rest),
    rps: rateOf(rps, beside),
    ...(by_image === undefined
      ? {}
      : {
          by_image: Object.fromEntries(
            Object.entries(by_image).map(([image, value]) => {
              if (!isObject(value)) throw new NotUnderstood(`by_image.${image}: expected load parameters`);
              const { rps: own, ...others } = value;
              return [image, { ...parameters(others), ...(own === undefined ? {} : { rps: rateOf(own, beside) }) }];
            }),
          ),
        }),
  };
}

const NUMBERS = [
  'cpu_m_per_rps',
  'cpu_m_idle',
  'cpu_m_fixed_per_pod',
  'latency_ms_base',
  'error_pct_base',
  'max_rps_per_pod',
  'mem_mi_base',
] as const;

function parameters(value: Readonly<Record<string, unknown>>): Omit<LoadParameters, 'rps'> {
  const said = new Loose(value, 'load');
  const numbers = NUMBERS.flatMap((name) => {
    const number = said.number(name);
    return number === undefined ? [] : [[name, number] as const];
  });
  const leak = said.number('mem_leak_mi_per_tick');
  said.done();
  return { ...Object.fromEntries(numbers), ...(leak === undefined ? {} : { mem_leak_mi_per_s: leak / TICK_S }) };
}

/** Points in ticks, a square wave, one number, or a recorded trace that stands beside the scenario. */
export function rateOf(value: unknown, beside: ReadBeside): Rate {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return pointsOf(value);
  const said = new Loose(value, 'rps');
  const square = said.any('square');
  if (square !== undefined) {
    const wave = new Loose(square, 'rps.square');
    const [low, high, half] = [wave.number('low'), wave.number('high'), wave.number('half_period_ticks')];
    wave.done();
    if (low === undefined || high === undefined || half === undefined) {
      throw new NotUnderstood('rps.square: low, high and half_period_ticks are needed');
    }
    return { square: { low, high, half_period_s: half * TICK_S } };
  }
  const trace = said.must('trace');
  const factor = said.number('factor') ?? 1;
  const smoothMinutes = said.number('smooth_minutes') ?? 1;
  const fromMinute = said.number('from_minute') ?? 0;
  said.done();
  return rateFromTrace(beside(trace), { factor, smoothMinutes, fromMinute });
}

/** `[[tick, value], ...]`, or one value a tick. */
function pointsOf(values: readonly unknown[]): Rate {
  return values.map((point, index) => {
    const [tick, value] = Array.isArray(point) ? point : [index, point];
    if (typeof tick !== 'number' || typeof value !== 'number') {
      throw new NotUnderstood(`points: expected [tick, value], found ${JSON.stringify(point)}`);
    }
    return [tick * TICK_S, value] as const;
  });
}

const SIGNALS: readonly (readonly [keyof Series, readonly string[]])[] = [
  ['cpu_utilization_pct', ['cpu_utilization_pct', 'cpu_pct', 'cpu']],
  ['latency_p95_ms', ['latency_p95_ms', 'latency_ms', 'p95_ms', 'latency']],
  ['error_rate_pct', ['error_rate_pct', 'error_pct', 'errors']],
  ['memory_mi', ['memory_mi', 'mem_mi', 'memory']],
  ['rps', ['rps']],
];

/** Points by signal, directly or under `metrics`; or one signal named by `metric` with its `points`. Logs are the pods'. */
function seriesOf(value: Readonly<Record<string, unknown>>): Series {
  const outer = new Loose(value, 'series');
  outer.any('target');
  outer.any('logs', 'log_lines', 'log');
  const named = outer.text('metric', 'name', 'signal');
  const points = outer.any('points');
  const nested = outer.any('metrics', 'values');
  const said = isObject(nested) ? new Loose(nested, 'series.metrics') : outer;
  const series: { -readonly [K in keyof Series]: Series[K] } = {};
  for (const [signal, keys] of SIGNALS) {
    const direct = said.any(...keys);
    const given = named !== undefined && keys.includes(named) ? (points ?? nested) : direct;
    if (given !== undefined)
      series[signal] = typeof given === 'number' ? given : pointsOf(Array.isArray(given) ? given : []);
  }
  said.done();
  return series;
}

function couplingOf(value: unknown): { victim: string; coupling: Coupling } {
  const said = new Loose(value, 'couplings');
  const victim = said.must('victim', 'to', 'target');
  const aggressor = said.must('aggressor', 'from', 'source');
  const above = said.number(
    'above_cpu_m',
    'cpu_m_above',
    'cpu_m_bound',
    'bound_cpu_m',
    'cpu_m',
    'when_cpu_m_above',
    'threshold_cpu_m',
    'bound',
  );
  const latency = said.number('latency_ms', 'latency_ms_add', 'add_latency_ms', 'latency_add_ms', 'added_latency_ms');
  said.done();
  if (above === undefined || latency === undefined) {
    throw new NotUnderstood('couplings: above_cpu_m and latency_ms are needed');
  }
  return { victim, coupling: { aggressor, above_cpu_m: above, latency_ms: latency } };
}

/** `plant.images`: true or false, a fraction, or `{healthy, healthy_fraction, fails}`. */
export function imageHealth(value: unknown): ImageHealth {
  if (typeof value === 'boolean') return { healthyFraction: value ? 1 : 0 };
  if (typeof value === 'number') return { healthyFraction: value };
  if (typeof value === 'string') return { healthyFraction: value === 'healthy' ? 1 : 0 };
  const said = new Loose(value, 'images');
  const healthy = said.any('healthy');
  const fraction = said.number('healthy_fraction', 'fraction');
  const fails = said.text('fails', 'otherwise', 'state', 'reason', 'failure');
  said.done();
  return {
    healthyFraction: fraction ?? (healthy === false ? 0 : 1),
    ...(fails === undefined ? {} : { otherwise: /ready|probe/i.test(fails) ? 'unready' : 'crash' }),
  };
}
