import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/policy/rules.ts';
import type { GateInput } from '../../src/schema/verdict.ts';
import { type Answer, gateAnswer, naiveAnswer, same } from './agreement.ts';
import { randomInput } from './randomInput.ts';
import { besides, simplest } from './simplest.ts';

/** Seeds 1 to 10,000 with every test run; `npm run agree` takes 100,000, and AGREE_FROM others than the first. */
const CASES = Number(process.env['AGREE_CASES'] ?? 10_000);
const FROM = Number(process.env['AGREE_FROM'] ?? 1);

/** What each says that the other does not. */
const difference = (gate: Answer, naive: Answer): string => {
  const left = gate.says.filter((said) => !naive.says.includes(said)).join(', ');
  const right = naive.says.filter((said) => !gate.says.includes(said)).join(', ');
  if (left === '' && right === '') return 'they differ in authority or in the end of a wait';
  return `the gate alone says ${left || 'nothing'}, the second decider alone ${right || 'nothing'}`;
};

/** The smallest input on which they still differ in the same way, and both answers. */
function explain(seed: number, input: GateInput): string {
  const kind = difference(gateAnswer(input), naiveAnswer(input));
  const calm = { ...randomInput(1, 0), request: input.request };
  const small = simplest(input, calm, (smaller) => {
    const [gate, naive] = [gateAnswer(smaller), naiveAnswer(smaller)];
    return !same(gate, naive) && difference(gate, naive) === kind;
  });
  const [gate, naive] = [gateAnswer(small), naiveAnswer(small)].map((answer) => JSON.stringify(answer));
  return [
    `seed ${seed}: ${kind}`,
    'One of src/policy/rules and test/naive does not do what the text says (test/requirements.ts).',
    `gate:  ${gate}`,
    `naive: ${naive}`,
    `request: ${JSON.stringify(small.request)}`,
    'and, beside the calmest input:',
    ...besides(small, calm),
  ].join('\n');
}

describe('the gate and a second decider, written from the text of the rules alone', () => {
  it(`agree on ${CASES} cases from seed ${FROM} on`, { timeout: 300_000 }, () => {
    const seen = new Map<string, number>();
    for (let seed = FROM; seed < FROM + CASES; seed += 1) {
      const input = randomInput(seed);
      const [gate, naive] = [gateAnswer(input), naiveAnswer(input)];
      if (!same(gate, naive)) expect.fail(explain(seed, input));
      for (const said of [gate.authority, gate.waitUntil === 'open' ? 'open' : 'timed', ...naive.says]) {
        seen.set(said, (seen.get(said) ?? 0) + 1);
      }
    }
    // Agreement says something only where every rule spoke, and where some cases passed them all.
    for (const said of ['allowed', 'restricted', 'forbidden', 'open', 'timed']) {
      expect(seen.get(said) ?? 0, `cases that are ${said}`).toBeGreaterThan(CASES / 100);
    }
    for (const id of new Set(RULES.map((standing) => standing.id))) {
      const spoke = [...seen].filter(([said]) => said.startsWith(`${id} `)).map(([, count]) => count);
      expect(Math.max(0, ...spoke), `cases in which ${id} spoke`).toBeGreaterThan(CASES / 100);
    }
  });
});
