import type { Json, JsonObject } from '../../dsl/ir/json.ts';
import type { FailIr } from '../../dsl/ir/step.ts';
import { FlowError, fromErrorRoot } from '../interpreter/flow-error.ts';
import type { At } from './at.ts';

export async function runFail({ engine, frame, address }: At, step: FailIr): Promise<Json> {
  if (step.error === null) {
    const error = frame.scope.find('error');
    if (error === undefined || error === null)
      throw new FlowError({
        code: 'expression_failed',
        message: `step ${address}: there is no $error to pass on here`,
        step: address,
        retryable: false,
      });
    throw new FlowError(fromErrorRoot(error as JsonObject), { reraised: true });
  }
  const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const details = engine.resolve(step.error.details, frame, address);
  throw new FlowError({
    code: text(engine.resolve(step.error.code, frame, address)),
    message: text(engine.resolve(step.error.message, frame, address)),
    step: address,
    retryable: false,
    ...(details !== null && { details }),
  });
}
