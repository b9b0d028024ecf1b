import { describe, expect, it } from 'vitest';
import { explain, newTally, siege } from './siege.ts';

/** `npm run attack` plays 200,000 of them. */
const COUNT = 150;
const SEED = 20_260_105;

describe('an attacker who has the model, or the process around it, and who can write our records', () => {
  it(`breaks nothing in ${COUNT} attacks from seed ${SEED} (P1, P2, P3, P4, P5, P7)`, {
    timeout: 120_000,
  }, async () => {
    const tally = newTally();
    const breach = await siege({ seed: SEED, count: COUNT }, tally);
    expect(breach === undefined ? '' : explain(breach)).toBe('');
    expect(tally.attacks).toBe(COUNT);
    // A siege in which nothing is let through shows nothing, and neither does one in which nothing is refused.
    for (const said of ['allowed', 'waits', 'restricted', 'forbidden']) {
      expect(tally.verdicts[said] ?? 0, said).toBeGreaterThan(COUNT / 20);
    }
    expect(tally.writes).toBeGreaterThan(COUNT / 5);
    expect(tally.undos).toBeGreaterThan(0);
  });
});
