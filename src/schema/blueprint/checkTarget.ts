import { err, ok, type Result } from '../../kernel/result.ts';
import type { Check } from '../blueprint.ts';
import { parseDuration, parsePercent } from '../units.ts';

export const SIGNALS = ['latency_p95', 'error_rate', 'cpu_utilization'] as const;
export type Signal = Check['signal'];

export interface CheckTarget {
  readonly comparator: Check['comparator'];
  /** Milliseconds for latency, a fraction for the others. */
  readonly value: number;
}

const FORM = /^(<=|>=|<|>)\s*(\S+)$/;

export const isSignal = (text: string): text is Signal => SIGNALS.some((signal) => signal === text);

/** `< 200ms` for latency, `< 1%` for the others. The error completes "expected ...". */
export function parseCheckTarget(signal: Signal, text: string): Result<CheckTarget, string> {
  const match = FORM.exec(text.trim());
  const latency = signal === 'latency_p95';
  const expected = latency
    ? 'a comparison with a duration, such as "< 200ms"'
    : `a comparison with a percentage, such as "${signal === 'error_rate' ? '< 1%' : '< 90%'}"`;
  if (match === null) return err(expected);
  const [, comparator = '', quantity = ''] = match;
  const value = latency ? parseDuration(quantity) : parsePercent(quantity);
  if (value === undefined || !isComparator(comparator)) return err(expected);
  return ok({ comparator, value });
}

const isComparator = (text: string): text is Check['comparator'] => ['<', '<=', '>', '>='].includes(text);
