import type { ParallelIr, StepIr } from '../ir/index.ts';
import { valueText } from './value-text.ts';
import { type Bodies, dashed, type Drawn, type Loose, type Pen, solid } from './walk.ts';

/** One box, entered and left. */
function box(step: StepIr, entries: readonly Loose[], pen: Pen): Drawn {
  const first = pen.node({ kind: step.kind, step, entries });
  return { first, exits: [solid(first)] };
}

/** A box from which the flow does not go on. */
function last(step: StepIr, entries: readonly Loose[], pen: Pen): Drawn {
  return { first: pen.node({ kind: step.kind, step, entries }), exits: [] };
}

/** How each kind is drawn: boxes for what works or waits, diamonds for decisions, frames for loops and blocks. */
export const bodies: Bodies = {
  call: box,
  wait: box,
  approve: box,
  set: box,
  flow: box,
  emit: box,
  script: box,
  fail: last,
  return: last,
  wait_for: (step, entries, pen) => {
    const { first, exits } = box(step, entries, pen);
    const late = step.onTimeout === null ? [] : pen.steps(step.onTimeout, [dashed(first, 'timed out')]);
    return { first, exits: [...exits, ...late] };
  },
  conditional: (step, entries, pen) => {
    const first = pen.node({ kind: step.kind, step, entries });
    const arms = step.arms.flatMap((arm, index) =>
      pen.steps(arm.then, [solid(first, index === 0 ? 'yes' : valueText(arm.if))]),
    );
    const otherwise = solid(first, step.arms.length > 1 ? 'else' : 'no');
    return { first, exits: [...arms, ...(step.else === null ? [otherwise] : pen.steps(step.else, [otherwise]))] };
  },
  switch: (step, entries, pen) => {
    const first = pen.node({ kind: step.kind, step, entries });
    const cases = step.cases.flatMap((one) => pen.steps(one.do, [solid(first, one.when.map(valueText).join(', '))]));
    const otherwise = solid(first, 'default');
    return {
      first,
      exits: [...cases, ...(step.default === null ? [otherwise] : pen.steps(step.default, [otherwise]))],
    };
  },
  foreach: (step, entries, pen) =>
    pen.within({ label: step.id ?? 'foreach' }, () => {
      const first = pen.node({ kind: step.kind, step, entries });
      loop(pen, { first, body: step.do, label: 'each' });
      return { first, exits: [solid(first, 'done')] };
    }),
  repeat: (step, entries, pen) =>
    pen.within({ label: step.id ?? 'repeat' }, () => {
      const first = pen.node({ kind: step.kind, step, entries });
      loop(pen, { first, body: step.do, label: 'round' });
      return { first, exits: [solid(first, 'done')] };
    }),
  do: (step, entries, pen) =>
    pen.within({ label: step.id ?? 'do' }, () => {
      const first = pen.node({ kind: step.kind, step, entries });
      return { first, exits: pen.steps(step.steps, [solid(first)]) };
    }),
  parallel: (step, entries, pen) => pen.within({ label: step.id ?? 'parallel' }, () => branches(step, entries, pen)),
};

function loop(pen: Pen, { first, body, label }: { first: string; body: readonly StepIr[]; label: string }): void {
  const exits = pen.steps(body, [solid(first, label)]);
  pen.edge(
    exits.map((exit) => ({ ...exit, style: 'back' as const })),
    first,
  );
}

/** Branches that need others start from those; the rest from the fork. Needed branches are drawn first, whatever their order in the source. */
function branches(step: ParallelIr, entries: readonly Loose[], pen: Pen): Drawn {
  const first = pen.node({ kind: step.kind, step, entries });
  const drawn = new Map<string, readonly Loose[]>();
  const needed = new Set(step.branches.flatMap((branch) => branch.needs));
  const draw = (branch: ParallelIr['branches'][number]): void => {
    if (drawn.has(branch.id)) return;
    drawn.set(branch.id, []); // ends a cycle, which the compiler has already refused
    for (const other of step.branches) if (branch.needs.includes(other.id)) draw(other);
    const from = branch.needs.flatMap((id) => drawn.get(id) ?? []);
    drawn.set(branch.id, pen.steps(branch.steps, from.length > 0 ? from : [solid(first, branch.id)]));
  };
  step.branches.forEach(draw);
  const ends = step.branches.filter((branch) => !needed.has(branch.id)).flatMap((branch) => drawn.get(branch.id) ?? []);
  const join = pen.node({ kind: 'join', lines: [joinText(step)], entries: ends });
  return { first, exits: [solid(join)] };
}

function joinText(step: ParallelIr): string {
  return typeof step.join === 'number' ? `first ${step.join}` : step.join;
}
