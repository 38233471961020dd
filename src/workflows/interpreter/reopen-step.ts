import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { StepIr } from '../../dsl/ir/step.ts';
import type { Memo, StepEntry } from './memo.ts';
import { COMPOUND, isLoop } from './static-tree.ts';

interface Moment {
  readonly memo: Memo;
  /** `seq` that is gone back to: what came before it stays. */
  readonly at: number;
  readonly kinds: ReadonlyMap<string, StepIr>;
}

/**
 * The entry of a step, round or branch that was open at a moment, as it stood then. Blocks, waits and handlers that
 * had begun go on; null for calls and the like: they are done again.
 */
export function reopenStep(address: string, entry: StepEntry, moment: Moment): StepEntry | null {
  const { end: _end, endedAt: _endedAt, result: _result, error: _error, open: later, ...rest } = entry;
  if (address.endsWith(']') || address.includes('|')) return { ...rest, status: 'open' };
  const step = moment.kinds.get(address.slice(address.lastIndexOf('.') + 1));
  if (step === undefined || entry.status === 'skipped') return null;
  if (step.kind === 'set' && entry.status === 'completed' && later?.['failed'] === undefined) return entry; // its values were there at once
  const open = openAt(later ?? {}, moment.at);
  const goesOn =
    COMPOUND.has(step.kind) ||
    isLoop(step) ||
    step.kind === 'wait' ||
    step.kind === 'approve' ||
    isCalledBack(step, open) ||
    open['failed'] !== undefined ||
    open['outcome'] !== undefined;
  if (!goesOn) return null;
  if (step.kind === 'wait_for' || step.kind === 'approve') delete open['until']; // its time is counted anew
  if (step.kind === 'repeat') Object.assign(open, roundAt(address, open, moment));
  return { ...rest, status: 'open', open };
}

/** What had been decided and counted by then. Time-outs are counted anew: the time in between was not the step's. */
function openAt(open: JsonObject, at: number): Record<string, Json> {
  const {
    failed,
    failed_at: failedAt,
    handler,
    outcome,
    outcome_at: outcomeAt,
    late,
    returned: _returned,
    deadline: _deadline,
    timeout: _timeout,
    ...rest
  } = open;
  return {
    ...rest,
    ...(failed !== undefined && Number(failedAt) < at && { failed, failed_at: failedAt ?? 0, handler: handler ?? 0 }),
    ...(outcome !== undefined && Number(outcomeAt) < at && { outcome, outcome_at: outcomeAt ?? 0 }),
    ...(late !== undefined && Number(late) < at && { late }),
  };
}

/** A call that was made and whose callback is still to come. */
const isCalledBack = (step: StepIr, open: JsonObject): boolean =>
  step.kind === 'call' && open['called'] === true && open['payload'] === undefined;

/** Which round of a `repeat` was the next to end, and the result of the one before. Finished rounds may have been condensed. */
function roundAt(address: string, open: JsonObject, { memo, at }: Moment): JsonObject {
  const rounds = Object.keys(memo.steps).flatMap((other) => {
    const match =
      other.startsWith(`${address}[`) && other.endsWith(']') && other.indexOf(']', address.length) === other.length - 1;
    const entry = memo.steps[other];
    return match && entry !== undefined ? [{ index: Number(other.slice(address.length + 1, -1)), entry }] : [];
  });
  const begun = rounds.filter(({ entry }) => entry.start < at).sort((a, b) => b.index - a.index)[0];
  const first = Math.min(...rounds.map(({ index }) => index), Number(open['round'] ?? 0));
  if (begun === undefined) return { round: first };
  const ended = begun.entry.end !== undefined && begun.entry.end < at && begun.entry.status === 'completed';
  return ended
    ? { round: begun.index + 1, last: begun.entry.result ?? null, delay_until: null }
    : { round: begun.index, delay_until: null };
}
