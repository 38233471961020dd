import type { CompileEnvironment, CompileLimits } from '../compile-environment.ts';
import type { Reporter } from '../diagnostics/reporter.ts';
import type { Node } from '../parse/node.ts';
import type { CheckContext } from './context.ts';
import type { FlowModel } from './model.ts';
import { readFlow } from './read-flow.ts';
import { createBlockReader } from './read-steps.ts';
import { checkCallModes } from './calls/check-call-modes.ts';
import { checkReferences } from './references/check-references.ts';

export interface CheckOptions {
  readonly reporter: Reporter;
  readonly environment: CompileEnvironment;
  readonly limits: CompileLimits;
}

/** What the author wrote, typed; problems go to the reporter. Undefined when the document is no flow at all. */
export function check(root: Node, options: CheckOptions): FlowModel | undefined {
  const context: CheckContext = {
    ...options,
    blocks: createBlockReader(() => context),
    actions: new Map(),
    ids: new Map(),
    itemNames: new Map(),
    pending: [],
    steps: 0,
    depth: 0,
  };
  const flow = readFlow(context, root);
  if (flow === undefined) return undefined;
  for (const [name, node] of context.itemNames) {
    if (context.ids.has(name))
      context.reporter.value('WEIR1013', node, `\`${name}\` can't be the name of a loop's item: a step is called so.`);
  }
  checkCallModes(context, flow);
  checkReferences(context, flow);
  return flow;
}
