import type { FlowIr } from '../dsl/ir/flow.ts';
import type { Json } from '../dsl/ir/json.ts';
import { Problem } from '../problems/problem.ts';
import type { Memo, StepEntry } from '../workflows/interpreter/memo.ts';
import { findStepIr, isStepAddress, keyOf } from './find-step.ts';
import type { HistoryReader } from './history.ts';
import { iso, SENSITIVE } from './step-views.ts';
import { walkList } from './walk-steps.ts';

/** Variables and results as they stood at a moment of the execution. */
export interface StateView {
  /** Path of the step that the moment is named by. */
  readonly step: string;
  readonly when: 'at' | 'before';
  /** The instant, RFC 3339. */
  readonly time: string;
  readonly vars: Readonly<Record<string, Json>>;
  /** By path: what had ended by then. Skipped steps are null. */
  readonly results: Readonly<Record<string, Json>>;
}

/**
 * The state when a step had ended (`at`) or before it began (`before`). `step` is a path, or an id, which means its only or latest
 * instance. Throws step_not_found, step_not_ended, ambiguous_step.
 */
export function stateAtStep(
  reader: Pick<HistoryReader, 'memo' | 'input'>,
  step: string,
  when: 'at' | 'before',
): StateView {
  const memo = reader.memo();
  const { path, entry } = locate(reader, memo, step);
  if (when === 'at' && entry.end === undefined)
    throw new Problem('step_not_ended', `Step ${path} is still open: ask for \`before\`, or wait until it has ended.`);
  const seq = when === 'at' ? (entry.end ?? entry.start) : entry.start;
  const ended = Object.entries(memo.steps)
    .filter(
      ([address, one]) =>
        isStepAddress(address) && one.end !== undefined && (when === 'at' ? one.end <= seq : one.end < seq),
    )
    .sort(([, a], [, b]) => a.start - b.start);
  const results = Object.fromEntries(ended.flatMap(([address, one]) => resultOf(address, one)));
  const vars: Record<string, Json> = {};
  for (const set of memo.sets) {
    if ((when === 'at' ? set.seq <= seq : set.seq < seq) && isVisible(set.scope, path, reader.input.flow))
      vars[set.name] = set.value;
  }
  return {
    step: path,
    when,
    time: iso(when === 'at' ? (entry.endedAt ?? entry.startedAt) : entry.startedAt),
    vars,
    results,
  };
}

function resultOf(address: string, entry: StepEntry): readonly (readonly [string, Json])[] {
  if (entry.sensitive) return [[address, SENSITIVE]];
  if (entry.status === 'completed' || entry.status === 'skipped') return [[address, entry.result ?? null]];
  return entry.status === 'failed' ? [[address, { error: { ...entry.error } as unknown as Json }]] : [[address, null]]; // an ErrorInfo is JSON
}

/** The flow's own variables, and those of the rounds (`each[2]`) and branches (`both|left`) that the step lies in. */
function isVisible(scope: string, path: string, flow: FlowIr): boolean {
  if (scope === '' || scope === path) return true;
  if (scope.endsWith(']')) return path.startsWith(`${scope}.`);
  const [block = '', branchId] = scope.split('|');
  const prefix = block.slice(0, block.length - keyOf(block).length);
  if (branchId === undefined || !path.startsWith(prefix)) return false;
  const parallel = findStepIr(flow, block);
  const branch = parallel?.kind === 'parallel' ? parallel.branches.find((one) => one.id === branchId) : undefined;
  const outermost = path
    .slice(prefix.length)
    .split('.')[0]
    ?.replace(/\[\d+\]$/, '');
  let within = false;
  walkList(branch?.steps ?? [], (step) => {
    within ||= step.key === outermost;
  });
  return within;
}

function locate(reader: Pick<HistoryReader, 'input'>, memo: Memo, step: string): { path: string; entry: StepEntry } {
  const exact = memo.steps[step];
  if (exact !== undefined) return { path: step, entry: exact };
  const ir = findStepIr(reader.input.flow, step);
  if (ir === undefined) throw new Problem('step_not_found', `Flow ${reader.input.flow.name} has no step ${step}.`);
  const instances = Object.entries(memo.steps).filter(
    ([address]) => keyOf(address) === ir.key && isStepAddress(address),
  );
  const open = instances.filter(([, entry]) => entry.status === 'open');
  if (open.length > 1)
    throw new Problem(
      'ambiguous_step',
      `${open.length} instances of ${step} are open: ${open
        .slice(0, 5)
        .map(([address]) => address)
        .join(', ')}. Name one.`,
    );
  const [latest] = open.length === 1 ? open : instances.sort(([, a], [, b]) => b.start - a.start);
  if (latest === undefined || step !== keyOf(step)) throw new Problem('step_not_ended', `Step ${step} has not begun.`);
  return { path: latest[0], entry: latest[1] };
}
