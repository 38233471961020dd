import { defineConfig } from 'vitest/config';

const EXCLUDED = ['**/node_modules/**', 'dist/**', '.weir/**'];

// Three projects: `unit` needs nothing but Node, `store` shares one PostgreSQL, `temporal` one ephemeral Temporal server and a PostgreSQL. A file's name tells its project.
export default defineConfig({
  test: {
    // Most of them wait (for Temporal, for time to pass): one worker would leave two cores idle.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,temporal,postgres,test,scripts}/**/*.test.ts'],
          exclude: [...EXCLUDED, '**/*.{temporal,store}.test.ts'],
          testTimeout: 15_000,
        },
      },
      {
        test: {
          name: 'store',
          include: ['{src,postgres,test,scripts}/**/*.store.test.ts'],
          exclude: EXCLUDED,
          globalSetup: ['postgres/test-server.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'temporal',
          include: ['{src,temporal,test,scripts}/**/*.temporal.test.ts'],
          exclude: EXCLUDED,
          globalSetup: ['temporal/test-server.ts', 'postgres/test-server.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
