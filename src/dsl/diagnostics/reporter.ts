import { createLineMap, type LineMap } from '../parse/line-map.ts';
import { entryOf, type Node, pathOf } from '../parse/node.ts';
import { CATALOGUE, type DiagnosticCode } from './catalogue.ts';
import type { Diagnostic } from './diagnostic.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Collects problems; nothing is thrown for what an author wrote. */
export interface Reporter {
  readonly source: string;
  readonly lineOf: (offset: number) => number;
  /** A problem of a value. A map or list is marked on its first line only. */
  value(code: DiagnosticCode, node: Node, message: string, hint?: string): void;
  /** A problem of the key that holds a node (of the node itself where it has no key). */
  key(code: DiagnosticCode, node: Node, message: string, hint?: string): void;
  /** A problem of a stretch of the source; `node` gives the path. */
  span(code: DiagnosticCode, span: Span, message: string, hint?: string, node?: Node): void;
  /** All problems in the order of the source, without repeats. */
  diagnostics(): Diagnostic[];
}

export function createReporter(source: string): Reporter {
  const lines: LineMap = createLineMap(source);
  const found = new Map<string, Diagnostic>();

  function span(code: DiagnosticCode, at: Span, message: string, hint?: string, node?: Node): void {
    const start = lines(at.start);
    const end = lines(Math.max(at.end, Math.min(at.start + 1, source.length)));
    const diagnostic: Diagnostic = {
      code,
      severity: CATALOGUE[code].severity,
      message,
      path: node === undefined ? '' : pathOf(node),
      line: start.line,
      column: start.column,
      end_line: end.line,
      end_column: end.column,
      ...(hint === undefined ? {} : { hint }),
    };
    const identity = `${code} ${start.line}:${start.column} ${message}`;
    if (!found.has(identity)) found.set(identity, diagnostic);
  }

  return {
    source,
    lineOf: (offset) => lines(offset).line,
    value(code, node, message, hint) {
      span(
        code,
        node.kind === 'scalar' ? node : { start: node.start, end: firstLineEnd(source, node) },
        message,
        hint,
        node,
      );
    },
    key(code, node, message, hint) {
      const entry = entryOf(node);
      if (entry === undefined) this.value(code, node, message, hint);
      else span(code, { start: entry.keyStart, end: entry.keyEnd }, message, hint, node);
    },
    span,
    diagnostics: () =>
      [...found.values()].sort(
        (a, b) => a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
      ),
  };
}

function firstLineEnd(source: string, node: Node): number {
  const lineEnd = source.indexOf('\n', node.start);
  return Math.max(node.start, Math.min(node.end, lineEnd < 0 ? source.length : lineEnd));
}
