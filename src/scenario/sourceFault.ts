import type { MetricsFault, Signal } from '../world/metricsFault.ts';
import { NotUnderstood } from './loose.ts';
import type { SourceFault } from './stimulusFormat.ts';

const SIGNALS: Readonly<Record<string, Signal>> = {
  cpu_utilization_pct: 'cpu_utilization_pct',
  cpu: 'cpu_utilization_pct',
  latency_p95_ms: 'latency_p95_ms',
  latency: 'latency_p95_ms',
  error_rate_pct: 'error_rate_pct',
  errors: 'error_rate_pct',
  memory_mi: 'memory_mi',
  memory: 'memory_mi',
  rps: 'rps',
};

/**
 * `missing` without values: nothing at all. With values they name the signals, for `missing` by their keys. Beside signals
 * the runner knows `pods` (`missing`: of so many pods) and `frozen` (`values`: a list of signals whose samples stand still).
 */
export function sourceFault({ target, mode, values = {} }: SourceFault): MetricsFault {
  const { pods, frozen, ...rest } = values;
  const signals = Object.entries(rest).map(
    ([name, series]) => [signalOf(name), (Array.isArray(series) ? series : [series]).map(numberOf)] as const,
  );
  if (mode === 'values') {
    if (pods !== undefined) throw new NotUnderstood('metrics_fault: pods go with the mode missing');
    const still = frozen === undefined ? undefined : (Array.isArray(frozen) ? frozen : [frozen]).map(signalOf);
    return { target, values: Object.fromEntries(signals), ...(still && { frozen: still }) };
  }
  if (frozen !== undefined) throw new NotUnderstood('metrics_fault: frozen goes with the mode values');
  if (pods !== undefined && !(Number.isInteger(pods) && Number(pods) > 0)) {
    throw new NotUnderstood(`metrics_fault: pods ${JSON.stringify(pods)} is no number of pods`);
  }
  const all = signals.length === 0 && pods === undefined;
  return {
    target,
    missing: all ? true : signals.map(([signal]) => signal),
    ...(pods === undefined ? {} : { missingPods: Number(pods) }),
  };
}

function signalOf(name: unknown): Signal {
  const signal = SIGNALS[String(name)];
  if (signal === undefined) throw new NotUnderstood(`metrics_fault: there is no signal ${String(name)}`);
  return signal;
}

function numberOf(value: unknown): number | null {
  if (value === null || typeof value === 'number') return value;
  const named = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY };
  const found = Object.entries(named).find(([name]) => name.toLowerCase() === String(value).toLowerCase());
  if (found === undefined) throw new NotUnderstood(`metrics_fault: ${JSON.stringify(value)} is no number`);
  return found[1];
}
