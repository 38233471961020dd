import type { Node } from './ast.ts';
import { EvaluationFailure, wrong } from './expression-error.ts';
import type { Frame, Run } from './frame.ts';
import { sorted } from './functions/collection.ts';
import { MACROS } from './functions/index.ts';
import { boolOf } from './operators.ts';
import { failing, type Scope } from './scope.ts';
import { isList, isMap, Optional, typeName, type Value, type ValueList } from './values.ts';

type Call = Node & { readonly kind: 'call' };
/** `null`: the call is none of this macro's forms. */
type Macro = (node: Call, scope: Scope) => Run | null;

const TABLE: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  [
    'has',
    (node, scope) => {
      const [target] = node.args;
      if (
        node.on !== null ||
        target === undefined ||
        node.args.length > 1 ||
        (target.kind !== 'field' && target.kind !== 'index')
      )
        return null;
      const run = scope.compile(target, { ...scope, forgiving: true });
      return (frame) => attempt(run, frame) !== undefined;
    },
  ],
  [
    'coalesce',
    (node, scope) => {
      const nodes = node.on === null ? node.args : [node.on, ...node.args];
      if (nodes.length === 0) return null;
      const runs = nodes.map((argument) => scope.compile(argument, { ...scope, forgiving: true }));
      return (frame) => {
        for (const run of runs) {
          const value = attempt(run, frame) ?? null;
          if (value !== null) return value;
        }
        return null;
      };
    },
  ],
  [
    'orValue',
    (node, scope) => {
      const [other] = node.args;
      if (node.on === null || other === undefined || node.args.length > 1) return null;
      return optionalMethod(node, scope, other, (value, instead, frame) =>
        value.value === undefined ? instead(frame) : value.value,
      );
    },
  ],
  [
    'or',
    (node, scope) => {
      const [other] = node.args;
      if (node.on === null || other === undefined || node.args.length > 1) return null;
      return optionalMethod(node, scope, other, (value, instead, frame) =>
        value.value === undefined ? instead(frame) : value,
      );
    },
  ],
  [
    'hasValue',
    (node, scope) => {
      if (node.on === null || node.args.length > 0) return null;
      const run = scope.compile(node.on, scope);
      return (frame) => {
        const value = run(frame);
        return !(value instanceof Optional) || value.value !== undefined;
      };
    },
  ],
  [
    'bind',
    (node, scope) => {
      const [variable, value, body] = node.args;
      if (
        node.on?.kind !== 'name' ||
        node.on.name !== 'cel' ||
        node.args.length !== 3 ||
        variable?.kind !== 'name' ||
        value === undefined ||
        body === undefined
      )
        return null;
      const run = scope.compile(value, scope);
      const inner = withVariable(scope, variable.name);
      const result = scope.compile(body, inner.scope);
      return (frame) => {
        frame.slots[inner.slot] = run(frame);
        return result(frame);
      };
    },
  ],
  [
    'map',
    (node, scope) => {
      const loop = loopOf(node, scope, [2, 3]);
      if (loop === null) return null;
      return (frame) => {
        frame.built = true;
        const made: Value[] = [];
        loop.each(frame, (_, runs) => {
          const [first, second] = runs;
          if (second === undefined) made.push(first(frame));
          else if (boolOf(first(frame), 'map')) made.push(second(frame));
        });
        return made;
      };
    },
  ],
  [
    'filter',
    (node, scope) => {
      const loop = loopOf(node, scope, [2, 2]);
      if (loop === null) return null;
      return (frame) => {
        frame.built = true;
        const kept: Value[] = [];
        loop.each(frame, (item, [test]) => {
          if (boolOf(test(frame), 'filter')) kept.push(item);
        });
        return kept;
      };
    },
  ],
  ['all', quantifier('all', false)],
  ['exists', quantifier('exists', true)],
  [
    'exists_one',
    (node, scope) => {
      const loop = loopOf(node, scope, [2, 2]);
      if (loop === null) return null;
      return (frame) => {
        let count = 0;
        loop.each(frame, (_, [test]) => {
          if (boolOf(test(frame), 'exists_one')) count++;
        });
        return count === 1;
      };
    },
  ],
  [
    'sortBy',
    (node, scope) => {
      const loop = loopOf(node, scope, [2, 2]);
      if (loop === null) return null;
      return (frame) => {
        frame.built = true;
        const items: Value[] = [];
        const keys: Value[] = [];
        loop.each(frame, (item, [key]) => {
          items.push(item);
          keys.push(key(frame));
        });
        return sorted(items, (_, index) => keys[index] ?? null, frame.budget);
      };
    },
  ],
]);

