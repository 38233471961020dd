import type { Json } from '../../dsl/ir/json.ts';
import type { StepIr } from '../../dsl/ir/step.ts';
import { CancelledError, CancelToken } from './cancel.ts';
import type { Engine } from './engine.ts';
import { atStep, errorJson, FlowError } from './flow-error.ts';
import type { Frame } from './frame.ts';
import { backoffMs, hashUnit, mayRetry } from './retry.ts';
import { innerAddresses } from './static-tree.ts';

type Run = (frame: Frame) => Promise<Json>;

/** `timeout`: bounds a step with its retries and waiting. The deadline is an instant kept in the journal. */
export async function withTimeout(engine: Engine, step: StepIr, frame: Frame, run: Run): Promise<Json> {
  const address = frame.prefix + step.key;
  if (engine.journal.open(address)['deadline'] === undefined) {
    const ms = engine.duration(step.timeout ?? 0, frame, address);
    engine.journal.setOpen(address, { deadline: engine.port.now() + ms, timeout: ms });
  }
  const { deadline, timeout } = engine.journal.open(address);
  const token = new CancelToken(frame.token);
  const timer = new CancelToken(frame.token);
  const timedOut = engine.port
    .sleep(`${address} timeout`, Math.max(0, Number(deadline) - engine.port.now()), timer)
    .then(
      () => token.cancel('timeout'),
      (error: unknown) => {
        if (!(error instanceof CancelledError)) throw error;
      },
    );
  try {
    return await run({ ...frame, token });
  } catch (error) {
    if (!(error instanceof CancelledError) || token.reason !== 'timeout' || frame.token.cancelled) throw error;
    throw new FlowError({
      code: 'timeout',
      message: `step ${address} did not end within ${Number(timeout) / 1000} s`,
      status: 408,
      step: address,
      retryable: true,
    });
  } finally {
    timer.cancel('done');
    token.release();
    await timedOut;
  }
}

/** `retry` of a block: everything inside is forgotten and done again, with the same idempotency keys. */
export async function withRetry(engine: Engine, step: StepIr, frame: Frame, run: Run): Promise<Json> {
  const address = frame.prefix + step.key;
  if (step.retry === undefined) return run(frame);
  const retry = engine.retry(step.retry, frame, address);
  const first = engine.journal.get(address)?.startedAt ?? engine.port.now();
  for (let attempt = Number(engine.journal.open(address)['attempt'] ?? 1); ; attempt++) {
    const pause = Number(engine.journal.open(address)['retry_at'] ?? 0) - engine.port.now();
    if (pause > 0) await engine.port.sleep(`${address} retry ${attempt - 1}`, pause, frame.token);
    try {
      return await run(frame);
    } catch (error) {
      if (!(error instanceof FlowError) || attempt >= retry.attempts || !mayRetry(retry, error.info)) throw error;
      const delay = backoffMs(retry, attempt, hashUnit(`${address}#${attempt}`));
      if (retry.maxDurationMs !== undefined && engine.port.now() + delay - first > retry.maxDurationMs) throw error;
      const inner = innerAddresses(step, frame.prefix);
      engine.journal.forget(inner.addresses, inner.prefixes);
      engine.journal.beginAgain(address, {
        attempt: attempt + 1,
        retry_at: engine.port.now() + delay,
        last_error: errorJson(atStep(error.info, address)),
      });
      engine.port.trace({
        type: 'step.retrying',
        at: engine.port.now(),
        step: address,
        attempt: attempt + 1,
        error: error.info,
      });
    }
  }
}
