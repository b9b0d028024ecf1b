import { parseQuantity } from '../../schema/quantity.ts';
import type { Params } from '../expectation.ts';
import { serviceAt } from '../observed.ts';
import type { Seen } from '../seen.ts';

export function resources(params: Params<'resources'>, seen: Seen): string[] {
  const { target, field, by_tick, between, always, at_end } = params;
  const failures: string[] = [];
  const judge = (value: string | undefined, range: readonly [string, string], at: string): void => {
    const [low, high] = range.map(parseQuantity);
    const amount = value === undefined ? undefined : parseQuantity(value);
    if (amount === undefined || low === undefined || high === undefined || amount < low || amount > high) {
      failures.push(`${field} is ${value ?? 'not set'} at ${at}, wanted [${range.join(', ')}]`);
    }
  };
  if (between !== undefined) {
    const at = by_tick ?? 'end';
    judge(serviceAt(seen, target, at)?.resources[field], between, at === 'end' ? 'the end' : `tick ${at}`);
  }
  if (at_end !== undefined) judge(serviceAt(seen, target, 'end')?.resources[field], at_end, 'the end');
  for (const { tick, services } of always === undefined ? [] : seen.samples) {
    if (always !== undefined && failures.length === 0)
      judge(services.get(target)?.resources[field], always, `tick ${tick}`);
  }
  return failures;
}
