import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { HandlerIr, StepIr, StepKind } from '../dsl/ir/step.ts';

/** A step of a flow with where it stands; `content` is what it does itself, without the steps in it. */
export interface PlacedStep {
  readonly key: string;
  readonly id: string | null;
  readonly kind: StepKind;
  /** Key of the step that it stands in; null at the top. */
  readonly owner: string | null;
  /** The block of the owner: `then`, `branches/left`, `on_error/0`, … */
  readonly slot: string;
  /** Owner and slot. */
  readonly place: string;
  /** Position in the whole flow. */
  readonly index: number;
  readonly content: string;
}

type Blocks = Readonly<Record<string, readonly StepIr[]>>;

/** Every step of a flow in order, handlers, `finally` and `compensate` included. */
export function placeSteps(ir: FlowIr): readonly PlacedStep[] {
  const placed: PlacedStep[] = [];
  const visit = (owner: string | null, blocks: Blocks): void => {
    for (const [slot, steps] of Object.entries(blocks))
      for (const step of steps) {
        const { key, id, kind } = step;
        const index = placed.length;
        placed.push({ key, id, kind, owner, slot, place: `${owner ?? ''}\0${slot}`, index, content: ownContent(step) });
        visit(key, blocksOf(step));
      }
  };
  visit(null, { steps: ir.steps, ...handlerBlocks(ir.onError), finally: ir.finally ?? [] });
  return placed;
}

const blocksOf = (step: StepIr): Blocks => ({
  ...INNER[step.kind](step as never), // the table's entry is that of the kind
  ...handlerBlocks(step.onError ?? null),
  finally: step.finally ?? [],
  compensate: step.compensate ?? [],
});
const handlerBlocks = (handlers: readonly HandlerIr[] | null): Blocks =>
  Object.fromEntries((handlers ?? []).map((handler, index) => [`on_error/${index}`, handler.do]));

type Inner<K extends StepKind> = (step: Extract<StepIr, { kind: K }>) => Blocks;
const none = (): Blocks => ({});
const INNER: { readonly [K in StepKind]: Inner<K> } = {
  call: none,
  parallel: ({ branches }) => Object.fromEntries(branches.map(({ id, steps }) => [`branches/${id}`, steps])),
  conditional: ({ arms, else: otherwise }) => ({
    ...Object.fromEntries(arms.map(({ then }, index) => [`then/${index}`, then])),
    else: otherwise ?? [],
  }),
  switch: ({ cases, default: otherwise }) => ({
    ...Object.fromEntries(cases.map((one, index) => [`cases/${index}`, one.do])),
    default: otherwise ?? [],
  }),
  foreach: (step) => ({ do: step.do }),
  repeat: (step) => ({ do: step.do }),
  wait: none,
  wait_for: ({ onTimeout }) => ({ on_timeout: onTimeout ?? [] }),
  approve: none,
  set: none,
  do: ({ steps }) => ({ do: steps }),
  flow: none,
  emit: none,
  fail: none,
  return: none,
  script: none,
};

/** Steps are told from data by their key and line: they are left out, as are where the step stands and its line. */
function ownContent(step: StepIr): string {
  const { key: _key, line: _line, finally: _finally, compensate: _compensate, ...content } = step;
  return canonicalJson(withoutSteps(content));
}

function withoutSteps(value: unknown): unknown {
  if (Array.isArray(value)) return isStepList(value) ? [] : value.map(withoutSteps);
  if (value === null || typeof value !== 'object' || 'v' in value) return value; // `v`: an author's value, taken whole
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSteps(inner)]));
}

function isStepList(list: readonly unknown[]): boolean {
  const [first] = list;
  return first !== null && typeof first === 'object' && 'kind' in first && 'key' in first && 'line' in first;
}
