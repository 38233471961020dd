import { ActionError } from '../adapters/action-error.ts';
import type { Json } from '../dsl/ir/json.ts';
import { MAX_RESULT_BYTES } from './contract.ts';

/** What an action gave, as plain JSON. undefined is null. Errors: `invalid_result`, `result_too_large`. */
export function checkResult(result: unknown, maxBytes: number = MAX_RESULT_BYTES): Json {
  const value = result === undefined ? null : result;
  const fault = findFault(value, '', new Set());
  if (fault !== null)
    throw new ActionError({ code: 'invalid_result', message: `The action's result is not JSON: ${fault}.` });
  const size = Buffer.byteLength(JSON.stringify(value));
  if (size > maxBytes)
    throw new ActionError({
      code: 'result_too_large',
      message: `The result has ${size} bytes; at most ${maxBytes} are kept.`,
    });
  return value as Json; // checked above
}

function findFault(value: unknown, at: string, above: Set<object>): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
  if (typeof value === 'number') return Number.isFinite(value) ? null : `${where(at)} is ${value}`;
  if (typeof value !== 'object') return `${where(at)} is of type ${typeof value}`;
  if (above.has(value)) return `${where(at)} contains itself`;
  if (above.size > 500) return `${where(at)} is nested too deeply`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
    return `${where(at)} is an instance of ${value.constructor.name}`;
  above.add(value);
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined && !Array.isArray(value)) continue; // JSON leaves it out
    const fault = findFault(item, `${at}/${key}`, above);
    if (fault !== null) return fault;
  }
  above.delete(value);
  return null;
}

function where(at: string): string {
  return at === '' ? 'it' : at;
}
