import { expect, it } from 'vitest';
import { decide } from '../policy/decide.ts';
import type { Finding, GateInput, RuleId } from '../schema/verdict.ts';

/** `effect Code`, the sentence, the values that decided, what was asked; and until when, or who may approve. */
export type Told = readonly [
  said: string,
  message: string,
  values: Finding['values'],
  input: GateInput,
  more?: Pick<Finding, 'notBefore' | 'approvers'>,
];

/** What a person reads of one rule at night: every word, and every value beside it. */
export const tells = (rule: RuleId, rows: readonly Told[]): void =>
  it.for(rows)(`${rule} says %s: %s (GATE-8)`, ([said, message, values, input, more]) => {
    const [effect, code] = said.split(' ');
    expect(decide(input).verdict.findings).toContainEqual({ rule, effect, code, message, values, ...more });
  });
