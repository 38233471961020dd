// Temporal's SDK takes a stack trace of every promise that a workflow makes, for its stack trace query. The interpreter's
// stack says nothing about a flow, and taking it was a fifth of the processor time of an execution (docs/decisions/0014).
// The SDK does without where the hook can't be had; there is no option for it, so it is taken away in those threads only.
// Node's own AsyncLocalStorage gets its promise hooks from the same function, and CancellationScope is built on it: only a hook
// that looks at no `before` and no `after`, as the SDK's, is taken away.
import { createRequire } from 'node:module';
import type { Worker, WorkerOptions } from 'node:worker_threads';

const PRELUDE = `
import v8 from 'node:v8';
const { createHook } = v8.promiseHooks;
v8.promiseHooks.createHook = (hooks) => (hooks.before || hooks.after ? createHook(hooks) : () => undefined);
`;
const WITHOUT_HOOKS = `data:text/javascript,${encodeURIComponent(PRELUDE)}`;

/** Runs `create`; threads that start meanwhile have no hooks on the making of promises. Nothing else of them changes. */
export async function withLeanWorkflowThreads<T>(create: () => Promise<T>): Promise<T> {
  // The module object that CommonJS callers, the SDK among them, read `Worker` from each time.
  const threads = createRequire(import.meta.url)('node:worker_threads') as { Worker: typeof Worker };
  const original = threads.Worker;
  threads.Worker = class extends original {
    constructor(filename: string | URL, options: WorkerOptions = {}) {
      super(filename, { ...options, execArgv: [...(options.execArgv ?? process.execArgv), '--import', WITHOUT_HOOKS] });
    }
  };
  try {
    return await create();
  } finally {
    threads.Worker = original;
  }
}
