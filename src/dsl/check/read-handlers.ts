import type { MapNode, Node } from '../parse/node.ts';
import { describeNode } from '../parse/node.ts';
import type { CheckContext } from './context.ts';
import type { Handler } from './model.ts';
import { child, readMap } from './read/map.ts';
import { defined } from './read/retry.ts';
import { readTexts } from './read/scalars.ts';
import { readCondition } from './read/value.ts';

/** `on_error`: a list of steps, or of handlers when its first item has `match` (dsl.md, section 6). */
export function readHandlers(context: CheckContext, node: Node | undefined, position: string): Handler[] | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'list') {
    context.reporter.value(
      'WEIR1002',
      node,
      `\`on_error\` takes a list of steps or of handlers, not ${describeNode(node)}.`,
    );
    return undefined;
  }
  const handlers = node.items.some((item) => item.kind === 'map' && item.entries.has('match'));
  if (!handlers) {
    const steps = context.blocks.steps(node, { position, what: '`on_error`' }) ?? [];
    return steps.length === 0 ? undefined : [{ node, match: null, steps }];
  }
  return node.items.flatMap(
    (item, index) =>
      readHandler(context, item, { position: `${position}/${index}`, last: index === node.items.length - 1 }) ?? [],
  );
}

function readHandler(
  context: CheckContext,
  node: Node,
  place: { position: string; last: boolean },
): Handler | undefined {
  if (node.kind !== 'map' || !(node.entries.has('match') || node.entries.has('do'))) {
    context.reporter.value(
      'WEIR2009',
      node,
      'Some items of this `on_error` have `match`, so each is a handler `{ match, do }`; this one is a step.',
      'Put the step into the `do` of a handler.',
    );
    return undefined;
  }
  const map = readMap(context, node, { what: 'A handler', keys: ['match', 'do', 'description'], required: ['do'] });
  if (map === undefined) return undefined;
  const match = child(map, 'match');
  if (match === undefined && !place.last) {
    context.reporter.value(
      'WEIR2009',
      node,
      'A handler without `match` catches everything, so it must be the last; those after it would never run.',
    );
  }
  const steps = context.blocks.steps(child(map, 'do'), { position: `${place.position}/do`, what: '`do`' }) ?? [];
  return { node, match: match === undefined ? null : readMatch(context, match), steps };
}

function readMatch(context: CheckContext, node: Node): Handler['match'] {
  if (node.kind !== 'map') return defined({ codes: readTexts(context, node, '`match`') });
  const map = readMap(context, node, { what: '`match`', keys: ['status', 'code', 'if'] });
  const condition = map === undefined ? undefined : child(map, 'if');
  return defined({
    codes: map === undefined ? undefined : readTexts(context, child(map, 'code'), '`code`'),
    statuses: map === undefined ? undefined : readStatuses(context, map),
    if: condition === undefined ? undefined : readCondition(context, condition),
  });
}

function readStatuses(context: CheckContext, map: MapNode): (number | string)[] | undefined {
  const node = child(map, 'status');
  if (node === undefined) return undefined;
  const statuses: (number | string)[] = [];
  for (const item of node.kind === 'list' ? node.items : [node]) {
    const value = item.kind === 'scalar' ? item.value : null;
    const ok =
      typeof value === 'number'
        ? Number.isInteger(value) && value >= 100 && value <= 599
        : typeof value === 'string' && /^[1-5](?:xx|\d\d)$/i.test(value);
    if (!ok || (typeof value !== 'number' && typeof value !== 'string')) {
      context.reporter.value(
        'WEIR3002',
        item,
        `A status is a number such as 404 or a class such as \`4xx\`, not ${describeNode(item)}.`,
      );
    } else {
      statuses.push(typeof value === 'string' ? (/^\d+$/.test(value) ? Number(value) : value.toLowerCase()) : value);
    }
  }
  return statuses;
}
