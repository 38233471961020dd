import type { Json } from '../../dsl/ir/json.ts';
import type { WaitIr } from '../../dsl/ir/step.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import type { At } from './at.ts';

/** Waits are at most a year (dsl.md, section 9). */
const MAX_WAIT_MS = 366 * 24 * 3_600_000;

export async function runWait(at: At, step: WaitIr): Promise<Json> {
  const { engine, frame, address } = at;
  const known = engine.journal.open(address)['until'];
  const until = known === undefined ? instantOf(at, step) : Number(known);
  if (known === undefined) engine.journal.setOpen(address, { until });
  const ms = until - engine.port.now();
  if (ms <= 0) return null;
  if (ms > MAX_WAIT_MS)
    throw new FlowError({
      code: 'validation_failed',
      message: `step ${address}: a wait of ${Math.round(ms / 86_400_000)} days is longer than a year`,
      step: address,
      retryable: false,
    });
  await engine.wait({ step: address, on: 'timer', until }, engine.port.sleep(address, ms, frame.token));
  return null;
}

function instantOf({ engine, frame, address }: At, step: WaitIr): number {
  if (step.for !== undefined) return engine.port.now() + engine.duration(step.for, frame, address);
  const value = engine.resolve(step.until ?? { v: 'lit', value: null }, frame, address);
  const instant = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(instant))
    throw new FlowError({
      code: 'validation_failed',
      message: `step ${address}: ${JSON.stringify(value)} is no instant; write it as 2026-01-31T09:00:00Z`,
      step: address,
      retryable: false,
    });
  return instant;
}
