import {
  condition,
  continueAsNew,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { EngineActivities, SlotRequest } from '../activities/contract.ts';
import { REQUEST_SLOT, SLOT_RELEASED } from './concurrency-contract.ts';
import { SIGNALS } from './contract.ts';

interface Queued {
  readonly holder: string;
  readonly limit: number;
}
interface State {
  /** Execution ids, oldest first. */
  readonly holders: readonly string[];
  readonly queue: readonly Queued[];
}

/** How often it looks whether its holders still run, while somebody waits. A terminated execution can't tell. */
const CHECK_MS = 3_000;
/** How long it stays without holders. */
const LINGER_MS = 60_000;

/**
 * One workflow for each concurrency key: first in, first out. It alone decides, so a limit is never overrun; it looks
 * after its holders itself, so a slot is never leaked. Ends when idle; asking starts it again.
 */
export async function weirConcurrency(state: State = { holders: [], queue: [] }): Promise<void> {
  const holders = [...state.holders];
  const queue = [...state.queue];
  const cancelled = new Set<string>();
  /** Not running when looked for last. */
  const missed = new Set<string>();
  const activities = proxyActivities<EngineActivities>({
    startToCloseTimeout: 10_000,
    retry: { maximumInterval: 5_000 },
  });
  let changed = false;

  setHandler(defineUpdate<'granted' | 'queued' | 'rejected', [SlotRequest]>(REQUEST_SLOT), (request) => {
    if (holders.includes(request.holder)) return 'granted';
    if (queue.some((one) => one.holder === request.holder)) return 'queued';
    changed = true;
    if (holders.length < request.limit && queue.length === 0) {
      holders.push(request.holder);
      return 'granted';
    }
    if (request.whenFull === 'reject') return 'rejected';
    queue.push({ holder: request.holder, limit: request.limit });
    if (request.whenFull === 'cancel_oldest') {
      const oldest = holders.find((holder) => !cancelled.has(holder));
      if (oldest !== undefined) {
        cancelled.add(oldest);
        void getExternalWorkflowHandle(oldest)
          .cancel()
          .catch(() => undefined);
      }
    }
    return 'queued';
  });
  const drop = (holder: string): void => {
    for (const list of [holders, queue] as {
      splice(at: number, n: number): unknown;
      findIndex(f: (x: string | Queued) => boolean): number;
    }[]) {
      const at = list.findIndex((one) => (typeof one === 'string' ? one : one.holder) === holder);
      if (at >= 0) list.splice(at, 1);
    }
    cancelled.delete(holder);
    changed = true;
  };
  setHandler(defineSignal<[string]>(SLOT_RELEASED), drop);

  for (;;) {
    changed = false;
    for (let next = queue[0]; next !== undefined && holders.length < next.limit; next = queue[0]) {
      queue.shift();
      holders.push(next.holder);
      // One that has ended meanwhile is found by the next look.
      await getExternalWorkflowHandle(next.holder)
        .signal(SIGNALS.slotGranted)
        .catch(() => drop(next?.holder ?? ''));
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof weirConcurrency>({ holders, queue });
    const idle = holders.length === 0 && queue.length === 0;
    const woken = await condition(() => changed, idle ? LINGER_MS : CHECK_MS);
    if (woken) continue;
    if (idle) return;
    const ids = [...holders, ...queue.map((one) => one.holder)];
    const running = new Set(await activities['weir.still_running'](ids));
    // Twice, for a slot can be asked for just before its execution starts.
    const gone = ids.filter((id) => !running.has(id));
    for (const id of gone) if (missed.has(id)) drop(id);
    missed.clear();
    for (const id of gone) missed.add(id);
  }
}
