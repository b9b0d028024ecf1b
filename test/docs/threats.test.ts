import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './pages.ts';
import { inVain, threatsIn } from './threats.ts';

const PAGE = readFileSync(path.join(ROOT, 'docs', 'SECURITY.md'), 'utf8');
const HEAD = '| # | Threat | What stops it | Control | Test |\n|---|---|---|---|---|\n';

describe('the threats of docs/SECURITY.md', () => {
  const threats = threatsIn(PAGE);

  it('are at least twenty', () => {
    expect(threats.length).toBeGreaterThanOrEqual(20);
  });

  it.each(threats.map((threat, at) => ({ ...threat, at })))(
    '$number: has a control and a test that exist: $threat',
    ({ at, ...threat }) => {
      expect(inVain(threat, at)).toEqual([]);
    },
  );
});

describe('a row of the table', () => {
  it.each([
    ['a test that does not exist', '| 1 | x | y | `src/main.ts` | `test/no.test.ts` |', /no test test\/no\.test\.ts/],
    ['a file that is no test', '| 1 | x | y | `src/main.ts` | `test/promises.ts` |', /no test test\/promises\.ts/],
    ['no test', '| 1 | x | y | `src/main.ts` | later |', /has no test/],
    ['no control', '| 1 | x | y | trust | `test/hostile.test.ts` |', /has no control/],
    [
      'a policy that does not exist',
      '| 1 | x | y | `fairlead-no` | `test/hostile.test.ts` |',
      /no file of src and no pol/,
    ],
    ['a file that does not exist', '| 1 | x | y | `src/no.ts` | `test/hostile.test.ts` |', /src\/no\.ts is no file/],
    ['a wrong number', '| 2 | x | y | `src/main.ts` | `test/hostile.test.ts` |', /row 1 has the number 2/],
    ['nothing that stops it', '| 1 | x |  | `src/main.ts` | `test/hostile.test.ts` |', /not what stops it/],
  ])('with %s is seen', (_, row, words) => {
    const [threat] = threatsIn(`${HEAD}${row}\n\nmore`);
    if (threat === undefined) throw new Error('no row was read');
    expect(inVain(threat, 0).join()).toMatch(words);
  });

  it('with all of it passes', () => {
    const rows = threatsIn(`${HEAD}| 1 | x | y | \`fairlead-votes\`, \`src/audit\` | \`test/hostile.test.ts\` |\n`);
    expect(rows.map(inVain)).toEqual([[]]);
  });
});
