import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { ForeachIr } from '../../dsl/ir/step.ts';
import { CancelToken } from '../interpreter/cancel.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import { runSequence } from '../interpreter/run-step.ts';
import { failedItem, runRound, Yielder } from './rounds.ts';
import type { At } from './at.ts';

/** Iterations a loop may have (dsl.md, section 9). */
export const MAX_ITERATIONS = 100_000;

export async function runForeach(at: At, step: ForeachIr): Promise<Json> {
  const { engine, frame, address } = at;
  if (engine.journal.open(address)['items'] === undefined)
    engine.journal.setOpen(address, {
      items: itemsOf(at, step),
      concurrency: Math.max(1, engine.count(step.concurrency, frame, address)),
    });
  const open = engine.journal.open(address);
  const items = open['items'] as readonly Json[]; // set above, now or in an earlier run
  const concurrency = Number(open['concurrency'] ?? 1);
  const results: Json[] = new Array<Json>(items.length).fill(null);
  const done = (open['results'] ?? {}) as JsonObject;
  const token = new CancelToken(frame.token);
  const yielder = new Yielder();
  let next = 0;
  let failure: { readonly error: unknown } | null = null;

  const worker = async (): Promise<void> => {
    while (next < items.length && failure === null) {
      const index = next++;
      const earlier = done[index];
      if (earlier !== undefined) {
        results[index] = earlier;
        continue;
      }
      try {
        await yielder.round(engine, address, frame);
        results[index] = await iteration(at, step, {
          index,
          item: items[index] ?? null,
          token,
          inOrder: concurrency === 1,
        });
      } catch (error) {
        if (error instanceof FlowError && step.onFailure === 'continue') results[index] = failedItem(error);
        else if (failure === null) {
          failure = { error };
          token.cancel('sibling failed');
        }
      }
    }
  };
  const workers = Array.from({ length: Math.min(items.length, concurrency) }, worker);
  try {
    await Promise.all(workers);
  } finally {
    token.release();
  }
  if (failure !== null) throw (failure as { readonly error: unknown }).error; // set by the workers
  return results;
}

function iteration(
  { engine, frame, address }: At,
  step: ForeachIr,
  round: { index: number; item: Json; token: CancelToken; inOrder: boolean },
): Promise<Json> {
  const place = `${address}[${round.index}]`;
  const locals = { item: round.item, index: round.index, [step.as]: round.item };
  const scope = round.inOrder ? frame.scope.round(locals) : frame.scope.fork(place, locals);
  return runRound(engine, place, () =>
    runSequence(engine, step.do, { scope, token: round.token, prefix: `${place}.` }),
  );
}

function itemsOf({ engine, frame, address }: At, step: ForeachIr): readonly Json[] {
  const value = engine.resolve(step.in, frame, address);
  const items = Array.isArray(value)
    ? (value as readonly Json[])
    : value !== null && typeof value === 'object'
      ? entriesOf(value as JsonObject)
      : null;
  if (items === null)
    throw new FlowError({
      code: 'validation_failed',
      message: `step ${address}: foreach needs a list or a map, not ${JSON.stringify(value)}`,
      step: address,
      retryable: false,
    });
  if (items.length > MAX_ITERATIONS)
    throw new FlowError({
      code: 'max_iterations',
      message: `step ${address}: ${items.length} items are more than ${MAX_ITERATIONS}`,
      step: address,
      retryable: false,
    });
  return items;
}

/** A map is looped over by key, in code-unit order: the same on every machine. */
const entriesOf = (map: JsonObject): readonly Json[] =>
  Object.keys(map)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((key) => ({ key, value: map[key] ?? null }));
