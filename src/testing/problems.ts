import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import { didYouMean } from '../dsl/diagnostics/nearest.ts';
import { createLineMap } from '../dsl/parse/line-map.ts';
import { describeNode, entryOf, type MapNode, type Node, pathOf } from '../dsl/parse/node.ts';
import { parseDuration } from '../dsl/expressions/index.ts';
import { TEST_CODES, type TestCode } from './test-codes.ts';

/** Collects what is wrong in a test file, with places. Nothing is thrown for what an author wrote. */
export class Problems {
  readonly #lineOf: ReturnType<typeof createLineMap>;
  readonly #source: string;
  readonly #found: Diagnostic[] = [];

  constructor(source: string) {
    this.#source = source;
    this.#lineOf = createLineMap(source);
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#found;
  }

  lineOf(node: Node): number {
    return this.#lineOf(entryOf(node)?.keyStart ?? node.start).line;
  }

  /** A problem of a value; a map or list is marked on its first line. */
  value(code: TestCode, node: Node, message: string, hint?: string): void {
    const lineEnd = this.#source.indexOf('\n', node.start);
    const end = node.kind === 'scalar' || lineEnd < 0 ? node.end : Math.max(node.start, Math.min(node.end, lineEnd));
    this.#add(code, node, { start: node.start, end }, message, hint);
  }

  /** A problem of the key that holds a value. */
  key(code: TestCode, node: Node, message: string, hint?: string): void {
    const entry = entryOf(node);
    if (entry === undefined) this.value(code, node, message, hint);
    else this.#add(code, node, { start: entry.keyStart, end: entry.keyEnd }, message, hint);
  }

  /** The node as a map with known keys; unknown ones (but `x-…`) and missing ones are reported. */
  map(node: Node, shape: { what: string; keys: readonly string[]; required?: readonly string[] }): MapNode | null {
    const map = this.anyMap(node, shape.what);
    if (map === null) return null;
    for (const { key, value } of map.entries.values()) {
      if (shape.keys.includes(key) || key.startsWith('x-')) continue;
      this.key('WEIR9001', value, `${shape.what} has no setting \`${key}\`.`, didYouMean(key, shape.keys));
    }
    for (const key of shape.required ?? [])
      if (!map.entries.has(key)) this.value('WEIR9003', node, `${shape.what} needs \`${key}\`.`);
    return map;
  }

  anyMap(node: Node, what: string): MapNode | null {
    if (node.kind === 'map') return node;
    this.value('WEIR9002', node, `${what} takes a map, not ${describeNode(node)}.`);
    return null;
  }

  items(node: Node | undefined, what: string): readonly Node[] {
    if (node === undefined) return [];
    if (node.kind === 'list') return node.items;
    this.value('WEIR9002', node, `${what} takes a list, not ${describeNode(node)}.`);
    return [];
  }

  text(node: Node | undefined, what: string): string | undefined {
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') return node.value;
    this.value('WEIR9002', node, `${what} takes a text, not ${describeNode(node)}.`);
    return undefined;
  }

  boolean(node: Node | undefined, what: string): boolean | undefined {
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    this.value('WEIR9002', node, `${what} takes true or false, not ${describeNode(node)}.`);
    return undefined;
  }

  word<const W extends string>(node: Node | undefined, what: string, words: readonly W[]): W | undefined {
    if (node === undefined) return undefined;
    const found = node.kind === 'scalar' ? words.find((word) => word === node.value) : undefined;
    if (found === undefined) {
      const hint = node.kind === 'scalar' ? didYouMean(String(node.value), words) : undefined;
      this.value('WEIR9002', node, `${what} is one of ${words.join(', ')}, not ${describeNode(node)}.`, hint);
    }
    return found;
  }

  /** ms; a number is none, because its unit would be a guess (0 is allowed). */
  duration(node: Node | undefined, what: string): number | undefined {
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && node.value === 0) return 0;
    const ms = node.kind === 'scalar' && typeof node.value === 'string' ? parseDuration(node.value) : null;
    if (ms !== null) return ms;
    this.value('WEIR9002', node, `${what} is a length of time such as 3s, 1h30m or PT5M, not ${describeNode(node)}.`);
    return undefined;
  }

  #add(
    code: TestCode,
    node: Node,
    span: { start: number; end: number },
    message: string,
    hint: string | undefined,
  ): void {
    const start = this.#lineOf(span.start);
    const end = this.#lineOf(Math.max(span.end, span.start + 1));
    this.#found.push({
      code,
      severity: TEST_CODES[code].severity,
      message,
      path: pathOf(node),
      line: start.line,
      column: start.column,
      end_line: end.line,
      end_column: end.column,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

/** The value of a key, unless left out. */
export function child(map: MapNode, key: string): Node | undefined {
  return map.entries.get(key)?.value;
}
