import type { CancelToken } from './cancel.ts';
import type { Scope } from './scope.ts';

/** Where a step runs: what it sees, what cancels it, and what stands before its key in its address. */
export interface Frame {
  readonly scope: Scope;
  readonly token: CancelToken;
  readonly prefix: string;
}
