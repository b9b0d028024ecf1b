import fc from 'fast-check';
import { attacks } from './attacks.ts';
import { type Played, play } from './play.ts';
import type { AttackStage, StageOptions } from './stage.ts';
import type { Attack } from './steps.ts';

export interface Tally {
  attacks: number;
  steps: number;
  writes: number;
  undos: number;
  /** How often each kind of step, and each tool, was part of one. */
  readonly kinds: Record<string, number>;
  readonly verdicts: Record<string, number>;
}

export const newTally = (): Tally => ({ attacks: 0, steps: 0, writes: 0, undos: 0, kinds: {}, verdicts: {} });

export interface Breach {
  readonly seed: number;
  readonly holds: AttackStage['holds'];
  /** The smallest attack found that still breaks something, and what it breaks. */
  readonly attack: Attack;
  readonly violations: readonly string[];
}

/** Every sixth attack leaves the process around the model alone; in the others that is the attacker's as well. */
const holds = fc.constantFrom(...(['model', 'process', 'process', 'process', 'process', 'process'] as const));

/**
 * So many attacks from a seed. The first that breaks an invariant is made as small as it goes; undefined: none did. The
 * same seed gives the same attacks, in whatever process.
 */
export async function siege(
  { seed, count, planted }: { seed: number; count: number; planted?: StageOptions['planted'] },
  tally: Tally = newTally(),
): Promise<Breach | undefined> {
  const options = planted === undefined ? {} : { planted };
  const property = fc.asyncProperty(attacks, holds, async (attack, held) => {
    const played = await play(attack, { ...options, holds: held });
    counted(tally, attack, played);
    return played.violations.length === 0;
  });
  const { counterexample } = await fc.check(property, { seed, numRuns: count });
  if (counterexample === null) return undefined;
  const [attack, held] = counterexample;
  const { violations } = await play(attack, { ...options, holds: held });
  return { seed, holds: held, attack, violations };
}

function counted(tally: Tally, { steps }: Attack, { writes, undos, verdicts }: Played): void {
  const add = (counts: Record<string, number>, name: string, by = 1): void => {
    counts[name] = (counts[name] ?? 0) + by;
  };
  tally.attacks += 1;
  tally.steps += steps.length;
  tally.writes += writes;
  tally.undos += undos;
  for (const step of steps) {
    add(tally.kinds, step.do);
    if ('call' in step) add(tally.kinds, `${step.do} ${step.call.tool}`);
  }
  for (const [said, times] of Object.entries(verdicts)) add(tally.verdicts, said, times);
}

export function explain({ seed, holds: held, attack, violations }: Breach): string {
  const json = JSON.stringify(attack);
  return [
    `seed ${seed}, the attacker holds the ${held}:`,
    ...violations.map((violation) => `  ${violation}`),
    JSON.stringify(attack, null, 1),
    `again: npm run attack -- --holds ${held} --replay '${json.replaceAll("'", "'\\''")}'`,
  ].join('\n');
}
