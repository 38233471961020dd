import { didYouMean, nearest } from '../../diagnostics/nearest.ts';
import type { DiagnosticCode } from '../../diagnostics/catalogue.ts';
import { RESERVED_ROOTS } from '../../expressions/index.ts';
import type { CheckContext } from '../context.ts';
import type { LocatedReference } from '../model.ts';
import type { FlowFacts } from './flow-facts.ts';
import { checkResultPath } from './result-path.ts';
import type { Scope } from './scope.ts';

/** Fields of the roots that always have the same. */
const ROOT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  flow: ['name', 'version'],
  execution: ['id', 'started_at', 'attempt', 'callback_url'],
  trigger: ['type', 'source', 'id', 'time', 'data', 'headers'],
};

/** One `$root.path` at a place: whether it exists, and can have a value there. */
export function checkReference(
  context: CheckContext,
  facts: FlowFacts,
  reference: LocatedReference,
  scope: Scope,
): void {
  const report = (code: DiagnosticCode, message: string, hint?: string) =>
    context.reporter.span(code, reference.span, message, hint, reference.node);
  const { root } = reference;
  const [field] = reference.path;
  if (scope.loopRoots.has(root)) return;
  if (root === 'item' || root === 'index') return report('WEIR4005', `\`$${root}\` exists inside a loop only.`);
  if (root === 'error' && !scope.handler) return report('WEIR4006', '`$error` exists inside `on_error` only.');
  const fields = ROOT_FIELDS[root];
  if (fields !== undefined && Object.hasOwn(ROOT_FIELDS, root)) {
    if (typeof field === 'string' && !fields.includes(field))
      report('WEIR4009', `\`$${root}\` has no field \`${field}\`.`, didYouMean(field, fields));
    return;
  }
  if (
    root === 'input' &&
    facts.inputs !== null &&
    typeof field === 'string' &&
    !facts.inputs.has(field) &&
    !reference.optional
  ) {
    return report('WEIR4010', `\`inputs\` declares no field \`${field}\`.`, didYouMean(field, facts.inputs));
  }
  if (root === 'vars' && typeof field === 'string' && !facts.vars.has(field) && !reference.optional) {
    return report(
      'WEIR4011',
      `Neither \`vars\` nor any \`set\` gives \`${field}\` a value.`,
      didYouMean(field, facts.vars),
    );
  }
  if (RESERVED_ROOTS.includes(root)) return;
  checkStep(context, facts, reference, scope);
}

function checkStep(context: CheckContext, facts: FlowFacts, reference: LocatedReference, scope: Scope): void {
  const report = (code: DiagnosticCode, message: string, hint?: string) =>
    context.reporter.span(code, reference.span, message, hint, reference.node);
  const { root } = reference;
  switch (scope.steps.get(root)) {
    case 'ran':
      return checkResultPath(context, facts, reference);
    case 'branch':
      return report(
        'WEIR4003',
        `The step \`${root}\` stands on another branch and need not have run: \`$${root}\` may be null here.`,
        'Test for it, or use `needs` between branches of a `parallel`.',
      );
    case 'failed':
      return report(
        'WEIR4003',
        `The step \`${root}\` has failed where this handler runs: \`$${root}\` is null here.`,
        'The error is `$error`.',
      );
    case 'loop':
      return report(
        'WEIR4004',
        `The step \`${root}\` is inside a loop and has a result for each round; out here it can't be read.`,
        'Use the result of the loop.',
      );
    case undefined:
      break;
  }
  // A step that is broken itself is reported there; more about it would be noise.
  if (facts.ids.has(root) && !facts.steps.has(root)) return;
  if (facts.ids.has(root))
    return report('WEIR4002', `The step \`${root}\` can't have run yet where \`$${root}\` is read.`);
  if (context.itemNames.has(root)) return report('WEIR4005', `\`$${root}\` exists inside its loop only.`);
  const known = [...scope.steps.keys(), ...scope.loopRoots, ...RESERVED_ROOTS];
  const branch = branchNamed(facts, root);
  const hint =
    branch ??
    (nearest(root, known) === undefined
      ? `To write a literal \`$\`, double it: \`$$${root}\`.`
      : didYouMean(root, known));
  report('WEIR4001', `There is no \`$${root}\`: no step, loop item or root is called so.`, hint);
}

function branchNamed(facts: FlowFacts, name: string): string | undefined {
  for (const step of facts.steps.values()) {
    if (step.kind === 'parallel' && step.settings.branches.some((branch) => branch.id === name)) {
      return `\`${name}\` is a branch; its result is \`$${String(step.id)}.${name}\`.`;
    }
  }
  return undefined;
}
