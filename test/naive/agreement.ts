import { decide } from '../../src/policy/decide.ts';
import type { Standing } from '../../src/policy/rule.ts';
import { RULES } from '../../src/policy/rules.ts';
import type { Authority, GateInput } from '../../src/schema/verdict.ts';
import { naiveDecide } from './naiveDecide.ts';

/** What both deciders are held to. */
export interface Answer {
  readonly authority: Authority;
  readonly waits: boolean;
  /** Milliseconds from now; `open`: until it clears. */
  readonly waitUntil: number | 'open' | 'none';
  /** Rule and effect, in order of the alphabet. */
  readonly says: readonly string[];
}

export function gateAnswer(input: GateInput, rules: readonly Standing[] = RULES): Answer {
  const { verdict } = decide(input, rules);
  const said = verdict.findings.flatMap(({ rule, effect }) => (effect === 'note' ? [] : [`${rule} ${effect}`]));
  return answer(input, verdict.authority, verdict.wait !== undefined, verdict.wait?.until, said);
}

export function naiveAnswer(input: GateInput): Answer {
  const { authority, waits, waitUntil, says } = naiveDecide(input);
  return answer(input, authority, waits, waitUntil, says);
}

export const same = (left: Answer, right: Answer): boolean => JSON.stringify(left) === JSON.stringify(right);

function answer(
  input: GateInput,
  authority: Authority,
  waits: boolean,
  until: number | undefined,
  says: Iterable<string>,
): Answer {
  const end = until === undefined ? 'open' : until - input.now;
  return { authority, waits, waitUntil: waits ? end : 'none', says: [...new Set(says)].sort() };
}
