import type { AuditSubject } from '../audit/entry.ts';

export interface Refusal {
  /** For the audit log: `expired`, `revoked`, `signature`, … */
  readonly reason: string;
  /** Whose log it belongs to, as far as that is known. Default `default`. */
  readonly organisation?: string;
  readonly subject?: AuditSubject;
}

/** A credential that is forged, expired or revoked. `message` goes to the caller: it says no more than the holder may know. */
export class CredentialRefused extends Error {
  override readonly name = 'CredentialRefused';
  readonly refusal: Refusal;

  constructor(message: string, refusal: Refusal, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.refusal = refusal;
  }
}
