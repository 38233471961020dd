import type { Json } from '../../dsl/ir/json.ts';
import type { ReturnIr } from '../../dsl/ir/step.ts';
import { ReturnSignal } from '../interpreter/flow-error.ts';
import { withinLimit } from '../interpreter/within-limit.ts';
import type { At } from './at.ts';

export async function runReturn({ engine, frame, address }: At, step: ReturnIr): Promise<Json> {
  throw new ReturnSignal(withinLimit(engine.resolve(step.value, frame, address), address));
}
