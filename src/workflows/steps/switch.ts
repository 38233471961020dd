import { jsonEquals } from '../../dsl/expressions/index.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { SwitchIr } from '../../dsl/ir/step.ts';
import { runSequence } from '../interpreter/run-step.ts';
import type { At } from './at.ts';

export async function runSwitch({ engine, frame, address }: At, step: SwitchIr): Promise<Json> {
  const chosen = engine.journal.open(address)['arm'];
  const arm = chosen === undefined ? choose({ engine, frame, address }, step) : Number(chosen);
  if (chosen === undefined) engine.journal.setOpen(address, { arm });
  const steps = arm < 0 ? step.default : step.cases[arm]?.do;
  return runSequence(engine, steps ?? [], frame);
}

/** Index of the first case that holds; -1 for the default. */
function choose({ engine, frame, address }: At, step: SwitchIr): number {
  if (step.on === null)
    return step.cases.findIndex((one) => one.when.some((when) => engine.condition(when, frame, address)));
  const on = engine.resolve(step.on, frame, address);
  return step.cases.findIndex((one) => one.when.some((when) => jsonEquals(engine.resolve(when, frame, address), on)));
}
