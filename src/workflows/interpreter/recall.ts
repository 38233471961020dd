import type { Json } from '../../dsl/ir/json.ts';
import type { StepIr } from '../../dsl/ir/step.ts';
import type { Engine } from './engine.ts';
import { FlowError } from './flow-error.ts';
import type { Frame } from './frame.ts';
import { innerSteps, isLoop } from './static-tree.ts';
import type { StepOutcome } from './run-step.ts';

/** What a step that ended before (in an earlier run, or before a rollback) gave: nothing is done again. */
export function recall(engine: Engine, step: StepIr, frame: Frame): StepOutcome {
  const entry = engine.journal.get(frame.prefix + step.key);
  if (entry === undefined) throw new Error(`nothing to recall at ${frame.prefix}${step.key}`);
  recallInside(engine, step, frame);
  if (entry.status === 'failed') throw new FlowError(entry.error ?? { code: 'unknown', message: 'no error was recorded' });
  const result: Json = entry.result ?? null;
  if (step.id !== null) frame.scope.setResult(step.id, result);
  return { ran: entry.status === 'completed', result };
}

/** Ids inside a block stay readable after it; those inside a loop don't. */
function recallInside(engine: Engine, step: StepIr, frame: Frame): void {
  if (isLoop(step)) return;
  for (const inner of innerSteps(step, { compensate: false })) {
    const entry = engine.journal.get(frame.prefix + inner.key);
    if (inner.id !== null && entry?.result !== undefined) frame.scope.setResult(inner.id, entry.result);
    recallInside(engine, inner, frame);
  }
}
