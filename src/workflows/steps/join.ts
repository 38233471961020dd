import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json } from '../../dsl/ir/json.ts';
import type { ParallelIr } from '../../dsl/ir/step.ts';
import { errorJson } from '../interpreter/flow-error.ts';

export type BranchEnd =
  | { readonly kind: 'ok'; readonly result: Json }
  | { readonly kind: 'failed'; readonly error: ErrorInfo }
  | { readonly kind: 'skipped' };
type Verdict = 'wait' | { readonly result: Json } | { readonly error: ErrorInfo };
type Ends = ReadonlyMap<string, BranchEnd>;

/**
 * What a join policy says of the ends so far (dsl.md, section 2, `parallel`). `ends` is in the order in which branches
 * ended. Skipped branches are neither success nor end; in a map of all branches they are null.
 */
export function join(step: ParallelIr, ends: Ends): Verdict {
  if (step.join === 'all') return joinAll(step, ends);
  if (step.join === 'settled')
    return ends.size < step.branches.length ? 'wait' : { result: inOrder(step, ends, settled) };
  if (step.join === 'race') return joinRace(step, ends);
  return joinSome(step, ends, step.join === 'any' ? 1 : step.join);
}

function joinAll(step: ParallelIr, ends: Ends): Verdict {
  const errors = failures(ends);
  const first = errors[0];
  if (first !== undefined && (step.onFailure === 'cancel' || ends.size === step.branches.length)) {
    const rest = errors.slice(1).map(([, error]) => errorJson(error));
    return {
      error: rest.length === 0 ? first[1] : { ...first[1], details: { ...asMap(first[1].details), errors: rest } },
    };
  }
  return ends.size < step.branches.length
    ? 'wait'
    : { result: inOrder(step, ends, (end) => (end.kind === 'ok' ? end.result : null)) };
}

function joinRace(step: ParallelIr, ends: Ends): Verdict {
  const winner = [...ends].find(([, end]) => end.kind !== 'skipped');
  if (winner === undefined) return ends.size < step.branches.length ? 'wait' : { result: { winner: null } };
  const [id, end] = winner;
  return end.kind === 'failed'
    ? { error: end.error }
    : { result: { [id]: end.kind === 'ok' ? end.result : null, winner: id } };
}

function joinSome(step: ParallelIr, ends: Ends, wanted: number): Verdict {
  const won = [...ends].flatMap(([id, end]) => (end.kind === 'ok' ? [[id, end.result] as const] : []));
  if (won.length >= wanted) {
    const entries = Object.fromEntries(won.slice(0, wanted));
    return { result: step.join === 'any' ? { ...entries, winner: won[0]?.[0] ?? null } : entries };
  }
  const open = step.branches.length - ends.size;
  if (won.length + open >= wanted) return 'wait';
  const errors = failures(ends);
  if (step.join === 'any' && errors.length === 0) return { result: { winner: null } };
  return {
    error: {
      code: 'all_failed',
      message:
        step.join === 'any'
          ? `all ${errors.length} branches failed`
          : `${wanted} successes can't be reached: ${errors.length} of ${step.branches.length} branches failed`,
      retryable: errors.length > 0 && errors.every(([, error]) => error.retryable === true),
      details: { errors: Object.fromEntries(errors.map(([id, error]) => [id, errorJson(error)])) },
    },
  };
}

const failures = (ends: Ends): (readonly [string, ErrorInfo])[] =>
  [...ends].flatMap(([id, end]) => (end.kind === 'failed' ? [[id, end.error] as const] : []));
const asMap = (details: Json | undefined): { readonly [key: string]: Json } =>
  details !== undefined && details !== null && typeof details === 'object' && !Array.isArray(details)
    ? (details as { readonly [key: string]: Json })
    : {};
const settled = (end: BranchEnd): Json =>
  end.kind === 'failed'
    ? { ok: false, error: errorJson(end.error) }
    : { ok: true, result: end.kind === 'ok' ? end.result : null };

function inOrder(step: ParallelIr, ends: Ends, show: (end: BranchEnd) => Json): Json {
  return Object.fromEntries(
    step.branches.map((branch) => [branch.id, show(ends.get(branch.id) ?? { kind: 'skipped' })]),
  );
}
