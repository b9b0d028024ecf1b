import type { Params } from '../expectation.ts';
import { NotUnderstood } from '../loose.ts';
import { serviceAt } from '../observed.ts';
import type { Seen } from '../seen.ts';
import { signalOf } from './metric.ts';

export function compare({ left, op, right }: Params<'compare'>, seen: Seen): string[] {
  const [a, b] = [side(left, seen), side(right, seen)];
  const holds = op === '>=' ? a >= b : op === '<=' ? a <= b : a === b;
  return holds ? [] : [`${left} is ${a} and ${right} is ${b}: wanted ${op}`];
}

/** A number, or a value of a service such as `ready(shop/checkout)`. */
function side(text: string, seen: Seen): number {
  if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  const [, name = '', target = ''] = /^\s*(\w+)\(([a-z0-9-]+\/[a-z0-9-]+)\)\s*$/.exec(text) ?? [];
  const value = signalOf(serviceAt(seen, target, 'end'), name);
  if (name === '' || (value === undefined && signalOf(PROBE, name) === undefined)) {
    throw new NotUnderstood(`compare: ${text} is no value of a service`);
  }
  return value ?? Number.NaN;
}

const PROBE = {
  replicas: 1,
  ready: 1,
  image: '',
  resources: {},
  cpuPct: 1,
  p95Ms: 1,
  errorPct: 1,
  pending: 1,
  breaker: 'closed',
} as const;
