import type { Worker } from '@temporalio/worker';

/** Runs the worker; gives what stops it: it takes no more work, and running calls get their time to end. */
export function runWorker(worker: Worker, fatal: (message: string, error?: unknown) => void): () => Promise<void> {
  const running = worker.run().catch((error: unknown) => fatal('the worker has failed', error));
  return async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
    await running;
  };
}
