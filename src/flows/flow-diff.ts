import { createTwoFilesPatch } from 'diff';
import { canonicalJson } from '../dsl/lower/canonical-json.ts';
import type { FlowIr } from '../dsl/ir/flow.ts';
import type { StoredFlow } from './flow-store.ts';
import { placeSteps, type PlacedStep } from './place-steps.ts';

/** One step, or part of the frame of a flow, that differs between two versions. */
export interface DiffPart {
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  /** Key of the step (its id, or its position), or the key of the frame (`inputs`, `timeout`, …). */
  readonly at: string;
  /** Kind of the step; `frame` for a part of the frame. */
  readonly kind: string;
}

type Version = Pick<StoredFlow, 'name' | 'version' | 'source' | 'ir'>;

/** What differs between two versions: in their sources line by line, and in what they do, step by step. */
export function diffFlows(
  before: Version,
  after: Version,
): { readonly text: string; readonly graph: readonly DiffPart[] } {
  const text =
    before.source === after.source
      ? ''
      : createTwoFilesPatch(label(before), label(after), before.source, after.source, undefined, undefined, {
          context: 3,
        });
  const graph =
    before.ir === undefined || after.ir === undefined
      ? []
      : [...diffFrames(before.ir, after.ir), ...diffSteps(placeSteps(before.ir), placeSteps(after.ir))];
  return { text, graph };
}

const label = ({ name, version }: Version): string => `${name}@${version}`;

/** Keys of the frame as an author writes them. Steps in handlers and `finally` are told as steps. */
const FRAME: Readonly<Record<string, (ir: FlowIr) => unknown>> = {
  title: (ir) => ir.title,
  description: (ir) => ir.description,
  category: (ir) => ir.category,
  tags: (ir) => ir.tags,
  inputs: (ir) => ir.inputs,
  triggers: (ir) => ir.triggers,
  vars: (ir) => ir.vars,
  output: (ir) => ir.output,
  on_error: (ir) => ir.onError?.map(({ match }) => match),
  timeout: (ir) => ir.timeout,
  on_timeout: (ir) => ir.onTimeout,
  concurrency: (ir) => ir.concurrency,
};
const isUnset = (value: unknown): boolean =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0);

function diffFrames(before: FlowIr, after: FlowIr): DiffPart[] {
  return Object.entries(FRAME).flatMap(([at, part]) => {
    const [old, now] = [part(before), part(after)];
    if (canonicalJson(old) === canonicalJson(now)) return [];
    return [{ change: isUnset(old) ? 'added' : isUnset(now) ? 'removed' : 'changed', at, kind: 'frame' } as const];
  });
}

function diffSteps(before: readonly PlacedStep[], after: readonly PlacedStep[]): DiffPart[] {
  const pairs = pairUp(before, after);
  const kept = new Set(pairs.values());
  const stayed = stayedSteps(before, pairs);
  const removed = before
    .filter((step) => !pairs.has(step))
    .map(({ key, kind }) => ({ change: 'removed', at: key, kind }) as const);
  const oldOf = new Map([...pairs].map(([old, now]) => [now, old]));
  const rest = after.flatMap((step): DiffPart[] => {
    const old = oldOf.get(step);
    const { key: at, kind } = step;
    if (old === undefined || !kept.has(step)) return [{ change: 'added', at, kind }];
    return [
      ...(old.content === step.content ? [] : [{ change: 'changed', at, kind } as const]),
      ...(stayed.has(old) ? [] : [{ change: 'moved', at, kind } as const]),
    ];
  });
  return [...removed, ...rest];
}

/** Which step was which: by id; without one by content, what is left by position. */
function pairUp(before: readonly PlacedStep[], after: readonly PlacedStep[]): ReadonlyMap<PlacedStep, PlacedStep> {
  const pairs = new Map<PlacedStep, PlacedStep>();
  const taken = new Set<PlacedStep>();
  const pair = (token: (step: PlacedStep) => string | null): void => {
    const open = new Map<string, PlacedStep[]>();
    for (const step of after) {
      const name = taken.has(step) ? null : token(step);
      if (name !== null) open.set(name, [...(open.get(name) ?? []), step]);
    }
    for (const step of before) {
      const name = pairs.has(step) ? null : token(step);
      const found = name === null ? undefined : open.get(name)?.shift();
      if (found === undefined) continue;
      pairs.set(step, found);
      taken.add(found);
    }
  };
  pair(({ id }) => id);
  pair(({ id, place, content }) => (id === null ? `${place}\0${content}` : null));
  pair(({ id, content }) => (id === null ? content : null));
  pair(({ id, key, kind }) => (id === null ? `${kind}\0${key}` : null));
  return pairs;
}

/** Steps that stand in the same block and in the same order as before: in each block the longest run that kept its order. */
function stayedSteps(
  before: readonly PlacedStep[],
  pairs: ReadonlyMap<PlacedStep, PlacedStep>,
): ReadonlySet<PlacedStep> {
  const stayed = new Set<PlacedStep>();
  const newOwner = new Map([...pairs].map(([old, now]) => [old.key, now.key]));
  const byPlace = new Map<string, PlacedStep[]>();
  for (const old of before) {
    const now = pairs.get(old);
    const owner = old.owner === null ? null : (newOwner.get(old.owner) ?? null);
    if (now === undefined || now.owner !== owner || now.slot !== old.slot) continue;
    byPlace.set(old.place, [...(byPlace.get(old.place) ?? []), old]);
  }
  for (const steps of byPlace.values())
    for (const step of longestRise(steps, (old) => pairs.get(old)?.index ?? 0)) stayed.add(step);
  return stayed;
}

/** The longest subsequence whose `rank` rises. */
function longestRise<T>(items: readonly T[], rank: (item: T) => number): readonly T[] {
  const best: { readonly item: T; readonly length: number; readonly before: number }[] = [];
  items.forEach((item, at) => {
    let before = -1;
    for (let i = 0; i < at; i++) {
      const other = best[i];
      const isBefore = other !== undefined && rank(other.item) < rank(item);
      if (isBefore && (best[before]?.length ?? 0) < other.length) before = i;
    }
    best.push({ item, before, length: (best[before]?.length ?? 0) + 1 });
  });
  const longest = best.reduce((most, one, at) => (one.length > (best[most]?.length ?? 0) ? at : most), 0);
  const found: T[] = [];
  for (let one = best[longest]; one !== undefined; one = best[one.before]) found.unshift(one.item);
  return found;
}
