// The expression layer: CEL with `$roots` (dsl.md, section 3). Enters the workflow sandbox: pure, no clock, no Node, nothing kept in modules.
export { parseDuration } from './duration.ts';
export { jsonEquals } from './equals.ts';
export { Evaluator } from './evaluator.ts';
export { ExpressionError } from './expression-error.ts';
export type { Lookup } from './frame.ts';
export { type ParsedValue, parseExpression } from './parse-expression.ts';
export { parseValue, type ValuePlaces } from './parse-value.ts';
export type { StaticType } from './static-type.ts';
export { type Reference, RESERVED_ROOTS, type ValueProblem } from './problem.ts';
