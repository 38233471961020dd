import type { HandlerIr, StepIr, StepKind } from '../../dsl/ir/step.ts';
import type { FlowIr } from '../../dsl/ir/flow.ts';

type Children = (step: never) => readonly StepIr[];

/** The steps directly inside a step's kind (not its handlers, `finally` or `compensate`). */
const CHILDREN: { readonly [K in StepKind]: (step: Extract<StepIr, { kind: K }>) => readonly StepIr[] } = {
  call: () => [],
  parallel: (step) => step.branches.flatMap((branch) => branch.steps),
  conditional: (step) => [...step.arms.flatMap((arm) => arm.then), ...(step.else ?? [])],
  switch: (step) => [...step.cases.flatMap((arm) => arm.do), ...(step.default ?? [])],
  foreach: (step) => step.do,
  repeat: (step) => step.do,
  wait: () => [],
  wait_for: (step) => step.onTimeout ?? [],
  approve: () => [],
  set: () => [],
  do: (step) => step.steps,
  flow: () => [],
  emit: () => [],
  fail: () => [],
  return: () => [],
  script: () => [],
};

/** Kinds whose work is steps inside them: on a rollback they are opened again, not done again. */
export const COMPOUND: ReadonlySet<StepKind> = new Set<StepKind>([
  'parallel',
  'conditional',
  'switch',
  'foreach',
  'repeat',
  'do',
  'wait_for',
]);

/** Kinds that do something of their own between start and end: while one does, the run can't hand over (gate.ts). */
export const IS_WORK: ReadonlySet<StepKind> = new Set<StepKind>([
  'call',
  'set',
  'flow',
  'emit',
  'fail',
  'return',
  'script',
]);

export const isLoop = (step: StepIr): boolean => step.kind === 'foreach' || step.kind === 'repeat';

export function bodyOf(step: StepIr): readonly StepIr[] {
  return (CHILDREN[step.kind] as Children)(step as never);
}

const handlerSteps = (handlers: readonly HandlerIr[] | null | undefined): readonly StepIr[] =>
  (handlers ?? []).flatMap((h) => h.do);

/** Everything written inside a step: body, handlers, `finally`, and (with `compensate: true`) its compensation. */
export function innerSteps(step: StepIr, options: { compensate: boolean }): readonly StepIr[] {
  return [
    ...bodyOf(step),
    ...handlerSteps(step.onError),
    ...(step.finally ?? []),
    ...(options.compensate ? (step.compensate ?? []) : []),
  ];
}

/** All steps of a flow by key. */
export function stepsByKey(flow: FlowIr): ReadonlyMap<string, StepIr> {
  return new Map(
    withInner([...flow.steps, ...handlerSteps(flow.onError), ...(flow.finally ?? [])]).map((step) => [step.key, step]),
  );
}

/** Steps and everything written inside them, in written order. */
export function withInner(steps: readonly StepIr[]): readonly StepIr[] {
  return steps.flatMap((step) => [step, ...withInner(innerSteps(step, { compensate: true }))]);
}

/** Addresses (and prefixes, for loops and branches) that a step's insides can have under `prefix`. */
export function innerAddresses(step: StepIr, prefix: string): { addresses: string[]; prefixes: string[] } {
  const addresses: string[] = [];
  const prefixes: string[] = [];
  const walk = (inner: StepIr, own: boolean): void => {
    const address = prefix + inner.key;
    if (!own) addresses.push(address);
    if (isLoop(inner)) prefixes.push(`${address}[`);
    if (inner.kind === 'parallel') prefixes.push(`${address}|`);
    if (isLoop(inner))
      for (const child of [...handlerSteps(inner.onError), ...(inner.finally ?? [])]) walk(child, false);
    else for (const child of innerSteps(inner, { compensate: false })) walk(child, false);
  };
  walk(step, true);
  return { addresses, prefixes };
}
