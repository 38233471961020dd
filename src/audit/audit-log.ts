import type { AuditSubject } from './entry.ts';

export interface AuditRecord {
  readonly seq: number;
  /** Canonical JSON, as hashed. */
  readonly body: string;
  /** Hex. */
  readonly hash: string;
}
export interface AuditFilter {
  readonly action?: string;
  readonly actor?: string;
  readonly subjectType?: AuditSubject['type'];
  readonly subject?: string;
  readonly since?: Date;
  readonly until?: Date;
}

export interface AuditLog {
  /** Newest first. */
  list(
    filter: AuditFilter,
    page: { readonly limit: number; readonly before: number | null },
  ): Promise<readonly AuditRecord[]>;
  /** Chunks of text, oldest record first, in one snapshot. */
  export(format: 'jsonl' | 'csv' | 'ocsf', filter: Pick<AuditFilter, 'since' | 'until'>): AsyncIterable<string>;
  /** Checks the chain in the database against its hashes, anchors and checkpoints. */
  verify(): Promise<{ readonly ok: boolean; readonly records: number; readonly faults: readonly string[] }>;
}
