import type { Json } from '../../ir/index.ts';
import type { Node } from '../../parse/node.ts';

/** Plain data of a node, as written: no string is an expression. */
export function toJson(node: Node): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toJson);
  // The parser refuses `__proto__`, so assigning by key is safe here.
  const object: Record<string, Json> = {};
  for (const entry of node.entries.values()) object[entry.key] = toJson(entry.value);
  return object;
}
