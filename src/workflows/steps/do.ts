import type { Json } from '../../dsl/ir/json.ts';
import type { DoIr } from '../../dsl/ir/step.ts';
import { runSequence } from '../interpreter/run-step.ts';
import type { At } from './at.ts';

export function runDo({ engine, frame }: At, step: DoIr): Promise<Json> {
  return runSequence(engine, step.steps, frame);
}
