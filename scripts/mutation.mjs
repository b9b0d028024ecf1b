// `npm run mutation [-- policy|executor [k/n] [--vitest]]`: changes the code of a folder in thousands of small ways, one at a
// time, and counts the changes that no test beside it notices. `2/8` takes the second eighth of the folder's functions; what
// other slices found is kept, so that eight slices make the whole. `--vitest` has vitest itself run the tests, which takes
// many times as long, to check the quick runner by. docs/reports/mutation.md says what the numbers mean.

import { readdirSync, readFileSync } from 'node:fs';
import { Stryker } from '@stryker-mutator/core';

const FOLDERS = ['policy', 'executor'];
const given = process.argv.slice(2);
const byVitest = given.includes('--vitest');
const [asked, slice] = given.filter((word) => word !== '--vitest');
const [k, n] = (slice ?? '1/1').split('/').map(Number);
if ((asked !== undefined && !FOLDERS.includes(asked)) || !(k >= 1 && k <= n)) {
  console.error(`usage: npm run mutation [-- ${FOLDERS.join('|')} [k/n] [--vitest]], with k from 1 to n`);
  process.exit(2);
}
for (const folder of asked === undefined ? FOLDERS : [asked]) {
  await new Stryker({
    mutate: partsOf(folder).filter((_, index) => index % n === k - 1),
    ...(byVitest
      ? { vitest: { configFile: 'vitest.mutation.config.ts', related: false, dir: `src/${folder}` } }
      : { testRunner: 'in-process', plugins: ['./scripts/mutationRunner.mjs'], testsOf: `src/${folder}` }),
    incrementalFile: `reports/mutation/${folder}.json`,
  }).runMutationTest();
}

/** Every function or other declaration at the top of a file, as `file:first-last`. */
function partsOf(folder) {
  const files = readdirSync(`src/${folder}`, { recursive: true }).filter((file) => /(?<!\.test)\.ts$/.test(file));
  return files.sort().flatMap((name) => {
    const file = `src/${folder}/${name}`;
    const lines = readFileSync(file, 'utf8').split('\n');
    const starts = lines.flatMap((line, at) =>
      at === 0 || (lines[at - 1] === '' && /^\S/.test(line)) ? [at + 1] : [],
    );
    return starts.map((start, index) => `${file}:${start}-${(starts[index + 1] ?? lines.length + 1) - 1}`);
  });
}
