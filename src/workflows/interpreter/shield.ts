import { CancelledError, CancelToken } from './cancel.ts';
import type { Engine } from './engine.ts';
import { FlowError } from './flow-error.ts';

/** How long `finally` and `compensate` may take, ms (dsl.md, sections 1 and 6). */
export const SHIELD_MS = 5 * 60_000;

/**
 * Runs clean-up that no cancellation reaches, within its own time-out. `key` names its timer. While paused it doesn't
 * begin, and its time is counted anew after a pause that outlasts it.
 */
export async function runShielded<T>(
  engine: Engine,
  key: string,
  run: (token: CancelToken) => Promise<T>,
  limitMs: number = SHIELD_MS,
): Promise<T> {
  const token = new CancelToken(null);
  const timer = new CancelToken(null);
  engine.gate.shieldStarted();
  await engine.gate.unpaused(token);
  const watch = async (): Promise<void> => {
    do {
      await engine.gate.unpaused(timer);
      await engine.port.sleep(key, limitMs, timer);
    } while (engine.gate.paused);
    token.cancel('limit');
  };
  const limit = watch().catch((error: unknown) => {
    if (!(error instanceof CancelledError)) throw error;
  });
  try {
    return await run(token);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    throw new FlowError({
      code: 'timeout',
      message: `${key} took longer than ${limitMs / 1000} s`,
      status: 408,
      retryable: false,
    });
  } finally {
    timer.cancel('done');
    engine.gate.shieldEnded();
    await limit;
  }
}
