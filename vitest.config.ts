import { defineConfig } from 'vitest/config';

const EXCLUDED = ['**/node_modules/**', 'dist/**', '.weir/**'];

// Two projects: `unit` needs nothing but Node, `temporal` shares one ephemeral Temporal server. A file belongs to the second by its name.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,temporal,test,scripts}/**/*.test.ts'],
          exclude: [...EXCLUDED, '**/*.temporal.test.ts'],
          testTimeout: 15_000,
        },
      },
      {
        test: {
          name: 'temporal',
          include: ['{src,temporal,test,scripts}/**/*.temporal.test.ts'],
          exclude: EXCLUDED,
          globalSetup: ['temporal/test-server.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
