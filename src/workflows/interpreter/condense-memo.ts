import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Json } from '../../dsl/ir/json.ts';
import { errorJson } from './flow-error.ts';
import type { Memo, StepEntry } from './memo.ts';
import { stepsByKey } from './static-tree.ts';

/**
 * The memo to continue as new with. Finished iterations of an open `foreach` become a map of results, finished
 * rounds of a `repeat` go, and of each variable only the latest value stays: the size follows the data, not the
 * number of steps that were done. What was condensed can't be rolled back to (`floor`).
 */
export function condenseMemo(memo: Memo, flow: FlowIr): Memo {
  const kinds = stepsByKey(flow);
  const steps: Record<string, StepEntry> = { ...memo.steps };
  const gone: string[] = [];
  for (const address of Object.keys(memo.steps)) {
    const round = /^(.*)\[(\d+)\]$/.exec(address);
    const entry = memo.steps[address];
    if (round === null || entry === undefined || entry.status === 'open' || entry.status === 'cancelled') continue;
    const loopAddress = round[1] ?? '';
    const loop = kinds.get(loopAddress.slice(loopAddress.lastIndexOf('.') + 1));
    const loopEntry = steps[loopAddress];
    if (
      loop === undefined ||
      loopEntry === undefined ||
      (loop.kind === 'foreach' && entry.status === 'failed' && loop.onFailure === 'fail')
    )
      continue;
    if (loop.kind === 'repeat' && Number(loopEntry.open?.['round'] ?? 0) <= Number(round[2])) continue;
    if (loop.kind === 'foreach' && loopEntry.status === 'open')
      steps[loopAddress] = withResult(loopEntry, round[2] ?? '', entry);
    gone.push(address);
  }
  const dead = new Set(gone);
  for (const address of Object.keys(steps)) if (dead.has(address) || isUnder(address, dead)) delete steps[address];
  for (const address of Object.keys(steps)) {
    const entry = steps[address];
    if (entry?.open?.['items'] !== undefined && entry.status !== 'open') steps[address] = { ...entry, open: {} };
  }
  const condensed = gone.length > 0 || memo.sets.length > MAX_SETS;
  return {
    ...memo,
    steps,
    sets: latestSets(memo.sets.filter((set) => !dead.has(set.scope) && !isUnder(set.scope, dead))),
    ...(condensed && { floor: memo.seq }),
  };
}

/** Above this many changes of variables only the latest of each is kept. */
const MAX_SETS = 500;

const withResult = (loop: StepEntry, index: string, entry: StepEntry): StepEntry => ({
  ...loop,
  open: {
    ...loop.open,
    results: {
      ...(loop.open?.['results'] as { [index: string]: Json } | undefined),
      [index]:
        entry.status === 'failed'
          ? { error: errorJson(entry.error ?? { code: 'unknown', message: 'no error was recorded' }) }
          : (entry.result ?? null),
    },
  },
});

/** Whether some loop instance in the address is gone: `each[2].inner[0].x` is under `each[2]`. */
function isUnder(address: string, dead: ReadonlySet<string>): boolean {
  for (let i = address.indexOf('].'); i >= 0; i = address.indexOf('].', i + 1))
    if (dead.has(address.slice(0, i + 1))) return true;
  return false;
}

function latestSets(sets: Memo['sets']): Memo['sets'] {
  if (sets.length <= MAX_SETS) return sets;
  const latest = new Map(sets.map((set) => [`${set.scope}\n${set.name}`, set]));
  return sets.filter((set) => latest.get(`${set.scope}\n${set.name}`) === set);
}
