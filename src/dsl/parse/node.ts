/** A node of the parsed document, with its place. Aliases are expanded, so the document is a tree. */
export type Node = ScalarNode | ListNode | MapNode;

interface Place {
  /** Offsets into the source (UTF-16 units), end exclusive. A quoted scalar includes its quotes. */
  readonly start: number;
  readonly end: number;
  readonly parent: Node | null;
  /** Key or index in the parent. */
  readonly slot: string | number;
}
export type ScalarStyle = 'plain' | 'single' | 'double' | 'block';

export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly style: ScalarStyle;
}
export interface ListNode extends Place {
  readonly kind: 'list';
  readonly items: readonly Node[];
}
export interface MapNode extends Place {
  readonly kind: 'map';
  /** In the author's order; no duplicates. A Map, so that no key reaches a prototype. */
  readonly entries: ReadonlyMap<string, Entry>;
}
export interface Entry {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: Node;
}

/** JSON pointer of a node, `` for the document. */
export function pathOf(node: Node): string {
  const parts: string[] = [];
  for (let at: Node = node; at.parent !== null; at = at.parent) {
    parts.push(String(at.slot).replaceAll('~', '~0').replaceAll('/', '~1'));
  }
  return parts
    .reverse()
    .map((part) => `/${part}`)
    .join('');
}

/** The entry that holds a node, when its parent is a map. */
export function entryOf(node: Node): Entry | undefined {
  return node.parent?.kind === 'map' ? node.parent.entries.get(String(node.slot)) : undefined;
}

/** How a node is called in messages: "a list", "the text \"abc\"". */
export function describeNode(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'an empty value';
  if (typeof node.value === 'string') return `the text ${JSON.stringify(shorten(node.value))}`;
  return typeof node.value === 'number' ? `the number ${node.value}` : String(node.value);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
