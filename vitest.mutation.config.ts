import { defineConfig } from 'vitest/config';

/**
 * The tests that mutants of a folder have to face: the tables beside its code. Left out are tests whose verdict hangs on
 * chance (a random case kills a mutant one day and not on the next) and tests of minutes, which every survivor would pay.
 */
export default defineConfig({
  test: {
    // Loading the code costs more than these tests do: one environment for all of them.
    isolate: false,
    include: ['**/*.test.ts'],
    exclude: ['**/properties.test.ts', '**/killed.test.ts'],
    testTimeout: 20_000,
  },
});
