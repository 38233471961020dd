import { createHash, hash } from 'node:crypto';

/** Where a chain stands: the sequence number of its last record, and that record's hash (hex). */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: string;
}

/** What the chain of an organisation begins with, before its first record. Hex. As in weir_audit_append. */
export function genesisHash(organisation: string): string {
  return createHash('sha256').update(`weir audit 1\n${organisation}`).digest('hex');
}

/** Hash of a record: SHA-256(hash before ‖ organisation ‖ \n ‖ seq ‖ \n ‖ body). Hex. */
export function recordHash(before: string, organisation: string, seq: number, body: string): string {
  return hash('sha256', Buffer.concat([Buffer.from(before, 'hex'), Buffer.from(`${organisation}\n${seq}\n${body}`)]));
}
