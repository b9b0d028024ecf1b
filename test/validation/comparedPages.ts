import { expect, it } from 'vitest';
import type { Criterion } from './criterion.ts';
import { committedPages } from './folder.ts';
import type { RealStage } from './realStage.ts';
import { validate } from './validate.ts';

/** One test a criterion: what it shows now is what its committed page says. */
export function itSaysWhatIsSeen(
  criteria: readonly Criterion[],
  all: readonly Criterion[],
  stage?: () => RealStage,
): void {
  const named = criteria.map(({ id, title }) => [id, title] as const);
  it.each(named)('%s %s: what is seen now is what its page says', { timeout: 600_000 }, async (id) => {
    const said: string[] = [];
    const code = await validate({
      criteria: all,
      only: [id],
      check: true,
      which: stage === undefined ? 'world' : 'real',
      stage: stage?.(),
      requireAll: true,
      pages: committedPages,
      write: (name) => void said.push(`${name} was written`),
      say: (text) => void said.push(text),
    });
    expect(code, said.join('\n')).toBe(0);
  });
}
