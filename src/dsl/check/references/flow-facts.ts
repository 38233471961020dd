import type { JsonObject } from '../../ir/index.ts';
import { isObject } from '../calls/check-params.ts';
import type { FlowModel, StepModel } from '../model.ts';
import { childBlocks, handlerBlocks } from './ids-in.ts';

/** What references are checked against, gathered before the walk. */
export interface FlowFacts {
  readonly steps: ReadonlyMap<string, StepModel>;
  /** Every id given, also of steps that turned out broken. */
  readonly ids: ReadonlySet<string>;
  /** Names of variables that `vars` or some `set` gives. */
  readonly vars: ReadonlySet<string>;
  /** Declared input fields; null when the flow declares none. */
  readonly inputs: ReadonlySet<string> | null;
}

export function gatherFacts(flow: FlowModel, ids: Iterable<string>): FlowFacts {
  const steps = new Map<string, StepModel>();
  const vars = new Set(flow.vars.map((each) => each.key));
  const visit = (block: readonly StepModel[]): void => {
    for (const step of block) {
      if (step.id !== null) steps.set(step.id, step);
      if (step.kind === 'set') for (const entry of step.settings.entries) vars.add(entry.key);
      for (const inner of childBlocks(step)) visit(inner);
    }
  };
  for (const block of [flow.steps, flow.finally ?? [], ...handlerBlocks(flow.onError)]) visit(block);
  return { steps, ids: new Set(ids), vars, inputs: declaredInputs(flow.inputs) };
}

/** Null too for schemas that say their fields by other means than `properties`. */
function declaredInputs(schema: JsonObject | null): ReadonlySet<string> | null {
  if (schema === null || !isObject(schema['properties'])) return null;
  const open = ['patternProperties', '$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas'];
  if (open.some((keyword) => schema[keyword] !== undefined) || isObject(schema['additionalProperties'])) return null;
  return new Set(Object.keys(schema['properties']));
}
