import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/policy/rules.ts';
import { gateAnswer, naiveAnswer, same } from './agreement.ts';
import { randomInput } from './randomInput.ts';

const CASES = 2000;

/** The first case in which the gate without one rule is told apart from the second decider. */
function firstNoticed(left: (typeof RULES)[number]): number | undefined {
  const others = RULES.filter((standing) => standing !== left);
  for (let seed = 1; seed <= CASES; seed += 1) {
    const input = randomInput(seed);
    const naive = naiveAnswer(input);
    // Only where they agree with the rule does it say something that they differ without it.
    if (same(gateAnswer(input), naive) && !same(gateAnswer(input, others), naive)) return seed;
  }
  return undefined;
}

describe('a rule that is switched off is noticed', () => {
  it.each(RULES.map((standing) => ({ standing, id: standing.id, name: standing.rule.name })))(
    '$id $name',
    ({ standing, id, name }) => {
      const silent = `${id} ${name} can be left out, and no case of ${CASES} tells: write it a second time in test/naive, and let test/naive/random*.ts draw what it reads`;
      expect(firstNoticed(standing), silent).toBeDefined();
    },
  );
});
