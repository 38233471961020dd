import type { FlowIr } from '../../src/dsl/ir/flow.ts';
import type { CallIr, StepBase, StepIr } from '../../src/dsl/ir/step.ts';

type OfSteps = Exclude<keyof StepBase, 'key' | 'id' | 'line' | 'description'>;
type OfCalls = Exclude<keyof CallIr, keyof StepBase | 'kind' | 'callbackTimeout'>;
type OfFlows = 'flow.onError' | 'flow.finally' | 'flow.timeout' | 'flow.onTimeout' | 'flow.concurrency';
type Seen = (step: StepIr, flow: FlowIr) => boolean;

const call =
  (isIn: (call: CallIr) => boolean): Seen =>
  (step) =>
    step.kind === 'call' && isIn(step);

/** How to tell that a modifier is used. Exhaustive: a new modifier is a type error here until it is told, and then needs a history. */
export const MODIFIERS_SEEN: Readonly<Record<OfSteps | OfCalls | OfFlows, Seen>> = {
  if: (step) => step.if !== undefined,
  needs: (step) => step.needs !== undefined,
  retry: (step) => step.retry !== undefined,
  timeout: (step) => step.timeout !== undefined,
  onError: (step) => step.onError !== undefined,
  continueOnError: (step) => step.continueOnError === true,
  finally: (step) => step.finally !== undefined,
  compensate: (step) => step.compensate !== undefined,
  sensitive: (step) => step.sensitive === true,
  targets: call(({ targets }) => targets.length > 1),
  awaitCallback: call(({ awaitCallback }) => awaitCallback),
  idempotencyKey: call(({ idempotencyKey }) => idempotencyKey !== undefined),
  local: call(({ local }) => local),
  'flow.onError': (_step, flow) => flow.onError !== null,
  'flow.finally': (_step, flow) => flow.finally !== null,
  'flow.timeout': (_step, flow) => flow.timeout !== null,
  'flow.onTimeout': (_step, flow) => flow.onTimeout === 'retry',
  'flow.concurrency': (_step, flow) => flow.concurrency !== null,
};
