import type { HandlerIr, StepIr } from '../ir/index.ts';
import type { FlowModel, Handler, StepModel } from '../check/model.ts';

/** What lowering one flow carries along. */
export interface LowerContext {
  readonly defaults: FlowModel['defaults'];
  readonly lineOf: (offset: number) => number;
  /** Lower the blocks inside a step; here so that the kinds need not import the function that imports them. */
  readonly steps: (steps: readonly StepModel[]) => readonly StepIr[];
  readonly handlers: (handlers: readonly Handler[]) => readonly HandlerIr[];
}
