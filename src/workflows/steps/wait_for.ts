import type { Json } from '../../dsl/ir/json.ts';
import type { WaitForIr } from '../../dsl/ir/step.ts';
import { orCancelled } from '../interpreter/deferred.ts';
import { runSequence } from '../interpreter/run-step.ts';
import { settingsTimeout } from './settings-timeout.ts';
import type { At } from './at.ts';

/** Waits for an event. Type and pattern are computed once; the deadline is an instant kept in the journal. */
export async function runWaitFor(at: At, step: WaitForIr): Promise<Json> {
  const { engine, frame, address } = at;
  const open = engine.journal.open(address);
  if (open['late'] !== undefined) return runSequence(engine, step.onTimeout ?? [], frame);
  if (open['type'] === undefined) {
    const type = String(engine.resolve(step.event, frame, address));
    engine.journal.setOpen(address, {
      type,
      match: step.match === undefined ? null : engine.resolve(step.match, frame, address),
    });
  }
  const { type, match } = engine.journal.open(address);
  const arrived = engine.inbox.awaitEvent(address, { type: String(type), pattern: match ?? null });
  try {
    const outcome = await settingsTimeout(
      at,
      step.settingsTimeout,
      { on: 'event', detail: { type: type ?? null } },
      (token) => orCancelled(arrived.promise, token),
    );
    if (outcome !== 'timeout') return outcome as unknown as Json; // an event is plain JSON
  } finally {
    engine.inbox.stopAwaitingEvent(address);
  }
  if (step.onTimeout === null) throw settingsTimeout.error(address);
  engine.journal.setOpen(address, { late: engine.journal.mark() });
  return runSequence(engine, step.onTimeout, frame);
}
