import type { FlowIr } from '../dsl/ir/flow.ts';
import type { StepIr } from '../dsl/ir/step.ts';
import { walkSteps } from './walk-steps.ts';

/** The key of the step that an address is an instance of: `each[2].fetch` → `fetch`. */
export function keyOf(address: string): string {
  return address.slice(address.lastIndexOf('.') + 1);
}

/** The step of the flow that an address, an id or a position means. */
export function findStepIr(flow: FlowIr, step: string): StepIr | undefined {
  const key = keyOf(step);
  let found: StepIr | undefined;
  walkSteps(flow, (one) => {
    if (one.key === key || one.id === key) found ??= one;
  });
  return found;
}

/** Addresses of rounds (`each[2]`) and branches (`both|left`): book-keeping of blocks, no steps. */
export function isStepAddress(address: string): boolean {
  return !address.endsWith(']') && !address.includes('|');
}
