import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** By default one core is left to vitest itself, which hardly uses it: of two that is half of the time. */
const WORKERS = Math.max(2, availableParallelism() - 1);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers: WORKERS,
          include: [
            'src/**/*.test.ts',
            'test/*.test.ts',
            'test/attacker/**/*.test.ts',
            'test/cli/**/*.test.ts',
            'test/docs/*.test.ts',
            'test/failClosed/**/*.test.ts',
            'test/injection/**/*.test.ts',
            'test/mcp/*.test.ts',
            'test/naive/**/*.test.ts',
            'test/scenarios/**/*.test.ts',
            'test/validation/*.test.ts',
            'test/web/*.test.ts',
            'web/**/*.test.ts',
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'browser',
          globalSetup: ['test/web/browser/setup.ts'],
          include: ['test/web/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'mcp',
          include: ['test/mcp/official/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/e2e/**/*.test.ts', 'test/contract/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Each has a cluster of its own, and waits most of the time.
          maxWorkers: 2,
          // After all unit tests: their timing must not depend on a busy machine.
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
