import { didYouMean } from '../../diagnostics/nearest.ts';
import { describeNode, type MapNode, type Node } from '../../parse/node.ts';
import type { CheckContext } from '../context.ts';

export interface MapShape {
  /** How the map is called in messages: "`retry`". */
  readonly what: string;
  readonly keys: readonly string[];
  readonly required?: readonly string[];
}

/** The node as a map with known keys; unknown ones and missing required ones are reported, each with a hint. */
export function readMap(context: CheckContext, node: Node, shape: MapShape): MapNode | undefined {
  if (node.kind !== 'map') {
    context.reporter.value(
      'WEIR1002',
      node,
      `${shape.what} takes a map with ${shape.keys.map((key) => `\`${key}\``).join(', ')}, not ${describeNode(node)}.`,
    );
    return undefined;
  }
  for (const entry of node.entries.values()) {
    if (shape.keys.includes(entry.key)) continue;
    context.reporter.key(
      'WEIR1001',
      entry.value,
      `${shape.what} has no setting \`${entry.key}\`.`,
      didYouMean(entry.key, shape.keys),
    );
  }
  for (const key of shape.required ?? []) {
    if (!node.entries.has(key)) context.reporter.value('WEIR1003', node, `${shape.what} needs \`${key}\`.`);
  }
  return node;
}

/** The value of a key, unless left out. */
export function child(map: MapNode, key: string): Node | undefined {
  return map.entries.get(key)?.value;
}
