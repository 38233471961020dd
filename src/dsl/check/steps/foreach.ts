import { describeNode, type Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';
import { RESERVED_ROOTS } from '../../expressions/index.ts';
import { ID_PATTERN } from '../keywords.ts';
import { literal } from '../model.ts';
import { readCount } from '../read/duration.ts';
import { child, readMap } from '../read/map.ts';
import { defined } from '../read/retry.ts';
import { readText, readWord } from '../read/scalars.ts';
import { readExpression } from '../read/value.ts';
import type { StepCheck } from './step-check.ts';

export const checkForeach: StepCheck<'foreach'> = {
  settings: ['in', 'as', 'do', 'concurrency', 'on_failure'],
  read(context, node, place) {
    const map = readMap(context, node, { what: '`foreach`', keys: this.settings, required: ['in', 'do'] });
    if (map === undefined) return undefined;
    const inNode = child(map, 'in');
    const items = inNode === undefined ? literal([]) : readExpression(context, inNode);
    if (
      items.ir.v === 'lit' &&
      (items.ir.value === null || typeof items.ir.value !== 'object') &&
      inNode !== undefined
    ) {
      context.reporter.value('WEIR3008', inNode, `\`in\` takes a list or a map, not ${describeNode(inNode)}.`);
    }
    if (inNode !== undefined && !['list', 'map'].includes(items.type ?? 'list')) {
      context.reporter.value(
        'WEIR3008',
        inNode,
        `\`in\` takes a list or a map; this always gives a value of type ${String(items.type)}.`,
      );
    }
    return {
      in: items,
      do:
        context.blocks.steps(child(map, 'do'), { position: `${place.position}/do`, what: '`do`', required: true }) ??
        [],
      ...defined({
        as: readItemName(context, child(map, 'as')),
        concurrency: readCount(context, child(map, 'concurrency'), { what: '`concurrency`', max: 100_000 }),
        onFailure: readWord(context, child(map, 'on_failure'), { what: '`on_failure`', words: ['fail', 'continue'] }),
      }),
    };
  },
  walk(settings, walk) {
    walk.use(settings.in, settings.concurrency);
    const concurrent = settings.concurrency !== undefined && settings.concurrency !== 1;
    walk.loop({
      roots: ['item', 'index', settings.as ?? 'item'],
      steps: settings.do,
      before: [],
      after: [],
      concurrent,
    });
  },
};

function readItemName(context: CheckContext, node: Node | undefined): string | undefined {
  const name = readText(context, node, '`as`');
  if (name === undefined || node === undefined || name === 'item') return name;
  if (ID_PATTERN.test(name) && !RESERVED_ROOTS.includes(name)) {
    context.itemNames.set(name, node);
    return name;
  }
  const why = RESERVED_ROOTS.includes(name) ? 'the name is reserved' : 'letters, digits and `_` only';
  context.reporter.value('WEIR1013', node, `\`${name}\` can't be the name of a loop's item: ${why}.`);
  return undefined;
}
