import { describeNode, type Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { ID_PATTERN, KEYWORDS } from '../keywords.ts';
import type { Branch, StepSettings } from '../model.ts';
import { readCount } from '../read/duration.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readWord } from '../read/scalars.ts';
import { checkNeeds } from './parallel-needs.ts';
import type { StepCheck, StepPlace } from './step-check.ts';

const JOINS = ['all', 'any', 'race', 'settled'] as const;

export const checkParallel: StepCheck<'parallel'> = {
  settings: ['branches', 'join', 'on_failure', 'max_concurrency'],
  read(context, node, place) {
    if (node.kind === 'list') return readBranches(context, node, place);
    const map = readMap(context, node, { what: '`parallel`', keys: this.settings, required: ['branches'] });
    if (map === undefined) return undefined;
    const branchesNode = child(map, 'branches');
    const { branches, partial } = branchesNode === undefined ? NO_BRANCHES : readBranches(context, branchesNode, place);
    const join = readJoin(
      context,
      child(map, 'join'),
      branchesNode?.kind === 'list' ? branchesNode.items.length : Number.POSITIVE_INFINITY,
    );
    if (join === 'any' || join === 'race') {
      for (const branch of branches) {
        if (branch.id === 'winner')
          context.reporter.value(
            'WEIR2014',
            branch.node,
            `With \`join: ${join}\` the result has \`winner\` for the winning branch, so no branch can have this name.`,
          );
      }
    }
    return {
      branches,
      ...defined({
        partial,
        join,
        onFailure: readWord(context, child(map, 'on_failure'), { what: '`on_failure`', words: ['cancel', 'wait'] }),
        maxConcurrency: readCount(context, child(map, 'max_concurrency'), { what: '`max_concurrency`', max: 100_000 }),
      }),
    };
  },
  walk(settings, walk) {
    if (typeof settings.maxConcurrency === 'object') walk.use(settings.maxConcurrency);
    walk.branches(settings.branches);
  },
};

function readJoin(context: CheckContext, node: Node | undefined, branches: number): StepSettings['parallel']['join'] {
  if (node?.kind !== 'scalar' || typeof node.value !== 'number') {
    return readWord(context, node, { what: '`join`, if it is no number,', words: JOINS });
  }
  if (!Number.isInteger(node.value) || node.value < 1) {
    context.reporter.value('WEIR3002', node, `\`join\` is a whole number of at least 1, not ${node.value}.`);
    return undefined;
  }
  if (node.value > branches) {
    context.reporter.value(
      'WEIR2013',
      node,
      `\`join: ${node.value}\` can never be reached with ${branches} ${branches === 1 ? 'branch' : 'branches'}.`,
    );
    return undefined;
  }
  return node.value;
}

type Branches = Pick<StepSettings['parallel'], 'branches' | 'partial'>;
const NO_BRANCHES: Branches = { branches: [], partial: true };

function readBranches(context: CheckContext, node: Node, place: StepPlace): Branches {
  if (node.kind !== 'list') {
    context.reporter.value('WEIR1002', node, `The branches of \`parallel\` are a list, not ${describeNode(node)}.`);
    return NO_BRANCHES;
  }
  if (node.items.length === 0) context.reporter.value('WEIR1008', node, '`parallel` needs at least one branch.');
  const branches: Branch[] = [];
  const names = new Set<string>();
  for (const [index, item] of node.items.entries()) {
    const branch = readBranch(context, item, { index, position: `${place.position}/branches/${index}` });
    if (branch === undefined) continue;
    if (names.has(branch.id)) context.reporter.value('WEIR2014', item, `Two branches are called \`${branch.id}\`.`);
    names.add(branch.id);
    branches.push(branch);
  }
  const partial = branches.length < node.items.length;
  checkNeeds(context, branches, { partial });
  return partial ? { branches, partial } : { branches };
}

function readBranch(context: CheckContext, node: Node, place: { index: number; position: string }): Branch | undefined {
  const { position } = place;
  const fallbackId = `branch_${place.index + 1}`;
  if (node.kind === 'list') {
    const steps = context.blocks.steps(node, { position, what: 'A branch', required: true }) ?? [];
    return { id: fallbackId, node, steps, needs: [] };
  }
  const only = node.kind === 'map' && node.entries.size === 1 ? [...node.entries.values()][0] : undefined;
  if (only !== undefined && only.value.kind === 'list' && !KEYWORDS.has(only.key)) {
    if (!ID_PATTERN.test(only.key))
      context.reporter.key(
        'WEIR1013',
        only.value,
        `\`${only.key}\` can't be the name of a branch: letters, digits and \`_\` only.`,
      );
    const steps =
      context.blocks.steps(only.value, { position, what: `The branch \`${only.key}\``, required: true }) ?? [];
    return { id: only.key, node, steps, needs: [] };
  }
  const step = context.blocks.step(node, { position, branch: true });
  if (step === undefined) return undefined;
  return { id: step.id ?? fallbackId, node, steps: [step], needs: (step.modifiers.needs ?? []).map((need) => need.id) };
}
