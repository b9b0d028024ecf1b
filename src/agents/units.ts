import type { Signal } from '../schema/assessment.ts';

/** 0.853 is `85%`, 0.004 is `0.4%`. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${Number(value.toFixed(Math.abs(value) < 10 ? 1 : 0))}%`;
}

/** A signal's value in the unit people write it in. */
export function inUnit(name: Signal['name'], value: number): string {
  if (!Number.isFinite(value)) return 'no number';
  switch (name) {
    case 'cpu':
    case 'error_rate':
      return percent(value);
    case 'latency_p95':
      return `${Math.round(value)} ms`;
    case 'requests_per_second':
      return `${Number(value.toFixed(value < 10 ? 1 : 0))} per second`;
  }
}

export const SIGNAL_WORDS: Readonly<Record<Signal['name'], string>> = {
  cpu: 'CPU',
  latency_p95: 'p95 latency',
  error_rate: 'error rate',
  requests_per_second: 'requests',
};

/** `12 s`, `7 min`, `3 h`. */
export function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
