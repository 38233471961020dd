import type { JsonObject } from '../dsl/ir/json.ts';
import type { Principal } from '../auth/principal.ts';

/** What a record is about: `{ type: 'flow', id: 'customer-support' }`. */
export interface AuditSubject {
  readonly type:
    | 'organisation'
    | 'flow'
    | 'template'
    | 'adapter'
    | 'catalogue'
    | 'environment'
    | 'deployment'
    | 'execution'
    | 'token'
    | 'grant'
    | 'user'
    | 'session'
    | 'schedule'
    | 'webhook'
    | 'event'
    | 'audit';
  readonly id: string;
}

/**
 * What happened. `action` is `noun.verb`: `flow.create`, `deployment.rollback`, `execution.start`, `token.revoke`.
 * `intended`: about to be done in Temporal; a record with the same `intent` and another outcome follows.
 * `details` hold no secret and no personal data beyond who acted.
 */
export interface AuditEntry {
  readonly action: string;
  readonly subject: AuditSubject;
  /** Default `success`. */
  readonly outcome?: 'success' | 'failure' | 'denied' | 'intended' | 'unknown';
  readonly details?: JsonObject;
  /** Id of the intent that this record opens or closes. */
  readonly intent?: string;
}

/** Who does it, at whose request, and when (ms since the epoch). */
export interface AuditContext {
  readonly principal: Pick<Principal, 'kind' | 'id' | 'name' | 'organisation'>;
  readonly requestId: string | null;
  readonly now: number;
}
