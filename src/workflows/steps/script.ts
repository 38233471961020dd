import type { Json } from '../../dsl/ir/json.ts';
import type { ScriptIr } from '../../dsl/ir/step.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import { withinLimit } from '../interpreter/within-limit.ts';
import type { At } from './at.ts';

/** A call of the `script` adapter, once: a script is not known to be safe to run twice. */
export async function runScript({ engine, frame, address }: At, step: ScriptIr): Promise<Json> {
  const attemptTimeoutMs = engine.duration(step.settingsTimeout, frame, address);
  engine.journal.setOpen(address, { sent: true });
  try {
    return await engine.port.callAction(
      {
        adapter: 'script',
        action: step.runtime,
        params: { source: step.source, input: withinLimit(engine.resolve(step.input, frame, address), address) },
        fills: [],
        flow: { name: engine.flow.name, version: engine.flow.version },
        execution: engine.executionId,
        environment: engine.input.environment,
        step: address,
        idempotencyKey: `${engine.executionId}:${address}:${engine.journal.generation(address)}`,
        covered: false,
        ownKey: false,
        attemptTimeoutMs,
        retry: { attempts: 1, backoff: 'constant', initialMs: 0, factor: 1, maxIntervalMs: 0, jitter: 0 },
        attemptOffset: 0,
        firstAttemptAt: engine.port.now(),
      },
      { local: false, summary: step.description ?? address },
      frame.token,
    );
  } catch (error) {
    if (error instanceof FlowError && error.lostAttempt !== null)
      throw new FlowError({
        code: 'outcome_unknown',
        message: `step ${address}: the worker was lost while the script ran`,
        step: address,
        retryable: false,
      });
    throw error;
  }
}
