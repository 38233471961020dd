import type { Json } from '../../dsl/ir/json.ts';
import { CancelledError } from '../interpreter/cancel.ts';
import type { Engine } from '../interpreter/engine.ts';
import { errorJson, FlowError } from '../interpreter/flow-error.ts';
import type { Frame } from '../interpreter/frame.ts';

/** Steps without an outside wait between two yields: a sandbox activation may last 5 s, and a replay must stay short. */
const ROUNDS_PER_TURN = 2000;

/**
 * One iteration, round or branch as an entry of the journal of its own, so that its outcome has a place in the order
 * and is recalled, not run again. Gives the result, or throws what it threw.
 */
export async function runRound(engine: Engine, address: string, run: () => Promise<Json>): Promise<Json> {
  const known = engine.journal.get(address);
  if (known?.status === 'completed') return known.result ?? null;
  if (known?.status === 'failed' && known.error !== undefined) throw new FlowError(known.error);
  engine.journal.start(address, engine.port.now());
  try {
    const result = await run();
    engine.journal.end(address, engine.port.now(), { status: 'completed', result });
    return result;
  } catch (error) {
    if (error instanceof FlowError)
      engine.journal.end(address, engine.port.now(), { status: 'failed', error: error.info });
    else if (error instanceof CancelledError) engine.journal.end(address, engine.port.now(), { status: 'cancelled' });
    throw error;
  }
}

/** Lets go of the thread every so many rounds, so that a loop of control steps alone can't starve it. */
export class Yielder {
  #rounds = 0;
  #since: number | null = null;

  async round(engine: Engine, address: string, frame: Frame): Promise<void> {
    const now = engine.port.now();
    if (this.#since !== now) this.#rounds = 0; // time has moved on, so there was a wait
    this.#since = now;
    if (++this.#rounds < ROUNDS_PER_TURN) return;
    this.#rounds = 0;
    await engine.port.sleep(`${address} yield`, 1, frame.token);
  }
}

/** A failed iteration's place in the result list. */
export const failedItem = (error: FlowError): Json => ({ error: errorJson(error.info) });
