import { CancelledError, type CancelToken } from './cancel.ts';

/** A promise and how to settle it. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Waits for `promise`, or rejects with CancelledError as soon as `token` is cancelled. */
export async function orCancelled<T>(promise: Promise<T>, token: CancelToken): Promise<T> {
  token.throwIfCancelled();
  const gone = deferred<never>();
  const stop = token.onCancel(() => gone.reject(new CancelledError('cancelled')));
  try {
    return await Promise.race([promise, gone.promise]);
  } finally {
    stop();
  }
}
