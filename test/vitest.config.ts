import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What holds a clock against a machine that has nothing else to do. */
const alone = ['bench', 'large-list', 'metrics', 'security/attacks'].map((name) => `test/${name}.test.ts`);

export default defineConfig({
  // Vite would load graphql's ES build for our files while yoga and Pothos get the CommonJS one,
  // and two copies of graphql do not recognise each other's objects.
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          // Most of them wait for a program or a socket: two cores have time for two.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
});
