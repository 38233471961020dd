import type { CommandDefinition } from '../command.ts';
import { RENEW_OWNER } from './common-options.ts';

const LISTEN = [
  { flags: '--port <n>', description: 'port to listen on; 0 picks a free one' },
  { flags: '--host <address>', description: 'address of the interface to listen on' },
] as const;

/** Commands that run parts of Weir for production: what `weir dev` starts in one process, one by one. */
export const SERVICE_COMMANDS: readonly CommandDefinition[] = [
  {
    name: 'api',
    group: 'Serve',
    summary: 'Serve the API on a PostgreSQL and a Temporal that run elsewhere',
    description:
      'Settings come from the environment: DATABASE_URL, TEMPORAL_ADDRESS and those of docs/guides/operate.md. Ctrl-C or SIGTERM lets requests under way end.',
    args: [],
    options: LISTEN,
    examples: [{ line: 'weir api --host 0.0.0.0 --port 8080', does: 'serves on every interface' }],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/api.ts')).api,
  },
  {
    name: 'worker',
    group: 'Serve',
    summary: 'Run a worker: it executes steps and calls adapters',
    description: 'Settings as for `weir api`. Ctrl-C or SIGTERM lets calls under way end.',
    args: [],
    options: LISTEN,
    examples: [{ line: 'weir worker', does: 'takes work until it is stopped' }],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/worker.ts')).worker,
  },
  {
    name: 'migrate',
    group: 'Serve',
    summary: 'Bring the database to the schema of this release',
    description:
      "The database is that of DATABASE_URL. Running it twice, or at several places at once, does no harm. The first time it makes the owner's token and prints it, once.",
    args: [],
    options: [RENEW_OWNER],
    examples: [
      { line: 'weir migrate', does: 'before the new release is started' },
      { line: 'weir migrate --renew-owner', does: "the owner's token is lost" },
    ],
    exits: ['ok', 'failed'],
    load: async () => (await import('../commands/migrate.ts')).migrate,
  },
];