/** A macro's call compiled, or null if the name is none. A macro in a form it doesn't have is a problem. */
export function compileMacro(node: Call, scope: Scope): Run | null {
  const macro = TABLE.get(node.name);
  if (macro === undefined) return null;
  return (
    macro(node, scope) ??
    failing(node, scope, {
      kind: 'type',
      message: `${node.name}() is not written like this`,
      hint: `It is ${MACROS.get(node.name)}${variableHint(node)}.`,
    })
  );
}

/** CEL's quantifiers: an item that decides wins, even when others fail. */
function quantifier(name: string, decides: boolean): Macro {
  return (node, scope) => {
    const loop = loopOf(node, scope, [2, 2]);
    if (loop === null) return null;
    return (frame) => {
      let failure: EvaluationFailure | undefined;
      let decided = false;
      loop.each(frame, (_, [test]) => {
        try {
          decided = boolOf(test(frame), name) === decides;
        } catch (error) {
          if (!(error instanceof EvaluationFailure) || error.kind === 'limit') throw error;
          failure ??= error;
        }
        return decided;
      });
      if (!decided && failure !== undefined) throw failure;
      return decided ? decides : !decides;
    };
  };
}

type Bodies = readonly [Run, ...Run[]];
interface Loop {
  /** Calls `visit` for each item, until it gives true. */
  each(frame: Frame, visit: (item: Value, bodies: Bodies) => unknown): void;
}

function loopOf(node: Call, scope: Scope, args: readonly [number, number]): Loop | null {
  const [variable, ...bodies] = node.args;
  if (node.on === null || variable?.kind !== 'name' || node.args.length < args[0] || node.args.length > args[1])
    return null;
  const over = scope.compile(node.on, scope);
  const inner = withVariable(scope, variable.name);
  const [first, ...rest] = bodies.map((body) => scope.compile(body, inner.scope));
  if (first === undefined) return null;
  const runs: Bodies = [first, ...rest];
  return {
    each(frame, visit) {
      for (const item of itemsOf(over(frame), node.name)) {
        frame.budget.spend(2);
        frame.slots[inner.slot] = item;
        if (visit(item, runs) === true) return;
      }
    },
  };
}

function itemsOf(value: Value, name: string): ValueList {
  if (isList(value)) return value;
  if (isMap(value)) return Object.keys(value);
  if (value instanceof Optional && value.value !== undefined) return itemsOf(value.value, name);
  throw wrong(`${name}() goes over a list or the keys of a map, not over a ${typeName(value)}`);
}

function withVariable(scope: Scope, name: string): { scope: Scope; slot: number } {
  const slot = scope.variables.size;
  // A variable of the same name further out is hidden but keeps its slot: the size still grows by a name that can't be written.
  const variables = new Map(scope.variables);
  if (variables.has(name)) variables.set(`(hidden ${slot})`, variables.get(name) ?? 0);
  variables.set(name, slot);
  return { scope: { ...scope, variables }, slot };
}

function optionalMethod(
  node: Call,
  scope: Scope,
  other: Node,
  join: (value: Optional, instead: Run, frame: Frame) => Value,
): Run | null {
  if (node.on === null) return null;
  const on = scope.compile(node.on, scope);
  const instead = scope.compile(other, scope);
  if ((node.on.kind === 'field' || node.on.kind === 'index') && !hasOptional(node.on)) {
    return failing(node, scope, {
      kind: 'type',
      message: `${node.name}() needs an optional field before it`,
      hint: 'Write .? before the field that may be missing: $x.?field.orValue("none").',
    });
  }
  return (frame) => {
    const value = on(frame);
    return value instanceof Optional ? join(value, instead, frame) : value;
  };
}

function hasOptional(node: Node): boolean {
  if (node.kind === 'field' || node.kind === 'index') return node.optional || hasOptional(node.of);
  // What a call or a variable gives may be optional; that shows when it runs.
  return node.kind !== 'root';
}

/** The value; undefined when something on the way to it is missing. */
function attempt(run: Run, frame: Frame): Value | undefined {
  try {
    const value = run(frame);
    return value instanceof Optional ? value.value : value;
  } catch (error) {
    if (error instanceof EvaluationFailure && error.kind === 'missing') return undefined;
    throw error;
  }
}

function variableHint(node: Call): string {
  return node.args[0]?.kind === 'root' ? '; the variable has no $' : '';
}
