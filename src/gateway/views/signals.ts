import type { Series } from '../../schema/api/common.ts';
import type { Assessment, Signal } from '../../schema/assessment.ts';
import type { Blueprint } from '../../schema/blueprint.ts';

/** How a signal is measured and called on pages. A share (CPU, errors) is told in percent. */
export interface Measure {
  readonly title: string;
  readonly unit: Series['unit'];
  readonly factor: number;
  /** After the number. */
  readonly suffix: string;
  /** Digits after the point, where no limit asks for more. */
  readonly digits: number;
}

export const MEASURES: Readonly<Record<Signal['name'], Measure>> = {
  cpu: { title: 'CPU', unit: 'percent', factor: 100, suffix: '%', digits: 0 },
  latency_p95: { title: 'Latency p95', unit: 'ms', factor: 1, suffix: ' ms', digits: 0 },
  error_rate: { title: 'Errors', unit: 'percent', factor: 100, suffix: '%', digits: 2 },
  requests_per_second: { title: 'Requests', unit: 'per-second', factor: 1, suffix: ' /s', digits: 0 },
};

export interface Limit {
  readonly name: string;
  /** In the unit of the measure. */
  readonly value: number;
}

/** The lines that a signal is held against: what it is steered to, and where it is too much. */
export function limitsOf(signal: Signal['name'], { scaling, performance }: Blueprint): readonly Limit[] {
  switch (signal) {
    case 'cpu':
      return [
        { name: 'limit', value: exact(scaling.upThreshold * 100) },
        { name: 'target', value: exact(scaling.targetCpu * 100) },
        { name: 'down below', value: exact(scaling.downThreshold * 100) },
      ];
    case 'latency_p95':
      return performance.latencyP95Ms === undefined ? [] : [{ name: 'limit', value: performance.latencyP95Ms }];
    case 'error_rate':
      return performance.errorRate === undefined ? [] : [{ name: 'limit', value: exact(performance.errorRate * 100) }];
    case 'requests_per_second':
      return [];
  }
}

/** `84%`, `236 ms`: with as many digits as it takes to stay on its own side of every limit. */
export function valueText({ factor, suffix, digits }: Measure, value: number, limits: readonly Limit[]): string {
  const exactly = exact(value * factor);
  for (let places = digits; places < 6; places += 1) {
    const told = Number(exactly.toFixed(places));
    const isSame = limits.every((limit) => Math.sign(told - limit.value) === Math.sign(exactly - limit.value));
    if (isSame) return `${told}${suffix}`;
  }
  return `${exactly}${suffix}`;
}

/** Without what binary fractions add: 0.07 x 100 is 7. */
export const exact = (value: number): number => Number(value.toPrecision(12));

export const signalOf = (assessment: Assessment | undefined, name: Signal['name']): Signal | undefined =>
  assessment?.signals.find((signal) => signal.name === name);

/** Past the line that argues for more capacity, or that the blueprint promises. */
export function isOver({ name, state, value, upAbove, target }: Signal): boolean {
  const limit = upAbove ?? target;
  if (state !== 'fresh' || value === undefined || limit === undefined) return false;
  // An alarm is met at its value; an objective is kept at its value.
  return name === 'cpu' ? value >= limit : value > limit;
}

/** What is known of a signal now, in words. */
export function nowText(signal: Signal | undefined, name: Signal['name'], blueprint: Blueprint): string {
  if (signal?.value !== undefined && signal.state === 'fresh') {
    return valueText(MEASURES[name], signal.value, limitsOf(name, blueprint));
  }
  return signal === undefined ? 'not known' : signal.state;
}
