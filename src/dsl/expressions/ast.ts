export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

interface Place {
  /** Offsets into the expression's text; the end is exclusive. */
  readonly at: number;
  readonly end: number;
  /** Levels below this node, itself included. */
  readonly depth: number;
}

/** An expression as parsed: CEL, with `$name` as its own kind of node (`root`); `name` is a variable of a macro. */
export type Node = Place &
  (
    | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
    | { readonly kind: 'root'; readonly name: string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'field'; readonly of: Node; readonly name: string; readonly optional: boolean }
    | { readonly kind: 'index'; readonly of: Node; readonly index: Node; readonly optional: boolean }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly nameAt: number;
        readonly on: Node | null;
        readonly args: readonly Node[];
      }
    | { readonly kind: 'list'; readonly items: readonly Node[] }
    | { readonly kind: 'map'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
    | { readonly kind: 'not' | 'negate'; readonly operand: Node }
    | { readonly kind: 'binary'; readonly op: BinaryOperator; readonly left: Node; readonly right: Node }
    | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
    | { readonly kind: 'choice'; readonly test: Node; readonly yes: Node; readonly no: Node }
  );

/** The path that a chain of fields and literal indexes takes from its start; null when an index is computed. */
export interface Chain {
  readonly start: Node;
  readonly path: readonly (string | number)[];
  /** Position in `path` of the first `.?` or `[?`; the path's length when there is none. */
  readonly optionalFrom: number;
}

/** Takes `$a.b[0].c` apart. The longest such chain that ends in `node`; stops where an index is not a literal. */
export function chainOf(node: Node): Chain {
  const path: (string | number)[] = [];
  let optionalFrom = -1;
  let start = node;
  for (;;) {
    if (start.kind === 'field') path.push(start.name);
    else if (start.kind === 'index' && start.index.kind === 'literal' && isKey(start.index.value))
      path.push(start.index.value);
    else break;
    if (start.optional) optionalFrom = path.length - 1;
    start = start.of;
  }
  path.reverse();
  return { start, path, optionalFrom: optionalFrom < 0 ? path.length : path.length - 1 - optionalFrom };
}

function isKey(value: null | boolean | number | string): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
