import type { DiagnosticCode } from '../../diagnostics/catalogue.ts';
import { parseExpression, parseValue, type Reference, type ValueProblem } from '../../expressions/index.ts';
import type { Json, MapEntry, ValueIr } from '../../ir/index.ts';
import { describeNode, type Node, type ScalarNode } from '../../parse/node.ts';
import { scalarOffset } from '../../parse/scalar-offset.ts';
import type { CheckContext } from '../context.ts';
import { literal, type LocatedReference, type NamedValue, type Value } from '../model.ts';

const PROBLEM_CODES: Readonly<Record<ValueProblem['kind'], DiagnosticCode>> = {
  syntax: 'WEIR3003',
  root_without_dollar: 'WEIR3004',
  reference_with_more: 'WEIR3005',
  root_in_text: 'WEIR3006',
  unknown_function: 'WEIR3007',
  type: 'WEIR3008',
  too_deep: 'WEIR3009',
  too_long: 'WEIR3009',
  secret_place: 'WEIR4007',
};

export interface ValuePlace {
  /** Whether `$secrets` and `$execution.callback_url` may stand here: in a call's params only. */
  readonly secrets: boolean;
}
const NO_SECRETS: ValuePlace = { secrets: false };

/** Data, in which strings may be references or hold `${ … }` at every depth (dsl.md, section 3). */
export function readValue(context: CheckContext, node: Node, place: ValuePlace = NO_SECRETS): Value {
  const references: LocatedReference[] = [];
  const ir = valueIr(context, node, { place, references, depth: 0 });
  return { ir, references };
}

/** An expression place: a string is an expression (with or without `${ }` around), anything else is data. */
export function readExpression(context: CheckContext, node: Node): Value {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    if (node.kind === 'scalar' && node.value === null)
      context.reporter.value('WEIR3003', node, 'An expression is missing here.');
    return readValue(context, node);
  }
  const parsed = parseExpression(node.value);
  report(context, node, parsed.problems);
  return { ir: parsed.value, references: locate(context, node, parsed.references), type: parsed.type };
}

/** As {@link readExpression}, for a place that takes true or false. */
export function readCondition(context: CheckContext, node: Node): Value {
  const value = readExpression(context, node);
  if ((value.type ?? 'bool') !== 'bool') {
    context.reporter.value(
      'WEIR3008',
      node,
      `A condition gives true or false; this always gives a value of type ${String(value.type)}.`,
    );
  }
  if (value.ir.v === 'lit' && typeof value.ir.value !== 'boolean' && !(node.kind === 'scalar' && node.value === null)) {
    context.reporter.value('WEIR3008', node, `A condition gives true or false; ${describeNode(node)} does neither.`);
  }
  return value;
}

/** A map of values, such as params; wrong types are reported and give none. */
export function readValues(
  context: CheckContext,
  node: Node | undefined,
  setting: { what: string; place?: ValuePlace },
): NamedValue[] {
  if (node === undefined) return [];
  if (node.kind !== 'map') {
    context.reporter.value('WEIR1002', node, `${setting.what} takes a map, not ${describeNode(node)}.`);
    return [];
  }
  return [...node.entries.values()].map((entry) => ({
    key: entry.key,
    value: readValue(context, entry.value, setting.place),
  }));
}

/** A map value of named values: plain data when all of them are. */
export function mapValue(values: readonly NamedValue[]): ValueIr {
  return mapIr(
    values.map(({ key, value, optional }): MapEntry => ({ key, value: value.ir, ...(optional ? { optional } : {}) })),
  );
}

function mapIr(entries: readonly MapEntry[]): ValueIr {
  const data: Record<string, Json> = {};
  for (const entry of entries) {
    if (entry.value.v !== 'lit' || entry.optional) return { v: 'map', entries };
    data[entry.key] = entry.value.value;
  }
  return { v: 'lit', value: data };
}

interface Reading {
  readonly place: ValuePlace;
  readonly references: LocatedReference[];
  readonly depth: number;
}

function valueIr(context: CheckContext, node: Node, reading: Reading): ValueIr {
  if (reading.depth > context.limits.maxDepth) {
    context.reporter.value('WEIR0005', node, `This value is nested more than ${context.limits.maxDepth} levels deep.`);
    return literal(null).ir;
  }
  const deeper = { ...reading, depth: reading.depth + 1 };
  if (node.kind === 'map') {
    return mapIr(
      [...node.entries.values()].map((entry) => ({ key: entry.key, value: valueIr(context, entry.value, deeper) })),
    );
  }
  if (node.kind === 'list') {
    const items = node.items.map((item) => valueIr(context, item, deeper));
    const data = items.map((item) => (item.v === 'lit' ? item.value : undefined));
    return data.every((item) => item !== undefined) ? { v: 'lit', value: data } : { v: 'list', items };
  }
  if (typeof node.value !== 'string') return { v: 'lit', value: node.value };
  if (!node.value.includes('$')) return { v: 'lit', value: node.value };
  const parsed = parseValue(node.value, reading.place);
  report(context, node, parsed.problems);
  reading.references.push(...locate(context, node, parsed.references));
  return parsed.value;
}

function report(context: CheckContext, node: ScalarNode, problems: readonly ValueProblem[]): void {
  for (const problem of problems) {
    const tell = () =>
      context.reporter.span(
        PROBLEM_CODES[problem.kind],
        spanIn(context, node, problem),
        asSentence(problem.message),
        problem.hint,
        node,
      );
    if (problem.root === undefined) tell();
    else context.pending.push({ root: problem.root, report: tell });
  }
}

/** The expression layer's messages are clauses, for use inside others; here they stand alone. */
function asSentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${/[.!?]$/.test(clause) ? '' : '.'}`;
}

function locate(context: CheckContext, node: ScalarNode, references: readonly Reference[]): LocatedReference[] {
  return references.map((reference) => ({
    root: reference.root,
    path: reference.path,
    optional: reference.optional,
    node,
    span: spanIn(context, node, reference),
  }));
}

function spanIn(
  context: CheckContext,
  node: ScalarNode,
  part: { offset: number; length: number },
): { start: number; end: number } {
  const { source } = context.reporter;
  const start = scalarOffset(source, node, part.offset);
  const last = scalarOffset(source, node, part.offset + Math.max(0, part.length - 1));
  return { start: Math.min(start, node.end - 1), end: Math.min(node.end, Math.max(start + 1, last + 1)) };
}
