import type { Json } from '../../dsl/ir/json.ts';
import type { DurationIr } from '../../dsl/ir/value.ts';
import { CancelledError, CancelToken } from '../interpreter/cancel.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import type { At } from './at.ts';

interface Waits {
  readonly on: 'event' | 'approval' | 'callback';
  readonly detail?: Json;
}

/**
 * Waits with the `timeout` of a step's own settings (`wait_for`, `approve`, callbacks). Gives `'timeout'` when it is
 * over; without one it waits on. The deadline is an instant in the journal, so it holds over restarts.
 */
export async function settingsTimeout<T>(
  at: At,
  timeout: DurationIr | undefined,
  waits: Waits,
  run: (token: CancelToken) => Promise<T>,
): Promise<T | 'timeout'> {
  const { engine, frame, address } = at;
  if (timeout === undefined) return engine.wait({ step: address, ...waits }, run(frame.token));
  const known = engine.journal.open(address)['until'];
  const until = known === undefined ? engine.port.now() + engine.duration(timeout, frame, address) : Number(known);
  if (known === undefined) engine.journal.setOpen(address, { until });
  const token = new CancelToken(frame.token);
  const timer = new CancelToken(frame.token);
  const over = engine.port.sleep(`${address} ${waits.on} timeout`, Math.max(0, until - engine.port.now()), timer).then(
    () => token.cancel('timeout'),
    (error: unknown) => {
      if (!(error instanceof CancelledError)) throw error;
    },
  );
  try {
    return await engine.wait({ step: address, ...waits, until }, run(token));
  } catch (error) {
    if (error instanceof CancelledError && token.reason === 'timeout' && !frame.token.cancelled) return 'timeout';
    throw error;
  } finally {
    timer.cancel('done');
    token.release();
    await over;
  }
}

settingsTimeout.error = (address: string): FlowError =>
  new FlowError({
    code: 'timeout',
    message: `step ${address}: nothing came in time`,
    status: 408,
    step: address,
    retryable: false,
  });
