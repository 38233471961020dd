import type { Json } from '../dsl/ir/json.ts';

/**
 * What an attempt that failed did outside:
 * - `not_sent`: nothing can have happened; always safe to try again.
 * - `failed`: the other side answered (or would have refused); what it says counts.
 * - `unknown`: sent, but how it ended is not known. Only covered calls may be sent again.
 */
export type Outcome = 'not_sent' | 'failed' | 'unknown';

export interface ActionErrorFields {
  /** Stable, snake_case; authors match on it in `on_error`. */
  readonly code: string;
  readonly message: string;
  readonly status?: number | undefined;
  /** Whether trying again may help. Default false. */
  readonly retryable?: boolean;
  /** What the other side asked for (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Default `failed`. */
  readonly outcome?: Outcome;
  readonly details?: Json | undefined;
}

/** What an action throws for its author to see. Anything else thrown is reported as `adapter_error`. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly code: string;
  readonly status: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly outcome: Outcome;
  readonly details: Json | undefined;

  constructor(fields: ActionErrorFields, options?: ErrorOptions) {
    super(fields.message, options);
    this.code = fields.code;
    this.status = fields.status;
    this.retryable = fields.retryable ?? false;
    this.retryAfterMs = fields.retryAfterMs;
    this.outcome = fields.outcome ?? 'failed';
    this.details = fields.details;
  }
}
