import type { Diagnostic } from '../dsl/diagnostics/diagnostic.ts';
import type { ProblemCode } from './catalogue.ts';

/** A fault in a value that a caller sent, found by its schema. `path` is a JSON pointer into that value. */
export interface ValueFault {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

export interface ProblemOptions {
  /** What is wrong with the flow, or with the value sent. */
  readonly errors?: readonly (Diagnostic | ValueFault)[];
  /** Further members of the answer, such as `execution_id`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Further headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds; overrides the catalogue's. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** What a caller did wrong or must wait for: becomes an RFC 9457 answer. `message` is its `detail`: a sentence a person can act on. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.options = options;
  }
}
