import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Memo, StepEntry } from './memo.ts';
import { reopenStep } from './reopen-step.ts';
import { stepsByKey } from './static-tree.ts';

/** Why a step can't be gone back to: it never began, it began more than once, or what was before it was condensed. */
export class StepNotAvailable extends Error {
  override readonly name = 'StepNotAvailable';
  readonly code: 'step_not_found' | 'ambiguous_step' | 'step_not_available';
  constructor(code: StepNotAvailable['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The memo as it stood before step `to` (an address, or a bare id: its only or latest instance) began: for rollback
 * and re-run. What had ended by then is kept; blocks that were open then are opened again; calls that were under way
 * are done again, with the same idempotency key unless `newKeys`. Throws {@link StepNotAvailable}.
 */
export function truncateMemo(memo: Memo, to: string, options: { flow: FlowIr; newKeys?: boolean }): Memo {
  const target = findStep(memo, to, options.flow);
  const at = target.entry.start;
  if (at <= (memo.floor ?? 0))
    throw new StepNotAvailable(
      'step_not_available',
      `what was before step ${to} was condensed: go back to a later step, or re-run from the start`,
    );
  const kinds = stepsByKey(options.flow);
  const kept: Record<string, StepEntry> = {};
  for (const address of Object.keys(memo.steps)) {
    const entry = memo.steps[address];
    if (entry === undefined || entry.start >= at) continue;
    const isOver = entry.end !== undefined && entry.end < at;
    if (isOver && entry.status !== 'cancelled') {
      kept[address] = entry;
      continue;
    }
    const reopened = reopenStep(address, entry, { memo, at, kinds });
    // What was cancelled before stays so; if the flow comes to it again, it goes on where it was.
    if (isOver) kept[address] = { ...entry, open: reopened?.open ?? {} };
    else if (reopened !== null) kept[address] = reopened;
  }
  const { generations } = memo;
  return {
    seq: memo.seq,
    steps: kept,
    sets: memo.sets.filter((set) => set.seq < at),
    events: memo.events,
    used: memo.used,
    paused: false,
    generations: options.newKeys ? { ...generations, '*': (generations['*'] ?? 0) + 1 } : generations,
    compensations: memo.compensations.filter((c) => c.seq < at),
    deadline: null,
    ...(memo.floor !== undefined && { floor: memo.floor }),
  };
}

/** The entry that `to` means. */
export function findStep(memo: Memo, to: string, flow: FlowIr): { address: string; entry: StepEntry } {
  const exact = memo.steps[to];
  if (exact !== undefined) return { address: to, entry: exact };
  const ids = new Set([...stepsByKey(flow).values()].flatMap((step) => (step.id === to ? [step.key] : [])));
  const named = Object.keys(memo.steps)
    .filter((address) => ids.has(address.slice(address.lastIndexOf('.') + 1)))
    .map((address) => ({ address, entry: memo.steps[address] as StepEntry })); // keys of the same object
  const open = named.filter(({ entry }) => entry.status === 'open');
  if (open.length > 1)
    throw new StepNotAvailable(
      'ambiguous_step',
      `${open.length} instances of ${to} are open: name one, such as ${open[0]?.address}`,
    );
  const latest = open[0] ?? named.sort((a, b) => b.entry.start - a.entry.start)[0];
  if (latest === undefined) throw new StepNotAvailable('step_not_found', `step ${to} has not begun in this execution`);
  return latest;
}
