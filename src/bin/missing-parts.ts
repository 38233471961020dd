import type { Worker } from '@temporalio/worker';
import type { Drain } from '../api/drain.ts';
import { answers } from '../store/answers.ts';
import type { Foundation } from './foundation.ts';

/** Time that PostgreSQL gets to answer, ms. */
const PATIENCE_MS = 2_000;

/** What keeps this process from doing its work, in words; empty: it is ready. Temporal is asked by the route itself. */
export function missingParts(options: {
  readonly foundation: Pick<Foundation, 'database'>;
  /** Null: workers are other processes. */
  readonly worker: Pick<Worker, 'getState'> | null;
  readonly drain: Drain;
}): () => Promise<readonly string[]> {
  const { foundation, worker, drain } = options;
  return async () => [
    ...(drain.signal.aborted ? ['this process is stopping'] : []),
    ...((await answers(foundation.database.sql, PATIENCE_MS)) ? [] : ['PostgreSQL does not answer']),
    ...(worker === null || worker.getState() === 'RUNNING' ? [] : ['no worker runs']),
  ];
}
