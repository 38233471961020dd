import type { Json } from '../../dsl/ir/json.ts';
import type { EmitIr } from '../../dsl/ir/step.ts';
import { withinLimit } from '../interpreter/within-limit.ts';
import type { At } from './at.ts';

export async function runEmit({ engine, frame, address }: At, step: EmitIr): Promise<Json> {
  const event = {
    id: engine.port.newId(),
    type: String(engine.resolve(step.type, frame, address)),
    source: `/flows/${engine.flow.name}/executions/${engine.executionId}`,
    time: new Date(engine.port.now()).toISOString(),
    data: withinLimit(engine.resolve(step.data, frame, address), address),
  };
  return { ...(await engine.port.emit(event, address, frame.token)) };
}
