import type { FlowIr } from '../../dsl/ir/flow.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { FlowStepIr } from '../../dsl/ir/step.ts';
import { FlowError } from '../interpreter/flow-error.ts';
import { withinLimit } from '../interpreter/within-limit.ts';
import type { At } from './at.ts';

/** Sub-flows nest at most this deep (dsl.md, section 2). */
const MAX_DEPTH = 10;

/** A child execution. A literal reference was resolved when this execution started, a computed one is now. */
export async function runFlowStep(at: At, step: FlowStepIr): Promise<Json> {
  const { engine, frame, address } = at;
  if ((engine.input.depth ?? 0) + 1 > MAX_DEPTH)
    throw new FlowError({
      code: 'depth_exceeded',
      message: `step ${address}: sub-flows nest more than ${MAX_DEPTH} deep`,
      step: address,
      retryable: false,
    });
  const { flow, flows } = await resolve(at, step);
  const given = withinLimit(engine.resolve(step.input, frame, address), address);
  const input =
    flow.inputs === null
      ? given
      : await engine.port.checkInput({ schema: flow.inputs, input: given }, address, frame.token);
  engine.journal.setOpen(address, { sent: true });
  const child = await engine.port.startChild(
    { step: address, generation: engine.journal.generation(address), flow, flows, input, wait: step.wait },
    frame.token,
  );
  if (!step.wait) {
    child.result.catch(() => undefined); // its end is its own business
    return { execution_id: child.executionId };
  }
  engine.children.add(child);
  engine.gate.childStarted();
  if (engine.gate.paused) child.signal('pause'); // it came while the child was being started
  try {
    return await engine.wait(
      { step: address, on: 'sub_flow', detail: { execution_id: child.executionId, flow: flow.name } },
      child.result,
    );
  } finally {
    engine.children.delete(child);
    engine.gate.childEnded();
  }
}

async function resolve(
  { engine, frame, address }: At,
  step: FlowStepIr,
): Promise<{ flow: FlowIr; flows: Readonly<Record<string, FlowIr>> }> {
  const ref = String(engine.resolve(step.ref, frame, address));
  const literal = step.ref.v === 'lit' ? engine.input.flows[ref] : undefined;
  if (literal !== undefined) return { flow: literal, flows: engine.input.flows };
  const found = await engine.port.resolveFlow(ref, address, frame.token);
  const flow = found.flows[found.ref];
  if (flow === undefined)
    throw new FlowError({
      code: 'flow_not_found',
      message: `step ${address}: there is no flow ${ref}`,
      step: address,
      retryable: false,
    });
  return { flow, flows: found.flows };
}
