import type { Node } from './ast.ts';
import { EvaluationFailure, wrong } from './expression-error.ts';
import type { Frame, Run } from './frame.ts';
import { FUNCTIONS, MACROS } from './functions/index.ts';
import { compileMacro } from './macros.ts';
import { nearest } from './nearest.ts';
import { boolOf, OPERATORS } from './operators.ts';
import { compilePath } from './path.ts';
import { RESERVED_ROOTS } from './problem.ts';
import { failing, type Findings, type Scope } from './scope.ts';
import { checkOperands, checkPattern } from './static-type.ts';
import { type MutableMap, Optional, put, typeName, type Value } from './values.ts';

/** Turns a tree into a function. Problems go to the findings; what is run in spite of one fails as an expression. */
export function compile(node: Node, findings: Findings): Run {
  return compileNode(node, { variables: new Map(), forgiving: false, findings, compile: compileNode });
}

function compileNode(node: Node, scope: Scope): Run {
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return () => value;
    }
    case 'root':
    case 'field':
    case 'index':
      return compilePath(node, scope);
    case 'name':
      return compileName(node, scope);
    case 'not': {
      const operand = compileNode(node.operand, scope);
      return (frame) => !boolOf(operand(frame), '!');
    }
    case 'negate': {
      const operand = compileNode(node.operand, scope);
      return (frame) => OPERATORS['*'](operand(frame), -1, frame.budget);
    }
    case 'binary': {
      checkOperands(node, scope.findings);
      const dashed = compileDashed(node, scope);
      if (dashed !== null) return dashed;
      const operator = OPERATORS[node.op];
      const left = compileNode(node.left, scope);
      const right = compileNode(node.right, scope);
      return (frame) => {
        frame.budget.spend(1);
        return operator(left(frame), right(frame), frame.budget);
      };
    }
    case 'and':
      return compileLogic(node, scope, { decides: false, operator: '&&' });
    case 'or':
      return compileLogic(node, scope, { decides: true, operator: '||' });
    case 'choice': {
      const [test, yes, no] = [
        compileNode(node.test, scope),
        compileNode(node.yes, scope),
        compileNode(node.no, scope),
      ];
      return (frame) => (boolOf(test(frame), '? :') ? yes(frame) : no(frame));
    }
    case 'list': {
      const items = node.items.map((item) => compileNode(item, scope));
      return (frame) => {
        frame.built = true;
        frame.budget.spend(items.length);
        return items.map((item) => item(frame));
      };
    }
    case 'map':
      return compileMap(node, scope);
    case 'call':
      return compileCall(node, scope);
  }
}

/** `$x.content-type`: CEL reads a subtraction where a field was meant. */
function compileDashed(node: Node & { kind: 'binary' }, scope: Scope): Run | null {
  const { op, left, right } = node;
  if (
    op !== '-' ||
    left.kind !== 'field' ||
    right.kind !== 'name' ||
    left.end + 1 !== right.at ||
    scope.variables.has(right.name)
  )
    return null;
  const message = `\`${right.name}\` is no value`;
  scope.findings.problem({
    kind: 'root_without_dollar',
    message,
    hint: `A field with a dash in its name is taken so: ["${left.name}-${right.name}"].`,
    offset: right.at,
    length: right.end - right.at,
  });
  compileNode(left, scope);
  return () => {
    throw wrong(message);
  };
}

function compileName(node: Node & { kind: 'name' }, scope: Scope): Run {
  const slot = scope.variables.get(node.name);
  if (slot !== undefined) return (frame) => frame.slots[slot] ?? null;
  const near = RESERVED_ROOTS.includes(node.name) ? node.name : nearest(node.name, scope.variables.keys());
  scope.findings.problem({
    kind: 'root_without_dollar',
    message: `\`${node.name}\` is no value`,
    hint:
      near !== undefined && near !== node.name
        ? `Did you mean ${near}?`
        : `A root has a $ before it: $${node.name}. A text stands in quotes: "${node.name}".`,
    offset: node.at,
    length: node.end - node.at,
  });
  return () => {
    throw wrong(`\`${node.name}\` is no value`);
  };
}

/** `&&` and `||` as CEL has them: the side that decides wins, even when the other fails. */
function compileLogic(
  node: Node & { kind: 'and' | 'or' },
  scope: Scope,
  logic: { decides: boolean; operator: string },
): Run {
  const left = compileNode(node.left, scope);
  const right = compileNode(node.right, scope);
  return (frame) => {
    frame.budget.spend(1);
    let failure: EvaluationFailure | undefined;
    try {
      if (boolOf(left(frame), logic.operator) === logic.decides) return logic.decides;
    } catch (error) {
      if (!(error instanceof EvaluationFailure) || error.kind === 'limit') throw error;
      failure = error;
    }
    const value = failure === undefined ? boolOf(right(frame), logic.operator) : quietly(right, frame);
    if (value === logic.decides || failure === undefined) return value;
    throw failure;
  };
}

function quietly(run: Run, frame: Frame): Value {
  try {
    return run(frame);
  } catch (error) {
    if (error instanceof EvaluationFailure && error.kind !== 'limit') return null;
    throw error;
  }
}

function compileMap(node: Node & { kind: 'map' }, scope: Scope): Run {
  const entries = node.entries.map((entry) => ({
    key: compileNode(entry.key, scope),
    value: compileNode(entry.value, scope),
  }));
  return (frame) => {
    frame.built = true;
    frame.budget.spend(entries.length);
    const map: MutableMap = {};
    for (const entry of entries) {
      const key = entry.key(frame);
      if (typeof key !== 'string' && typeof key !== 'number' && typeof key !== 'boolean')
        throw wrong(`a map’s key is a string, not a ${typeName(key)}`);
      put(map, String(key), entry.value(frame));
    }
    return map;
  };
}

function compileCall(node: Node & { kind: 'call' }, scope: Scope): Run {
  const macro = compileMacro(node, scope);
  if (macro !== null) return macro;
  const found = FUNCTIONS.get(node.name);
  const nodes = node.on === null ? node.args : [node.on, ...node.args];
  if (found === undefined) {
    for (const argument of nodes) compileNode(argument, scope);
    const near = nearest(node.name, [...FUNCTIONS.keys(), ...MACROS.keys()]);
    return failing(node, scope, {
      kind: 'unknown_function',
      message: `there is no function \`${node.name}\``,
      ...(near === undefined ? {} : { hint: `Did you mean ${FUNCTIONS.get(near)?.usage ?? MACROS.get(near)}?` }),
    });
  }
  const args = nodes.map((argument) => compileNode(argument, scope));
  if (args.length < found.args[0] || args.length > found.args[1]) {
    return failing(node, scope, {
      kind: 'type',
      message: `${node.name}() can’t take ${args.length} ${args.length === 1 ? 'argument' : 'arguments'}`,
      hint: `It is ${found.usage}.`,
    });
  }
  checkPattern(node, nodes, scope.findings);
  return (frame) => {
    frame.budget.spend(1);
    const result = found.call(
      args.map((argument) => plain(argument(frame))),
      frame,
    );
    if (typeof result === 'object' && result !== null) frame.built = true;
    return result;
  };
}

/** An optional as its value, for functions that know no optionals. */
function plain(value: Value): Value {
  if (!(value instanceof Optional)) return value;
  if (value.value !== undefined) return value.value;
  throw new EvaluationFailure('missing', 'an optional field is missing here; orValue(x) says what to take instead');
}
