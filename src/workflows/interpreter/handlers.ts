import type { ErrorInfo } from '../../activities/contract.ts';
import type { HandlerIr } from '../../dsl/ir/step.ts';
import type { Engine } from './engine.ts';
import { errorRoot } from './flow-error.ts';
import type { Frame } from './frame.ts';

/** The first handler that matches the error, or null. A match without parts of its own catches everything. */
export function matchHandler(
  engine: Engine,
  handlers: readonly HandlerIr[] | null | undefined,
  error: ErrorInfo,
  frame: Frame,
  address: string,
): HandlerIr | null {
  for (const handler of handlers ?? []) {
    const { match } = handler;
    if (match === null) return handler;
    if (match.codes !== undefined && !match.codes.includes(error.code)) continue;
    if (match.statuses !== undefined && !match.statuses.some((status) => hasStatus(error.status, status))) continue;
    if (
      match.if !== undefined &&
      !engine.condition(match.if, { ...frame, scope: frame.scope.handler(errorRoot(error)) }, address)
    )
      continue;
    return handler;
  }
  return null;
}

/** `404` is exactly that, `4xx` its class. */
function hasStatus(status: number | undefined, wanted: number | string): boolean {
  if (status === undefined) return false;
  const text = String(wanted);
  return /^[1-5]xx$/i.test(text) ? Math.floor(status / 100) === Number(text[0]) : status === Number(text);
}
