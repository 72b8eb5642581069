import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would load graphql's ES build for our files while yoga and Pothos get the CommonJS one,
  // and two copies of graphql do not recognise each other's objects.
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
