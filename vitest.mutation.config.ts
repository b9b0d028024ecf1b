import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Most mutants die at the first test that looks: short files first, whole courses (`trouble…`) last. */
class ShortFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const cost = ({ moduleId }: TestSpecification): number =>
      statSync(moduleId).size + (moduleId.includes('/trouble') ? 1e9 : 0);
    return files.toSorted((a, b) => cost(a) - cost(b));
  }
}

/**
 * The tests that mutants of a folder have to face: the tables beside its code. Left out are tests whose verdict hangs on
 * chance (a random case kills a mutant one day and not on the next) and tests of minutes, which every survivor would pay.
 */
export default defineConfig({
  test: {
    // Loading the code costs more than these tests do: one environment for all of them.
    isolate: false,
    sequence: { sequencer: ShortFirst },
    include: ['**/*.test.ts'],
    exclude: ['**/properties.test.ts', '**/killed.test.ts'],
    testTimeout: 20_000,
  },
});
