import type { JsonObject } from '../dsl/ir/json.ts';
import type { Principal } from '../auth/principal.ts';
import type { RequestClaim } from '../store/request-claim.ts';

export const AUDIT_SUBJECT_TYPES = [
  'organisation',
  'flow',
  'template',
  'adapter',
  'catalogue',
  'environment',
  'deployment',
  'execution',
  'token',
  'grant',
  'user',
  'session',
  'schedule',
  'webhook',
  'event',
  'audit',
] as const;

/** What a record is about: `{ type: 'flow', id: 'customer-support' }`. */
export interface AuditSubject {
  readonly type: (typeof AUDIT_SUBJECT_TYPES)[number];
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
  /** The idempotency key that the request runs under; change() notes in its transaction that it took effect. */
  readonly claim?: RequestClaim;
}
