import { Problem } from '../problems/problem.ts';
import type { LogLine } from '../worker/install-runtime.ts';

/** Something that must be looked after now and then. Each tick is safe beside those of other processes. */
export interface MaintenanceTask {
  readonly name: string;
  /** ms between the end of a tick and the next. */
  readonly everyMs: number;
  readonly tick: () => Promise<unknown>;
  /** Ends a long tick early; called before what is under way is waited for. */
  readonly stop?: () => Promise<unknown>;
}

/**
 * Runs each task by itself, the first time at once, until it is stopped; stopping waits for ticks under way. A tick that fails is told
 * once, and again when it goes on; it is tried again at its time.
 */
export function startMaintenance(tasks: readonly MaintenanceTask[], log: LogLine): () => Promise<void> {
  let stopped = false;
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  const failing = new Set<string>();

  function schedule(task: MaintenanceTask, ms: number): void {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      const done = run(task).finally(() => {
        running.delete(done);
        schedule(task, task.everyMs);
      });
      running.add(done);
    }, ms);
    timer.unref();
    timers.add(timer);
  }
  async function run({ name, tick }: MaintenanceTask): Promise<void> {
    try {
      await tick();
      if (failing.delete(name)) log('info', `${name} goes on`);
    } catch (error) {
      if (stopped || failing.has(name)) return;
      failing.add(name);
      if (error instanceof Problem) log('warn', `${name} waits: ${error.message}`);
      else log('error', `${name} failed`, { error });
    }
  }

  for (const task of tasks) schedule(task, 0);
  return async () => {
    stopped = true;
    for (const timer of timers) clearTimeout(timer);
    await Promise.all([...tasks.map((task) => task.stop?.()), ...running]);
  };
}
