import type { Json } from '../../dsl/ir/json.ts';
import type { ConditionalIr } from '../../dsl/ir/step.ts';
import { runSequence } from '../interpreter/run-step.ts';
import type { At } from './at.ts';

/** The branch is chosen once: after a restart the journal's choice holds, whatever variables say by then. */
export async function runConditional({ engine, frame, address }: At, step: ConditionalIr): Promise<Json> {
  const chosen = engine.journal.open(address)['arm'];
  const arm =
    chosen === undefined ? step.arms.findIndex((one) => engine.condition(one.if, frame, address)) : Number(chosen);
  if (chosen === undefined) engine.journal.setOpen(address, { arm });
  const steps = arm < 0 ? step.else : step.arms[arm]?.then;
  return runSequence(engine, steps ?? [], frame);
}
