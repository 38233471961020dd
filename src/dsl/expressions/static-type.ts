import type { Node } from './ast.ts';
import { EvaluationFailure } from './expression-error.ts';
import { compilePattern } from './frame.ts';
import type { Findings } from './scope.ts';

export type StaticType = 'null' | 'bool' | 'number' | 'string' | 'list' | 'map';

const GIVES: ReadonlyMap<string, StaticType> = new Map<string, StaticType>([
  ...(
    ['has', 'all', 'exists', 'exists_one', 'hasValue', 'contains', 'startsWith', 'endsWith', 'matches', 'bool'] as const
  ).map((name) => [name, 'bool'] as const),
  ...(['size', 'int', 'double', 'sum', 'abs', 'ceil', 'floor', 'round', 'indexOf', 'lastIndexOf'] as const).map(
    (name) => [name, 'number'] as const,
  ),
  ...(
    [
      'string',
      'join',
      'toJson',
      'replace',
      'substring',
      'trim',
      'lowerAscii',
      'upperAscii',
      'type',
      'urlEncode',
      'base64Encode',
    ] as const
  ).map((name) => [name, 'string'] as const),
  ...(
    [
      'map',
      'filter',
      'split',
      'keys',
      'values',
      'entries',
      'sort',
      'sortBy',
      'distinct',
      'flatten',
      'range',
      'slice',
    ] as const
  ).map((name) => [name, 'list'] as const),
  ...(['merge', 'fromEntries'] as const).map((name) => [name, 'map'] as const),
]);

/** The type that a node always has, whatever the data; null when it depends. */
export function staticType(node: Node): StaticType | null {
  switch (node.kind) {
    case 'literal':
      if (node.value === null) return 'null';
      return typeof node.value === 'boolean' ? 'bool' : typeof node.value === 'number' ? 'number' : 'string';
    case 'list':
    case 'map':
      return node.kind;
    case 'not':
    case 'and':
    case 'or':
      return 'bool';
    case 'binary': {
      if (!['+', '-', '*', '/', '%'].includes(node.op)) return 'bool';
      if (node.op === '%' || node.op === '/') return 'number';
      const left = staticType(node.left);
      return left !== null && left === staticType(node.right) ? left : null;
    }
    case 'choice': {
      const yes = staticType(node.yes);
      return yes === staticType(node.no) ? yes : null;
    }
    case 'call':
      return GIVES.get(node.name) ?? null;
    default:
      return null;
  }
}

/** Reports operands that can never fit, such as `size($x) + "a"`. */
export function checkOperands(node: Node & { kind: 'binary' }, findings: Findings): void {
  const left = staticType(node.left);
  const right = staticType(node.right);
  if (left === null || right === null || node.op === '==' || node.op === '!=' || fits(node.op, left, right)) return;
  const text = node.op !== 'in' && (left === 'string' || right === 'string');
  findings.problem({
    kind: 'type',
    message: `\`${node.op}\` can’t have a ${left} on its left and a ${right} on its right`,
    ...(text ? { hint: 'string(x) makes a text of a value, int(x) or double(x) a number.' } : {}),
    offset: node.at,
    length: node.end - node.at,
  });
}

function fits(op: string, left: StaticType, right: StaticType): boolean {
  if (op === 'in') return right === 'list' || right === 'map';
  if (left !== right) return false;
  if (op === '+') return left === 'number' || left === 'string' || left === 'list';
  if (op.startsWith('<') || op.startsWith('>')) return left === 'number' || left === 'string' || left === 'bool';
  return left === 'number';
}

/** Reports a literal pattern that RE2 does not take. */
export function checkPattern(node: Node & { kind: 'call' }, args: readonly Node[], findings: Findings): void {
  const pattern = args[1];
  if (
    (node.name !== 'matches' && node.name !== 'find') ||
    pattern?.kind !== 'literal' ||
    typeof pattern.value !== 'string'
  )
    return;
  // Large repetitions take milliseconds to compile; a flow full of them is left to fail when it runs.
  if (/\{\d{3,}|\\[pP]|\{\d.*\{\d/.test(pattern.value)) return;
  try {
    compilePattern(pattern.value);
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    findings.problem({ kind: 'type', message: error.message, offset: pattern.at, length: pattern.end - pattern.at });
  }
}
