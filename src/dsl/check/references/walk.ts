import type { CheckContext } from '../context.ts';
import type { Branch, Handler, StepModel, StepOf } from '../model.ts';
import { STEP_CHECKS } from '../steps/index.ts';
import type { Used, Walk } from '../steps/step-check.ts';
import type { StepKind } from '../../ir/index.ts';
import { checkReference } from './check-reference.ts';
import type { FlowFacts } from './flow-facts.ts';
import { idsIn } from './ids-in.ts';
import { cloneScope, joinScope, type Scope } from './scope.ts';

/** Checks every reference in a block of steps; afterwards the scope knows the block's steps. */
export function walkBlock(context: CheckContext, facts: FlowFacts, steps: readonly StepModel[], scope: Scope): void {
  for (const step of steps) walkStep(context, facts, step, scope);
}

export function walkHandlers(
  context: CheckContext,
  facts: FlowFacts,
  handlers: readonly Handler[],
  scope: Scope,
): void {
  const scopes = handlers.map((handler) => {
    const inside = cloneScope(scope, { handler: true });
    if (handler.match?.if !== undefined) useValues(context, facts, [handler.match.if], inside);
    walkBlock(context, facts, handler.steps, inside);
    return inside;
  });
  for (const inside of scopes) joinScope(scope, inside);
}

export function useValues(context: CheckContext, facts: FlowFacts, values: readonly Used[], scope: Scope): void {
  for (const value of values) {
    if (typeof value !== 'object') continue;
    for (const reference of value.references) checkReference(context, facts, reference, scope);
  }
}

function walkStep(context: CheckContext, facts: FlowFacts, step: StepModel, scope: Scope): void {
  const { modifiers: own, id } = step;
  useValues(context, facts, [own.if], scope);
  useValues(context, facts, [own.timeout, own.attemptTimeout, own.callbackTimeout, own.idempotencyKey], scope);
  if (own.retry)
    useValues(
      context,
      facts,
      [own.retry.attempts, own.retry.initial, own.retry.maxInterval, own.retry.maxDuration],
      scope,
    );
  walkKind(context, facts, step, scope);
  if (own.onError !== undefined) {
    if (id !== null) scope.steps.set(id, 'failed');
    walkHandlers(context, facts, own.onError, scope);
  }
  if (id !== null) scope.steps.set(id, 'ran');
  if (own.compensate !== undefined) {
    // Runs when the flow has failed: its steps are known to nothing else.
    walkBlock(context, facts, own.compensate, cloneScope(scope, { cleanup: 'compensate', handler: false }));
  }
  if (own.finally !== undefined) {
    const inside = cloneScope(scope, { cleanup: 'finally', handler: false });
    walkBlock(context, facts, own.finally, inside);
    joinScope(scope, inside);
  }
}

function walkKind<K extends StepKind>(context: CheckContext, facts: FlowFacts, step: StepOf<K>, scope: Scope): void {
  STEP_CHECKS[step.kind].walk(step.settings, createWalk(context, facts, { step: step as unknown as StepModel, scope }));
}

function createWalk(context: CheckContext, facts: FlowFacts, at: { step: StepModel; scope: Scope }): Walk {
  const { step, scope } = at;
  return {
    use: (...values) => useValues(context, facts, values, scope),
    block: (steps) => walkBlock(context, facts, steps, scope),
    arms(arms) {
      const scopes = arms.map((arm, index) => {
        useValues(context, facts, arm.use, scope);
        const inside = cloneScope(scope);
        for (const [other, { steps }] of arms.entries()) {
          if (other !== index) for (const id of idsIn(steps)) inside.steps.set(id, 'branch');
        }
        walkBlock(context, facts, arm.steps, inside);
        return inside;
      });
      for (const inside of scopes) joinScope(scope, inside);
    },
    branches: (branches) => walkBranches(context, facts, branches, scope),
    loop(loop) {
      const loopRoots = new Set([...scope.loopRoots, ...loop.roots]);
      const inside = cloneScope(scope, { loopRoots, isolated: scope.isolated || loop.concurrent });
      useValues(context, facts, loop.before, inside);
      walkBlock(context, facts, loop.steps, inside);
      useValues(context, facts, loop.after, inside);
      joinScope(scope, inside, 'loop');
    },
    sets() {
      if (scope.isolated)
        context.reporter.key(
          'WEIR2019',
          settingsNode(step),
          'This variable is set on a branch of its own and lost when the branch ends.',
          "Read the step's result afterwards instead.",
        );
    },
    returns() {
      if (scope.cleanup !== null)
        context.reporter.key('WEIR2015', settingsNode(step), `\`return\` is not allowed in \`${scope.cleanup}\`.`);
    },
    passesError() {
      if (!scope.handler)
        context.reporter.value(
          'WEIR4006',
          settingsNode(step),
          '`fail: $error` passes on the error of a handler, and this is no handler.',
        );
    },
  };
}

/** Each branch sees what was there before, and what it needs, however far back. */
function walkBranches(context: CheckContext, facts: FlowFacts, branches: readonly Branch[], scope: Scope): void {
  const done = new Map<string, Scope>();
  const open = new Set<string>();
  const byId = new Map(branches.map((branch) => [branch.id, branch]));
  const visit = (branch: Branch): Scope => {
    const known = done.get(branch.id);
    if (known !== undefined) return known;
    open.add(branch.id);
    const inside = cloneScope(scope, { isolated: true });
    for (const other of branches)
      if (other !== branch) for (const id of idsIn(other.steps)) inside.steps.set(id, 'branch');
    for (const need of branch.needs) {
      const needed = byId.get(need);
      if (needed !== undefined && !open.has(need)) joinScope(inside, visit(needed));
    }
    walkBlock(context, facts, branch.steps, inside);
    open.delete(branch.id);
    done.set(branch.id, inside);
    return inside;
  };
  for (const branch of branches) visit(branch);
  for (const inside of done.values()) joinScope(scope, inside);
}

/** The value of the kind's keyword, for marking the keyword. */
function settingsNode(step: StepModel): StepModel['node'] {
  const inner =
    step.node.kind === 'map' && step.node.entries.size === 1 && step.id !== null
      ? [...step.node.entries.values()][0]?.value
      : step.node;
  const found = inner?.kind === 'map' ? inner.entries.get(step.kind)?.value : undefined;
  return found ?? step.node;
}
