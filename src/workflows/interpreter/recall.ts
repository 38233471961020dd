import type { Json } from '../../dsl/ir/json.ts';
import type { StepIr } from '../../dsl/ir/step.ts';
import type { Engine } from './engine.ts';
import { FlowError, ReturnSignal } from './flow-error.ts';
import type { Frame } from './frame.ts';
import { bodyOf, innerSteps, isLoop } from './static-tree.ts';
import type { StepOutcome } from './run-step.ts';

/** What a step that ended before (in an earlier run, or before a rollback) gave: nothing is done again. */
export function recall(engine: Engine, step: StepIr, frame: Frame): StepOutcome {
  const entry = engine.journal.get(frame.prefix + step.key);
  if (entry === undefined) throw new Error(`nothing to recall at ${frame.prefix}${step.key}`);
  recallInside(engine, step, frame);
  if (entry.status === 'failed')
    throw new FlowError(entry.error ?? { code: 'unknown', message: 'no error was recorded' });
  const result: Json = entry.result ?? null;
  if (entry.open?.['returned'] === true) throw new ReturnSignal(result);
  if (step.id !== null) frame.scope.setResult(step.id, result);
  return { ran: entry.status === 'completed', result };
}

/** Ids inside a block stay readable after it; of a loop only those of its handlers and `finally`. */
export function recallInside(engine: Engine, step: StepIr, frame: Frame): void {
  const own = isLoop(step) ? new Set(bodyOf(step)) : null;
  recallResults(
    engine,
    innerSteps(step, { compensate: false }).filter((inner) => own?.has(inner) !== true),
    frame,
  );
}

/** Makes the results of steps that ended before, and of those inside them, readable again. */
export function recallResults(engine: Engine, steps: readonly StepIr[], frame: Frame): void {
  for (const step of steps) {
    const entry = engine.journal.get(frame.prefix + step.key);
    if (step.id !== null && entry?.result !== undefined) frame.scope.setResult(step.id, entry.result);
    recallInside(engine, step, frame);
  }
}
