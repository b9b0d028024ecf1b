import type { LimitRail } from '../../src/schema/api/common.ts';

export type Cell = 'run' | 'ask' | 'leave' | 'free' | 'slot';

/** More cells than this become a line of figures: nobody counts forty boxes. */
const MOST_CELLS = 24;

/** One cell per replica up to what matters, or undefined when there would be too many to count. */
export function railCells({ current, min, max, ceiling, asked }: LimitRail): readonly Cell[] | undefined {
  const count = Math.max(current, max, asked ?? 0, ceiling ?? 0, min);
  if (count > MOST_CELLS) return undefined;
  return Array.from({ length: count }, (_, index): Cell => {
    const nth = index + 1;
    if (asked !== undefined && asked < current && nth > asked && nth <= current) return 'leave';
    if (nth <= current) return 'run';
    if (asked !== undefined && nth <= asked) return 'ask';
    return nth <= max ? 'free' : 'slot';
  });
}

/** The whole rail in a sentence, for those who do not see it. */
export function railText({ current, min, max, ceiling, asked }: LimitRail): string {
  const run = `${current} ${current === 1 ? 'replica runs' : 'replicas run'}.`;
  const range = `The blueprint allows ${min} to ${max}.`;
  const ask = asked === undefined ? '' : ` This asks for ${asked}.`;
  return `${run} ${range}${ask}${ceiling === undefined ? '' : ` The organisation’s hard ceiling is ${ceiling}.`}`;
}
