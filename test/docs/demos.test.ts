import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoPage, demoPages } from '../../scripts/records/demoPages.ts';
import { DEMOS } from '../../scripts/records/demos.ts';
import { ROOT } from './pages.ts';

const PAGES = [
  '01-autonomous-scaling.md',
  '02-approval-workflow.md',
  '03-governance-blocking.md',
  '04-rollback-verification.md',
  '05-multi-service.md',
  'README.md',
];
const FOLDER = path.join(ROOT, 'demos');

describe('demos/', () => {
  it('shows what the program prints today (npm run demos)', { timeout: 180_000 }, async () => {
    const made = await demoPages();
    expect({ made: [...made.keys()].toSorted(), kept: readdirSync(FOLDER).toSorted() }).toEqual({
      made: PAGES,
      kept: PAGES,
    });
    for (const [file, text] of made) expect(text, file).toBe(readFileSync(path.join(FOLDER, file), 'utf8'));
  });
});

describe('a page about a demo', () => {
  const [demo] = DEMOS;
  if (demo === undefined) throw new Error('there is no demo');
  const printed = `head\n\nscenario 1: x\n${demo.look.map(([words]) => words.replaceAll(' ', '\n  ')).join('\n')}\n\nNext:\n`;

  it('is refused where the story has a word that the legend lacks', () => {
    expect(() => demoPage(demo, printed.replace('1: x', '1: x\n00:15 seen      x\n      mumbles   y'))).toThrow(
      'mumbles',
    );
  });

  it('shows the story alone, and finds its words over the ends of lines', () => {
    const page = demoPage(demo, printed);
    expect(page).toContain('```text\n…\nscenario 1: x\n');
    expect(page).not.toContain('head');
    expect(page).not.toContain('Next:');
  });

  it.each([
    {
      when: 'it points at words that were not printed',
      text: printed.replace('verified', 'judged'),
      says: 'no longer prints: verified pass',
    },
    { when: 'the story is another', text: printed.replace('scenario 1', 'scenario 2'), says: 'another beginning' },
    { when: 'the story has no end', text: printed.replace('Next:', ''), says: 'another beginning or end' },
  ])('is not written where $when', ({ text, says }) => {
    expect(() => demoPage(demo, text)).toThrow(says);
  });
});
