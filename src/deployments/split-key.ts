import { Evaluator, ExpressionError, parseExpression } from '../dsl/expressions/index.ts';
import type { Json } from '../dsl/ir/json.ts';
import type { ValueFault } from '../problems/problem.ts';

const MAX_CHARS = 1_000;
/** Steps of one evaluation: it happens at every start. */
const MAX_COST = 20_000;
const MAX_KEY_CHARS = 4_096;

/** Gives the key that an input sticks to; null where it gives none: the field is missing or null, or the expression fails. */
export type SplitKey = (input: Json) => Json;

/** What is wrong with a split key; empty: nothing. */
export function splitKeyFaults(text: string): readonly ValueFault[] {
  const fault = (code: string, message: string): ValueFault => ({ code, path: '/split_key', message });
  if (text.length > MAX_CHARS) return [fault('too_long', `a split key has at most ${MAX_CHARS} characters`)];
  const { problems, references } = parseExpression(text);
  const errors = problems
    .filter((problem) => problem.severity === 'error')
    .map(({ kind, message, hint }) => fault(kind, hint === undefined ? message : `${message}. ${hint}`));
  if (errors.length > 0) return errors;
  const foreign = references.find(({ root }) => root !== 'input');
  if (foreign !== undefined)
    return [fault('root', `$${foreign.root} is not known when a version is chosen; only $input is`)];
  if (references.length === 0)
    return [fault('constant', 'a split key takes something of $input, such as $input.customer_id')];
  return [];
}

/** Compiles a split key that has no faults; one that has some never gives a key. Pure and quick: no more than 20,000 steps each. */
export function compileSplitKey(text: string): SplitKey {
  const { value } = parseExpression(text);
  const evaluator = new Evaluator({ maxCost: MAX_COST });
  return (input) => {
    try {
      const key = evaluator.resolve(value, (root) => (root === 'input' ? input : undefined));
      return typeof key === 'string' && key.length > MAX_KEY_CHARS ? null : key;
    } catch (error) {
      if (error instanceof ExpressionError) return null;
      throw error;
    }
  };
}
