import { describeNode } from '../parse/node.ts';
import type { BlockReader, CheckContext } from './context.ts';
import type { StepModel } from './model.ts';
import { checkReachable } from './reachable.ts';
import { readStep } from './read-step.ts';

/** The reader of blocks for a context under construction; `context` is called only when steps are read. */
export function createBlockReader(context: () => CheckContext): BlockReader {
  return {
    step: (node, place) => readStep(context(), node, place),
    steps(node, block) {
      if (node === undefined) return undefined;
      const { reporter, limits } = context();
      if (node.kind !== 'list') {
        const hint = node.kind === 'map' ? 'Put `- ` before each step.' : undefined;
        reporter.value('WEIR1002', node, `${block.what} takes a list of steps, not ${describeNode(node)}.`, hint);
        return undefined;
      }
      if (node.items.length === 0 && block.required === true) {
        reporter.key('WEIR1008', node, `${block.what} needs at least one step.`);
      }
      if (context().depth >= limits.maxDepth) {
        reporter.value('WEIR0005', node, `Blocks of steps are nested more than ${limits.maxDepth} levels deep here.`);
        return [];
      }
      context().depth++;
      const steps: StepModel[] = [];
      for (const [index, item] of node.items.entries()) {
        const step = readStep(context(), item, { position: `${block.position}/${index}`, branch: false });
        if (step !== undefined) steps.push(step);
      }
      context().depth--;
      checkReachable(context(), steps);
      return steps;
    },
  };
}
