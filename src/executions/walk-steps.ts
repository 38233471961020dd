import type { FlowIr } from '../dsl/ir/flow.ts';
import type { HandlerIr, StepIr, StepKind } from '../dsl/ir/step.ts';

/** Visits these steps and all in them, at every depth. */
export function walkList(steps: readonly StepIr[], visit: (step: StepIr) => void): void {
  walkAll([steps], visit);
}

/** Visits every step of a flow, at every depth: handlers, `finally` and `compensate` too. Outer steps come first. */
export function walkSteps(flow: FlowIr, visit: (step: StepIr) => void): void {
  walkAll([flow.steps, handlers(flow.onError), flow.finally ?? []], visit);
}

function walkAll(lists: readonly (readonly StepIr[])[], visit: (step: StepIr) => void): void {
  for (const step of lists.flat()) {
    visit(step);
    walkAll(
      [...INNER[step.kind](step as never), handlers(step.onError ?? null), step.finally ?? [], step.compensate ?? []],
      visit,
    ); // the table's entry is that of the kind
  }
}

const handlers = (list: readonly HandlerIr[] | null): readonly StepIr[] =>
  (list ?? []).flatMap((handler) => handler.do);

type Inner<K extends StepKind> = (step: Extract<StepIr, { kind: K }>) => readonly (readonly StepIr[])[];
const none = (): readonly (readonly StepIr[])[] => [];
const INNER: { readonly [K in StepKind]: Inner<K> } = {
  call: none,
  parallel: (step) => step.branches.map((branch) => branch.steps),
  conditional: (step) => [...step.arms.map((arm) => arm.then), step.else ?? []],
  switch: (step) => [...step.cases.map((one) => one.do), step.default ?? []],
  foreach: (step) => [step.do],
  repeat: (step) => [step.do],
  wait: none,
  wait_for: (step) => [step.onTimeout ?? []],
  approve: none,
  set: none,
  do: (step) => [step.steps],
  flow: none,
  emit: none,
  fail: none,
  return: none,
  script: none,
};
