import { RESERVED_ROOTS } from '../../expressions/index.ts';
import type { CheckContext } from '../context.ts';
import type { FlowModel } from '../model.ts';
import { type FlowFacts, gatherFacts } from './flow-facts.ts';
import { handlerBlocks, idsIn } from './ids-in.ts';
import { cloneScope, emptyScope } from './scope.ts';
import { useValues, walkBlock, walkHandlers } from './walk.ts';

/** Every reference of the flow, in the order in which things run (dsl.md, sections 3 and 4). */
export function checkReferences(context: CheckContext, flow: FlowModel): void {
  const facts = gatherFacts(flow, context.ids.keys());
  const start = emptyScope();
  useValues(context, facts, [flow.timeout, flow.concurrency?.limit, flow.concurrency?.key], start);
  useValues(
    context,
    facts,
    flow.vars.map((each) => each.value),
    start,
  );
  const { retry, timeout, attemptTimeout } = flow.defaults;
  useValues(context, facts, [timeout, attemptTimeout], start);
  if (retry) useValues(context, facts, [retry.attempts, retry.initial, retry.maxInterval, retry.maxDuration], start);

  const scope = cloneScope(start);
  walkBlock(context, facts, flow.steps, scope);
  useValues(context, facts, [flow.output], scope);
  const end = cloneScope(scope);
  walkHandlers(context, facts, flow.onError ?? [], end);
  for (const id of idsIn([...flow.steps, ...handlerBlocks(flow.onError).flat()]))
    if (!end.steps.has(id)) end.steps.set(id, 'ran');
  walkBlock(context, facts, flow.finally ?? [], cloneScope(end, { cleanup: 'finally' }));
  checkActions(context, facts);
  for (const { root, report } of context.pending) {
    if (RESERVED_ROOTS.includes(root) || facts.ids.has(root) || context.itemNames.has(root)) report();
  }
}

/** Params of `actions` are checked where steps use them; here only that what they name exists at all, for those that nothing uses. */
function checkActions(context: CheckContext, facts: FlowFacts): void {
  const anywhere = cloneScope(emptyScope(), {
    handler: true,
    loopRoots: new Set(['item', 'index', ...context.itemNames.keys()]),
  });
  for (const id of facts.ids) anywhere.steps.set(id, 'ran');
  for (const action of context.actions.values())
    useValues(
      context,
      facts,
      action.params.map((param) => param.value),
      anywhere,
    );
}
