import type { Json } from '../dsl/ir/json.ts';
import type { AdapterManifest } from './manifest.ts';

/** An adapter as the activity runs it: a manifest and one function for each action. Coded or made from a manifest alone. */
export interface Adapter {
  readonly manifest: AdapterManifest;
  readonly actions: Readonly<Record<string, ActionFunction>>;
}

/**
 * Does one attempt. Throws ActionError for what the author should see; anything else thrown is reported as
 * `adapter_error` (not retryable). Must stop when `context.signal` is aborted. Never retries by itself.
 */
export type ActionFunction = (params: Json, context: ActionContext) => Promise<Json>;

export interface ActionContext {
  readonly signal: AbortSignal;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly ownKey: boolean;
  readonly execution: string;
  readonly step: string;
  readonly environment: string;
  /** A secret by name; its value is masked in whatever the call returns or reports. Rejects with `secret_not_found`. */
  readonly secret: (name: string) => Promise<string>;
  /** Sends a line to the execution's log (masked, never thrown). */
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;
}
