import type { Worker } from '@temporalio/worker';
import { answerWithin } from '../store/answer-within.ts';
import { pendingMigrations } from '../store/migrate.ts';
import type { Foundation } from './foundation.ts';

/** Time that PostgreSQL gets to answer, ms. */
const PATIENCE_MS = 2_000;

/** What keeps this process from doing its work, in words; empty: it is ready. Temporal, and whether it is stopping, are the route's own. */
export function missingParts(options: {
  readonly foundation: Pick<Foundation, 'database'>;
  /** Null: workers are other processes. */
  readonly worker: Pick<Worker, 'getState'> | null;
}): () => Promise<readonly string[]> {
  const { foundation, worker } = options;
  return async () => [
    ...databaseFaults(await answerWithin(pendingMigrations(foundation.database), PATIENCE_MS)),
    ...(worker === null || worker.getState() === 'RUNNING' ? [] : ['no worker runs']),
  ];
}

/** `pending`: migrations that the database lacks; null when it did not answer. */
function databaseFaults(pending: number | null): readonly string[] {
  if (pending === null) return ['PostgreSQL does not answer'];
  return pending === 0 ? [] : [`the database lacks ${pending} migrations: run weir migrate`];
}
