import type { Json } from '../../dsl/ir/json.ts';
import type { SetIr } from '../../dsl/ir/step.ts';
import type { At } from './at.ts';

/** All values are computed from what was there before; the result is the map of them. Nothing is awaited in between. */
export function runSet({ engine, frame, address }: At, step: SetIr): Promise<Json> {
  const values = step.entries.map(({ key, value }) => [key, engine.resolve(value, frame, address)] as const);
  for (const [key, value] of values) frame.scope.variables.set(key, value);
  return Promise.resolve(Object.fromEntries(values));
}
