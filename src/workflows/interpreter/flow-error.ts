import type { ErrorInfo } from '../../activities/contract.ts';
import type { Json, JsonObject } from '../../dsl/ir/json.ts';

/** An error that a flow can see, handle or end with. Everything an author, an adapter or the outside can cause is one. */
export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly info: ErrorInfo;
  /** Set when the worker that ran the call was lost: the attempt it was in. */
  readonly lostAttempt: number | null;
  /** Passed on by `fail: $error`: the handler that let it through is not its cause. */
  readonly reraised: boolean;

  constructor(info: ErrorInfo, options: { lostAttempt?: number; reraised?: boolean } = {}) {
    super(info.message);
    this.info = info;
    this.lostAttempt = options.lostAttempt ?? null;
    this.reraised = options.reraised ?? false;
  }
}

/** Thrown by `return`: ends the flow as completed. No handler catches it; `finally` blocks run on its way out. */
export class ReturnSignal extends Error {
  override readonly name = 'ReturnSignal';
  readonly value: Json;
  constructor(value: Json) {
    super('return');
    this.value = value;
  }
}

/** `$error`: every documented field is there, null when unknown, so that authors can compare without `has()`. */
export function errorRoot(info: ErrorInfo): JsonObject {
  return {
    code: info.code,
    message: info.message,
    status: info.status ?? null,
    adapter: info.adapter ?? null,
    action: info.action ?? null,
    step: info.step ?? null,
    attempt: info.attempt ?? null,
    retryable: info.retryable ?? false,
    details: info.details ?? null,
    cause: info.cause === undefined ? null : errorRoot(info.cause),
  };
}

/** Fields of an error, in the order in which they are stored and shown. */
export const ERROR_FIELDS = [
  'code',
  'message',
  'status',
  'adapter',
  'action',
  'step',
  'attempt',
  'retryable',
  'details',
  'cause',
] as const satisfies readonly (keyof ErrorInfo)[];

/** The error as stored in results and journals: no absent fields, and always in the same order. */
export function errorJson(info: ErrorInfo): JsonObject {
  return Object.fromEntries(
    ERROR_FIELDS.flatMap((key) =>
      info[key] === undefined ? [] : [[key, key === 'cause' ? errorJson(info[key]) : info[key]]],
    ),
  );
}

/** The same error, named as of `step` if no step is named yet. */
export function atStep(info: ErrorInfo, step: string): ErrorInfo {
  return info.step === undefined ? { ...info, step } : info;
}

/** `info` with `cause` as its cause, once. */
export function causedBy(info: ErrorInfo, cause: ErrorInfo): ErrorInfo {
  return info.cause === undefined ? { ...info, cause } : info;
}

/** Back from `$error`, as `fail: $error` needs it: absent fields instead of nulls. */
export function fromErrorRoot(root: JsonObject): ErrorInfo {
  const known = Object.entries(root).filter(([, value]) => value !== null);
  const fields = known.map(([key, value]) => [key, key === 'cause' ? fromErrorRoot(value as JsonObject) : value]);
  return { code: 'unknown', message: 'no message', ...(Object.fromEntries(fields) as Partial<ErrorInfo>) };
}
