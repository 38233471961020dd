import type { Node } from './ast.ts';
import { wrong } from './expression-error.ts';
import type { Run } from './frame.ts';
import type { Reference, ValueProblem } from './problem.ts';

/** What compiling finds out on the way. Offsets are those of the expression. */
export interface Findings {
  problem(problem: Omit<ValueProblem, 'severity'>): void;
  reference(reference: Reference): void;
}

/** Where a node stands when it is compiled. */
export interface Scope {
  /** Variables of the macros around it, by slot. */
  readonly variables: ReadonlyMap<string, number>;
  /** True where missing fields are forgiven. */
  readonly forgiving: boolean;
  readonly findings: Findings;
  /** Compiles a node below; handed down so that the parts of the compiler need not import each other in circles. */
  compile(node: Node, scope: Scope): Run;
}

/** Reports a problem with a call, and gives a function that fails. */
export function failing(
  node: Node & { kind: 'call' },
  scope: Scope,
  problem: Pick<ValueProblem, 'kind' | 'message' | 'hint'>,
): Run {
  scope.findings.problem({ ...problem, offset: node.nameAt, length: node.name.length });
  return () => {
    throw wrong(problem.message);
  };
}
